package imap

import (
	"context"
	"fmt"
	"net"
	"strings"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// Probe implements core.Prober.
func (r *Replica) Probe(ctx context.Context) ([]core.Finding, error) {
	if _, err := r.survey(ctx, "imap.Probe", "*"); err != nil {
		return nil, err
	}
	out := []core.Finding{r.security(), r.login(), r.namespace()}
	for _, e := range extensions() {
		f := core.Finding{Name: e.name, Value: "yes"}
		if !r.conn.Has(e.name) {
			f.Value, f.Effect = "no", e.without
		}
		out = append(out, f)
	}
	return append(out, r.pool.probe(ctx)), nil
}

// security of the connection.
func (r *Replica) security() core.Finding {
	switch r.options.Security {
	case wire.Implicit:
		return core.Finding{Name: "protection", Value: "TLS from the first byte"}
	case wire.StartTLS:
		return core.Finding{Name: "protection", Value: "TLS before the login (STARTTLS)"}
	}
	f := core.Finding{Name: "protection", Value: "none"}
	if ip := net.ParseIP(r.config.Host); r.config.Host != "localhost" && !ip.IsLoopback() {
		f.Bad, f.Effect = true, "everybody between can read and change everything, the password first: use tls"
	}
	return f
}

func (r *Replica) login() core.Finding {
	f := core.Finding{Name: "login", Value: string(r.conn.Mechanism())}
	if m := r.conn.Mechanism(); m == wire.Plain || m == wire.Login {
		f.Effect = "the server is told the password"
	}
	return f
}

// extension that is used, and what is slow or unsafe without it.
type extension struct{ name, without string }

func extensions() []extension {
	return []extension{
		{"LIST-STATUS", "the survey takes one question for every mailbox"},
		{"CONDSTORE", "all flags are read in every pass"},
		{"QRESYNC", "what vanished from a mailbox is found by the numbers of all its messages"},
		{"UIDPLUS", "new messages are found by their position, and nothing is removed while others are marked as deleted"},
		{"MOVE", "a move is a copy and then a removal; killed between the two, the next pass finishes it"},
		{"ESEARCH", "the numbers of all messages are told one by one"},
		{"LITERAL+", "each new message waits for the server before it is sent"},
		{"MULTIAPPEND", "each new message is stored by itself, which takes the server longer"},
		{"UNSELECT", "the status of a mailbox that was open may be as of then; it is asked for news first"},
		{"SPECIAL-USE", "which mailbox is for sent mail, drafts and trash is told by its name"},
		{"CREATE-SPECIAL-USE", "new mailboxes for sent mail, drafts and trash are not declared as such"},
		{"OBJECTID", "messages have no identity of their own: a move by others is told by Message-ID and body"},
		{"COMPRESS=DEFLATE", "bytes go as they are"},
		{"IDLE", "nothing is told as it happens; it can only be looked at from time to time"},
		{"NOTIFY", "each mailbox that is watched takes a connection"},
		{"NAMESPACE", "which mailboxes are the account's own is not told; all are taken for its own"},
	}
}

func (r *Replica) namespace() core.Finding {
	f := core.Finding{Name: "mailboxes", Value: "no prefix"}
	if prefix := r.spaces.Personal[0].Prefix; prefix != "" {
		f.Value = fmt.Sprintf("below %q, which is left out of their paths", prefix)
	}
	var effects []string
	if r.left > 0 {
		effects = append(effects, fmt.Sprintf("%d of other users or shared are left out", r.left))
	}
	for _, id := range r.clashes {
		effects = append(effects, fmt.Sprintf("%q would be where another mailbox is: it is left out, and no deletion is carried over until it is renamed", id))
		f.Bad = true
	}
	f.Effect = strings.Join(effects, "; ")
	return f
}
