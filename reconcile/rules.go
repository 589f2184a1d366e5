package reconcile

// Rule names a rule of evidence that can be taken out, so that a test can
// show that things go wrong without it (make ablate). All hold in production.
type Rule uint8

const (
	RuleSettleEarly      Rule = iota // 1: open deletes are settled before the rebind
	RuleSettleByEffect               // 2: an intent is settled by what is there, never repeated
	RulePlannedMarks                 // 3: the base takes marks as planned
	RulePerMark                      // 3: each mark write commits its own marks only
	RuleFindCreated                  // 4: an unanswered create is searched
	RuleFindAnywhere                 // 4: ... in every collection of the side
	RuleOneCreate                    // 4: one open create of a Sum at a time
	RuleCarriedOnly                  // 5: a merge commits what its write carried
	RuleLanded                       // 6: an update is ours only with proof
	RuleSecondSurvey                 // 8: a listing is whole only if a second survey agrees
	RuleDeletesWait                  // 9: deletes wait for every listing
	RuleMissingIsNotGone             // 10: Missing at Fetch only drops the step
	RuleBadIsListed                  // 11: a bad value is not a deletion
	RuleDropHolds                    // 12: a drop against the last good run holds deletes back
	RuleEvidenceClass                // 13: gone against new only; twins share their evidence
	RuleTwinMarks                    // 13: among twins equal marks first
	RuleOpenCreateLast               // 13: what an open create may have made is matched last
	RuleSourceLast                   // 13: what an open create copies is matched after everything else
	RuleUnreadFirst                  // 13: ... and what it may have made, not while something else cannot be read
	RuleLearnRebind                  // 14: a rebind needs a Sum
	RuleRebindSameKey                // 15: unique keys are rebound within a collection
	RuleUnproven                     // 16: gone since a new incarnation is unproven
	RuleMoveByPlace                  // 17: an open move after a new incarnation is judged by its place
	RuleVoidHandles                  // 17: an ID of an incarnation that has ended names nothing
	RuleDeleteTwins                  // 17: an open delete with twins is not put on a new ID
	RuleCutVocabulary                // 19: base marks are cut to the common vocabulary
	RulePlaceFirst                   // 20: a create on a label side adds a place
	RuleTwoBases                     // 21: one base body for each side
	RuleRevOfBody                    // 22: a Rev belongs to a base body read with it
	RuleReadBack                     // 23: stored = unknown is read back
	RuleRendition                    // 24: missing is rendition only if never held
	RuleKeyAbsent                    // 25: a create asks for absence of the Key
	RuleRestoreBase                  // 26: a restored side starts from its own base body
	RuleCanonical                    // 27: values are compared in canonical form
	RuleFirstBearer                  // 28: the first bearer of a Key is bound, others are parked
	RuleOnlyNamed                    // 29: what has no row goes only from owners that the left names
	RuleRename                       // 30: a bound row with another Key is a rename
	RuleOwnerParks                   // 31: a failed owner step parks its elements
	RuleChildrenFirst                // 32: children first, the owner's delete last
	RuleGrace                        // 33: an owner waits for its grace
	RuleAdditiveReread               // 34: present before an additive write = adopted
	RuleOneEntry                     // 35: of entries with one address the bound one lives
	RuleGuard                        // 36: the guard holds deletions back
	RuleAskLazy                      // 37: what is not listed is asked for before it is made
	RuleLeftoverMarks                // 38: marks of what a move left behind go to what was moved
	RulePutBack                      // 39: a backup that was put back is no edit and no deletion
	ruleCount
)

// String names the rule as tests print it.
func (r Rule) String() string {
	names := [ruleCount]string{
		RuleSettleEarly:      "SettleEarly",
		RuleSettleByEffect:   "SettleByEffect",
		RulePlannedMarks:     "PlannedMarks",
		RulePerMark:          "PerMark",
		RuleFindCreated:      "FindCreated",
		RuleFindAnywhere:     "FindAnywhere",
		RuleOneCreate:        "OneCreate",
		RuleCarriedOnly:      "CarriedOnly",
		RuleLanded:           "Landed",
		RuleSecondSurvey:     "SecondSurvey",
		RuleDeletesWait:      "DeletesWait",
		RuleMissingIsNotGone: "MissingIsNotGone",
		RuleBadIsListed:      "BadIsListed",
		RuleDropHolds:        "DropHolds",
		RuleEvidenceClass:    "EvidenceClass",
		RuleTwinMarks:        "TwinMarks",
		RuleOpenCreateLast:   "OpenCreateLast",
		RuleSourceLast:       "SourceLast",
		RuleUnreadFirst:      "UnreadFirst",
		RuleLearnRebind:      "LearnRebind",
		RuleRebindSameKey:    "RebindSameKey",
		RuleUnproven:         "Unproven",
		RuleMoveByPlace:      "MoveByPlace",
		RuleVoidHandles:      "VoidHandles",
		RuleDeleteTwins:      "DeleteTwins",
		RuleCutVocabulary:    "CutVocabulary",
		RulePlaceFirst:       "PlaceFirst",
		RuleTwoBases:         "TwoBases",
		RuleRevOfBody:        "RevOfBody",
		RuleReadBack:         "ReadBack",
		RuleRendition:        "Rendition",
		RuleKeyAbsent:        "KeyAbsent",
		RuleRestoreBase:      "RestoreBase",
		RuleCanonical:        "Canonical",
		RuleFirstBearer:      "FirstBearer",
		RuleOnlyNamed:        "OnlyNamed",
		RuleRename:           "Rename",
		RuleOwnerParks:       "OwnerParks",
		RuleChildrenFirst:    "ChildrenFirst",
		RuleGrace:            "Grace",
		RuleAdditiveReread:   "AdditiveReread",
		RuleOneEntry:         "OneEntry",
		RuleGuard:            "Guard",
		RuleAskLazy:          "AskLazy",
		RuleLeftoverMarks:    "LeftoverMarks",
		RulePutBack:          "PutBack",
	}
	if r < ruleCount {
		return names[r]
	}
	return "no rule"
}

// Rules returns all rules in order.
func Rules() []Rule {
	out := make([]Rule, ruleCount)
	for i := range out {
		out[i] = Rule(i)
	}
	return out
}

// Without is a set of rules that are taken out.
type Without uint64

// Out returns the set with a rule more.
func (w Without) Out(r Rule) Without { return w | 1<<r }

// holds tells whether a rule is in force.
func (w Without) holds(r Rule) bool { return w&(1<<r) == 0 }

// Holds tells whether a rule is in force, for the engine's own rules.
func (w Without) Holds(r Rule) bool { return w.holds(r) }
