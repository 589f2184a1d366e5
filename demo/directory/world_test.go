package directory

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func newWorld(t *testing.T) *World {
	t.Helper()
	w, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// provision gives every person what the truth says, the crude way.
func provision(t *testing.T, w *World) {
	t.Helper()
	if err := w.server.RemoveAlias("nanami.fujimoto@"+domain, stale); err != nil {
		t.Fatal(err)
	}
	for _, p := range w.people {
		var errs []error
		errs = append(errs, w.server.AddUser(p.mail(), "x"), w.server.SetContact(p.mail(), p.given, p.family))
		if made()[p.uid] == "" {
			errs = append(errs, w.server.AddIdentity(p.mail(), p.name(), 0))
		}
		for _, a := range p.aliases {
			errs = append(errs, w.server.AddAlias(p.mail(), a))
		}
		for _, f := range p.forwards {
			errs = append(errs, w.server.AddForward(p.mail(), f))
		}
		if p.bytes != 0 {
			errs = append(errs, w.server.SetQuota(p.mail(), p.bytes))
		}
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCompareSeesEverything: a server that holds what people have a right to
// compares equal, and each thing that is otherwise is seen.
func TestCompareSeesEverything(t *testing.T) {
	w := newWorld(t)
	if _, differences := w.Compare(); len(differences) < 70 {
		t.Errorf("a server that nobody provisioned differs in %d things only", len(differences))
	}
	provision(t, w)
	n, differences := w.Compare()
	if len(differences) > 0 || n < 90 {
		t.Fatalf("%d elements are equal, but %q", n, differences)
	}
	for _, c := range []struct {
		do, undo func() error
		want     string
	}{
		{func() error { return w.server.RemoveUser(postmaster) }, func() error { return w.server.AddUser(postmaster, "x") }, "misses users/" + postmaster},
		{func() error { return w.server.RemoveForward(promoted+"@"+domain, own) }, func() error { return w.server.AddForward(promoted+"@"+domain, own) },
			"misses address/forwards/amara.okonkwo@lantern.example/targets/amara@okonkwo.example"},
		{func() error { return w.server.AddAlias(Gone, stale) }, func() error { return w.server.RemoveAlias(Gone, stale) },
			"too much: address/aliases/quentin.lefevre@lantern.example/sources/drums@lantern.example"},
		{func() error { return w.server.SetQuota(Gone, 1) }, func() error { return w.server.SetQuota(Gone, 2*gib) }, "too much: quota/users/quentin.lefevre@lantern.example/size=1"},
		{func() error { return w.server.SetContact(Gone, "Q", "") }, func() error { return w.server.SetContact(Gone, "Quentin", "Lefèvre") }, `misses domains/lantern.example/contacts/quentin.lefevre="Quentin" "Lefèvre"`},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		if _, differences := w.Compare(); !slices.ContainsFunc(differences, func(d string) bool { return strings.Contains(d, c.want) }) {
			t.Errorf("%q is not among %q", c.want, differences)
		}
		if err := c.undo(); err != nil {
			t.Fatal(err)
		}
		if _, differences := w.Compare(); len(differences) > 0 {
			t.Fatalf("after it was made good: %q", differences)
		}
	}
}

// TestEdits: what people did in the directory is missing on the server, what
// they did on the server without a right to it is too much there, and who has
// left keeps everything.
func TestEdits(t *testing.T) {
	w := newWorld(t)
	provision(t, w)
	before, err := os.ReadFile(w.Directory())
	if err != nil {
		t.Fatal(err)
	}
	done, err := w.Edit()
	if err != nil || len(done) != 6 {
		t.Fatalf("%v, %v", done, err)
	}
	_, differences := w.Compare()
	for _, want := range []string{
		"the server misses users/" + Married, "the server has too much: users/" + marries + "@" + domain,
		"the server misses address/aliases/" + Married + "/sources/" + marries + "@" + domain,
		"the server misses quota/users/emre.yildiz@lantern.example/size=10737418240",
		"the server misses users/uma.sigurdardottir@lantern.example",
		"the server has too much: quota/users/joao.figueiredo@lantern.example/size=53687091200",
	} {
		if !slices.Contains(differences, want) {
			t.Errorf("%q is not among %q", want, differences)
		}
	}
	if text := strings.Join(differences, "\n"); strings.Contains(text, leaves) || strings.Contains(text, "tour.example") {
		t.Errorf("who has left, or forwards his own mail, is not left alone: %s", text)
	}
	after, err := os.ReadFile(w.Directory())
	if err != nil || strings.Contains(string(after), leaves) || !strings.Contains(string(before), leaves) {
		t.Errorf("the entry of who has left: %v", err)
	}
	all, missing, err := w.ExportWrongly()
	if err != nil || all != 20 || missing < 6 {
		t.Fatalf("%d of %d people are missing in the wrong export, %v", missing, all, err)
	}
	wrong, err := os.ReadFile(w.Directory())
	if n := strings.Count(string(wrong), "\ndn: "); err != nil || n != all-missing || strings.Contains(string(wrong), "mateo.quispe") {
		t.Errorf("the wrong export holds %d people, %v", n, err)
	}
	if err := w.ExportAgain(); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(w.Directory()); err != nil || string(again) != string(after) {
		t.Errorf("the right export is another one, %v", err)
	}
	if _, same := w.Compare(); !slices.Equal(same, differences) {
		t.Error("an export changed what people have a right to")
	}
}

// TestPeople: the sample is what it says, and the same in every run.
func TestPeople(t *testing.T) {
	all := people()
	ids, addresses := map[string]bool{}, map[string]bool{}
	for _, p := range append(all, joins()) {
		ids[p.id()] = true
		addresses[p.mail()] = true
		if p.quota == "" && p.bytes != 0 {
			t.Errorf("%s has %d bytes of no quota", p.uid, p.bytes)
		}
	}
	if len(all) != 20 || len(ids) != 21 || len(addresses) != 21 {
		t.Errorf("%d people, %d identities and %d addresses", len(all), len(ids), len(addresses))
	}
	if string(entries(all)) != string(entries(people())) {
		t.Error("two exports differ")
	}
	for l := range strings.Lines(string(entries(all))) {
		if !strings.HasPrefix(l, "#") && strings.ContainsFunc(l, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("not ASCII, as RFC 2849 wants it: %s", l)
		}
	}
}
