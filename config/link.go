package config

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/core"
	"lockstep/format/element"
	"lockstep/reconcile"
)

// at returns the line of a key, else that of its section.
func (l *Link) at(key string) int {
	if line, ok := l.lines[key]; ok {
		return line
	}
	return l.lines[""]
}

func (l *Link) says(key string) bool { _, ok := l.lines[key]; return ok }

// finish finds the ends and checks what one key alone cannot tell.
func (l *Link) finish(r *reader, section string) {
	wrong := func(key string, err error) {
		setting{reader: r, value: value{line: l.at(key)}, key: key, section: section}.take(err)
	}
	whole := true
	find := func(key, text string) (end End) {
		if text == "" {
			whole = false
			return end
		}
		end, err := r.config.end(text, r.config.dir)
		switch {
		case err != nil:
			wrong(key, err)
			whole = false
		case end.Account.Address.Type == "": // its account is reported
			whole = false
		case end.Account.Name == "" && end.Account.Address.User != "":
			wrong(key, problem("make it an account with a password, [accounts.NAME], and write "+key+` = "NAME"`, "an address here cannot log in"))
		}
		return end
	}
	for side, to := range [2]*End{&l.Left, &l.Right} {
		key := core.Side(side).String()
		if !l.says(key) {
			r.wrong(l.at(""), "add "+key+" = an account or an address", "%s has no %s", section, key)
		}
		*to = find(key, l.draft.ends[side])
	}
	for _, text := range l.draft.also {
		l.Also = append(l.Also, find("left", text))
	}
	if !whole {
		return
	}
	if err := l.domainsFrom(r.config.env); err != nil {
		wrong(string(element.Contact), err)
	}
	for _, m := range l.settle() {
		if m.key == "" {
			r.wrong(l.at(""), m.remedy, "%s %s", section, m.text)
			continue
		}
		setting{reader: r, value: value{line: l.at(m.key)}, key: m.key, section: section}.bad(m.remedy, "%s", m.text)
	}
}

// misfit is a key that does not go with the rest of its link ("" = the link as a
// whole); the text begins with a verb.
type misfit struct{ key, text, remedy string }

// settle derives what depends on both ends, and checks that all fits.
func (l *Link) settle() (misfits []misfit) {
	wrong := func(key, remedy, format string, args ...any) {
		misfits = append(misfits, misfit{key: key, text: fmt.Sprintf(format, args...), remedy: remedy})
	}
	left, right := l.Left.Address(), l.Right.Address()
	if left.Normalised() == right.Normalised() {
		wrong("right", "name two places", "is the same place as left, %s", right)
	}
	var common []core.Kind
	for _, k := range left.Kinds() {
		if slices.Contains(right.Kinds(), k) {
			common = append(common, k)
		}
	}
	switch {
	case len(common) == 0:
		wrong("right", "link two ends that hold the same", "holds items of kind %s, but left of kind %s", kindNames(right.Kinds()), kindNames(left.Kinds()))
		return
	case l.Kind == "" && len(common) > 1:
		remedy := "add kind = " + quote(string(common[0])) + " or kind = " + quote(string(common[1]))
		if l.adHoc {
			remedy = "write a [links.NAME] with both ends, and " + remedy
		}
		wrong("kind", remedy, "is not said, and both ends may hold items of kind %s", kindNames(common))
		return
	case l.Kind == "":
		l.Kind = common[0]
	case !slices.Contains(common, l.Kind):
		wrong("kind", "remove it", "is %s, but both ends hold %s", quote(string(l.Kind)), kindNames(common))
	}
	if serviceOf(right.Type).bundle {
		wrong("right", "write it left; lockstep export writes such a file", "is a file that is only read, %s", right)
		return
	}
	if l.Mode == "" {
		l.Mode = TwoWay
		switch {
		case l.Kind == core.Entry:
			l.Mode = Provision
		case l.imports():
			l.Mode = LeftToRight
		}
	}
	if l.imports() && l.Mode != LeftToRight {
		wrong("mode", "remove it", "cannot be %s, as left is a file that is only read", quote(string(l.Mode)))
		return
	}
	if (l.Mode == Provision) != (l.Kind == core.Entry) {
		wrong("mode", "remove it", "cannot be %s for items of kind %s", quote(string(l.Mode)), l.Kind)
		return
	}
	if l.says("undo_days") && l.Local() == [2]bool{} && l.Mode != Provision {
		wrong("undo_days", "remove it", "is of no use, as neither end is on this machine")
	}
	for i, pair := range l.Map {
		kind := []core.Kind{l.Kind}
		l.Map[i] = PathPair{Left: spelling(kind, pair.Left), Right: spelling(kind, pair.Right)}
	}
	l.settleMode(wrong)
	l.settleScope(wrong)
	l.settleDirectory(wrong)
	return misfits
}

type complaint func(key, remedy, format string, args ...any)

// settleMode derives what follows from the direction.
func (l *Link) settleMode(wrong complaint) {
	writes := l.writes()
	wished := [2]bool{true, true}
	switch {
	case l.draft.deletes != nil:
		wished = *l.draft.deletes
	case l.Mode == Provision, l.imports(): // an export that lacks a card deletes it nowhere
		wished = [2]bool{}
	}
	for side := range writes {
		l.Deletes[side] = writes[side] && wished[side]
	}
	if wished[0] != wished[1] && l.Deletes == [2]bool{} {
		wrong("deletes", "remove it, or change mode", "names the side that mode = %s does not write to", quote(string(l.Mode)))
	}
	source := core.Left
	if l.Mode == RightToLeft {
		source = core.Right
	}
	l.Conflict = source
	merges := l.Kind == core.Contact || l.Kind == core.Event
	switch {
	case l.draft.conflict == "both" && !merges:
		wrong("conflict", `write "left" or "right"`, "cannot be \"both\" for items of kind %s", l.Kind)
	case l.draft.conflict == "both", l.draft.conflict == "" && merges && l.Mode == TwoWay:
		l.KeepBoth = true
	case l.imports() && l.draft.conflict != "left": // what people have by now beats an old export
		l.Conflict = core.Right
	case l.draft.conflict != "" && l.Mode != TwoWay && l.draft.conflict != source.String():
		wrong("conflict", "remove it", "names the side that mode = %s writes to", quote(string(l.Mode)))
	case l.draft.conflict == "right":
		l.Conflict = core.Right
	}
	mode := reconcile.TwoWay
	if l.Mode == Provision {
		mode = reconcile.Provision
	}
	l.Guard = l.draft.guard(mode)
	for _, key := range []string{"trash", "roles"} {
		if l.says(key) && merges {
			wrong(key, "remove it", "is for mail only")
		}
	}
}

// imports tells whether the left is a file of items, which is only read.
func (l *Link) imports() bool { return serviceOf(l.Left.Account.Address.Type).bundle }

// settleScope refuses a choice of folders where there is none.
func (l *Link) settleScope(wrong complaint) {
	left, right := l.Left.Alone(), l.Right.Alone()
	if l.Mode == Provision || left == "" && right == "" {
		return
	}
	for _, key := range []string{"folders", "exclude", "roles"} {
		if l.says(key) {
			wrong(key, "remove it, or the #collection", "is of no use, as an end names one collection")
		}
	}
	if l.says("map") && left != "" && right != "" {
		wrong("map", "remove it", "is of no use, as both ends name one collection")
	}
}

// settlePlaces checks which sorts of places are where.
func (l *Link) settlePlaces(wrong complaint) {
	seen := map[string]bool{}
	for _, end := range l.Sources() {
		a := end.Address()
		if !serviceOf(a.Type).directory {
			wrong("left", "name a directory on the left and the mail server on the right", "is no directory, %s", end)
		}
		if seen[a.Normalised()] {
			wrong("left", "name each once", "names %s twice", end)
		}
		seen[a.Normalised()] = true
	}
	if serviceOf(l.Right.Address().Type).directory {
		wrong("right", "name a directory on the left and the mail server on the right", "is a directory, which is only read, %s", l.Right)
	}
	for side, ends := range [2][]End{l.Sources(), {l.Right}} {
		for _, end := range ends {
			if end.Collection != "" {
				wrong(core.Side(side).String(), "write "+sectionName("links", "NAME", string(element.Alias))+" and the like for what is to be provisioned",
					"names a collection, %s, and a provisioning has no choice of them", quote(end.Collection))
			}
		}
	}
}

func kindNames(kinds []core.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, " or ")
}

// end finds what an account's name or an address stands for; relative paths
// start from dir.
func (c *Config) end(text, dir string) (End, error) {
	a, err := ParseAddress(text)
	if err != nil {
		return End{}, err
	}
	if a.Type == "" {
		account, ok := c.Account(a.Account)
		if !ok {
			remedy := didYouMean(a.Account, c.accountNames())
			if remedy == "" {
				remedy = "add [accounts." + a.Account + "], or write an address"
			}
			return End{}, problem(remedy, "there is no account %s", quote(a.Account))
		}
		if a.Collection != "" && account.Address.Collection != "" {
			return End{}, problem("name it in one of them", "the address of account %s names a collection already", quote(a.Account))
		}
		if a.Collection == "" {
			a.Collection = account.Address.Collection
		}
		return End{Account: account, Collection: spelling(account.Address.Kinds(), a.Collection)}, nil
	}
	if a, err = a.In(c.home, dir); err != nil {
		return End{}, err
	}
	if a.Type == IMAP && a.User == "" {
		return End{}, problem("write imap://USER@HOST/, with %40 for an @ in USER", "%s names no user", a)
	}
	collection := a.Collection
	a.Collection = ""
	account := &Account{Address: a, MaxConnections: defaultConnections, Restriction: c.restrictionAt(a)}
	if err := a.CheckPlain(false); err != nil {
		return End{}, err
	}
	return End{Account: account, Collection: collection}, nil
}
