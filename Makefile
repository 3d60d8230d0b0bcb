# make test is all a new machine needs: it installs a real redis-server if there
# is none, and runs everything.
.PHONY: test build lint fuzz bench redis

test: redis
	go test -race $$(go list ./... | grep -v /flows/check$$)
	go test ./flows/check

# The walk over every state is one goroutine of pure code; the race detector
# would only make it ten times slower. Everything else runs under it.

redis:
	@command -v redis-server >/dev/null || { echo "installing redis-server"; \
	  SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null; }

build:
	mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

# A few seconds of each fuzz target.
FUZZTIME ?= 10s
fuzz:
	go test ./internal/plain -run '^$$' -fuzz FuzzText -fuzztime $(FUZZTIME)
	go test ./internal/hours -run '^$$' -fuzz FuzzParse -fuzztime $(FUZZTIME)
	go test ./internal/privacy -run '^$$' -fuzz FuzzToken -fuzztime $(FUZZTIME)
	go test ./internal/twiml -run '^$$' -fuzz FuzzRoundTrip -fuzztime $(FUZZTIME)
	go test ./internal/webhook -run '^$$' -fuzz FuzzWebhook -fuzztime $(FUZZTIME)
	go test ./flows/check -run '^$$' -fuzz FuzzLoad -fuzztime $(FUZZTIME)
	go test ./internal/area -run '^$$' -fuzz FuzzFind -fuzztime $(FUZZTIME)
	go test ./ivr -run '^$$' -fuzz FuzzKey -fuzztime $(FUZZTIME)

bench:
	go test ./internal/area ./flows -run '^$$' -bench . -benchmem
