package imap

import (
	"time"

	"lockstep/core"
	wire "lockstep/protocol/imap"
)

// append is one APPEND under way.
type appended struct {
	write core.Write
	size  int64
	marks core.Marks
	cmd   *wire.Command
}

// create stores messages, many before the first is answered, and compares the
// sizes that the server then tells: only a message of the same size is taken
// for stored as sent. Marks that the mailbox does not keep are left out.
func (a *applying) create(conn *wire.Conn, m *wire.MailboxState, group []core.Write) {
	const op = "imap.Apply"
	in := group[0].Ref.Collection
	var all []appended
	for _, w := range group {
		body, err := spool(w.Item.Body, a.config.MaxMessage)
		if err != nil {
			a.answer(w, core.Stub{}, false, failure(op, string(w.Item.Key), writing, err))
			continue
		}
		var kept []string
		for _, name := range w.Add.List() {
			if keeps(m, name) {
				kept = append(kept, name)
			}
		}
		var when wire.Arg
		if w.Item.Time != 0 {
			when = wire.Date(time.Unix(w.Item.Time, 0).UTC())
		}
		cmd := conn.StartAppend(a.ctx, a.name(in), wire.Flags(kept...), when, wire.Literal{Size: body.size, Body: body.reader()})
		body.close()
		all = append(all, appended{write: w, size: body.size, marks: core.NewMarks(kept...), cmd: cmd})
	}
	errs := make([]error, len(all))
	var uids []uint32
	for i, one := range all {
		errs[i] = conn.Wait(a.ctx, one.cmd)
		if d := one.cmd.Done; errs[i] == nil && d.AppendUID != 0 && d.AppendValidity == m.UIDValidity {
			uids = append(uids, d.AppendUID)
		}
	}
	sizes := map[uint32]int64{}
	if len(uids) > 0 && conn.Err() == nil {
		_ = conn.Fetch(a.ctx, wire.NewUIDSet(uids...), wire.ItemSize, func(m *wire.Message) { sizes[m.UID] = m.Size }) // without a size it is read back
	}
	for i, one := range all {
		s := core.Stub{Size: -1}
		if errs[i] != nil {
			a.answer(one.write, core.Stub{}, false, failure(op, string(in), writing, errs[i]))
			continue
		}
		uid := one.cmd.Done.AppendUID
		size, seen := sizes[uid]
		if uid != 0 && seen {
			s = core.Stub{Ref: core.Ref{Collection: in, ID: idOf(uid)}, Position: uint64(uid), Size: one.write.Item.Size,
				Key: one.write.Item.Key, Time: one.write.Item.Time, Marks: one.marks}
		}
		a.answer(one.write, s, seen && size == one.size, nil)
	}
}
