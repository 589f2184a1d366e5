package ldapd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// certificates is an authority made for one server and what it signed. Nothing
// here fails but on a machine without randomness.
type certificates struct {
	pem   []byte
	ca    *x509.Certificate
	caDER []byte
	key   *ecdsa.PrivateKey
	leaf  tls.Certificate
	roots *x509.CertPool
}

func newCertificates() *certificates {
	c := &certificates{key: newKey()}
	c.ca = template(1, "ldapd authority")
	c.ca.IsCA, c.ca.BasicConstraintsValid, c.ca.KeyUsage = true, true, x509.KeyUsageCertSign
	c.caDER = sign(c.ca, c.ca, &c.key.PublicKey, c.key)
	c.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.caDER})
	c.roots = x509.NewCertPool()
	c.roots.AppendCertsFromPEM(c.pem)
	leaf := template(2, "localhost")
	leaf.DNSNames, leaf.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	c.leaf = c.issue(leaf)
	return c
}

// client makes a certificate for a client.
func (c *certificates) client(name string) tls.Certificate {
	t := template(3, name)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return c.issue(t)
}

func (c *certificates) issue(t *x509.Certificate) tls.Certificate {
	t.KeyUsage = x509.KeyUsageDigitalSignature
	key := newKey()
	return tls.Certificate{Certificate: [][]byte{sign(t, c.ca, &key.PublicKey, c.key), c.caDER}, PrivateKey: key}
}

func (c *certificates) config() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.leaf}, MinVersion: tls.VersionTLS12, ClientCAs: c.roots,
		ClientAuth: tls.VerifyClientCertIfGiven}
}

func newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func template(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour)}
}

func sign(cert, parent *x509.Certificate, of *ecdsa.PublicKey, by *ecdsa.PrivateKey) []byte {
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, of, by)
	if err != nil {
		panic(err)
	}
	return der
}
