# CI calls these targets. All of them also run on your machine.

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT    := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.7.0
TOOLS         := $(CURDIR)/.build/tools

# The packages for the race detector. Left out: packages that import awscdk, which would
# take minutes, and tests of m2m as a process, where it would watch the tests alone.
PLAIN = $(shell go list ./... | grep -Ev '^cognito-m2m(/stacks|/test|/test/(conformance|e2e|handbook|page|soak))?$$')

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run the dev environment on this machine, without an AWS account.
	go run ./cmd/m2m up

.PHONY: build
build: ## Compile everything.
	go build ./...

.PHONY: test
test: ## Run all tests (needs only Go and Node).
	go test ./...

.PHONY: race
race: ## Run the tests of packages that neither import awscdk nor test other processes under the race detector.
	go test -race -short $(PLAIN)

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Lint and check the formatting.
	$(TOOLS)/golangci-lint run

.PHONY: fmt
fmt: $(TOOLS)/golangci-lint ## Format the code.
	$(TOOLS)/golangci-lint fmt

$(TOOLS)/golangci-lint: Makefile
	GOBIN=$(TOOLS) go install $(GOLANGCI_LINT)

$(TOOLS)/actionlint: Makefile
	GOBIN=$(TOOLS) go install $(ACTIONLINT)

$(TOOLS)/govulncheck: Makefile
	GOBIN=$(TOOLS) go install $(GOVULNCHECK)

.PHONY: vuln
vuln: $(TOOLS)/govulncheck ## Look for known vulnerabilities in what the code calls.
	$(TOOLS)/govulncheck ./...

.PHONY: golden
golden: ## Compile page templates; rewrite golden templates, schemas and generated pages; then read the difference.
	go test ./test/templates -run TestGolden -update
	go test ./test -run TestGolden -update
	go test ./test/docs -run TestGolden -update
	go test ./config -run TestSchema -update

.PHONY: verify
verify: golden fmt ## Fail if formatting, go.mod or a generated file is out of date, or new.
	go mod tidy
	@git diff --exit-code && test -z "$$(git status --porcelain)" || { git status --short; exit 1; }

.PHONY: synth
synth: node_modules ## Synthesize all environments with the pinned CDK CLI.
	npx cdk synth --quiet

.PHONY: same
same: node_modules ## Prove that the CDK CLI and the app without it write the same templates.
	.ci/compare-synth

node_modules: package-lock.json
	npm ci --ignore-scripts
	@touch node_modules

.PHONY: e2e
e2e: ## Test the command from the environment file to an answer.
	go test -count=1 ./test/e2e/...

# What the assemblies of a rehearsal are made of. `go test ./test` with M2M_EDITS makes those of the edits on its way.
SYNTHESIZED_FROM = cdk.json go.mod $(wildcard *.go config/*.go environments/*.yaml naming/*.go stacks/*.go)
EDITS := $(CURDIR)/.build/edits

cdk.out/manifest.json: $(SYNTHESIZED_FROM) $(wildcard lambda/*/*.go client/*.go) | node_modules
	npx cdk synth --quiet

$(EDITS)/edits.json: $(SYNTHESIZED_FROM) $(wildcard test/edits_*.go)
	M2M_EDITS='$(EDITS)' go test -count=1 ./test -run '^TestGoldenEdits$$'

.PHONY: rehearse
rehearse: node_modules cdk.out/manifest.json $(EDITS)/edits.json ## Deploy into m2m up --empty with the pinned CDK CLI and others; edit, fail, drift, kill, destroy.
	go test -v -count=1 -timeout 30m -skip '$(MANY)' ./test/rehearse
	go test -v -count=1 -run 'TestDeployWithTheCDKCLI|TestKilledDuringUpdates' ./test/e2e

# Rehearsals that take too long for CI.
MANY := ^Test(Growing|ManyClients)$$

.PHONY: rehearse-many
rehearse-many: node_modules cdk.out/manifest.json $(EDITS)/edits.json ## Let an environment grow from 50 clients to 120 and 200, and deploy 200 clients in eight groups.
	go test -v -count=1 -timeout 30m -run '$(MANY)' ./test/rehearse

.PHONY: rehearse-long
rehearse-long: export M2M_KILLS = 100
rehearse-long: rehearse ## make rehearse with 100 kills, then 1,000 updates in a row and 1,000 clients.
	go test -v -count=1 -timeout 60m -run '^TestMany(Updates|Clients)$$' ./test/rehearse -long

.PHONY: conformance
conformance: ## Print, row by row, what the target in M2M_TARGET (default: a local run) answers.
	@mkdir -p .build; CONFORMANCE_TABLE=1 go test -v -count=1 -run 'TestConformance$$' ./test/conformance > .build/conformance; \
		status=$$?; grep -vE '^ *(===|--- PASS)' .build/conformance; exit $$status

.PHONY: samples
samples: ## Run the code of m2m handbook in all languages on a local run (needs curl, Node, Python and a JDK).
	M2M_SAMPLES=all go test -count=1 -v ./test/handbook

.PHONY: clients
clients: ## Try what docs/clients.md says about published libraries on a local run (installs them from npm and PyPI).
	.ci/clients

FUZZTIME ?= 10s

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (default 10s).
	.ci/fuzz $(FUZZTIME)

# Judges are tools from elsewhere, pinned with hashes in test/judge. Those in Python need python3 3.11 or newer with venv.
JUDGE  := $(CURDIR)/.build/judge
JUDGES := preflight cfn-lint checkov zizmor actionlint schemathesis openapi
PYTHON ?= python3

.PHONY: judge
judge: $(addprefix judge-,$(JUDGES)) ## Let tools from elsewhere judge templates, workflows and the API (installs them).

.PHONY: $(addprefix judge-,$(JUDGES))
judge-preflight: $(JUDGE)/preflight/node_modules ## Check the templates for what real accounts have refused: cdk-preflight.
judge-cfn-lint: $(JUDGE)/venv/installed ## Check the templates with the schemas and rules of cfn-lint.
judge-checkov: $(JUDGE)/venv/installed ## Check the templates for what checkov finds insecure.
judge-zizmor: $(JUDGE)/venv/installed ## Check the workflows for weaknesses.
judge-actionlint: $(TOOLS)/actionlint ## Check syntax and types of the workflows; needs only Go.
judge-schemathesis: $(JUDGE)/venv/installed ## Call m2m up as it is described, and worse.
judge-openapi: $(JUDGE)/venv/installed ## Validate what m2m openapi prints, make a client of it, and call m2m up with that.
$(addprefix judge-,$(JUDGES)): judge-%:
	go test -count=1 -v -tags judge ./test/judge -run '(?i)^Test$(subst -,,$*)$$'

$(JUDGE)/preflight/node_modules: test/judge/package.json test/judge/package-lock.json
	mkdir -p $(@D)
	cp $^ .npmrc $(@D)
	cd $(@D) && npm ci --ignore-scripts
	@touch $@

# The engine that looks for what is inaccessible on the page of a run, pinned with its hash in test/page.
PAGE := $(CURDIR)/.build/page

.PHONY: page
page: export M2M_BROWSER = needed
page: axe ## Look at the page of a run with a browser (needs chromium) and axe.
	go test -v -count=1 -timeout 40m ./test/page

.PHONY: axe
axe: $(PAGE)/node_modules ## Install axe for the tests of the page.

$(PAGE)/node_modules: test/page/package.json test/page/package-lock.json
	mkdir -p $(@D)
	cp $^ .npmrc $(@D)
	cd $(@D) && npm ci --ignore-scripts
	@touch $@

.PHONY: screenshots
screenshots: export M2M_BROWSER = needed
screenshots: ## Write the pictures of the README (needs chromium).
	M2M_SCREENSHOTS='$(CURDIR)/docs' go test -v -count=1 -timeout 20m -run '^TestPictures$$' ./test/page

.PHONY: deployed
deployed: node_modules $(JUDGE)/deployed/installed ## Deploy dev to ministack, an AWS emulator, with the stock CDK CLI; edit and destroy it.
	.ci/deployed

$(JUDGE)/venv/installed: test/judge/requirements.txt
$(JUDGE)/deployed/installed: test/judge/requirements-deployed.txt
$(JUDGE)/venv/installed $(JUDGE)/deployed/installed:
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'this needs Python 3.11 or newer with venv; PYTHON=... says which' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

.PHONY: soak
soak: ## Run the load and fault tests with their full counts (about 5 minutes).
	go test -count=1 -timeout 30m -v ./test/soak -full

.PHONY: chaos
chaos: ## Run package client in bad weather for eight hours by the tests' clocks, with each of eight seeds (8 minutes).
	go test -v -count=1 -timeout 60m -run '^TestHours$$' ./test/weather -full

# BEFORE is a commit that is built and measured in turn with this one; ROUNDS is how often.
# A target that appears in docs/speed.md is a ratio to it, or to what the machine can do. The
# figures are kept in FIGURES; with FIGURES=docs/speed.tsv and `make golden`, in that page.
FIGURES ?= .build/speed.tsv
SPEED = go test -count=1 -timeout 3h -v ./test/soak -speed -figures '$(abspath $(FIGURES))' \
	$(if $(BEFORE),-before '$(CURDIR)/.build/before') $(if $(ROUNDS),-rounds $(ROUNDS))

.PHONY: before
before:
	@mkdir -p .build
	@test -z '$(BEFORE)' || { git rev-parse --verify '$(BEFORE)^{commit}' >.build/before.commit && \
		rm -rf .build/before && git clone --quiet --no-checkout . .build/before && \
		git -C .build/before checkout --quiet --detach "$$(cat .build/before.commit)" && \
		{ test ! -d node_modules || ln -s ../../node_modules .build/before; }; }

.PHONY: bench
bench: before bench-scale ## Print how fast calls, synths, --watch and many clients are, as ratios within the run; BEFORE=commit compares.
	go test -run '^$$' -bench . ./internal/...
	$(SPEED) -run '^TestSpeed(Calls|Synth|Watch)$$'

# The figures of docs/scale.md are kept in SCALE; with SCALE=docs/scale.tsv and `make golden`, in that page.
SCALE ?= .build/scale.tsv

.PHONY: bench-scale
bench-scale: node_modules ## Print how synths, starts, memory, calls and tokens grow up to 10,000 clients (an hour).
	@mkdir -p .build
	go test -count=1 -timeout 3h -v ./test/soak -speed -figures '$(abspath $(SCALE))' $(if $(ROUNDS),-rounds $(ROUNDS)) \
		-run '^TestSpeed(Scale|Authorizer)$$'

.PHONY: bench-first-run
bench-first-run: before ## Print how long the first m2m up takes beside that of BEFORE (minutes a round).
	$(SPEED) -run '^TestSpeedFirstRun$$'

.PHONY: bench-tests
bench-tests: before ## Print how long the tests take beside those of BEFORE (minutes a round).
	$(SPEED) -run '^TestSpeedTests$$'

# Delivery: the workflows in .github/workflows call these. ENV is the environment, ASSEMBLY
# the folder of the cloud assembly, EXPIRES the last day of a disposable environment, M2M
# the command m2m.
ASSEMBLY ?= cdk.out
M2M ?= go run ./cmd/m2m

.PHONY: assembly
assembly: node_modules ## Synthesize (only ENV, if given) into ASSEMBLY, and pack it into .build/assembly.tar.
	rm -rf '$(ASSEMBLY)'
	npx cdk synth --quiet --output '$(ASSEMBLY)' $(if $(ENV),-c 'env=$(ENV)') $(if $(EXPIRES),-c 'expires=$(EXPIRES)')
	@mkdir -p .build
	tar -cf .build/assembly.tar -C '$(ASSEMBLY)' .

.PHONY: tools
tools: node_modules ## Pack the CDK CLI and m2m, which deploy an assembly, into .build/tools.tar.
	go build -o .build/m2m ./cmd/m2m
	tar -cf .build/tools.tar .build/m2m node_modules/aws-cdk node_modules/.bin/cdk

# A tar keeps the modes of the files; an uploaded artifact loses them, and a function
# whose bootstrap can't be executed does not start.
.PHONY: unpack
unpack: ## Unpack the assembly into ASSEMBLY, and the tools to where they were.
	rm -rf '$(ASSEMBLY)'
	mkdir -p '$(ASSEMBLY)'
	tar -xf .build/assembly.tar -C '$(ASSEMBLY)'
	tar -xf .build/tools.tar
	@touch node_modules

.PHONY: env
env:
	@test -n '$(ENV)' || { echo 'say which environment: ENV=dev' >&2; exit 1; }

.PHONY: rollback
rollback:
	@$(if $(filter-out on off,$(ROLLBACK)),$(error ROLLBACK is on or off, not $(ROLLBACK)),:)

.PHONY: deploy
deploy: env rollback node_modules ## Deploy ENV from ASSEMBLY without a question; with ROLLBACK=off no alarm rolls it back.
	M2M='$(M2M)' .ci/deploy '$(ENV)' '$(ASSEMBLY)' $(if $(filter off,$(ROLLBACK)),--no-rollback-alarm)

.PHONY: verify-deployed
verify-deployed: env ## Check that the deployed ENV refuses and lets in what ASSEMBLY says.
	$(M2M) verify --env '$(ENV)' --deployed --assembly '$(ASSEMBLY)' --wait 15m

.PHONY: destroy
destroy: env node_modules ## Remove the disposable ENV.
	npx cdk destroy --no-build --no-notices --app '$(ASSEMBLY)' --force '$(ENV)/*'

.PHONY: drift
drift: env node_modules ## Look for drift in the deployed ENV; the report is .build/drift/ENV.txt.
	.ci/drift '$(ENV)' '$(ASSEMBLY)'

.PHONY: overdue
overdue: env ## List secrets of the deployed ENV that are not rotated as they should be in .build/overdue/ENV.txt.
	M2M='$(M2M)' .ci/overdue '$(ENV)'

.PHONY: diff
diff: node_modules ## Write what the change since BASE does to a deployed system to .build/diff/comment.md.
	M2M='$(M2M)' .ci/diff '$(or $(BASE),HEAD)'

.PHONY: clean
clean: ## Remove what was built and synthesized (local state in .m2m stays).
	rm -rf .build cdk.out node_modules
