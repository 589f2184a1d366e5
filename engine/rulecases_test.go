package engine_test

import (
	"testing"

	"lockstep/reconcile"
)

// ruleCases are found by make ablate: a world and a seed in it that goes wrong
// without the rule. Rules that chance does not reach have a story in
// scenario_test.go.
func ruleCases() []ruleCase {
	return []ruleCase{
		{reconcile.RuleSettleEarly, "1: open deletes are settled before the rebind", "mail-bysize", 287},
		{reconcile.RuleSettleByEffect, "2: an intent is settled by what is there, never repeated", "mail-nomove", 0},
		{reconcile.RulePlannedMarks, "3: the base takes marks as planned", "mail-blind", 1},
		{reconcile.RulePerMark, "3: each mark write commits its own marks only", "mail-emailid", 12},
		{reconcile.RuleFindCreated, "4: an unanswered create is searched", "mail-nomove", 0},
		{reconcile.RuleFindAnywhere, "4: ... in every collection of the side", "mail-blind", 0},
		{reconcile.RuleOneCreate, "4: one open create of a Sum at a time", "mail-vocabulary", 16},
		{reconcile.RuleCarriedOnly, "5: a merge commits what its write carried", "dav", 3},
		{reconcile.RuleLanded, "6: an update is ours only with proof", "dav", 4},
		{reconcile.RuleSecondSurvey, "8: a listing is whole only if a second survey agrees", "mail-backup", 10},
		{reconcile.RuleDeletesWait, "9: deletes wait for every listing", "mail", 15},
		{reconcile.RuleMissingIsNotGone, "10: Missing at Fetch only drops the step", "mail", 75},
		{reconcile.RuleEvidenceClass, "13: gone against new only; twins share their evidence", "mail-rebirth", 0},
		{reconcile.RuleOpenCreateLast, "13: what an open create may have made is matched last", "mail-bysize", 2},
		{reconcile.RuleSourceLast, "13: what an open create copies is matched after everything else", "mail", 13626},
		{reconcile.RuleUnreadFirst, "13: ... and what it may have made, not while something else cannot be read", "mail", 6992},
		{reconcile.RuleLearnRebind, "14: a rebind needs a Sum", "mail-scan", 0},
		{reconcile.RuleRebindSameKey, "15: unique keys are rebound within a collection", "calendar", 0},
		{reconcile.RuleUnproven, "16: gone since a new incarnation is unproven", "mail-backup", 0},
		{reconcile.RuleMoveByPlace, "17: an open move after a new incarnation is judged by its place", "mail-rebirth", 223},
		{reconcile.RuleVoidHandles, "17: an ID of an incarnation that has ended names nothing", "mail-rebirth", 0},
		{reconcile.RuleTwoBases, "21: one base body for each side", "dav", 3},
		{reconcile.RuleRevOfBody, "22: a Rev belongs to a base body read with it", "calendar", 1},
		{reconcile.RuleReadBack, "23: stored = unknown is read back", "calendar", 2},
		{reconcile.RuleRendition, "24: missing is rendition only if never held", "calendar", 7},
		{reconcile.RuleKeyAbsent, "25: a create asks for absence of the Key", "dav", 3},
		{reconcile.RuleRestoreBase, "26: a restored side starts from its own base body", "dav", 0},
		{reconcile.RuleCanonical, "27: values are compared in canonical form", "calendar", 20},
		{reconcile.RuleOnlyNamed, "29: what is of nobody whom the directory names is left alone", "provision", 0},
		{reconcile.RuleRename, "30: another address is a rename", "provision", 4},
		{reconcile.RuleOneEntry, "35: of two entries with one address the bound one lives", "provision", 208},
		{reconcile.RuleAskLazy, "37: a lazy collection is asked", "provision", 2},
		{reconcile.RuleLeftoverMarks, "38: marks of what a move left behind go to what was moved", "mail-nomove", 19},
	}
}

// TestSeedsOnceBad keeps what a long run has found.
func TestSeedsOnceBad(t *testing.T) {
	for world, seeds := range map[string][]int64{
		"mail":               {6992, 10167, 13087, 13626, 16955},
		"mail-blind":         {9783},
		"mail-bysize":        {3777, 12709},
		"mail-rebirth":       {7350},
		"mail-backup":        {8303, 18733},
		"provision":          {831, 2684, 2747, 16558},
		"provision-lies":     {3018, 13719, 15002, 17545, 18291},
		"provision-portions": {4, 1421},
		"cards":              {22, 1488, 1577, 1717, 3670, 8225, 10583},
		"cards-weak":         {10, 119, 551, 1659, 2749, 5599, 7226, 10583, 11551, 11855, 16934},
	} {
		for _, seed := range seeds {
			if bad := worlds()[world](seeded(seed), 0, nil); bad != "" {
				t.Errorf("%s seed %d: %s", world, seed, bad)
			}
		}
	}
}
