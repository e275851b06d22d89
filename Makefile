# The checks, one target each, so that people and .ci/run run the same.
# Tools run at these versions, built by Go from source when first needed.

golangci-lint = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
deadcode      = go run golang.org/x/tools/cmd/deadcode@v0.51.0
govulncheck   = go run golang.org/x/vuln/cmd/govulncheck@v1.8.0

.PHONY: check test race formatting vet lint tidy generated deadcode platforms vulnerabilities fuzz soak format generate release

check: formatting vet lint tidy generated deadcode platforms vulnerabilities race

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

formatting:
	$(golangci-lint) fmt --diff

vet:
	go vet -tags soak ./...

lint:
	$(golangci-lint) run

tidy:
	go mod tidy -diff

# Fresh is what generating leaves as it is, committed or not.
generated:
	@echo 'go generate ./...  # must change nothing'
	@state() { git status --porcelain; git diff | cksum; }; \
	before="$$(state)"; \
	go generate ./...; \
	test "$$before" = "$$(state)" || { git diff --stat; echo 'generated code was stale: commit what has changed'; exit 1; }

# What neither a program nor a test reaches.
deadcode:
	@echo '$(deadcode) -test ./...  # must print nothing'
	@dead="$$($(deadcode) -test ./...)" && test -z "$$dead" || { echo "$$dead"; exit 1; }

# The systems besides this one that a release is made for: what is theirs alone is compiled nowhere else.
platforms:
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build -o /dev/null .
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -o /dev/null .

vulnerabilities:
	@if curl -fsS --max-time 10 -o /dev/null https://vuln.go.dev/index/db.json; then \
		echo '$(govulncheck) ./...' && $(govulncheck) ./...; \
	else \
		echo 'vulnerabilities: NOT CHECKED, since the database at vuln.go.dev cannot be reached from here'; \
	fi

# Each fuzz target for FUZZTIME.
FUZZTIME = 1m
fuzz:
	bash .ci/fuzz.sh $(FUZZTIME)

# Everything at once for SOAK, with trouble, and then a look at what is left of it (soak_test.go).
SOAK = 10m
soak:
	go test -tags soak -run '^TestSoak$$' -count 1 -timeout 0 -v . -soak $(SOAK)

# These two change files.
format:
	$(golangci-lint) fmt

generate:
	go generate ./...

# What is released, in dist/: make release, at a tag.
release:
	bash .ci/release.sh
