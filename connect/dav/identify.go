package dav

import (
	"bytes"
	"context"
	"fmt"

	"lockstep/core"
	wire "lockstep/protocol/dav"
)

// identify makes stubs of listed items. What was listed last time with the same ETag is
// known; the others are read for their UIDs. gone are those that the server was unclear
// about and that a question for the item itself did not find.
func (r *Replica) identify(ctx context.Context, b *book, entries []wire.Entry) (stubs []core.Stub, gone []core.Ref, err error) {
	refs := make([]core.Ref, len(entries))
	for i, e := range entries {
		refs[i] = core.Ref{Collection: b.id, ID: r.idOf(e.Name)}
	}
	var known map[core.Ref]core.Stub
	if r.recall != nil && len(refs) > 0 {
		known = r.recall(refs)
	}
	var wants []wire.Want
	for i, e := range entries {
		if was, is := known[refs[i]]; (!is || !unchanged(was, e) || r.looksAgain(was)) && e.Size <= r.config.MaxSize {
			wants = append(wants, wire.Want{Name: e.Name, Size: e.Size})
		}
	}
	read, failed, err := r.describeAll(ctx, b, wants)
	if err != nil {
		return nil, nil, err
	}
	for i, e := range entries {
		ref, s := refs[i], core.Stub{Ref: refs[i], Size: -1}
		was, is := known[ref]
		got, readNow := read[e.Name]
		why, bad := failed[e.Name]
		switch {
		case readNow:
			s = r.windowed(got, was, is)
		case is && unchanged(was, e):
			s = was
			s.Ref = ref
		case !bad:
			s.Rev, s.Bad = core.Rev(e.ETag), fmt.Sprintf("its %d bytes are more than the %d that are read; make it smaller", e.Size, r.config.MaxSize)
		case core.ClassOf(why) == core.Missing && e.Unclear:
			gone = append(gone, ref)
			continue
		case core.ClassOf(why) == core.Missing && is && was.Key != "":
			// It went since it was listed, or the server errs. The next list tells; until
			// then it is there, and as nobody could read it, nothing is concluded.
			s.Key, s.Label, s.Out = was.Key, was.Label, was.Out
		default:
			s.Bad = "it is listed, but cannot be read: " + core.Reason(why)
		}
		stubs = append(stubs, s)
	}
	return stubs, gone, nil
}

// unchanged tells whether an item is as it was listed last time.
func unchanged(was core.Stub, e wire.Entry) bool {
	etag, _ := tagsOf(was.Rev)
	return e.ETag != "" && !e.Unclear && etag == e.ETag
}

// describeAll reads items for what their listing does not tell, and keeps the bodies.
// failed are those that could not be read; the error is about more than one.
func (r *Replica) describeAll(ctx context.Context, b *book, wants []wire.Want) (read map[string]core.Stub, failed map[string]error, err error) {
	read, failed = map[string]core.Stub{}, map[string]error{}
	if len(wants) == 0 {
		return read, failed, nil
	}
	for o, err := range r.client.Read(ctx, r.config.Flavour, b.URL, wants, r.version(b)) {
		switch {
		case err == nil:
			s := r.describe(b, o)
			s.Out = r.outside(o.Data)
			read[o.Name] = s
			r.kept.put(s, o.Data, r.config)
		case ends(err):
			return nil, nil, err
		default:
			failed[o.Name] = err
		}
	}
	for _, w := range wants { // a reading that was cut off
		_, is := read[w.Name]
		if _, bad := failed[w.Name]; !is && !bad {
			return nil, nil, core.Errorf("dav.Changes", core.Transient, "%s was not read", w.Name)
		}
	}
	return read, failed, nil
}

// describe makes the stub of a body. The Rev is that of just this body: an ETag that a
// list told before may be of another.
func (r *Replica) describe(b *book, o wire.Object) core.Stub {
	s := core.Stub{Ref: core.Ref{Collection: b.id, ID: r.idOf(o.Name)}, Rev: revOf(o.ETag, o.ScheduleTag), Size: -1}
	uid, label, err := r.config.Describe(o.Data)
	if err != nil {
		s.Bad = err.Error()
		return s
	}
	s.Key, s.Label = core.Key(uid), label
	if uid == "" {
		s.Key = core.ImpliedKey(s.Ref)
	}
	if r.config.Digest != nil {
		if s.Sum, s.Size, err = r.config.Digest(bytes.NewReader(o.Data)); err != nil {
			s.Sum, s.Size, s.Bad = "", -1, err.Error()
		}
	}
	return s
}
