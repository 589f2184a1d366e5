# Lockstep. "make demo" shows it, "make test" proves it; both need only Go.
GO ?= go
export CGO_ENABLED = 0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
VULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
SEEDS ?= 20000
FUZZTIME ?= 60s
KILLS ?= 200
RUNG ?=
SOAK ?= 30m
RUNS ?= 5
ROUNDS ?= 3
MESSAGES ?= 20000
PEOPLE ?= 3000
CARDS ?= 10000
LARGE ?= 100000
BENCHFLAGS ?=

.PHONY: build demo check fmt vet lint house unit test test-real fuzz fuzz-parsers ablate kill soak bench bench-mail bench-directory bench-contacts bench-run bench-large vuln clean

build:
	$(GO) build -trimpath -o bin/lockstep ./cmd/lockstep

# A real sync of sample mail, without an account and without a network.
demo: build
	@./bin/lockstep demo

# Format, vet, lint, the import rule and the fast tests.
check: fmt vet lint house unit

fmt:
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not gofmt'ed: $$out"; exit 1; }

vet:
	$(GO) vet ./...

lint:
	$(GO) run $(STATICCHECK) ./...

house:
	$(GO) test -count=1 ./internal/house # it looks at all packages, which the cache does not see

unit:
	$(GO) test -short -timeout 20m ./...

# Everything that needs only Go: 500 seeds of every world.
test:
	$(GO) test -timeout 30m ./...
	$(GO) test ./engine -run 'TestSeeds' -seeds 500 -timeout 30m
	@echo "not run without them: Dovecot, notmuch, mu, mbsync, slapd, James, Radicale, Xandikos, khard, khal, vdirsyncer; make test-real installs them and misses none"

# What needs other programs, installed from Debian, and James, from Maven
# Central; 20 kills beside Dovecot and 20 beside James.
test-real:
	./peers/real/readers.sh
	./peers/real/directory.sh

# The long run: 20,000 seeds of every world.
fuzz:
	$(GO) test ./engine -run 'TestSeeds' -seeds $(SEEDS) -timeout 6h

# Everything that reads what others wrote, FUZZTIME each. LOCKSTEP_CORPUS names
# a folder with real mail in mail/ to begin with.
fuzz-parsers:
	$(GO) test ./format/mime -run '^$$' -fuzz '^FuzzDigest$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/mime -run '^$$' -fuzz '^FuzzMessageID$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/utf7 -run '^$$' -fuzz '^FuzzUTF7$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/imap -run '^$$' -fuzz '^FuzzResponse$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/maildir -run '^$$' -fuzz '^FuzzFileName$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/maildir -run '^$$' -fuzz '^FuzzKeywords$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/maildir -run '^$$' -fuzz '^FuzzNames$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/vdir -run '^$$' -fuzz '^FuzzFileNames$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/vdir -run '^$$' -fuzz '^FuzzUIDs$$' -fuzztime $(FUZZTIME)
	$(GO) test ./connect/vdir -run '^$$' -fuzz '^FuzzCollectionNames$$' -fuzztime $(FUZZTIME)
	$(GO) test ./config -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME)
	$(GO) test ./config -run '^$$' -fuzz '^FuzzParseAddress$$' -fuzztime $(FUZZTIME)
	$(GO) test ./config -run '^$$' -fuzz '^FuzzPattern$$' -fuzztime $(FUZZTIME)
	$(GO) test ./state/sqlite -run '^$$' -fuzz '^FuzzSum$$' -fuzztime $(FUZZTIME)
	$(GO) test ./state/sqlite -run '^$$' -fuzz '^FuzzEscape$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/ldif -run '^$$' -fuzz '^FuzzParse$$' -fuzztime $(FUZZTIME)
	$(GO) test ./internal/mapping -run '^$$' -fuzz '^FuzzFilter$$' -fuzztime $(FUZZTIME)
	$(GO) test ./internal/mapping -run '^$$' -fuzz '^FuzzBytes$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/ldap -run '^$$' -fuzz '^FuzzMessage$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/ldap -run '^$$' -fuzz '^FuzzDescription$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/ldap -run '^$$' -fuzz '^FuzzUUID$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/ldap -run '^$$' -fuzz '^FuzzFilter$$' -fuzztime $(FUZZTIME)
	$(GO) test ./migrate/lsc -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME)
	$(GO) test ./migrate/lsc/script -run '^$$' -fuzz '^FuzzScript$$' -fuzztime $(FUZZTIME)
	$(GO) test ./migrate/mbsync -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/contentline -run '^$$' -fuzz '^FuzzDocument$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/contentline -run '^$$' -fuzz '^FuzzRefold$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/vcard -run '^$$' -fuzz '^FuzzCard$$' -fuzztime $(FUZZTIME)
	$(GO) test ./format/ical -run '^$$' -fuzz '^FuzzObject$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/dav -run '^$$' -fuzz '^FuzzMultistatus$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/dav -run '^$$' -fuzz '^FuzzHref$$' -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/dav -run '^$$' -fuzz '^FuzzChallenges$$' -fuzztime $(FUZZTIME)
	$(GO) test ./peers/davd -run '^$$' -fuzz '^FuzzRequest$$' -fuzztime $(FUZZTIME)
	$(GO) test ./migrate/vdirsyncer -run '^$$' -fuzz '^FuzzRead$$' -fuzztime $(FUZZTIME)

# Takes every rule of evidence out, one by one, and shows what goes wrong.
ablate:
	$(GO) test ./engine -run 'TestRules' -v
	$(GO) test ./engine -run 'TestAblation' -ablate 100 -timeout 2h -v

# Kills the program 200 times while users edit both sides: two Maildirs, a
# Maildir and the server of the tests, a Maildir and Dovecot (needs root); and
# while a directory changes: to the webadmin of the tests, and to James; and while
# users edit contacts: beside the DAV server of the tests, and Radicale.
# RUNG=each hides what an IMAP server can do, one thing after the other, with
# KILLS kills each; RUNG=turn another thing at every run; cmd/lockstep/rungs_test.go
# has the names of single ones.
kill:
	./peers/real/with-dovecot.sh ./peers/real/with-radicale.sh ./peers/real/james.sh with $(GO) test ./cmd/lockstep -run 'TestKill' -kills $(KILLS) -rung "$(RUNG)" -v -timeout 3h

# Keeps links in step for SOAK, while users change both sides, connections break
# and the program is killed; beside the server of the tests and Dovecot (needs
# root).
soak:
	./peers/real/with-dovecot.sh $(GO) test ./cmd/lockstep -count=1 -run 'TestSoak' -soak $(SOAK) -v -timeout 12h

bench:
	$(GO) test ./connect/maildir ./state/sqlite -run '^$$' -bench . -benchtime 1x

# Beside mbsync on a Dovecot of its own; needs root. RUNS=1 MESSAGES=2000 for a
# quick try, which leaves the table as it is. bench/README.md says more.
bench-mail:
	$(GO) build -o bin/bench-mail ./bench/mail
	./bin/bench-mail -runs $(RUNS) -messages $(MESSAGES) -out bench/results/mail.md $(BENCHFLAGS)

# Beside the requests of LSC, with a slapd and an Apache James of its own; needs
# root. ROUNDS=1 PEOPLE=500 LARGE=2000 for a quick try, which leaves the table as
# it is.
bench-directory:
	$(GO) build -o bin/bench-directory ./bench/directory
	./bin/bench-directory -runs $(ROUNDS) -people $(PEOPLE) -large $(LARGE) -out bench/results/directory.md $(BENCHFLAGS)

# Beside vdirsyncer on a Radicale of its own. ROUNDS=1 CARDS=200 for a quick try,
# which leaves the table as it is.
bench-contacts:
	$(GO) build -o bin/bench-contacts ./bench/contacts
	./bin/bench-contacts -runs $(ROUNDS) -cards $(CARDS) -out bench/results/contacts.md $(BENCHFLAGS)

# lockstep run: how soon a change is on the other side, and what an idle link
# takes. BENCHFLAGS="-idle 0" or "-active 0" for one half of it, which leaves the
# results as they are.
bench-run:
	$(GO) build -o bin/bench-run ./bench/run
	./bin/bench-run -out bench/results/run.md $(BENCHFLAGS)

# One account of very many messages: memory, state, and what a quiet sync costs.
bench-large:
	$(GO) build -o bin/bench-large ./bench/large
	./bin/bench-large $(BENCHFLAGS)

vuln:
	$(GO) run $(VULNCHECK) ./...

clean:
	rm -rf bin
