package all

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"

	"lockstep/core"
)

// rootsOf reads the certificates to trust; "" = nil, the system's.
func rootsOf(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err == nil {
		if pool := x509.NewCertPool(); pool.AppendCertsFromPEM(pem) {
			return pool, nil
		}
		err = errors.New("it holds no certificate")
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return nil, &core.Error{Op: "ca", Class: core.Permanent, Thing: file, Err: err, Remedy: "name a file of certificates in PEM"}
}
