package lsc_test

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"lockstep/format/element"
	"lockstep/internal/mapping"
	"lockstep/migrate/lsc"
)

// sample is an lsc.xml of one task; what is not set has a value that is
// translated in full.
type sample struct {
	connection, webadmin              string // elements beside the name
	service                           string // one of those below
	base, pivots, fetched, writable   string
	all, one, clean                   string
	main, delimiter, policy, datasets string
	conditions                        string
}

// classes of the services, and a dataset that each of them writes.
func classes() map[string][3]string {
	const values, first = `srcBean.getDatasetValuesById("x")`, `srcBean.getDatasetFirstValueById("x")`
	return map[string][3]string{
		"users":      {"JamesUserDstService", "jamesUsersService", ""},
		"aliases":    {"JamesAliasDstService", "jamesAliasService", force("sources", values)},
		"mappings":   {"JamesAddressMappingDstService", "jamesAddressMappingService", force("addressMappings", values)},
		"forwards":   {"JamesForwardDstService", "jamesForwardService", force("forwards", values)},
		"quotas":     {"JamesMailQuotaSizeDstService", "jamesMailQuotaSizeService", force("mailQuotaSize", first)},
		"contacts":   {"TMailContactDstService", "tmailContactService", force("firstname", first)},
		"identities": {"JamesIdentityDstService", "jamesIdentityService", force("firstname", first)},
	}
}

func force(name, script string) string { return dataset(name, "", "forceValues", script) }

func dataset(name, more, values string, scripts ...string) string {
	out := "<dataset><name>" + name + "</name>" + more + "<" + values + ">"
	for _, s := range scripts {
		out += "<string>" + html.EscapeString(s) + "</string>"
	}
	return out + "</" + values + "></dataset>"
}

func listed(all string) string {
	out := ""
	for name := range strings.FieldsSeq(all) {
		out += "<string>" + name + "</string>"
	}
	return out
}

func or(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

// text prints the file.
func (s sample) text() string {
	class := classes()[or(s.service, "aliases")]
	main := or(s.main, "srcBean.getDatasetFirstValueById('mail')")
	return `<lsc xmlns="http://lsc-project.org/XSD/lsc-core-2.1.xsd" xmlns:j="http://lsc-project.org/XSD/lsc-james0-plugin-1.0.xsd"><connections>
<ldapConnection><name>corp</name>` + or(s.connection, "<url>ldaps://ldap.example.net/dc=net</url><username>cn=a</username><password>clear-password</password>") + `</ldapConnection>
<pluginConnection implementationClass="org.lsc.plugins.connectors.james.generated.jamesConnectionType"><name>mail</name>` + or(s.webadmin, "<url>https://mail.example.net/</url><password>clear-token</password>") + `</pluginConnection>
</connections><tasks><task><name>t</name>
<ldapSourceService><name>s</name><connection reference="corp"/><baseDn>` + s.base + `</baseDn>
<pivotAttributes>` + listed(or(s.pivots, "mail")) + `</pivotAttributes><fetchedAttributes>` + listed(or(s.fetched, "mail x y")) + `</fetchedAttributes>
<getAllFilter>` + html.EscapeString(or(s.all, "(&(a=1)(mail=*))")) + `</getAllFilter>
<getOneFilter>` + html.EscapeString(or(s.one, "(&(a=1)(mail={mail}))")) + `</getOneFilter>
<cleanFilter>` + html.EscapeString(or(s.clean, "(&(a=1)(mail={email}))")) + `</cleanFilter>
</ldapSourceService>
<pluginDestinationService implementationClass="org.lsc.plugins.connectors.james.` + class[0] + `"><name>d</name><connection reference="mail"/>
<j:` + class[1] + `><name>e</name><connection reference="mail"/><j:writableAttributes>` + listed(s.writable) + `</j:writableAttributes></j:` + class[1] + `>
</pluginDestinationService>
<propertiesBasedSyncOptions><mainIdentifier>` + html.EscapeString(main) + `</mainIdentifier><defaultDelimiter>` + s.delimiter + `</defaultDelimiter>
<defaultPolicy>` + or(s.policy, "FORCE") + `</defaultPolicy><conditions>` + s.conditions + `</conditions>` + or(s.datasets, class[2]) + `
</propertiesBasedSyncOptions></task></tasks></lsc>`
}

func when(create, update, remove string) string {
	return "<create>" + html.EscapeString(create) + "</create><update>" + html.EscapeString(update) + "</update><delete>" + html.EscapeString(remove) + "</delete>"
}

// TestCases: what single settings become. Lines that begin with "!" are not to
// be in the configuration; why is part of what is reported, "" = nothing is.
func TestCases(t *testing.T) {
	const a, b = `srcBean.getDatasetFirstValueById("x") == "a"`, `srcBean.getDatasetFirstValueById("x") == "b"`
	const isA = `when = 'first(x) == "a"'`
	const lost = "dstBean.getMainIdentifier() == 'a'"
	values, first := `srcBean.getDatasetValuesById("x")`, `srcBean.getDatasetFirstValueById("x")`
	for _, c := range []struct {
		name string
		sample
		lines string
		why   string
	}{
		{"plain", sample{}, `values = "x"|!create|!update|!delete =|!when|# deletes`, ""},
		{"conditions: none", sample{conditions: when("false", "false", "false")}, "create = false|update = false|delete = false|!lsc -c", ""},
		{"conditions: both the same", sample{conditions: when(a, a, "true")}, isA + "|!create|!update", "here it is removed"},
		{"conditions: of creating", sample{conditions: when(a, "false", "true")}, isA + "|update = false|!create", ""},
		{"conditions: of creating, and updates always", sample{conditions: when(a, "true", "true")}, "create = false|!when|!update", "it differs from update"},
		{"conditions: two", sample{conditions: when(a, b, "true")}, "create = false|!when", "it differs from update"},
		{"conditions: of updating", sample{conditions: when("true", b, "true")}, "update = false|!when|!create", "it differs from create"},
		{"conditions: one is lost", sample{conditions: when(a, lost, "true")}, "create = false|update = false|!when", "what stands on the server"},
		{"conditions: of deleting", sample{conditions: when("true", "true", a)}, "delete = false", "depends on the owner being gone alone"},
		{"conditions: only new lists", sample{conditions: when("true", "false", "true")}, "update = false|# LSC leaves an owner who has some alone|!create", ""},
		{"conditions: no new lists", sample{conditions: when("false", "true", "true")}, "create = false|!update", "here nothing is added"},
		{"conditions: quotas that are there", sample{service: "quotas", conditions: when("false", "true", "true")}, "create = false|!update", ""},
		{"conditions: users", sample{service: "users", conditions: when(a, lost, "true")}, isA + `|deletion = "account"|!create|!update`, ""},
		{"conditions: users that stay", sample{service: "users", conditions: when("true", "false", "false")}, "!deletion|!delete = false|!create", ""},
		{"conditions: users whose condition is lost", sample{service: "users", conditions: when(lost, "true", "false")}, "create = false", "it is off (create = false)"},
		{"conditions: identities", sample{service: "identities", conditions: when(a, lost, lost)}, isA + "|!create|!update|!delete =", ""},
		{"conditions: mappings are made by updates", sample{service: "mappings", conditions: when("false", "true", "true")}, "!create|!update", ""},
		{"conditions: mappings without updates", sample{service: "mappings", conditions: when("true", "false", "true")}, "create = false|update = false", ""},
		{"conditions: mappings", sample{service: "mappings", conditions: when(lost, a, "true")}, isA + "|!create|!update", "here it is removed"},

		{"delimiter", sample{delimiter: ";"}, `values = 'split(x, ";")'`, ""},
		{"delimiters", sample{delimiter: "; "}, `values = 'split(split(x, ";"), " ")'`, ""},
		{"delimiter of its own", sample{delimiter: ";", datasets: dataset("sources", "<delimiter>$</delimiter>", "forceValues", first)}, `values = 'split(first(x), "$")'`, ""},
		{"delimiter of a quota", sample{service: "quotas", delimiter: ";"}, `value = "x"`, ""},
		{"other delimiter of a quota", sample{service: "quotas", delimiter: "/"}, `value = 'first(split(first(x), "/"))'`, ""},
		{"list for a quota", sample{service: "quotas", datasets: force("mailQuotaSize", values+".size() > 1 ? "+values+" : '1'")}, `value = 'first(len(x) > 1 ? x : "1")'`, ""},

		{"several scripts", sample{datasets: dataset("sources", "", "forceValues", values, first)}, `values = "flatten([x, first(x)])"`, ""},
		{"several scripts for a quota", sample{service: "quotas", datasets: dataset("mailQuotaSize", "", "forceValues", "'1'", "'2'")}, "!quotas", "the first of several values"},
		{"KEEP of a list", sample{policy: "KEEP"}, "update = false", "here what is missing is added"},
		{"KEEP of a quota", sample{service: "quotas", policy: "KEEP"}, "update = false", ""},
		{"MERGE of a list", sample{datasets: dataset("sources", "<policy>MERGE</policy>", "forceValues", values)}, "update = false|# MERGE: values are added", ""},
		{"MERGE of a quota", sample{service: "quotas", policy: "MERGE"}, "!update", "MERGE of a single value"},
		{"own values", sample{fetched: "mail sources"}, `values = "x"`, "x is not among the fetchedAttributes"},
		{"only own values", sample{fetched: "mail sources", datasets: "<dataset><name>sources</name></dataset>"}, `values = "sources"`, ""},
		{"own quota", sample{service: "quotas", fetched: "mail mailquotasize", datasets: force("email", first+" + 'y'")}, `value = "mailQuotaSize"`, ""},
		{"nothing to write", sample{datasets: force("email", first)}, "!aliases", "LSC writes no sources"},
		{"not writable", sample{writable: "other"}, "!aliases", "LSC writes no sources"},
		{"default", sample{fetched: "mail sources", datasets: dataset("sources", "", "defaultValues", "'a@b.c'")}, `values = 'len(sources) > 0 ? sources : "a@b.c"'`, ""},
		{"default of a quota", sample{service: "quotas", fetched: "mail mailQuotaSize", datasets: dataset("mailQuotaSize", "", "defaultValues", "'5'")}, `value = 'first(mailQuotaSize) != "" ? first(mailQuotaSize) : "5"'|!update`, ""},
		{"created only", sample{service: "quotas", datasets: dataset("mailQuotaSize", "", "createValues", "'5'")}, `value = '"5"'|update = false`, ""},
		{"created, then its own", sample{service: "quotas", fetched: "mail mailQuotaSize", datasets: dataset("mailQuotaSize", "", "createValues", "'5'")}, "update = false", "goes on to write the entry's own values"},
		{"own values and others", sample{policy: "MERGE", fetched: "mail sources", datasets: dataset("sources", "", "defaultValues", "'5'")}, "!aliases", "joined with others"},
		{"default that is lost", sample{fetched: "mail sources", datasets: dataset("sources", "", "defaultValues", "new X()")}, "!aliases", `"new" is not translated`},
		{"script that is lost", sample{datasets: force("sources", "f(x)")}, "!aliases", "the function f is not translated"},
		{"a quota in megabytes", sample{service: "quotas", datasets: force("mailQuotaSize", "1000000 * "+first)}, `value = "x"|unit = "MB"`, "a quota of 0"},
		{"a quota in pages", sample{service: "quotas", datasets: force("mailQuotaSize", "4096 * "+first)}, "!quotas", "4096 bytes are no unit"},
		{"names", sample{service: "contacts", writable: "surname", datasets: force("firstname", first) + force("surname", first)}, `given = '""'|family = "x"`, ""},
		{"names, one of them once", sample{service: "contacts", datasets: dataset("firstname", "<policy>KEEP</policy>", "forceValues", first) + force("surname", first)}, "update = false", "one name is written once"},
		{"names, both once", sample{service: "contacts", policy: "KEEP"}, "update = false", ""},
		{"a name that is lost", sample{service: "identities", datasets: force("surname", "x()")}, "!identities", "the function x"},

		{"mail in lower case", sample{main: "srcBean.getDatasetFirstValueById('mail').trim().toLowerCase()"}, `mail = "mail"`, ""},
		{"mail that is made", sample{main: "srcBean.getDatasetFirstValueById('x') + '@a.b'", pivots: "x", one: "(a=1)", clean: "(a=1)"}, `mail = 'concat(first(x), "@a.b")'`, "LSC finds accounts by x"},
		{"mail that is the same", sample{main: "'a@b.c'"}, "!links", "the same for every entry"},
		{"mail that is lost", sample{main: "x()"}, "!links", "the function x"},

		{"filter in another order", sample{one: "(&(mail={MAIL})(A=1))", clean: "(&(MAIL={email})(a=1))"}, `filter = "(&(a=1)(mail=*))"`, ""},
		{"filter of one with less", sample{one: "(mail={mail})"}, "links", ""},
		{"filter of one with more", sample{one: "(&(a=1)(b=2)(mail={mail}))"}, "links", "add (b=2) to filter"},
		{"filter of one with another attribute", sample{one: "(&(a=1)(mail=*)(x=*)(mail={mail}))"}, "links", "add (x=*) to filter"},
		{"filter of one by id", sample{one: "(entryUUID={id})"}, "links", "by (entryuuid={id}) and not by (mail={mail})"},
		{"filter of one without a placeholder", sample{one: "(a=1)"}, "links", "no placeholder for the address"},
		{"clean filter with less", sample{clean: "(mail={email})"}, "links", "LSC keeps what belongs to entries that match it but not (a=1)"},
		{"clean filter with more", sample{clean: "(&(a=1)(b=2)(mail={email}))"}, "links", "do not match (b=2)"},
		{"clean filter of what is not deleted", sample{clean: "(mail={email})", conditions: when("true", "true", "false")}, "links", ""},
		{"clean filter in another attribute", sample{clean: "(other={email})"}, "links", "by (other={email}) and not by (mail={email})"},
		{"filter that is none", sample{all: "(a=1"}, "!links", "it is no filter"},
		{"filter with more after it", sample{all: "(a=1)(b=2)"}, "!links", "something follows"},
		{"filter without a comparison", sample{all: "(&(a)(mail=*))"}, "!links", "is no comparison"},
		{"filter that is not read", sample{all: "(ma il=*)"}, "!links", "is not read here"},
		{"filter without brackets", sample{all: "mail=*", one: "mail={mail}", clean: "mail={email}"}, `filter = "(mail=*)"`, ""},

		{"base below that of the URL", sample{base: "ou=a"}, `base = "ou=a,dc=net"|[links.a]`, ""},
		{"base with that of the URL", sample{base: "ou=a , DC=Net"}, `base = "ou=a , DC=Net"`, ""},
		{"base of the URL", sample{base: "dc=net"}, "!base|[links.net]", ""},
		{"plain LDAP", sample{connection: "<url>ldap://ldap.example.net:3389</url><username>cn=a</username><password>clear-password</password>"},
			`address = "ldap://ldap.example.net:3389/?tls=none"|insecure = true|user = "cn=a"|password = { file = "corp.password" }`, ""},
		{"StartTLS", sample{connection: "<url>ldap://ldap.example.net/</url><tlsActivated>1</tlsActivated>"}, `address = "ldap://ldap.example.net/"|!insecure|!user`, ""},
		{"anonymous", sample{connection: "<url>ldaps://[2001:db8::1]:1636/</url><username>cn=a</username><password/>"}, `address = "ldaps://[2001:db8::1]:1636/"|!user|# LSC reads it without a login`, ""},
		{"no URL", sample{connection: "<username/>"}, `address = "ldap://directory.invalid/?tls=none"`, "there is none; write the address"},
		{"several servers", sample{connection: "<url>ldaps://h1/ ldaps://a:clear-x@h2 ldaps://b:clear-y@h3:1/</url>"}, `address = "ldaps://h1/"`, "ldaps://***@h2 ldaps://***@h3:1/ is left out"},
		{"bad port", sample{connection: "<url>ldap://h:99999/dc=x</url>"}, `address = "ldap://directory.invalid/dc=x?tls=none"`, "host or port is not valid"},
		{"login that cannot be printed", sample{connection: "<url>ldap://localhost/</url><username>a\u0085b</username><password>clear-password</password>"}, `user = "cn=write-the-bind-dn-here"`, "cannot be printed"},
		{"SASL without a name", sample{connection: "<url>ldap://localhost/</url><username/><password/><authentication>DIGEST-MD5</authentication>"},
			`user = "cn=write-the-bind-dn-here"|password = { file = "corp.password" }`, "DIGEST-MD5 is not translated"},
		{"plain webadmin", sample{webadmin: "<url>http://mail.example.net:80/a%20b</url><password>clear-token</password>"}, `address = "james+http://mail.example.net/a%20b"|insecure = true`, ""},
		{"webadmin with a version of its own", sample{webadmin: "<url>ftp://mail.example.net/</url>"}, `address = "james+https://mail.invalid/"|!password = { file = "mail.token" }`, "no URL that begins with https:// or http://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := lsc.Import([]lsc.File{{Name: "x.xml", Text: []byte(c.text())}}, lsc.Options{})
			if err != nil {
				t.Fatal(err)
			}
			checked(t, got.TOML)
			settings, whys := "", ""
			for line := range strings.Lines(got.TOML) {
				if !strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "# LSC") || strings.HasPrefix(line, "# MERGE") || strings.HasPrefix(line, "# What") {
					settings += line
				}
			}
			for _, u := range got.Untranslated {
				whys += u.String() + "\n"
			}
			for _, line := range strings.Split(c.lines, "|") {
				line, not := strings.CutPrefix(line, "!")
				if line != "# deletes" && strings.Contains(settings, line) == not {
					t.Errorf("%q: %v, in\n%s", line, !not, settings)
				}
			}
			if (whys == "") != (c.why == "") || !strings.Contains(whys, c.why) {
				t.Errorf("%q is not reported, but\n%s", c.why, whys)
			}
			if strings.Contains(got.TOML+whys, "clear-") {
				t.Error("a secret is shown")
			}
		})
	}
}

// TestElsewhere: a filter that only a directory can evaluate is that of a link.
func TestElsewhere(t *testing.T) {
	chain := sample{service: "quotas", all: "(memberOf:1.2.840.113556.1.4.1941:=cn=a)", one: "(&(memberOf:1.2.840.113556.1.4.1941:=cn=a)(mail={mail}))", clean: "(&(memberOf:1.2.840.113556.1.4.1941:=cn=a)(mail={email}))"}
	other := chain
	other.service = "contacts"
	var files []lsc.File
	for i, s := range []sample{{}, chain, other} {
		files = append(files, lsc.File{Name: fmt.Sprint(i, ".xml"), Text: []byte(s.text())})
	}
	got, err := lsc.Import(files, lsc.Options{})
	if err != nil || len(got.Untranslated) > 0 {
		t.Fatal(err, got.Untranslated)
	}
	if links := checked(t, got.TOML).Links; len(links) != 2 || len(links[0].Resources) != 1 || len(links[1].Resources) != 2 {
		t.Error(got.TOML)
	}
}

// TestMeaning: what entries ask for by a translated file is what LSC would have
// written for them.
func TestMeaning(t *testing.T) {
	got, err := lsc.Import(read(t, "testdata/forms.xml"), lsc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entry := mapping.Entry{Source: "s", DN: "uid=ann", Attributes: map[string][]string{
		"entryuuid": {"1"}, "mail": {"Ann@Example.net"}, "uid": {"ann"}, "cn": {"Ann / Blue"}, "mailalias": {"b@x.net, c@x.net", "d@x.net"},
		"objectclass": {"inetOrgPerson"}, "mailenabled": {"TRUE"}, "employeetype": {"external"},
	}}
	var all []string
	for _, l := range checked(t, got.TOML).Links {
		for _, f := range l.Rules().Elements(entry) {
			e := f.Element()
			if f.Bad != "" {
				t.Errorf("%s of %s is bad: %s", f.Key(), l.Name, f.Bad)
			}
			if f.Resource != element.User || f.Out {
				all = append(all, fmt.Sprint(l.Name, " ", f.Key(), " ", e.Label(), " ", f.Out))
			}
		}
	}
	want := []string{
		"Personnes users/ann@example.net  true", // the account of an external one is left alone
		"Personnes aliases/ann@example.net/ann@example.net  false",
		"Personnes aliases/ann@example.net/b@x.net  false", "Personnes aliases/ann@example.net/c@x.net  false", "Personnes aliases/ann@example.net/d@x.net  false",
		"rooms quotas/ann@example.net 500 MB false", "rooms contacts/ann@example.net Room Ann false",
		"rooms-2 quotas/ann@example.net 1 MB false",
	}
	want = append(want[:1], want[2:]...) // an alias of an account to itself is none
	if strings.Join(all, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(all, "\n"))
	}
}
