package page

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"cognito-m2m/internal/m2mtest"
)

// browsers are programs that a test can use, the first that is there.
var browsers = []string{"chromium", "google-chrome", "chrome"}

// tab is a tab of a browser.
type tab struct{ ctx context.Context }

// newBrowser starts a browser without a past, with an empty tab. It ends with the test.
func newBrowser(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)), chromedp.WindowSize(1280, 1000))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chrome's sandbox does not work as root
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{ctx}
	b.do(t, chromedp.Navigate("about:blank"))
	return b
}

func browser(t *testing.T) string {
	t.Helper()
	if os.Getenv("M2M_BROWSER") == "none" {
		t.Skip("M2M_BROWSER says that none is to be used")
	}
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("M2M_BROWSER") != "" {
		t.Fatalf("there is none of %s, and M2M_BROWSER says that one is needed", strings.Join(browsers, ", "))
	}
	t.Skipf("there is none of %s to look at the page with", strings.Join(browsers, ", "))
	return ""
}

// another is a further tab of the same browser.
func (b *tab) another(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	n := &tab{ctx}
	n.do(t, chromedp.Navigate("about:blank"))
	return n
}

// do takes a few steps. They have a generous limit, for what never comes.
func (b *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- chromedp.Do(b.ctx, steps...) }() // the first call lives as long as the browser
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(3 * time.Minute):
		t.Fatal("the browser does not come to an end")
	}
}

// eval is the value of an expression.
func eval[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// click clicks where an element is, as a person does, whatever replaces it meanwhile.
func (b *tab) click(t *testing.T, id string) {
	t.Helper()
	b.waitFor(t, id+" to be there", `!!document.getElementById(`+quote(id)+`)`)
	at := eval[[2]float64](t, b, `(() => { const e = document.getElementById(`+quote(id)+`); e.scrollIntoView({ block: 'center', behavior: 'instant' });
		const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`)
	b.do(t, chromedp.MouseClickXY(at[0], at[1]))
}

// waitFor waits until an expression is true.
func (b *tab) waitFor(t *testing.T, what, expression string) {
	t.Helper()
	m2mtest.Eventually(t, what, func() bool {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		if b.ctx.Err() != nil {
			t.Fatalf("waiting for %s: the browser has ended: %v", what, err)
		}
		return err == nil && holds // a page that is just loaded anew answers later
	})
}

// reads waits until an element says something, as a person reads it.
func (b *tab) reads(t *testing.T, id, want string) {
	t.Helper()
	b.waitFor(t, "#"+id+" to say "+want, `(document.getElementById(`+quote(id)+`)?.innerText ?? '').includes(`+quote(want)+`)`)
}

// key presses a key.
func (b *tab) key(t *testing.T, keys string) {
	t.Helper()
	b.do(t, chromedp.KeyEvent(keys))
}

// quote is a text in JavaScript.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}

// looks is how the page is to be looked at.
func (b *tab) looks(t *testing.T, scheme string, width, height int64) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}
