package soak

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// What is measured with many clients.
const (
	remembered  = "an authorized call with a remembered answer"
	ofTheJWT    = "one through the JWT authorizer"
	takingTurns = "tokens of 1,000 clients, taking turns"
)

// function is the line of an environment file that has a function check tokens.
const function = "  authorizer: function\n"

// slowRounds is how often at most what takes long is measured.
const slowRounds = 3

// TestSpeedScale prints how synths, starts, memory, calls and tokens grow with the number of
// clients. It needs Node.
func TestSpeedScale(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	needsProc(t)
	s := newScale(t)
	s.ofSynths()
	s.starts()
	s.calls()
	s.most()
}

// scale is a copy of the project that environments of many clients are made in.
type scale struct {
	*synths

	state      string
	assemblies map[int]string               // by the number of clients
	samples    map[string]map[int][]float64 // what was measured, by the number of clients
}

func newScale(t *testing.T) *scale {
	t.Helper()
	root, err := filepath.Abs(present.root)
	if err != nil {
		t.Fatal(err)
	}
	s := &scale{
		synths:  &synths{t: t, build: present, root: root, scratch: t.TempDir(), project: t.TempDir()},
		state:   t.TempDir(),
		samples: map[string]map[int][]float64{}, assemblies: map[int]string{},
	}
	s.program = filepath.Join(s.scratch, "app")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", s.program, ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the app: %v\n%s", err, out)
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(root, "cdk.json"))), &file); err != nil {
		t.Fatal(err)
	}
	s.context = file.Context
	s.context["env"] = "scale"
	s.copyProject()
	if err := os.RemoveAll(filepath.Join(s.project, "environments")); err != nil {
		t.Fatal(err)
	}
	s.assemblies[2], _ = s.synth(2, function) // Go's build cache and jsii's packages are there then
	return s
}

// inFile is how many clients the environment's file has, if there are more. A group has at most
// inGroup.
const inFile, inGroup = 40, 166

// environment writes the one of so many clients.
func (s *scale) environment(clients int, authorizer string) {
	folder := filepath.Join(s.project, "environments")
	if err := os.RemoveAll(folder); err != nil {
		s.t.Fatal(err)
	}
	list := func(from, to int) string {
		var lines strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&lines, "  client-%05d: {scopes: [orders/read]}\n", i)
		}
		return lines.String()
	}
	first := clients
	if clients > 100 {
		first = inFile
		groups := max(8, (clients-first+inGroup-1)/inGroup)
		for i := range groups {
			from, to := first+i*(clients-first)/groups, first+(i+1)*(clients-first)/groups
			m2mtest.Write(s.t, filepath.Join(folder, "scale", fmt.Sprintf("group-%03d.yaml", i)), "clients:\n"+list(from, to))
		}
	}
	m2mtest.Write(s.t, filepath.Join(folder, "scale.yaml"), `name: scale
region: eu-central-1
resourceServers:
  - identifier: orders
    scopes: {read: Read orders}
clients:
`+list(0, first)+`api:
`+authorizer+`  routes:
    - {path: /orders, methods: [GET], scopes: [orders/read]}
`)
}

// synth makes an assembly, without throttling.
func (s *scale) synth(clients int, authorizer string) (dir string, took sample) {
	s.environment(clients, authorizer)
	dir = filepath.Join(s.t.TempDir(), "cdk.out")
	encoded, err := json.Marshal(s.context)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.CommandContext(s.t.Context(), s.program)
	cmd.Dir = s.project
	cmd.Env = append(s.environ(), "CDK_OUTDIR="+dir, "CDK_CONTEXT_JSON="+string(encoded))
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("a synth of %d clients: %v\n%s", clients, err, out)
	}
	took = sample{time.Since(begun), cpuOf(cmd)}
	m2mtest.ChangeJSON(s.t, m2mtest.Only(s.t, filepath.Join(dir, "assembly-scale", "*Api*.template.json")), func(api template) {
		for _, resource := range api["Resources"].(template) {
			properties, _ := resource.(template)["Properties"].(template)
			delete(properties, "DefaultRouteSettings")
			delete(properties, "ReservedConcurrentExecutions")
		}
	})
	return dir, took
}

// add notes what was measured with so many clients.
func (s *scale) add(what string, clients int, value float64) {
	if s.samples[what] == nil {
		s.samples[what] = map[int][]float64{}
	}
	s.samples[what][clients] = append(s.samples[what][clients], value)
}

// ratio is a row of the table: what was measured with some clients beside the same with fewer.
func (s *scale) ratio(what, name, beside string, clients, fewer int, unit, target string) figure {
	return figure{what: name, unit: unit, target: target, beside: beside, to: s.samples[what][fewer], now: s.samples[what][clients]}
}

// keepSizes prints the medians of each number of clients, and keeps them for the plot.
func (s *scale) keepSizes(whats ...string) {
	s.t.Helper()
	for _, what := range whats {
		for _, clients := range slices.Sorted(maps.Keys(s.samples[what])) {
			value := fmt.Sprintf("%.4g", median(s.samples[what][clients]))
			s.t.Logf("%s: %d clients: %s", what, clients, value)
			keepSize(s.t, what, clients, value)
		}
	}
}

const (
	synthTime  = "synth, s"
	synthCPU   = "synth, processor s"
	readyTime  = "first start until ready, s"
	allRotated = "first start until all secrets are rotated, s"
	rotatedCPU = "first start until all secrets are rotated, processor s"
	againTime  = "next start, s"
	againCPU   = "next start, processor s"
	memoryUsed = "resident memory under load, MB"
)

func (s *scale) ofSynths() {
	for range min(*rounds, slowRounds) {
		for _, clients := range []int{10, 50, 100, 1000} {
			dir, took := s.synth(clients, function)
			s.assemblies[clients] = dir
			s.add(synthTime, clients, took.wall.Seconds())
			s.add(synthCPU, clients, took.cpu.Seconds())
		}
	}
	tell(s.t,
		s.ratio(synthTime, "a synth of 1,000 clients", "one of 50", 1000, 50, "s", "<= 3"),
		s.ratio(synthCPU, "a synth of 1,000 clients, by processor time", "one of 50", 1000, 50, "s", ""))
	s.keepSizes(synthTime, synthCPU)
}

// up starts the assembly, where the functions' source is.
func (s *scale) up(dir string) *environment {
	cmd := present.upOf(dir, s.state)
	cmd.Dir, cmd.Args = s.project, append(cmd.Args, "--env", "scale", "--quiet")
	return started(s.t, cmd)
}

func (s *scale) starts() {
	s.forget()
	s.up(s.assemblies[2]).Interrupt(s.t) // builds the functions
	for range min(*rounds, slowRounds) {
		for _, clients := range []int{2, 10, 50, 100, 1000} {
			s.forget()
			s.start(s.assemblies[clients], clients)
		}
	}
	tell(s.t,
		s.ratio(readyTime, "the first start with 1,000 clients, until it is ready", "one with 100", 1000, 100, "s", "<= 12"),
		s.ratio(allRotated, "the first start with 1,000 clients, until all secrets are rotated", "one with 100", 1000, 100, "s", "<= 12"),
		s.ratio(rotatedCPU, "the same, by processor time", "one with 100", 1000, 100, "s", ""),
		s.ratio(againTime, "the next start with 1,000 clients", "one with 50", 1000, 50, "s", "<= 3"),
		s.ratio(againCPU, "the next start with 1,000 clients, by processor time", "one with 50", 1000, 50, "s", ""),
		s.ratio(memoryUsed, "resident memory under load with 1,000 clients", "with 2", 1000, 2, "MB", "<= 2"))
	s.keepSizes(readyTime, allRotated, rotatedCPU, againTime, againCPU, memoryUsed)
}

// forget removes what runs have kept, but the functions that they have built.
func (s *scale) forget() {
	if err := os.RemoveAll(filepath.Join(s.state, "scale")); err != nil {
		s.t.Fatal(err)
	}
}

// start measures a first start and the next one.
func (s *scale) start(dir string, clients int) {
	begun := time.Now()
	first := s.up(dir)
	s.add(readyTime, clients, first.Took.Seconds())
	if clients > 50 {
		s.rotated(first, clients)
	}
	s.add(allRotated, clients, time.Since(begun).Seconds())
	first.Interrupt(s.t)
	s.add(rotatedCPU, clients, cpuOf(first.Cmd).Seconds())

	next := s.up(dir)
	s.add(againTime, clients, next.Took.Seconds())
	s.add(againCPU, clients, cpuTimeOf(s.t, next.Cmd.Process.Pid).Seconds())
	s.add(memoryUsed, clients, s.memory(next))
	next.Interrupt(s.t)
}

// rotated waits until the run says that all secrets are.
func (s *scale) rotated(e *environment, clients int) {
	limit := time.Now().Add(30 * time.Minute)
	for !strings.Contains(e.Stderr.String(), fmt.Sprintf("All %d secrets are rotated.", clients)) {
		if time.Now().After(limit) {
			s.t.Fatalf("the first rotations of %d clients have not ended:\n%s", clients, e.Stderr)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// memory is the resident memory of the run after tokens for its clients in turn, and calls, in MB.
func (s *scale) memory(e *environment) float64 {
	e.tokensInTurn(s.t, 2_000).all(s.t, http.StatusOK)
	call := e.get(s.t, "/orders", e.mustToken(s.t, e.usable()[0]))
	drive(speedConnections, 2_000, func(int) *http.Request { return call() }).all(s.t, http.StatusOK)
	return float64(e.usage(s.t).residentKB) / 1024
}

// usable are the clients that have a secret, sorted.
func (e *environment) usable() (names []string) {
	for name, client := range e.Clients {
		if client.ClientSecret != "" {
			names = append(names, name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// tokensInTurn gets tokens, for one client after the other.
func (e *environment) tokensInTurn(t *testing.T, tokens int) load {
	t.Helper()
	var requests []func(int) *http.Request
	for _, name := range e.usable() {
		requests = append(requests, e.tokenRequest(t, name))
	}
	return drive(speedConnections, tokens, func(i int) *http.Request { return requests[i%len(requests)](i) })
}

// calls measures tokens of 1,000 clients, and calls beside those of an environment with a JWT
// authorizer.
func (s *scale) calls() {
	e := s.up(s.assemblies[1000]) // as it was left by the last start
	few, _ := s.synth(50, "")
	cmd := present.upOf(few, s.t.TempDir())
	cmd.Dir, cmd.Args = s.project, append(cmd.Args, "--env", "scale", "--quiet")
	jwt := started(s.t, cmd)

	e.idle(s.t)
	jwt.idle(s.t)
	raw, err := newRawRSA()
	if err != nil {
		s.t.Fatal(err)
	}
	rates, ofCPU := map[string][]float64{}, map[string][]float64{}
	measure := func(what string, do func() load) {
		var before, after time.Duration
		family := func() time.Duration {
			return cpuTimeOf(s.t, os.Getpid()) + familyTime(e.Cmd.Process.Pid) + familyTime(jwt.Cmd.Process.Pid)
		}
		before = family()
		did := do()
		after = family()
		rates[what] = append(rates[what], did.perSecond())
		ofCPU[what] = append(ofCPU[what], float64(len(did.each))/(after-before).Seconds())
	}
	calls := map[string]func() *http.Request{
		remembered: e.get(s.t, "/orders", e.mustToken(s.t, e.usable()[0])),
		ofTheJWT:   jwt.get(s.t, "/orders", jwt.mustToken(s.t, jwt.usable()[0])),
	}
	for _, call := range calls {
		drive(speedConnections, 500, func(int) *http.Request { return call() }).all(s.t, http.StatusOK) // starts the processes
	}
	for range *rounds {
		for _, what := range []string{ofTheJWT, remembered} {
			measure(what, func() load {
				did := drive(speedConnections, 1_500, func(int) *http.Request { return calls[what]() })
				did.all(s.t, http.StatusOK)
				return did
			})
		}
		measure(signing, func() load { return repeat(s.t, 1_000, raw.sign) })
		measure(takingTurns, func() load {
			did := e.tokensInTurn(s.t, 1_000)
			did.all(s.t, http.StatusOK)
			return did
		})
	}
	var figures []figure
	for _, row := range []struct{ what, beside, target string }{{remembered, ofTheJWT, ">= 0.8"}, {takingTurns, signing, ">= 0.7"}} {
		rate := figure{what: row.what, unit: "/s", target: row.target, beside: row.beside, to: rates[row.beside], now: rates[row.what]}
		byCPU := rate.byCPU()
		byCPU.to, byCPU.now = ofCPU[row.beside], ofCPU[row.what]
		figures = append(figures, rate, byCPU)
	}
	tell(s.t, figures...)
}

// most starts an environment of 10,000 clients, which Cognito can be asked to take in a user pool.
// These are more groups than an environment may have: 48 are synthesized, and 12 of them copied.
func (s *scale) most() {
	const synthesized, groups = 48, 60
	const clients = inFile + inGroup*groups
	dir, _ := s.synth(inFile+inGroup*synthesized, function)
	s.copyGroups(dir, synthesized, groups)
	s.forget()
	s.start(dir, clients)
	s.keepSizes(readyTime, allRotated, rotatedCPU, againTime, againCPU, memoryUsed)
}

// copyGroups gives an assembly further groups: copies of the stacks of those that it has, with
// names and clients of their own.
func (s *scale) copyGroups(dir string, from, to int) {
	s.t.Helper()
	folder := filepath.Join(dir, "assembly-scale")
	group, client := regexp.MustCompile(`(group-?)(\d{3})`), regexp.MustCompile(`([Cc]lient-?)(\d{5})`)
	copied := func(text string) string {
		text = shifted(group, text, from)
		return shifted(client, text, from*inGroup)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, file := range files {
		if in := group.FindStringSubmatch(file.Name()); in != nil && in[2] < fmt.Sprintf("%03d", to-from) {
			m2mtest.Write(s.t, filepath.Join(folder, copied(file.Name())), copied(m2mtest.Read(s.t, filepath.Join(folder, file.Name()))))
		}
	}
	m2mtest.ChangeJSON(s.t, filepath.Join(folder, "manifest.json"), func(manifest template) {
		artifacts := manifest["artifacts"].(template)
		for id, artifact := range maps.Clone(artifacts) {
			if in := group.FindStringSubmatch(id); in != nil && in[2] < fmt.Sprintf("%03d", to-from) {
				text, err := json.Marshal(artifact)
				if err != nil {
					s.t.Fatal(err)
				}
				artifacts[copied(id)] = json.RawMessage(copied(string(text)))
			}
		}
	})
}

// shifted is a text whose numbers after a prefix, as a pattern finds them, are higher.
func shifted(pattern *regexp.Regexp, text string, by int) string {
	return pattern.ReplaceAllStringFunc(text, func(found string) string {
		parts := pattern.FindStringSubmatch(found)
		number, _ := strconv.Atoi(parts[2]) // it is digits
		return fmt.Sprintf("%s%0*d", parts[1], len(parts[2]), number+by)
	})
}

// idle waits until a run does nothing more of itself: it compares the functions with their source.
func (e *environment) idle(t *testing.T) {
	t.Helper()
	limit := time.Now().Add(10 * time.Minute)
	for last := time.Duration(0); ; time.Sleep(2 * time.Second) {
		used := familyTime(e.Cmd.Process.Pid)
		if used-last < 50*time.Millisecond {
			return
		}
		if last = used; time.Now().After(limit) {
			t.Fatal("the run goes on working while nobody calls")
		}
	}
}

// keepSize replaces the row of one number of clients in the file beside that of the figures, or
// adds it.
func keepSize(t *testing.T, what string, clients int, value string) {
	t.Helper()
	if *figuresFile == "" {
		return
	}
	keepRow(t, strings.TrimSuffix(*figuresFile, ".tsv")+"-sizes.tsv", sizesHead, fmt.Sprintf("%s\t%d", what, clients), value)
}

// sizesHead are the columns of docs/scale-sizes.tsv.
const sizesHead = "what\tclients\tmedian"
