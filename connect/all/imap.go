package all

import (
	"context"

	"lockstep/config"
	"lockstep/connect/imap"
	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// openIMAP connects to an IMAP account and logs in.
func openIMAP(ctx context.Context, end config.End) (core.Replica, error) {
	a := end.Account.Address
	security := wire.StartTLS
	switch a.TLS {
	case config.Implicit:
		security = wire.Implicit
	case config.Plain:
		security = wire.None // config allows it to loopback, or where it is called insecure
	}
	return imap.Open(ctx, imap.Config{
		Host: a.Host, Port: a.Port, Security: security, CA: a.CA, User: a.User, Password: end.Account.Password.Resolve,
	})
}
