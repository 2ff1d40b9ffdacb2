package page

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"cognito-m2m/internal/m2mtest"
)

// enter opens the page of a run with its URL, and waits until it follows.
func (b *tab) enter(t *testing.T, url string) {
	t.Helper()
	b.do(t, chromedp.Navigate(url))
	b.reads(t, "connection", "live")
	b.reads(t, "clients", "current")
}

// TestWalkThroughByClicks is the table of the README, and what its last step does not say: why.
func TestWalkThroughByClicks(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	if left := eval[string](t, b, `location.href`); strings.Contains(left, "#") {
		t.Error("the code is still in the address bar")
	}
	for _, step := range []struct {
		click, place string
		want         []string
	}{
		{"cell-0-0-0", "call", []string{"401", "GET /test_jwt without a token", "www-authenticate: Bearer", `"message": "Unauthorized"`}},
		{"get-token-0-0", "token", []string{"200", "A token of reader", "test-api/read", "What the caller may do"}},
		{"cell-0-0-1", "call", []string{"200", "as reader", `"scope": "test-api/read"`}},
		{"cell-0-0-2", "call", []string{"200", "as writer", `"scope": "test-api/write"`}},
		{"cell-0-1-1", "call", []string{"200", "GET /test_jwt/read as reader"}},
		{"cell-0-1-2", "call", []string{
			"403", `"message": "Forbidden"`, "GET /test_jwt/read requires test-api/read; the token has \"test-api/write\"",
			"The client reader has it", "insufficient_scope", `"status":"403"`,
		}},
	} {
		b.click(t, step.click)
		for _, want := range step.want {
			b.reads(t, step.place, want)
		}
		t.Logf("%s: %s", step.click, strings.Join(step.want, "; "))
	}
	b.reads(t, "flow", "was not called")
	b.reads(t, "requests", "requires test-api/read")
	b.reads(t, "charts", "5 calls in the last five minutes, 2 of them refused")
	if all := eval[string](t, b, `document.documentElement.outerHTML`); strings.Contains(all, "eyJ") {
		t.Error("a token is on the page that nobody asked for")
	}
}

// TestSecretOnlyWhenAskedFor shows a secret and a token, and hides the secret.
func TestSecretOnlyWhenAskedFor(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	secret := run.Clients["reader"].Secret
	b.enter(t, run.PageURL)
	onPage := func(text string) string {
		return `document.documentElement.outerHTML.includes(` + quote(text) + `) || [...document.querySelectorAll('textarea')].some((a) => a.value.includes(` + quote(text) + `))`
	}
	if eval[bool](t, b, onPage(secret)) {
		t.Fatal("the secret is on the page unasked")
	}
	b.click(t, "show-secret-0-0")
	b.waitFor(t, "the secret", onPage(secret))
	b.click(t, "cell-0-0-0") // the matrix changes, and what was asked for stays
	b.reads(t, "call", "401")
	if !eval[bool](t, b, onPage(secret)) {
		t.Error("the secret has gone by itself")
	}
	b.click(t, "hide-shown-secret")
	b.waitFor(t, "the secret to go", `!(`+onPage(secret)+`)`)
	b.click(t, "get-token-0-0")
	b.click(t, "show-token")
	b.waitFor(t, "the token", `document.getElementById('shown-token')?.value.startsWith('eyJ') ?? false`)
	for _, entry := range eval[[]string](t, b, `performance.getEntries().map((e) => e.name)`) {
		if strings.Contains(entry, secret) || strings.Contains(entry, "eyJ") {
			t.Errorf("a secret is in the URL %.60s", entry)
		}
	}
}

// TestRotationIsWatched has one begun from a shell, with the page open.
func TestRotationIsWatched(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	before := eval[int](t, b, `document.querySelectorAll('#rotations > ul > li').length`)
	// It tells of each step that the page has shown.
	eval[bool](t, b, `(() => { window.seen = new Set();
		new MutationObserver(() => document.querySelectorAll('#rotations > ul > li:first-child .steps li').forEach((s) => seen.add(s.innerText.split('\n')[0] + ' ' + s.className)))
			.observe(document.getElementById('rotations'), { childList: true, subtree: true }); return true; })()`)
	run.m2m(t, "rotate", "reader", "--yes")
	b.waitFor(t, "another rotation", `document.querySelectorAll('#rotations > ul > li').length > `+string(rune('0'+before)))
	b.waitFor(t, "its end", `document.querySelector('#rotations > ul > li').innerText.includes('has ended')`)
	for _, step := range []string{"createSecret", "setSecret", "testSecret", "finishSecret"} {
		b.waitFor(t, step, `[...document.querySelectorAll('#rotations > ul > li:first-child .steps li.done')].some((s) => s.innerText.includes(`+quote(step)+`))`)
	}
	b.reads(t, "clients", "the previous secret still works")
	b.waitFor(t, "the screen reader's line", `document.getElementById('live').textContent !== ''`)
	t.Logf("seen: %v", eval[[]string](t, b, `[...seen]`))
}

// TestTwoTabs has both follow, and a browser of another user stay out.
func TestTwoTabs(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	page, _, _ := strings.Cut(run.PageURL, "#")
	second := b.another(t)
	second.enter(t, page) // it has the cookie
	second.click(t, "cell-0-1-2")
	b.waitFor(t, "the call in the first tab", `document.getElementById('cell-0-1-2').innerText.includes('403')`)
	b.reads(t, "requests", "requires test-api/read")

	other := newBrowser(t)
	other.do(t, chromedp.Navigate(page))
	other.reads(t, "door", "m2m up")
	other.do(t, chromedp.Navigate("about:blank"), chromedp.Navigate(run.PageURL))
	other.reads(t, "door", "has been used")
	other.enter(t, strings.TrimSpace(run.m2m(t, "page")))
}

// TestEndOfTheRun has the run end while the page is open.
func TestEndOfTheRun(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	b.click(t, "cell-0-0-0")
	b.reads(t, "call", "401")
	run.Interrupt(t)
	b.reads(t, "ended", "The run has ended")
	b.reads(t, "connection", "ended")
	b.reads(t, "requests", "401") // what was is still there
	if eval[int](t, b, `[...document.querySelectorAll('form button')].filter((b) => !b.disabled).length`) != 0 {
		t.Error("there are buttons that do nothing")
	}
}

// TestKilledRun has it end without a word.
func TestKilledRun(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	run.Kill(t)
	b.reads(t, "connection", "trying again")
}

// TestEdit has an assembly change while it runs.
func TestEdit(t *testing.T) {
	b := newBrowser(t)
	dir := assembly(t)
	run := upWith(t, dir, "--watch")
	b.enter(t, run.PageURL)
	b.reads(t, "routes", "/test_jwt/read")
	template := m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json"))
	m2mtest.Write(t, template, strings.ReplaceAll(m2mtest.Read(t, template), "GET /test_jwt/read", "GET /test_jwt/edited"))
	b.reads(t, "said", "Changed: ")
	b.reads(t, "said", "Applied in ")
	b.reads(t, "said", "route GET /test_jwt/edited")
	b.reads(t, "routes", "/test_jwt/edited")
}

// TestKeyboard gets a token and shows a reason without a mouse.
func TestKeyboard(t *testing.T) {
	b := newBrowser(t)
	run := up(t)
	b.enter(t, run.PageURL)
	b.key(t, "\t")
	if got := eval[string](t, b, `document.activeElement.innerText`); got != "Skip to the content" {
		t.Errorf("the first stop is %q", got)
	}
	tabTo := func(id string) {
		m2mtest.Eventually(t, id, func() bool {
			b.key(t, "\t")
			return eval[string](t, b, `document.activeElement.id`) == id
		})
	}
	tabTo("get-token-0-0")
	b.key(t, "\r")
	b.reads(t, "token", "A token of reader")
	tabTo("cell-0-1-2")
	b.key(t, " ")
	b.reads(t, "call", "403")
	b.waitFor(t, "the cell's new state", `document.getElementById('cell-0-1-2').innerText.includes('403')`)
	if got := eval[string](t, b, `document.activeElement.id`); got != "cell-0-1-2" {
		t.Errorf("the focus is at %q after the matrix has changed", got)
	}
}

// TestRehearsal shows stacks, deployed by the run itself before.
func TestRehearsal(t *testing.T) {
	b := newBrowser(t)
	run := started(t, "up", "--empty", "--json", "--aws-addr", "127.0.0.1:0", "--page-addr", "127.0.0.1:0")
	b.do(t, chromedp.Navigate(run.PageURL))
	b.reads(t, "connection", "live")
	b.reads(t, "stacks", "Nothing is deployed yet.")
	deploy(t, run)
	b.reads(t, "stacks", "page-test")
	b.reads(t, "stacks", "CREATE_COMPLETE")
	b.reads(t, "stacks", "AWS::Cognito::UserPool")
}

// TestAccessible asks axe, in both color schemes and at phone width, with every part filled.
func TestAccessible(t *testing.T) {
	b := newBrowser(t)
	engine, err := os.ReadFile(axe)
	if err != nil {
		if os.Getenv("M2M_BROWSER") != "" {
			t.Fatal(err)
		}
		t.Skip("axe-core is not installed: make page")
	}
	run := up(t)
	b.enter(t, run.PageURL)
	fill(t, b)
	for _, look := range looks {
		b.looks(t, look.scheme, look.width, look.height)
		found := audit(t, b, string(engine))
		for _, f := range found.Violations {
			t.Errorf("%s: %s (%s): %v", look.name, f.ID, f.Help, f.Nodes)
		}
		if found.Passes == 0 {
			t.Errorf("%s: nothing was checked", look.name)
		}
		t.Logf("%s: %d rules passed, %d violated", look.name, found.Passes, len(found.Violations))
		if wide := eval[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
			t.Errorf("%s: the page is %d pixels wider than the window", look.name, wide)
		}
	}
	outside := newBrowser(t)
	page, _, _ := strings.Cut(run.PageURL, "#")
	outside.do(t, chromedp.Navigate(page))
	if found := audit(t, outside, string(engine)); len(found.Violations) > 0 {
		t.Errorf("the door: %v", found.Violations)
	}
	// The engine finds what is wrong.
	eval[bool](t, b, `(() => { document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="x"><input>'); return true; })()`)
	if found := audit(t, b, string(engine)); len(found.Violations) < 2 {
		t.Errorf("of a picture without a text and a field without a label it says %v", found.Violations)
	}
}

// look is a way to look at the page.
type look struct {
	name, scheme  string
	width, height int64
}

var looks = []look{{"light", "light", 1280, 900}, {"dark", "dark", 1280, 900}, {"narrow", "light", 390, 844}}

// fill has something happen in each part of the page.
func fill(t *testing.T, b *tab) {
	t.Helper()
	b.click(t, "get-token-0-0")
	b.reads(t, "token", "A token of reader")
	for _, cell := range []string{"cell-0-0-0", "cell-0-0-1", "cell-0-0-2", "cell-0-1-1", "cell-0-1-2"} {
		b.click(t, cell)
		b.waitFor(t, cell, `/[0-9]{3}/.test(document.getElementById(`+quote(cell)+`).innerText) && !document.getElementById(`+quote(cell)+`).classList.contains('untried')`)
	}
	b.reads(t, "call", "403")
	b.reads(t, "requests", "requires test-api/read")
}

// audit is what axe says of the page as it is. The page's own policy lets no script of others in,
// so the engine comes in as a debugger's does.
func audit(t *testing.T, b *tab, engine string) (found findings) {
	t.Helper()
	b.do(t, chromedp.Evaluate[chromedp.Void](engine))
	raw := eval[string](t, b, `axe.run({ resultTypes: ['violations'] }).then((r) => JSON.stringify({
		passes: r.passes.length,
		violations: r.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 200)) })) }))`)
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

type findings struct {
	Passes     int
	Violations []struct {
		ID, Help string
		Nodes    []string
	}
}
