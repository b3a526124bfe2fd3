# What contributors and the checks of a change run. "make help" lists the targets.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
FUZZTIME ?= 30s
# SQLite is C translated to Go: what it allocates lies outside Go's memory, where the race detector sees
# nothing, and watching it all the same costs most of the time. Its driver and all else are watched.
UNWATCHED := -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /\1\t/' | expand -t 12

.PHONY: run demo
run: ## Run the server from source
	go run ./cmd/dagpass serve
demo: ## Run the server from source on an example organization
	go run ./cmd/dagpass demo

.PHONY: generate fmt
generate: ## Write the Go files of the templates
	go tool templ generate
fmt: ## Format Go files and templates
	gofmt -w $$(git ls-files '*.go')
	go tool templ fmt ./views

.PHONY: test quick browser
test: tools generated ## Everything, with race detector and browser; installs what it needs on Debian
	go vet ./...
	CGO_ENABLED=1 go test -race $(UNWATCHED) -timeout 40m ./...
quick: ## The inner loop: everything but race detector and browser
	go test -skip '^TestBrowser' ./...
browser: ## The stories in Chromium alone
	go test -run '^TestBrowser' ./cmd/dagpass

.PHONY: prove
prove: tools ## Every proof of docs/proof.md for as long as it is worth: under an hour
	CGO_ENABLED=1 go run ./cmd/prove

.PHONY: bench
ROWS ?= 100000
bench: ## The table of docs/performance.md on this machine; ROWS=1000000 for a large database
	@CGO_ENABLED=0 go test -run '^$$' -bench '^BenchmarkTargets$$' -benchtime 1x -timeout 60m ./cmd/dagpass -rows $(ROWS)

.PHONY: check
check: test ## test, and format, staticcheck and the house rules by name
	@test -z "$$(gofmt -l cmd db internal static views web)" || { gofmt -d cmd db internal static views web; exit 1; }
	go mod verify
	go run $(STATICCHECK) ./...
	go test -count=1 -run '^TestHouse' ./internal

.PHONY: build
build: ## The static binary, the same bytes for the same source, in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/dagpass ./cmd/dagpass

.PHONY: sbom
sbom: build ## What the binary in bin/ is made of, read out of it, beside it in CycloneDX's format
	go run $(CYCLONEDX) bin -json -licenses -std -version '$(VERSION)' -output bin/dagpass.cdx.json bin/dagpass

.PHONY: fuzz vuln
fuzz: ## Each fuzz target for FUZZTIME
	go run ./cmd/prove -proofs=false -fuzz $(FUZZTIME)
vuln: ## Known vulnerabilities, from the network or a copy of the database that GOVULNDB names by its URL
	go run $(GOVULNCHECK) $(if $(GOVULNDB),-db '$(GOVULNDB)') -test ./...

# The race detector needs a C compiler, the browser stories a browser, and the proof that a loss of power loses
# nothing needs strace, which Linux alone has. A check that can't run fails.
.PHONY: tools
tools:
	@missing=(); \
	command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc libc6-dev); \
	found=; for b in $(BROWSERS); do command -v $$b >/dev/null && found=$$b; done; \
	[ -n "$$found" ] || [ -d '/Applications/Google Chrome.app' ] || [ -d /Applications/Chromium.app ] || missing+=(chromium); \
	[ "$$(uname -s)" != Linux ] || command -v strace >/dev/null || missing+=(strace); \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" -eq 0 ]; then \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq; apt-get install -y -qq --no-install-recommends "$${missing[@]}"; \
	else \
	  echo "make test needs a C compiler (gcc or clang), Chrome or Chromium, and on Linux strace. Missing here: $${missing[*]}." >&2; \
	  echo "On Debian: sudo apt-get install $${missing[*]}" >&2; \
	  exit 1; \
	fi

# Generated files are committed; this finds those that are older than their template, also before the
# work is committed.
.PHONY: generated
generated:
	@sums() { find views -name '*_templ.go' -exec cksum {} + | sort; }; \
	before="$$(sums)"; go tool templ generate >/dev/null; after="$$(sums)"; \
	[ "$$before" = "$$after" ] || { diff <(echo "$$before") <(echo "$$after") || true; \
	  echo "Generated files were out of date. They are current now: commit them." >&2; exit 1; }
