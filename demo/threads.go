package demo

import (
	"fmt"
	"strings"
	"time"
)

// topic opens a thread.
type topic struct{ name, subject, text string }

// bikeTopics are of a mailing list, two in a month.
func bikeTopics() []topic {
	return []topic{
		{"chain-wear", "Chain worn after 2,000 km?", "my gauge says 0.75 already. Is that normal on a hub gear?"},
		{"winter-tyres", "Winter tyres: studs or no studs?", "the lake path is ice again. What do you ride?"},
		{"dynamo-hum", "Dynamo hums at walking pace", "only when the lights are off. Bearing, or just the coils?"},
		{"canal-path", "Canal path closed until May", "the sign says May, the workers say June. Any way around?"},
		{"brake-pads", "Which pads for long descents?", "the organic ones fade. I do not mind a little noise."},
		{"spring-ride", "Spring ride: route and trains", "the idea is 80 km, with a station after 50 for those who like."},
		{"cargo-loan", "Cargo bike for a move?", "I need one for a Saturday, and I bake well."},
		{"saddle-creak", "Creaking saddle, cured", "it was the seat post. Grease, and silence."},
		{"bell-too-loud", "Can a bell be too loud?", "a lady dropped her ice cream. I bought her a new one."},
		{"panniers", "Panniers that survive rain", "mine are waterproof as long as it does not rain."},
		{"night-ride", "Night ride at midsummer", "start at ten, breakfast at four. Who brings coffee?"},
		{"spoke-tension", "Spoke tension by ear", "pluck them: they should sing the same note. Do yours?"},
		{"ferry-times", "Ferry takes bikes again", "four in each crossing, so come early."},
		{"tube-or-tubeless", "Tubes or tubeless for a tour?", "eight days, gravel, two shops on the way."},
		{"repair-cafe", "Repair café on Wednesday", "we have the stand and the tools. Helpers are welcome."},
		{"headset", "Headset: how tight is tight?", "when I lift the front wheel it should fall to the side, yes?"},
		{"map-offline", "Maps without a network", "which program do you use in the hills?"},
		{"autumn-ride", "Autumn ride: who brings cake?", "last year there were five apple cakes. I do not complain."},
		{"lost-glove", "Found: one glove, left", "red, size M, at the well. It misses its brother."},
		{"light-law", "Lights: what the law says now", "blinking rear lights are still not allowed, it seems."},
		{"hub-oil", "Oil change for a hub gear", "every year, or every 5,000 km? The manual says both."},
		{"ghost-gear", "It shifts by itself", "from fourth to fifth, only uphill. Cable or ghost?"},
		{"bike-count", "The city counts bikes", "1,214 on the bridge in one day. One of them was me."},
		{"new-year-ride", "New Year's ride", "ten o'clock at the fountain, whatever the weather."},
	}
}

// choirTopics are of the people Ida sings with; she answers.
func choirTopics() []topic {
	return []topic{
		{"score", "Scores for the spring concert", "the scores are at the reception. Please take a pencil, not a pen."},
		{"alto", "Altos wanted", "two are moving away. Does anybody know somebody?"},
		{"hall", "Which hall in June?", "the church has the sound, the school has the heating."},
		{"train", "Train to the festival", "a group ticket is half the price if we are twelve."},
		{"tempo", "Bar 42, once more", "slower, please, and breathe before the second verse."},
		{"posters", "Posters are printed", "two hundred, and they look lovely. Who puts them up?"},
		{"thanks", "Thank you, all of you", "the hall was full, and so am I, of joy."},
		{"carols", "Carols: votes, please", "three old ones, two new ones, one nobody knows."},
	}
}

// replies that fit under everything.
func replies() []string {
	return []string{
		"Yes, and I would do it again.", "It was the same with mine. Patience helped, and a little oil.",
		"I asked around: nobody knows, but everybody has an opinion.", "Count me in.", "Only on Sundays, and only with a helper.",
		"There was a good article about that. I'll look for it tonight.", "No, never. Well, once.", "Thank you, that solved it!",
		"I have one to lend. Come by on Tuesday after six.", "Can we talk about it after the ride?", "My neighbour swears by it.",
	}
}

// thread makes a topic and its answers: each quotes the one before it and
// names all of its ancestors (RFC 5322, section 3.6.4).
func thread(t topic, host, to string, people []string, start time.Time, more ...field) []message {
	var out []message
	var refs []string
	said := replies()
	content, subject := "Hello,\n\n"+t.text, t.subject
	for i, from := range people {
		name := fmt.Sprintf("%s.%d@%s", t.name, i, host)
		at := start.Add(time.Duration(i*i*97+i*31) * time.Minute)
		if i > 0 {
			subject = "Re: " + t.subject
			content = said[(len(t.name)*3+i*4)%len(said)] + "\n\n" + quote(people[i-1], content)
		}
		body := compose(envelope{name, from, to, subject, at, refs, more}, text("plain", encodings()[i%3], content))
		out = append(out, message{name: name, at: at, body: body})
		refs = append(refs[:len(refs):len(refs)], name)
	}
	return out
}

// quote is what was said before, without what that quoted itself.
func quote(from, content string) string {
	author, _, _ := strings.Cut(from, " <")
	lines := []string{author + " wrote:"}
	for _, l := range strings.Split(content, "\n") {
		if strings.HasPrefix(l, ">") || strings.HasSuffix(l, " wrote:") {
			break
		}
		lines = append(lines, strings.TrimRight("> "+l, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "> \n")
}
