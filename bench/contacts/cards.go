package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// card is a vCard with its UID.
type card struct {
	uid  string
	body []byte
}

// people of one language.
type people struct {
	weight           int
	given, family    []string
	cities           []string
	country, calling string
	// familyFirst: the full name begins with the family's.
	familyFirst bool
}

func languages() []people {
	return []people{
		{40, []string{"Amelia", "Daniel", "Ruth", "Neil", "Clara"}, []string{"Baker", "O'Neill", "Fletcher", "Mason", "Smith; sons"}, []string{"Leeds", "Cork"}, "United Kingdom", "+44", false},
		{16, []string{"Jörg", "Käthe", "Günter", "Änne"}, []string{"Weiß", "Köhler", "Groß-Schäfer"}, []string{"Köln", "Zürich"}, "Deutschland", "+49", false},
		{10, []string{"Zoé", "Loïc", "Hélène"}, []string{"Lefèvre", "L'Hôte", "Désiré"}, []string{"Nîmes", "Orléans"}, "France", "+33", false},
		{8, []string{"Żaneta", "Łukasz", "Jiří"}, []string{"Dvořák", "Szczęsny", "Żak"}, []string{"Łódź", "Brno"}, "Polska", "+48", false},
		{8, []string{"Ольга", "Дмитро", "Їжак"}, []string{"Шевченко", "Кузнецова"}, []string{"Київ", "Одеса"}, "Україна", "+380", false},
		{6, []string{"伟", "秀英", "𠮷"}, []string{"王", "歐陽"}, []string{"北京", "臺北"}, "中国", "+86", true},
		{4, []string{"さくら", "健一"}, []string{"渡邉", "髙田"}, []string{"東京都"}, "日本", "+81", true},
		{4, []string{"فاطمة", "نور"}, []string{"المصري", "الحسيني"}, []string{"القاهرة"}, "مصر", "+20", false},
		{4, []string{"प्रिया", "राजेश"}, []string{"शर्मा", "कृष्णमूर्ति"}, []string{"मुंबई"}, "भारत", "+91", false},
	}
}

// makeCards makes an address book: of 100 cards 8 have a photo of 5 to 20 kB, and
// the others are some 600 bytes. With the same seed it makes the same bytes.
func makeCards(n int, seed uint64) []card {
	dice := rand.New(rand.NewPCG(seed, 0))
	all := make([]card, n)
	for i := range all {
		all[i] = makeCard(dice, i)
	}
	return all
}

func makeCard(dice *rand.Rand, i int) card {
	who := pickPeople(dice)
	given, family := pick(dice, who.given), pick(dice, who.family)
	full := given + " " + family
	if who.familyFirst {
		full = family + given
	}
	uid := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", dice.Uint32(), dice.IntN(1<<16), dice.IntN(1<<12), dice.IntN(1<<12), dice.Int64N(1<<48))
	lines := []string{"BEGIN:VCARD", "VERSION:3.0", "UID:" + uid, "FN:" + escaped(full), "N:" + escaped(family) + ";" + escaped(given) + ";;;"}
	add := func(chance float64, format string, args ...any) {
		if dice.Float64() < chance {
			lines = append(lines, fmt.Sprintf(format, args...))
		}
	}
	number := func() string { return fmt.Sprintf("%s %d %07d", who.calling, 10+dice.IntN(900), dice.IntN(10_000_000)) }
	add(1, "TEL;TYPE=CELL:%s", number())
	add(.5, "TEL;TYPE=HOME,VOICE:%s", number())
	add(.3, "TEL;TYPE=WORK,FAX:%s", number())
	add(.9, "EMAIL;TYPE=INTERNET,HOME:person.%d@mail.example.org", i)
	add(.4, "EMAIL;TYPE=INTERNET,WORK:p%d@example.com", i)
	add(.6, "ADR;TYPE=HOME:;;%s %d\\; door %d;%s;;%05d;%s", escaped(pick(dice, []string{"Station Road", "Kirchstraße", "中山路"})), 1+dice.IntN(200), 1+dice.IntN(9),
		escaped(pick(dice, who.cities)), dice.IntN(100_000), escaped(who.country))
	add(.45, "ORG:%s;Research", escaped(pick(dice, []string{"Example Ltd.", "Beispiel GmbH & Co. KG", "Société d’Exemple", "示例, 有限公司"})))
	add(.45, "TITLE:%s", escaped(pick(dice, []string{"Engineer", "Sales, EMEA", "Geschäftsführerin", "课长"})))
	add(.35, "BDAY:%04d-%02d-%02d", 1940+dice.IntN(70), 1+dice.IntN(12), 1+dice.IntN(28))
	add(.4, "CATEGORIES:%s,%s", escaped(pick(dice, []string{"Friends", "Customers"})), escaped(pick(dice, []string{"Xmas, cards", "Verein", "同事"})))
	add(.35, "NOTE:%s", escaped(strings.Repeat(pick(dice, []string{"allergic to nuts\n", "звонить завтра; не раньше\n", "prefers e-mail, Geburtstag 🎂\n"}), 1+dice.IntN(6))))
	if dice.Float64() < .12 {
		lines = append(lines, fmt.Sprintf("item1.URL:https://www.example.org/~p%d", i), "item1.X-ABLABEL:_$!<HomePage>!$_")
	}
	if dice.Float64() < .08 {
		picture := []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00")
		for range 5000 + dice.IntN(15000) {
			picture = append(picture, byte(dice.Uint32()))
		}
		lines = append(lines, "PHOTO;ENCODING=b;TYPE=JPEG:"+base64.StdEncoding.EncodeToString(picture))
	}
	lines = append(lines, fmt.Sprintf("REV:20%02d-%02d-%02dT08:00:00Z", 10+dice.IntN(15), 1+dice.IntN(12), 1+dice.IntN(28)), "END:VCARD")
	var body strings.Builder
	for _, l := range lines {
		body.WriteString(folded(l))
	}
	return card{uid: uid, body: []byte(body.String())}
}

func pick[T any](dice *rand.Rand, of []T) T { return of[dice.IntN(len(of))] }

func pickPeople(dice *rand.Rand) people {
	at := dice.IntN(100) // the weights' sum
	for _, l := range languages() {
		if at -= l.weight; at < 0 {
			return l
		}
	}
	panic("the weights of the languages are less than 100")
}

// escaped is a text as RFC 2426, section 4, writes it in a value.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// folded is a line in pieces of at most 75 bytes, without a rune cut in two
// (RFC 2426, section 2.6).
func folded(line string) string {
	const most = 75
	var out strings.Builder
	used := 0
	for _, r := range line {
		n := utf8.RuneLen(r)
		if used+n > most {
			out.WriteString("\r\n ")
			used = 1
		}
		out.WriteRune(r)
		used += n
	}
	return out.String() + "\r\n"
}

// writeCards writes cards as files into a new folder, as other programs do.
func writeCards(dir string, all []card) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, c := range all {
		if err := os.WriteFile(filepath.Join(dir, c.uid+".vcf"), c.body, 0o600); err != nil {
			return err
		}
	}
	return nil
}
