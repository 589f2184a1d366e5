# Lockstep. "make demo" shows it, "make test" proves it; both need only Go.
GO ?= go
export CGO_ENABLED = 0
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
VULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0
SEEDS ?= 20000
FUZZTIME ?= 60s

.PHONY: build demo check fmt vet lint house unit test test-real fuzz fuzz-parsers ablate kill bench vuln clean

build:
	$(GO) build -trimpath -o bin/lockstep ./cmd/lockstep

# The main job, without an account and without a network.
demo: build
	./demo/maildirs.sh ./bin/lockstep

# Format, vet, lint, the import rule and the fast tests.
check: fmt vet lint house unit

fmt:
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not gofmt'ed: $$out"; exit 1; }

vet:
	$(GO) vet ./...

lint:
	$(GO) run $(STATICCHECK) ./...

house:
	$(GO) test ./internal/house

unit:
	$(GO) test -short ./...

# Everything that needs only Go: 500 seeds of every world.
test:
	$(GO) test ./...
	$(GO) test ./engine -run 'TestSeeds' -seeds 500
	@echo "not run without them: Dovecot, notmuch, mu, mbsync; make test-real installs them and misses none"

# What needs other programs, installed from Debian.
test-real:
	./peers/real/readers.sh

# The long run: 20,000 seeds of every world.
fuzz:
	$(GO) test ./engine -run 'TestSeeds' -seeds $(SEEDS) -timeout 6h

fuzz-parsers:
	$(GO) test ./format/mime -run '^$$' -fuzz FuzzDigest -fuzztime $(FUZZTIME)
	$(GO) test ./format/mime -run '^$$' -fuzz FuzzMessageID -fuzztime $(FUZZTIME)
	$(GO) test ./config -run '^$$' -fuzz FuzzParseAddress -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/imap -run '^$$' -fuzz FuzzResponse -fuzztime $(FUZZTIME)
	$(GO) test ./protocol/imap -run '^$$' -fuzz FuzzUTF7 -fuzztime $(FUZZTIME)

# Takes every rule of evidence out, one by one, and shows what goes wrong.
ablate:
	$(GO) test ./engine -run 'TestRules' -v
	$(GO) test ./engine -run 'TestAblation' -ablate 100 -timeout 2h -v

# Kills the program 200 times while users edit both sides.
kill:
	$(GO) test ./cmd/lockstep -run 'TestKill' -kills 200 -v -timeout 1h

bench:
	$(GO) test ./connect/maildir ./state/sqlite -run '^$$' -bench . -benchtime 1x

vuln:
	$(GO) run $(VULNCHECK) ./...

clean:
	rm -rf bin
