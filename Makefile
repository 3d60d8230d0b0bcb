# make test is all a new machine needs: it installs a real redis-server and a
# speech synthesiser if they are missing, and runs everything.
.PHONY: test test-race test-rest test-long quick reword test-browser test-desk-browser screenshots editor prove simulate simulate-table simulate-bugs slips build lint spelling prose contract test-valkey fuzz bench chaos release tools

# Packages whose tests do several things at once: they run under the race detector. It finds
# nothing in a test of one goroutine, and makes that ten times slower.
CONCURRENT = ./sms ./cmd/gateway/server ./internal/budget ./internal/counters ./internal/eraser ./internal/lines ./internal/store ./internal/trace ./internal/twilio

# Walks make much garbage: collected less often (GOGC), they take a quarter less, as long as there is
# memory (GOMEMLIMIT). The limit of forty minutes is for machines that do other work, too.
# The two parts run side by side: the tests of the first wait much. Three packages of the second run at
# once, since the tests of deploy wait, too. make test-long runs what is left out here (-short).
test: tools
	$(MAKE) -j2 test-race test-rest

test-race:
	GOGC=400 GOMEMLIMIT=3GiB go test -short -timeout 40m -race $(CONCURRENT)
	go test -timeout 40m -race -run 'PhoneIsShared' ./cmd/signpost/internal/preview

test-rest:
	GOGC=400 GOMEMLIMIT=3GiB go test -short -p 3 -timeout 40m $$(go list ./... | grep -vxF "$$(go list $(CONCURRENT))")

# The tests that take many seconds of processor time each, and that make test leaves out or samples: every
# planted bug, every runbook and paper walked with the real programs, every place beside every other.
LONG = TestPlanted TestRunbooksAreWalked TestDeployPaper TestDeskJourney TestRoutineChanges \
  TestPairsOfTowns TestFramesOfOne TestEnglishWordsAreNoPlaces
test-long: tools
	GOGC=400 GOMEMLIMIT=3GiB go test -p 3 -timeout 40m -run '^($(subst $(space),|,$(strip $(LONG))))$$' \
	  ./cmd/gateway/internal/simulate ./cmd/signpost ./cmd/signpost/internal/preview ./deploy ./docs ./flows

# What fails first, in under a minute.
quick: tools
	go vet ./...
	go test ./config ./sms ./ivr ./flows/hear ./flows/load ./internal/twilio ./internal/gsm7 ./internal/hours ./internal/normalise ./internal/privacy ./internal/spell
	go test ./flows -run 'Understood|LockedIn|EndRight|Step|State'

# All tests, with every text of the shipped flow book in other words: what fails there holds a
# phrase that a manager may change. By hand: it takes as long as make test. REWORDED=./sms tries one package.
REWORDED ?= ./...
reword: tools
	go run .ci/reword/reword.go $(REWORDED)

# The pages of signpost preview and of the desk in a real browser: Debian's package of Chromium.
# make test-browser SCREENSHOTS=/some/folder keeps pictures of them.
SCREENSHOTS ?=
test-browser:
	@if ! test -x /usr/bin/chromium; then echo "installing chromium"; $(INSTALL) chromium fonts-dejavu-core >/dev/null; fi
	go test -timeout 40m -tags browser ./cmd/signpost/internal/preview -run 'KeyboardAlone|Shown|Accessible|KeepWithKeyboard|PlaceByKeyboard|Readers|FollowsTheGuide' -screenshots "$(abspath $(SCREENSHOTS))"
	go test -timeout 40m -tags browser ./cmd/signpost -run 'TestDeskIsAccessible' -screenshots "$(abspath $(SCREENSHOTS))"

# The desk in a real browser, with virtual passkeys: the whole way of a change. By hand.
test-desk-browser:
	go test -timeout 40m -tags browser ./cmd/signpost -run 'TestDeskInABrowser|TestDeskIsAccessible' -screenshots "$(abspath $(SCREENSHOTS))"

# The pictures of the README and of the guides, made by following the guides in a real browser.
screenshots:
	mkdir -p docs/manager docs/desk
	go test -timeout 40m -tags browser ./cmd/signpost/internal/preview -run 'FollowsTheGuide' -count=1 -screenshots "$(abspath docs/manager)"
	go test -timeout 40m -tags browser ./cmd/signpost/internal/preview -run 'TestPictureForReaders' -count=1 -screenshots "$(abspath docs)"
	go test -timeout 40m -tags browser ./cmd/signpost -run 'TestDeskIsAccessible' -count=1 -guide "$(abspath docs/desk)"

# The text editor of the page of files, in one file. By hand, when a version in its
# package.json changes: it needs npm.
editor:
	@work=$$(mktemp -d) && cp cmd/signpost/internal/preview/codemirror/* "$$work" && cd "$$work" && npm install --silent --no-audit --no-fund && \
	npx esbuild bundle.js --bundle --minify --format=esm --legal-comments=none \
	  "--banner:js=/*! CodeMirror 6, copyright Marijn Haverbeke and others, MIT License: see NOTICE. Made by make editor. */" \
	  --outfile="$(CURDIR)/cmd/signpost/internal/preview/web/codemirror.min.js"; rm -rf "$$work"

# Every routine change that managers make, with every service: about ten minutes. By hand;
# make test tries each change with some services.
prove:
	go test ./cmd/signpost/internal/preview -run 'TestRoutineChanges' -count=1 -v -timeout 60m -every | grep -v '^ *--- PASS\|^=== '

INSTALL = SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq

# A real Redis to talk to, a synthesiser to time prompts with, and promtool.
tools:
	@if ! command -v redis-server >/dev/null || ! command -v espeak-ng >/dev/null || ! command -v git >/dev/null; then \
	  echo "installing redis-server, espeak-ng and git"; \
	  $(INSTALL) redis-server espeak-ng git >/dev/null; fi
# promtool tests the alerts. It is taken out of Debian's package, so that no Prometheus runs.
	@if ! command -v promtool >/dev/null; then \
	  echo "installing promtool"; SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; $$SUDO apt-get update -qq; \
	  work=$$(mktemp -d) && chmod 755 "$$work" && cd "$$work" && apt-get download -qq prometheus >/dev/null && dpkg -x prometheus_*.deb . && \
	  $$SUDO install -m 755 usr/bin/promtool /usr/local/bin/ && rm -rf "$$work"; fi

# GOEXPERIMENT=runtimesecret: what a webhook leaves in memory is wiped.
build:
	mkdir -p bin
	CGO_ENABLED=0 GOEXPERIMENT=runtimesecret go build -trimpath -buildvcs=auto -ldflags='-s -w' -o bin/ ./cmd/gateway ./cmd/signpost ./cmd/linecheck

# .golangci.yml says what golangci-lint looks for. It is compiled once, which takes two minutes.
lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	GOEXPERIMENT=runtimesecret go vet ./internal/privacy
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

# The papers and what the flow book says, in British English.
spelling:
	@if ! command -v aspell >/dev/null; then echo "installing aspell"; $(INSTALL) aspell aspell-en >/dev/null; fi
	.ci/spelling

# Wording of documents, pages and messages: Vale with the rules in .ci/prose/styles. Vale
# is compiled once, which takes some minutes; after that a run takes seconds.
prose:
	go run .ci/prose/prose.go

# What is asked of the provider, held against its own description of its API. By hand:
# it needs npm and a large download.
contract:
	.ci/contract

# What talks to Redis, talking to Valkey: Debian's package of it (in Debian 12, of its
# backports) answers to the name redis-server. By hand.
test-valkey:
	@command -v valkey-server >/dev/null || { echo "install valkey-server first"; exit 1; }
	mkdir -p bin/valkey && ln -sf "$$(readlink -f "$$(command -v valkey-server)")" bin/valkey/redis-server
	PATH="$(CURDIR)/bin/valkey:$$PATH" go test -count=1 ./internal/store ./internal/eraser ./internal/budget ./internal/counters ./cmd/gateway/server ./cmd/signpost/internal/doctor
	PATH="$(CURDIR)/bin/valkey:$$PATH" $(MAKE) chaos LASTS=$(LASTS) REPORT=

# A short run of each fuzz target: as long as FUZZTIME says (10m), or as many inputs (200x).
# An input that is new is not made smaller for a minute each, which would leave no time to
# look for others in whole files.
FUZZTIME ?= 10s
FUZZ = internal/voice:FuzzPieces internal/wav:FuzzRead internal/normalise:FuzzText internal/hours:FuzzParse internal/privacy:FuzzToken internal/twilio:FuzzRoundTrip \
  internal/twilio:FuzzForm internal/twilio:FuzzWebhook flows/load:FuzzParse flows/check:FuzzLoad internal/area:FuzzCandidates \
  internal/area:FuzzGazetteer cmd/signpost/internal/edit:FuzzSet cmd/signpost:FuzzNew flows:FuzzState flows/hear:FuzzHear ivr:FuzzKey internal/counters:FuzzField
fuzz:
	@for one in $(FUZZ); do \
	  echo "$$one"; go test ./$${one%:*} -run '^$$' -fuzz "^$${one#*:}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x || exit 1; done

# What is published: archives for servers and signpost for laptops (Windows, macOS, Linux),
# which come out the same on every machine that makes them of a commit; lists of what they
# are built of, how they were made, checksums. RELEASE_KEY=file signs the checksums in
# signify's format (go run ./cmd/release -new-key signpost makes a pair).
RELEASE_KEY ?=
release:
	rm -rf dist
	go run ./cmd/release -out dist $(if $(RELEASE_KEY),-key "$(RELEASE_KEY)")

# Everything that can go wrong, one thing after the other, while people text and ring:
# real processes, real sockets. LASTS is how long each fault lasts; OLDER a revision of git
# that is upgraded from, too, under load.
LASTS ?= 6s
OLDER ?=
REPORT ?= docs/reliability.md
chaos: tools
	@if [ -n "$(OLDER)" ]; then rm -rf bin/older && mkdir -p bin/older/src && git archive $(OLDER) | tar -x -C bin/older/src \
	  && cd bin/older/src && CGO_ENABLED=0 go build -buildvcs=false -o ../gateway ./cmd/gateway && rm -rf ../src; fi
	cd cmd/gateway && go test -tags chaos -run 'TestChaos$$' -count=1 -timeout 10m -lasts $(LASTS) -write "$(abspath $(REPORT))" $(if $(OLDER),-older $(abspath bin/older/gateway))

# A year of texts and calls in minutes, in a world that a seed decides: docs/simulation.md.
# make test plays the first quarter of the year of seed 1. PERSON tells one person's story, SHRINK=yes looks for
# the smallest world that breaks a rule. YEARS plays so many, from SEED on, and writes their table
# into docs/reliability.md. Each is kept in YEARS_LOG once it is played, and not played again:
# delete that file after a change of the code. Several may run at once, with SEEDs of their own.
SEED ?= 1
YEARS ?= 1
YEARS_LOG ?= bin/years.log
PERSON ?=
SHRINK ?=
simulate:
	@mkdir -p bin
	GOGC=400 go test ./cmd/gateway/internal/simulate -run 'TestSimulate$$' -count=1 -v -timeout 0 -args -seed $(SEED) -years $(YEARS) -person "$(PERSON)" \
	  $(if $(SHRINK),-shrink) $(if $(filter-out 1,$(YEARS)),-played "$(abspath $(YEARS_LOG))" -report "$(abspath $(REPORT))")

# The table of years that were played before, of what make simulate printed or kept: LOGS="one other".
LOGS ?= $(YEARS_LOG)
empty :=
space := $(empty) $(empty)
simulate-table:
	go test ./cmd/gateway/internal/simulate -run 'TestYearsTable$$' -count=1 -v -args -played "$(subst $(space),$(comma),$(abspath $(LOGS)))" -report "$(abspath $(REPORT))"
comma := ,

# Plants bugs in the gateways, one at a time, and plays the world that must find each, as make
# test does; and the whole world without the bug. BUG names one of docs/simulation.md.
BUG ?=
simulate-bugs:
	GOGC=400 go test ./cmd/gateway/internal/simulate -run 'TestPlanted$$' -count=1 -v -timeout 60m -args -plant -bug "$(BUG)"

# Every place of the table with every slip in thirty sentences, nearly five million texts: ten
# minutes. By hand; make test tries one slip of each kind in three of them.
slips:
	ALL_SLIPS=30 GOGC=400 go test ./flows -run 'TestFramesOfOne$$' -count=1 -v -timeout 0

# The gateway beside the leanest server that does the same work, then the parts.
bench: tools
	go run ./cmd/bench -write docs/performance.md
	go test ./internal/area ./flows -run '^$$' -bench . -benchmem
