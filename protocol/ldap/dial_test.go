package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"lockstep/core"
	"lockstep/peers/ldapd"
)

// TestLogins: every way to log in that a server takes.
func TestLogins(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{Certificates: map[string]string{"robot": reader}})
	implicit := p.reach(p.ListenTLS)
	certificate := p.ClientCertificate("robot")
	external := func(c Config) Config {
		c.User, c.Password, c.External, c.Certificate = "", nil, true, &certificate
		return c
	}
	plainText := p.config
	plainText.TLS = Plain
	for name, config := range map[string]Config{"StartTLS": p.config, "TLS": implicit, "plain": plainText, "certificate, StartTLS": external(p.config), "certificate, TLS": external(implicit)} {
		t.Run(name, func(t *testing.T) {
			if list, err := read(t.Context(), p.dial(config), people(10)); err != nil || len(list) != 1 {
				t.Error(list, err)
			}
			if last := p.Searches()[len(p.Searches())-1]; last.User != reader {
				t.Errorf("logged in as %q", last.User)
			}
		})
	}
	p.clean()
}

// TestAnonymous: without a user nothing is sent to log in; who sees nothing is
// told so.
func TestAnonymous(t *testing.T) {
	for _, may := range []bool{true, false} {
		p := newPeer(t, 1, ldapd.Options{Anonymous: may})
		config := p.config
		config.User, config.Password = "", nil
		list, err := read(t.Context(), p.dial(config), people(10))
		if may && (err != nil || len(list) != 1) || !may && core.ClassOf(err) != core.Permanent {
			t.Error(may, list, err)
		}
		if n := p.Counts()["BIND"]; n != 0 {
			t.Errorf("%d binds", n)
		}
	}
}

// TestRefusedLogins: a login that fails is Auth, with a remedy, and closes the
// connection.
func TestRefusedLogins(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	certificate := p.ClientCertificate("nobody")
	refused := func(code int, text string) ldapd.Fault {
		return ldapd.Fault{Refuse: &ldapd.Result{Code: code, Text: text}}
	}
	for name, row := range map[string]struct {
		change func(*Config)
		fault  ldapd.Fault
		class  core.Class
		remedy string
	}{
		"wrong password": {change: func(c *Config) { c.Password = secret("wrong") }, class: core.Auth, remedy: "check user and password"},
		"unknown user":   {change: func(c *Config) { c.User = "cn=x," + suffix }, class: core.Auth, remedy: "check user and password"},
		"no name":        {change: func(c *Config) { c.User = "reader" }, class: core.Auth, remedy: "check the user (the bind DN)"},
		"empty password": {change: func(c *Config) { c.Password = secret("") }, class: core.Auth, remedy: "check where the password comes from"},
		"no password":    {change: func(c *Config) { c.Password = noSecret }, class: core.Auth, remedy: "check where the password comes from"},
		"needs TLS":      {fault: refused(13, ""), class: core.Auth, remedy: "use ldaps:// or StartTLS"},
		"needs signing":  {fault: refused(8, "00002028: LdapErr: DSID-0C090259, comment: The server requires binds to turn on integrity checking"), class: core.Auth, remedy: "use ldaps:// or StartTLS"},
		"expired":        {fault: refused(49, "comment: AcceptSecurityContext error, data 532, v2580"), class: core.Auth, remedy: "the password has expired"},
		"busy":           {fault: refused(51, ""), class: core.Transient},
		"hangs up":       {fault: ldapd.Fault{Drop: true}, class: core.Transient, remedy: "it will be tried again"},
		"silent":         {fault: ldapd.Fault{Hang: true}, class: core.Transient, remedy: "the server is silent for too long; check host and port, or ask its administrator"},
		"no mechanism":   {change: func(c *Config) { c.User, c.Password, c.External, c.Certificate = "", nil, true, &certificate }, fault: refused(7, ""), class: core.Auth, remedy: "the server does not take this kind of login"},
		"half a conversation": {change: func(c *Config) { c.User, c.Password, c.External, c.Certificate = "", nil, true, &certificate }, fault: refused(14, ""), class: core.Auth,
			remedy: "the server does not take this kind of login"},
	} {
		t.Run(name, func(t *testing.T) {
			config := p.config
			config.Timeout = 2 * time.Second
			if row.fault.Hang {
				config.Timeout = 200 * time.Millisecond
			}
			if row.change != nil {
				row.change(&config)
			}
			p.SetFaults(ldapd.Script(ldapd.Scripted{Request: "BIND", Fault: row.fault}))
			c, err := Dial(t.Context(), config)
			if c != nil {
				t.Error("there is a connection")
			}
			failed(t, err, row.class, row.remedy)
		})
	}
}

func noSecret(context.Context) (string, error) { return "", errors.New("no such file") }

// TestBadConfig: what would log in as somebody else than was meant is refused
// before anything is sent.
func TestBadConfig(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	certificate := p.ClientCertificate("x")
	for name, change := range map[string]func(*Config){
		"no host":               func(c *Config) { c.Host = "" },
		"no port":               func(c *Config) { c.Port = 70000 },
		"password without user": func(c *Config) { c.User = "" },
		"user without password": func(c *Config) { c.Password = nil },
		"certificate in clear": func(c *Config) {
			c.External, c.TLS, c.Certificate, c.User, c.Password = true, Plain, &certificate, "", nil
		},
		"external without a certificate": func(c *Config) { c.External, c.User, c.Password = true, "", nil },
		"external with a user":           func(c *Config) { c.External, c.Certificate = true, &certificate },
	} {
		config := p.config
		change(&config)
		_, err := Dial(t.Context(), config)
		var e *core.Error
		if !errors.As(err, &e) || e.Class != core.Permanent || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if ever, _ := p.Connections(); ever != 0 {
		t.Errorf("%d connections", ever)
	}
}

// TestWrongPort: what listens there is not what was expected.
func TestWrongPort(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	implicit := p.reach(p.ListenTLS)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := nobody.Addr().(*net.TCPAddr).Port
	nobody.Close()
	tlsAnswer, err := net.Listen("tcp", "127.0.0.1:0") // answers in clear with an alert of TLS
	if err != nil {
		t.Fatal(err)
	}
	defer tlsAnswer.Close()
	go func() {
		for {
			c, err := tlsAnswer.Accept()
			if err != nil {
				return
			}
			c.Write([]byte{21, 3, 1, 0, 2, 2, 10})
			c.Close()
		}
	}()
	for name, row := range map[string]struct {
		port   int
		mode   Mode
		class  core.Class
		remedy string
	}{
		"nobody":              {free, Implicit, core.Transient, "check host and port, and whether the server runs"},
		"TLS at a plain port": {p.config.Port, Implicit, core.Transient, "check host and port; if this port does not speak TLS from the first byte: use ldap:// (with StartTLS)"},
		"plain at a TLS port": {implicit.Port, StartTLS, core.Transient, "check host and port; if this port speaks TLS from the first byte: use ldaps://"},
		"an alert of TLS":     {tlsAnswer.Addr().(*net.TCPAddr).Port, StartTLS, core.Permanent, "this port speaks TLS from the first byte: use ldaps://"},
	} {
		t.Run(name, func(t *testing.T) {
			config := p.config
			config.Port, config.TLS, config.Timeout = row.port, row.mode, 2*time.Second
			_, err := Dial(t.Context(), config)
			failed(t, err, row.class, row.remedy)
		})
	}
	config := p.config
	config.Host = "no-such-host.invalid"
	_, err = Dial(t.Context(), config)
	failed(t, err, core.Transient, "check host and port, and whether the server runs")
}

// TestDialTimeout: a server that takes the connection and is silent.
func TestDialTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for mode, remedy := range map[Mode]string{Implicit: "the server does not answer in TLS; check host and port",
		StartTLS: "the server is silent for too long; check host and port, or ask its administrator"} {
		_, err := Dial(t.Context(), Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: mode, Timeout: 100 * time.Millisecond})
		failed(t, err, core.Transient, remedy)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Dial(ctx, Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: StartTLS})
	failed(t, err, core.Transient, "")
}

// TestClose: it says goodbye, and may be called again.
func TestClose(t *testing.T) {
	p := newPeer(t, 1, ldapd.Options{})
	c := p.dial(p.config)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); p.Counts()["UNBIND"] == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server was not told")
		}
	}
	if _, err := c.RootDSE(t.Context()); core.ClassOf(err) != core.Transient {
		t.Errorf("asked after the end: %v", err)
	}
	p.clean()
}

// TestDefaults: nothing is insecure because it was not said.
func TestDefaults(t *testing.T) {
	c := Config{Host: "ldap.example.com"}.withDefaults()
	if c.TLS != Implicit || c.Port != 636 || c.ServerName != "ldap.example.com" || c.Timeout != time.Minute {
		t.Errorf("%+v", c)
	}
	if got := (Config{Host: "x", TLS: StartTLS}).withDefaults().Port; got != 389 {
		t.Errorf("StartTLS is at port %d", got)
	}
	if tc := c.tls(); tc.MinVersion != tls.VersionTLS12 || tc.InsecureSkipVerify || tc.ServerName != c.ServerName {
		t.Errorf("%+v", tc)
	}
}
