// Command directory measures lockstep beside a model of the tool that it takes
// the place of: LSC with its plugin for James. One slapd, one James for each of
// the two, one machine, the same jobs, taking turns; and lockstep alone with ten
// times as many people, for the memory that it takes.
//
// It never asserts a time. It does assert the work: after every run, the mail
// server is asked for all that it holds, and must hold what the directory says
// (wants.go), otherwise there is no result. Nothing is left behind but the table.
//
// Start with main.go and job.go; people.go makes the directory, slapd.go and
// webadmin.go run the servers, tool.go the programs, front.go counts what they
// ask for, large.go is the big directory, report.go writes the table.
package main
