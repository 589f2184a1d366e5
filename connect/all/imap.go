package all

import (
	"context"
	"runtime/debug"
	"strings"

	"lockstep/config"
	"lockstep/connect/imap"
	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// openIMAP connects to an IMAP account and logs in.
func openIMAP(ctx context.Context, end config.End, o Options) (replica core.Replica, err error) {
	switch {
	case o.Watch: // it waits on connections of its own
		replica, err = imap.OpenToWatch(imapConfig(end.Account))
	case o.Kept != nil:
		replica, err = o.Kept.account(end.Account).Open(ctx)
	default:
		replica, err = imap.Open(ctx, imapConfig(end.Account))
	}
	if err != nil {
		return nil, err
	}
	return replica, nil
}

// imapConfig says what an account means to the connector.
func imapConfig(account *config.Account) imap.Config {
	a := account.Address
	security := wire.StartTLS
	switch a.TLS {
	case config.Implicit:
		security = wire.Implicit
	case config.Plain:
		security = wire.None // config allows it to loopback, or where it is called insecure
	}
	return imap.Config{
		Host: a.Host, Port: a.Port, Security: security, CA: a.CA, User: a.User, Password: account.Password.Resolve,
		Mechanism: wire.Mechanism(strings.ToUpper(string(account.Auth))), MaxConnections: account.MaxConnections,
		Shared: account.Shared, Idle: account.Idle, Version: version(),
	}
}

// version of this program, as it was built; "" = not known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}
