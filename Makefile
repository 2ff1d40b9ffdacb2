# Every target that CI calls, and nothing that only CI can do.

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TOOLS         := $(CURDIR)/.build/tools

# -race on a package that imports awscdk takes minutes; these do not import it.
PLAIN = $(shell go list ./... | grep -Ev '^cognito-m2m(/stacks|/test)?$$')

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run the dev environment on this machine, no AWS account.
	go run ./cmd/m2m up

.PHONY: build
build: ## Compile everything.
	go build ./...

.PHONY: test
test: ## Run all tests (Go and Node suffice).
	go test ./...

.PHONY: race
race: ## Run the tests of all packages that do not import awscdk under the race detector.
	go test -race $(PLAIN)

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Lint and check the formatting.
	$(TOOLS)/golangci-lint run

.PHONY: fmt
fmt: $(TOOLS)/golangci-lint ## Format the code.
	$(TOOLS)/golangci-lint fmt

$(TOOLS)/golangci-lint: Makefile
	GOBIN=$(TOOLS) go install $(GOLANGCI_LINT)

.PHONY: golden
golden: ## Rewrite golden templates and the environment schema; review the difference.
	go test ./test -run TestGolden -update
	go test ./config -run TestSchema -update

.PHONY: verify
verify: golden fmt ## Fail if formatting, go.mod or a generated file is out of date, or new.
	go mod tidy
	@git diff --exit-code && test -z "$$(git status --porcelain)" || { git status --short; exit 1; }

.PHONY: synth
synth: node_modules ## Synthesize all environments with the pinned CDK CLI.
	npx cdk synth --quiet

.PHONY: same
same: node_modules ## Prove that the CLI and the app alone write the same templates.
	.ci/compare-synth

node_modules: package-lock.json
	npm ci
	@touch node_modules

.PHONY: e2e
e2e: ## Walk through the main job end to end.
	go test -count=1 ./test/e2e/...

.PHONY: conformance
conformance: ## Print what the target in M2M_TARGET (default: a local run) answers, row by row.
	@mkdir -p .build; CONFORMANCE_TABLE=1 go test -v -count=1 -run 'TestConformance$$' ./test/conformance > .build/conformance; \
		status=$$?; grep -vE '^ *(===|--- PASS)' .build/conformance; exit $$status

FUZZTIME ?= 10s

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (default 10s).
	.ci/fuzz $(FUZZTIME)

.PHONY: soak
soak: ## Run the load and fault tests with their full counts (about 5 minutes).
	go test -count=1 -timeout 30m -v ./test/soak -full

.PHONY: bench
bench: ## Print how fast the runtime is beside what the machine can do, as ratios within the run.
	go test -run '^$$' -bench . ./internal/...
	go test -count=1 -timeout 30m -run TestSpeed -v ./test/soak -speed

.PHONY: clean
clean: ## Remove what was built and synthesized (local state in .m2m stays).
	rm -rf .build cdk.out node_modules
