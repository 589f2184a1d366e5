// Package fault is a TCP proxy that stands between a client and a real server
// and breaks, slows and counts what goes through.
//
// Listen puts it in front of an address, with a Plan (plan.go); Stats counts
// connections, bytes and round trips; Refuse, Cut and SetPlan change it while
// it runs. With the same Plan and the same conversation it breaks at the same
// byte. Start at proxy.go; pipe.go carries one direction.
//
// It never looks into what it carries and never changes a byte, but for the
// capabilities that a Plan hides (hide.go), and leaves no goroutine behind after
// Close.
package fault
