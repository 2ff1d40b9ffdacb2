package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/hosts"
	"cognito-m2m/internal/page"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/serving"
)

// pageNote stands below the URL of the page.
const pageNote = "                It opens the page once; `m2m page` prints another one."

// openPage serves the page of a run and has it hear of what happens there, unless none is wanted.
func (c *command) openPage(o upOptions, config *serving.Config) (closePage func() error, err error) {
	if o.pageAddr == "" {
		return func() error { return nil }, nil
	}
	p, err := page.Open(page.Config{
		Addr: o.freePageAddr(), Fallback: !o.paged, Run: o.env, Empty: o.empty, Watch: o.watch,
		Flags: func(env string) string { return targetOptions{env: env, state: o.state}.flags() },
	})
	if err != nil {
		return nil, err
	}
	if p.Moved() {
		c.speech.say("%s is taken: the page is at another port.", o.pageAddr)
	}
	if host, _, err := net.SplitHostPort(o.pageAddr); err == nil && !hosts.IsLoopback(host) {
		c.speech.Warn("the page at " + o.pageAddr + " can be reached from other machines, without TLS: what opens it, and what it shows, can be read on the way")
	}
	c.onPage, c.speech.follower = p, p
	config.Page = &serving.Page{URL: p.Invitation(), Access: p.Access()}
	config.Serves, config.ObserveTokens, config.Rotating = p.Serves, p.TokenRequested, p.Rotating
	observe := config.Observe
	config.Observe = func(r serving.Request) {
		p.Called(r)
		if observe != nil {
			observe(r)
		}
	}
	return func() error { return p.Close(c.interrupts.second) }, nil
}

// freePageAddr is where the page listens. The default address is not taken from a listener that was
// asked for.
func (o upOptions) freePageAddr() string {
	for _, other := range []string{o.apiAddr, o.cognitoAddr, o.awsAddr} {
		if other == o.pageAddr && !o.paged {
			return "127.0.0.1:0"
		}
	}
	return o.pageAddr
}

// pageURL is the URL that opens the page, "" without one.
func pageURL(config serving.Config) string {
	if config.Page == nil {
		return ""
	}
	return config.Page.URL
}

const pageHelp = `Prints a URL that opens the page of a run in a browser. The URL that ` + "`m2m up`" + ` has
printed opens it once; this command prints another one, for another browser or after
the first is used. Each opens the page once. A browser that is in stays in until the
run ends, with all its tabs.

Only who may read the run's state folder gets a URL. It has a code in its fragment,
which browsers send to nobody.`

const pageExamples = `  m2m page
  m2m page --env staging
  m2m page --env empty                the page of m2m up --empty`

func (c *command) page(cmd *cobra.Command) {
	var o targetOptions
	cmd.Long, cmd.Example, cmd.Args = pageHelp, pageExamples, takes("m2m page")
	flags := cmd.Flags()
	flags.StringVar(&o.env, "env", "dev", "the environment, or the run that it is deployed into")
	flags.StringVar(&o.state, "state", "", "state folder of the local run (default .m2m in the project)")
	completeEnvironment(cmd)
	completeState(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return o.plain(c.printPage(cmd.Context(), o))
	}
}

func (c *command) printPage(ctx context.Context, o targetOptions) error {
	found, err := run.FindAny(stateDir(o.state), o.env)
	if err != nil {
		return err
	}
	if found.Page == nil {
		return withHint(fmt.Errorf("the run of %s has no page", o.env), "it is started with --page-addr \"\", or by an m2m without pages")
	}
	code, err := askForCode(ctx, *found.Page)
	if err != nil {
		return withHint(fmt.Errorf("asking the run of %s for a URL: %w", o.env, err), "is the run still there? It may be ending")
	}
	_, err = fmt.Fprintln(c.stdout, page.Invitation(found.Page.URL, code))
	return err
}

// askForCode gets what opens a page once.
func askForCode(ctx context.Context, at run.Page) (string, error) {
	const limit, longest = 30 * time.Second, 1 << 10
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at.URL+"code", http.NoBody)
	if err != nil {
		return "", errors.New("its run.json does not say where the page is")
	}
	request.Header.Set("Authorization", "Bearer "+string(at.Key))
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	code, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil || response.StatusCode != http.StatusOK {
		return "", errors.Join(err, fmt.Errorf("it answered %s", response.Status))
	}
	return string(code), nil
}
