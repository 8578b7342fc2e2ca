# What a newcomer needs: `make demo` and `make test`. Both fetch what they miss.

GO ?= go
VERSION ?= devel
LDFLAGS := -s -w -X main.version=$(VERSION)
STATICCHECK := $(GO) tool -modfile=internal/tools/go.mod staticcheck
WITH_POSTGRES := $(GO) run ./internal/pgtest/with-postgres --
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
FUZZTIME ?= 30s

.PHONY: build demo peers test test-all lint bench fuzz cross $(PLATFORMS:%=cross/%) clean

build: ## bin/tusk-lsp
	$(GO) build -ldflags "$(LDFLAGS)" -o bin/tusk-lsp ./cmd/tusk-lsp

demo: build ## the server at work on a scratch PostgreSQL with the sample database
	bin/tusk-lsp demo

peers: ## the programs that tests talk to (sshd, PgBouncer, a keychain, psql), where they are not installed
	$(GO) run ./internal/peers/fetch

test: lint peers ## unit, wire and PostgreSQL tests on majors 14 and 18 and what is installed
	$(WITH_POSTGRES) $(GO) test -race -timeout 20m ./...

test-all: lint peers ## the same on every major, 14 to 18
	TUSK_TEST_PG=all $(WITH_POSTGRES) $(GO) test -race -timeout 40m ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) ./...

bench: build peers ## figures of the whole server, then of its parts
	$(GO) run ./internal/bench
	$(WITH_POSTGRES) $(GO) test -run '^$$' -bench . -benchmem ./...

fuzz: ## every fuzz target for FUZZTIME
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

cross: $(PLATFORMS:%=cross/%) ## a whole server without cgo for every platform

$(PLATFORMS:%=cross/%): cross/%:
	CGO_ENABLED=0 GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) $(GO) build -ldflags "$(LDFLAGS)" \
		-o bin/$*/tusk-lsp$(if $(findstring windows,$*),.exe) ./cmd/tusk-lsp

clean:
	rm -rf bin
