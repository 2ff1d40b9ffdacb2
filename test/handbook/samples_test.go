// Package handbook runs the code that `m2m handbook` prints, each language's sample, against a run.
package handbook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

const root = "../.."

// local is what `m2m up --json` says of itself, as far as it is needed here.
type local struct {
	APIURL  string `json:"api_url"`
	Clients map[string]caller
}

type caller struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// sample is the code for one language, and how its program is started from the file that has it.
type sample struct {
	language, file string
	command        []string // without the file
	dir            string   // "" for the file's own folder
	code           string
}

var languages = []sample{
	{language: "sh", file: "sample.sh", command: []string{"sh"}},
	{language: "go", file: "main.go", command: []string{"go", "run"}, dir: root},
	{language: "javascript", file: "sample.mjs", command: []string{"node"}},
	{language: "python", file: "sample.py", command: []string{"python3"}},
	{language: "java", file: "Sample.java", command: []string{"java"}},
}

// needs are the programs without which a sample can't run.
func (s sample) needs() []string {
	if s.language == "sh" {
		return []string{"sh", "curl"}
	}
	return s.command[:1]
}

// answer is what a program made of the API's answer: the status that it printed last, and whether
// it ended well.
type answer struct {
	status string
	well   bool
}

var (
	opened  = answer{"200", true}
	refused = answer{"403", false}
)

// TestSamples runs each sample of the reader's handbook: as reader, whom the API lets in, and as
// writer, whom it refuses. In front of an API that answers 200 where it should refuse, the second
// must be seen to be wrong. M2M_SAMPLES=all wants all languages; without it, those whose tools are
// missing are left out.
func TestSamples(t *testing.T) {
	running, page := handbook(t)
	if got, want := exported(t, page, "M2M_CLIENT_ID"), running.Clients["reader"].ID; got != want {
		t.Errorf("the handbook has the client id %s, want %s", got, want)
	}
	m2mtest.Contains(t, page, "read -rs M2M_CLIENT_SECRET && export M2M_CLIENT_SECRET")
	lying := lie(t, running.APIURL)
	for _, s := range languages {
		t.Run(s.language, func(t *testing.T) {
			s.look(t)
			s.code = codeOf(t, page, s.language)
			if got := s.run(t, running.Clients["reader"], page); got != opened {
				t.Errorf("as reader: %v, want %v", got, opened)
			}
			if got := s.run(t, running.Clients["writer"], page); got != refused {
				t.Errorf("as writer: %v, want %v", got, refused)
			}
			if got := s.run(t, caller{running.Clients["reader"].ID, "wrong"}, page); got.well || got == opened {
				t.Errorf("with a wrong secret: %v", got)
			}
			// Where a refused call is answered 200, this test has to fail.
			s.code = strings.ReplaceAll(s.code, running.APIURL, lying)
			if got := s.run(t, running.Clients["writer"], page); got == refused {
				t.Errorf("as writer, where the API lies: %v, as if it did not", got)
			} else {
				t.Logf("red as it should be: as writer, where a 403 is answered 200: %v, want %v", got, refused)
			}
		})
	}
}

// handbook is a run of dev, and its handbook for the client reader.
func handbook(t *testing.T) (running local, page string) {
	t.Helper()
	binary, err := m2mtest.BuildM2M(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	m2mtest.TakeKept(t, root, "handbook", state)
	run := m2mtest.MustStart(t, m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--json", "--state", state)...))
	if err := json.Unmarshal(run.Description, &running); err != nil {
		t.Fatal(err)
	}
	m2mtest.Keep(t, root, "handbook", state)
	page, said, status := m2mtest.Ends(t, m2mtest.Command(binary, root, "handbook", "reader", "--state", state))
	if status != 0 {
		t.Fatalf("m2m handbook ended with exit status %d: %s", status, said)
	}
	for name, c := range running.Clients {
		if c.Secret == "" || strings.Contains(page, c.Secret) {
			t.Errorf("the handbook has the secret of %s, or %[1]s has none", name)
		}
	}
	return running, page
}

// look leaves a sample out whose tools are missing.
func (s sample) look(t *testing.T) {
	t.Helper()
	for _, program := range s.needs() {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("M2M_SAMPLES") == "all" {
			t.Fatalf("there is no %s", program)
		}
		t.Skipf("there is no %s", program)
	}
}

// codeOf is the code of one language in a handbook.
func codeOf(t *testing.T, page, language string) string {
	t.Helper()
	blocks := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1)
	if len(blocks) != 1 {
		t.Fatalf("the handbook has %d blocks of %s, want one", len(blocks), language)
	}
	return blocks[0][1]
}

// run runs the program as a client. What it prints may have a token in it, since the function
// echoes the request, so only its end is looked at.
func (s sample) run(t *testing.T, as caller, page string) (got answer) {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.file)
	m2mtest.Write(t, file, s.code)
	cmd := m2mtest.Command(s.command[0], filepath.Dir(file), append(s.command[1:], file)...)
	if s.dir != "" {
		cmd.Dir = s.dir
	}
	cmd.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*", "M2M_TOKEN_ENDPOINT="+exported(t, page, "M2M_TOKEN_ENDPOINT"),
		"M2M_CLIENT_ID="+as.ID, "M2M_CLIENT_SECRET="+as.Secret)
	stdout, stderr, status := m2mtest.Ends(t, cmd)
	if as.Secret != "wrong" && strings.Contains(stdout+stderr, as.Secret) {
		t.Errorf("the sample prints the secret")
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	got = answer{lines[len(lines)-1], status == 0}
	if !regexp.MustCompile(`^\d{3}$`).MatchString(got.status) {
		got.status = fmt.Sprintf("no status; on stderr %.500s", stderr)
	}
	return got
}

// exported is the value of a variable as the handbook has it exported.
func exported(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^export ` + name + `='([^']+)'$`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the handbook does not export %s", name)
	}
	return found[1]
}

// lie is the address of a proxy before an API that answers 200 where the API refuses.
func lie(t *testing.T, base string) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode == http.StatusForbidden {
			r.StatusCode = http.StatusOK
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
