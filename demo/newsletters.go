package demo

import (
	"fmt"
	"html"
	"time"
)

// newsletters come three times a month, as text and as HTML (RFC 2046,
// section 5.1.4).
func newsletters() (out []message) {
	stories := []string{
		"Tomatoes: when to start", "A pond on the balcony", "Bees that live alone", "Compost without smell", "Roses & garlic",
		"Mowing less", "Seeds to swap", "Rain barrels", "Shade in July", "Beans that climb", "Hedgehogs in autumn", "Bulbs before the frost",
	}
	for i := range 36 {
		story := stories[i%len(stories)]
		at := day(time.Month(1+i/3), 1+i%3*10, 6, 0)
		name := fmt.Sprintf("garden-%02d@news.example.com", i+1)
		plain := fmt.Sprintf("The Garden Letter, number %d\n\n%s\n\nRead on in the shade.", i+1, story)
		rich := fmt.Sprintf("<html><body><h1>The Garden Letter</h1><h2>%s</h2><p>Read on <em>in the shade</em>.</p></body></html>", html.EscapeString(story))
		body := compose(envelope{name, "The Garden Letter <letter@news.example.com>", ida, story, at, nil,
			[]field{{"List-Unsubscribe", "<mailto:leave@news.example.com>"}}},
			multipart("alternative", fmt.Sprintf("=_garden_%d", i), text("plain", "8bit", plain), text("html", "quoted-printable", rich)))
		m := message{name: name, folder: newsletter, at: at, body: body}
		if i%2 == 0 {
			m.marks = []string{`\Seen`}
		}
		out = append(out, m)
	}
	return out
}
