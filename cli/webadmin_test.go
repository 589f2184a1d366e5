package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lockstep/peers/webadmind"
)

// documentedWebadmin is where scripts and pages have their webadmin; it is put
// where the one of this test listens.
const documentedWebadmin = "127.0.0.1:8000"

// webadmin is a command of the scripts, a mail server of their own:
//
//	webadmin start FILE...            starts it, and writes its address into files
//	webadmin truth                    prints all that it holds
//	webadmin METHOD PATH [BODY]       asks it, as an administrator would
//
// Its address is $WEBADMIN.
func webadmin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: webadmin start|truth|METHOD ...")
	}
	switch args[0] {
	case "start":
		startWebadmin(ts, args[1:])
	case "truth":
		s, is := ts.Value(webadminKey{}).(*holder)
		if !is || s.server == nil {
			ts.Fatalf("no webadmin was started")
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(s.server.Truth(), "\n"))
	default:
		askWebadmin(ts, args)
	}
}

// webadminKey finds the server of a script.
type webadminKey struct{}

type holder struct{ server *webadmind.Server }

func startWebadmin(ts *testscript.TestScript, files []string) {
	s := webadmind.New(webadmind.Options{Version: webadmind.V310, TMail: true, Domains: []string{"example.com", "example.org"}})
	url, err := s.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	ts.Value(webadminKey{}).(*holder).server = s
	address := strings.TrimPrefix(url, "http://")
	ts.Setenv("WEBADMIN", "james+http://"+address)
	ts.Setenv("WEBADMIN_URL", url)
	for _, name := range files {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, []byte(strings.ReplaceAll(string(text), documentedWebadmin, address)), 0o600))
	}
}

func askWebadmin(ts *testscript.TestScript, args []string) {
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	request, err := http.NewRequest(args[0], ts.Getenv("WEBADMIN_URL")+args[1], strings.NewReader(body))
	ts.Check(err)
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if answer.StatusCode >= 300 {
		ts.Fatalf("%s %s: %s %s", args[0], args[1], answer.Status, text)
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
}
