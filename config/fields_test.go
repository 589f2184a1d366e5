package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestFieldsAndStructs keeps the tables of keys, the reference and the
// structs in step: every key's example loads and changes what the key stands
// for, and every exported field is changed by some key.
func TestFieldsAndStructs(t *testing.T) {
	accounts := map[string]string{
		"":       "type = \"imap\"\nhost = \"h\"\nuser = \"u\"\n",
		"type":   "host = \"h\"\nuser = \"u\"\n",
		"path":   "type = \"maildir\"\n",
		"layout": "type = \"maildir\"\npath = \"/m\"\n",
		"host":   "type = \"imap\"\nuser = \"u\"\n", "user": "type = \"imap\"\nhost = \"h\"\n",
		"certificate": "type = \"ldap\"\nhost = \"h\"\nkey = \"k\"\n", "key": "type = \"ldap\"\nhost = \"h\"\ncertificate = \"c\"\n",
		"names": "address = \"carddav+https://h/\"\n", "uploadable": "address = \"carddav+https://h/\"\n", "mergeable": "address = \"caldav+https://h/\"\n", "backup": "address = \"vdir:/v\"\n",
		"window":  "address = \"caldav+https://h/\"\n",
		"address": "", "port": "type = \"imap\"\nhost = \"h\"\nuser = \"u\"\ntls = \"starttls\"\n", "tls": "type = \"imap\"\nhost = \"h\"\nuser = \"u\"\nport = 143\n",
	}
	changed := map[string]bool{}
	for _, f := range accountFields() {
		base, there := accounts[f.name]
		if !there {
			base = accounts[""]
		}
		c, err := loadText(t, "[accounts.x]\n"+base+f.name+" = "+f.example+"\n")
		if err != nil {
			t.Errorf("the example of %s: %v", f.name, err)
			continue
		}
		without := &Account{}
		if plain, err := loadText(t, "[accounts.x]\n"+base); err == nil {
			without = plain.Accounts[0]
		}
		differences(t, f.name, changed, *c.Accounts[0], *without)
	}
	complete(t, changed, reflect.TypeFor[Account](), "Name")

	changed = map[string]bool{}
	const head = "[accounts.work]\naddress = \"imap://me@h/\"\n"
	const mail = "[links.x]\nleft = \"work\"\nright = \"maildir:/m\"\n"
	links := map[string]string{
		"left": "[links.x]\nright = \"maildir:/m\"\n", "right": "[links.x]\nleft = \"work\"\n",
		"kind": "[links.x]\nleft = \"vdir:/a\"\nright = \"vdir:/b\"\n",
	}
	const people = "[links.x.users]\n[links.x]\nleft = \"ldif:/a\"\nright = \"james+http://localhost/\"\n"
	for _, f := range departedFields() {
		links[f.name] = people
	}
	for _, f := range linkFields() {
		base, there := links[f.name]
		if !there {
			base = mail
		}
		linkDiffers(t, f.name, changed, head+base, f.name+" = "+f.example)
	}
	for _, table := range linkTables() {
		base := "[links.x]\nleft = \"ldif:/a\"\nright = \"james+http://localhost/\"\n"
		if table.name == "directory" {
			base = people
		}
		for _, f := range table.fields {
			needs := map[string]string{"aliases": "values = \"a\"", "mappings": "values = \"a\"", "forwards": "values = \"a\"", "quotas": "value = \"a\""}[table.name]
			if strings.HasPrefix(needs, f.name+" ") {
				needs = ""
			}
			linkDiffers(t, table.name+"."+f.name, changed, base+"[links.x."+table.name+"]\n"+needs+"\n", f.name+" = "+f.example)
		}
	}
	linkDiffers(t, "several on the left", changed, "[links.x.users]\n[links.x]\nright = \"james+http://localhost/\"\n", "left = [\"ldif:/a\", \"ldif:/b\"]")
	complete(t, changed, reflect.TypeFor[Link](), "Name")
}

// linkDiffers loads a link with a key and without.
func linkDiffers(t *testing.T, key string, changed map[string]bool, base, line string) {
	t.Helper()
	c, err := loadText(t, base+line+"\n")
	if err != nil {
		t.Errorf("the example of %s: %v", key, err)
		return
	}
	without := &Link{}
	if plain, err := loadText(t, base); err == nil {
		without = plain.Links[0]
	}
	differences(t, key, changed, *c.Links[0], *without)
}

// differences notes which exported fields a key changed; it must be some.
func differences[T any](t *testing.T, key string, changed map[string]bool, with, without T) {
	t.Helper()
	some := false
	a, b := reflect.ValueOf(with), reflect.ValueOf(without)
	for i := range a.NumField() {
		name := a.Type().Field(i)
		if !name.IsExported() {
			continue
		}
		x, y := a.Field(i).Interface(), b.Field(i).Interface()
		if s, ok := x.(Secret); ok {
			x, y = s.source(), y.(Secret).source()
		}
		if e, ok := x.(End); ok && e.Account != nil {
			x, y = e.String(), fmt.Sprint(y.(End).Account != nil)
			if other := b.Field(i).Interface().(End); other.Account != nil {
				y = other.String()
			}
		}
		if !reflect.DeepEqual(x, y) {
			changed[name.Name], some = true, true
		}
	}
	if !some {
		t.Errorf("the example of %s changes nothing", key)
	}
}

func complete(t *testing.T, changed map[string]bool, typ reflect.Type, but string) {
	t.Helper()
	for i := range typ.NumField() {
		if f := typ.Field(i); f.IsExported() && f.Name != but && !changed[f.Name] {
			t.Errorf("no key of %s sets %s", typ.Name(), f.Name)
		}
	}
}

// TestStandards: where a key's default is a value, it is what holds.
func TestStandards(t *testing.T) {
	c, err := loadText(t, "[accounts.work]\naddress = \"imap://me@h/\"\n[links.x]\nleft = \"work\"\nright = \"maildir:/m\"\n")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, standard, shown string, said bool) {
		value, _, _ := strings.Cut(standard, "; ")
		if shown != "" && !said && strings.Trim(value, `"`) != strings.Trim(shown, `"`) {
			t.Errorf("the default of %s is written as %s, but is %s", name, standard, shown)
		}
	}
	for _, f := range accountFields() {
		check(f.name, f.standard, f.show(c.Accounts[0]), f.name == "address" || f.name == "type")
	}
	for _, f := range linkFields() {
		check(f.name, f.standard, f.show(c.Links[0]), f.name == "left" || f.name == "right" || f.name == "kind")
	}
}

func TestDescribe(t *testing.T) {
	text := Describe()
	golden(t, "testdata/describe.golden", text)
	if _, problems := parseDocument("describe", []byte(text)); problems != nil {
		t.Error(problems)
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "#") && len(line) > 78 && strings.Contains(line[2:], " ") {
			t.Errorf("too long: %s", line)
		}
	}
}
