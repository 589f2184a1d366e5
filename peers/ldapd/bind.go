package ldapd

import (
	"slices"
)

// bind obeys RFC 4511, section 4.2. Whatever it says, who was logged in before
// is not any more.
func (c *session) bind(r request) error {
	f := c.srv.ask(c, Ask{Request: "BIND"})
	c.who = ""
	who, result := c.login(r)
	if f.Refuse == nil && result.Code == success {
		c.who = who
	}
	return c.reply(r, f, resultOf(opBindResponse, result))
}

func (c *session) login(r request) (who string, result Result) {
	parts := r.op.Children
	if len(parts) != 3 {
		c.violation("a bind that is none")
		return "", Result{Code: protocolError, Text: "decoding error"}
	}
	if version, _ := parts[0].Value.(int64); version != 3 {
		return "", Result{Code: protocolError, Text: "requested protocol version not supported"}
	}
	name, login := parts[1].Data.String(), parts[2]
	switch {
	case c.barred():
		return "", Result{Code: needsTLS, Text: "TLS confidentiality required"}
	case login.Tag == 3 && len(login.Children) > 0:
		return c.sasl(login.Children[0].Data.String())
	case login.Tag != 0:
		return "", Result{Code: methodNotSupported, Text: "unknown authentication method"}
	}
	return c.simple(name, login.Data.String())
}

// simple compares a password.
func (c *session) simple(dn, password string) (who string, result Result) {
	parts, ok := parseDN(dn)
	switch {
	case !ok:
		return "", Result{Code: invalidDN, Text: "invalid DN"}
	case dn == "" && password == "":
		return "", Result{}
	case password == "":
		return "", Result{Code: unwilling, Text: "unauthenticated bind (DN with no password) disallowed"}
	}
	c.srv.mu.Lock()
	defer c.srv.mu.Unlock()
	if known, ok := c.srv.opt.Users[join(parts)]; ok && known == password {
		return dn, Result{}
	}
	if e := c.srv.byKey[join(parts)]; e != nil && slices.Contains(e.get("userpassword"), password) {
		return e.dn, Result{}
	}
	return "", Result{Code: invalidCredentials}
}

// sasl takes the certificate for a login (RFC 4513, section 5.2.3).
func (c *session) sasl(mechanism string) (who string, result Result) {
	if mechanism != "EXTERNAL" || c.safe == nil || len(c.safe.ConnectionState().PeerCertificates) == 0 {
		return "", Result{Code: methodNotSupported, Text: "SASL(-4): no mechanism available: "}
	}
	name := c.safe.ConnectionState().PeerCertificates[0].Subject.CommonName
	if dn, ok := c.srv.opt.Certificates[name]; ok {
		return dn, Result{}
	}
	return "cn=" + name, Result{}
}
