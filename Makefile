.POSIX:
.PHONY: run test check bench bench-nginx soak fmt generate build setup

# The demonstration, at http://127.0.0.1:8080
run:
	go run ./cmd/claimtrail demo

# The one static binary.
build:
	CGO_ENABLED=0 go build -trimpath -o bin/claimtrail ./cmd/claimtrail

# Every test, on both engines and in a real browser. Sets up what is missing.
test: setup
	.ci/with-postgres .ci/test

setup:
	.ci/setup

# What must hold before a commit: formatting, generated code, linters.
check:
	.ci/check

fmt:
	go tool templ fmt views
	gofmt -w cmd internal migrations seed views

generate:
	go tool templ generate

# Ratios in one run; see docs/performance.md.
bench: setup
	.ci/with-postgres go test -run '^$$' -bench . -benchmem -timeout 60m ./internal/...
	@command -v nginx wrk >/dev/null && $(MAKE) bench-nginx || echo "Pages were not measured beside nginx: install nginx and wrk for make bench-nginx."

# A kept page beside nginx serving the same bytes; needs nginx and wrk.
bench-nginx:
	CGO_ENABLED=0 go test -tags bench -run '^$$' -bench Nginx -benchtime 9x ./cmd/claimtrail

# The longer trials: every fuzz target for a minute, the crash test many times.
soak: setup
	.ci/with-postgres .ci/soak
