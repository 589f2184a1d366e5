package imapd

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// scram: SCRAM-SHA-256 (RFC 5802, section 3; RFC 7677), without channel
// binding.
func (d *dialogue) scram() answer {
	failed := no("[AUTHENTICATIONFAILED] Authentication failed.")
	first, more := d.step("")
	if !more {
		return answer{}
	}
	bare, is := strings.CutPrefix(first, "n,,")
	fields := scramFields(bare)
	if !is || fields["n"] == "" || fields["r"] == "" {
		return failed
	}
	u := d.c.srv.User(strings.NewReplacer("=2C", ",", "=3D", "=").Replace(fields["n"]))
	if u == nil {
		return failed
	}
	nonce := fields["r"] + rand.Text()
	salt := "imapd-" + u.name
	server := fmt.Sprintf("r=%s,s=%s,i=4096", nonce, base64.StdEncoding.EncodeToString([]byte(salt)))
	final, more := d.step(server)
	if !more {
		return answer{}
	}
	end := scramFields(final)
	unproven, _, _ := strings.Cut(final, ",p=")
	d.c.srv.mu.Lock()
	password := u.password
	d.c.srv.mu.Unlock()
	salted, err := pbkdf2.Key(sha256.New, password, []byte(salt), 4096, sha256.Size)
	if err != nil || end["c"] != "biws" || end["r"] != nonce {
		return failed
	}
	auth := bare + "," + server + "," + unproven
	clientKey := scramMAC(salted, "Client Key")
	stored := sha256.Sum256(clientKey)
	proof := scramMAC(stored[:], auth)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	if !hmac.Equal([]byte(end["p"]), []byte(base64.StdEncoding.EncodeToString(proof))) {
		return failed
	}
	signature := scramMAC(scramMAC(salted, "Server Key"), auth)
	if _, more := d.step("v=" + base64.StdEncoding.EncodeToString(signature)); !more {
		return answer{}
	}
	return d.admit(u.name, func(*User) bool { return true })
}

func scramMAC(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func scramFields(text string) map[string]string {
	out := map[string]string{}
	for f := range strings.SplitSeq(text, ",") {
		if k, v, is := strings.Cut(f, "="); is {
			out[k] = v
		}
	}
	return out
}
