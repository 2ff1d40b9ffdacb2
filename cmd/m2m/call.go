package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/client"
)

// callOptions are the flags of `m2m call`.
type callOptions struct {
	target  targetOptions
	access  accessOptions
	data    string
	headers []string
	verbose bool
	timeout time.Duration
}

const callHelp = `Gets a token as the client, calls the API with it, and prints the body of the
answer. The exit status is 0 only for an answer from 200 to 299. A redirect is an
answer like any other: it is not followed.

The token goes to the API and is not shown, not even with -v. The body is printed
unchanged: the function echo answers with the whole request, including the token.`

const callExamples = `  m2m call reader GET /test_jwt
  m2m call writer POST '/orders?dry=1' --data '{"n": 1}' -v
  m2m call writer PUT /orders/7 --data @order.json -H 'If-Match: "3"'
  m2m call reader GET /test_jwt --env prod --deployed --cached`

func (c *command) call(cmd *cobra.Command) {
	var o callOptions
	cmd.Long, cmd.Example, cmd.Args = callHelp, callExamples, takes("m2m call reader GET /test_jwt", "CLIENT", "METHOD", "PATH")
	cmd.ValidArgsFunction = completeCall(&o.target)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r := callRequest{options: o, client: args[0], method: strings.ToUpper(args[1]), path: args[2], stdin: cmd.InOrStdin()}
		return o.target.plain(c.callAPI(cmd.Context(), r))
	}
	o.target.register(cmd)
	o.access.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.data, "data", "", "the body: a text, @FILE, or - for stdin")
	flags.StringArrayVarP(&o.headers, "header", "H", nil, "a header, as 'Name: value' (repeatable)")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "show the request and the answer on stderr, without bodies and without the token")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long the token and the answer may take together")
}

// callRequest is what the command line asks to be called.
type callRequest struct {
	options              callOptions
	client, method, path string
	stdin                io.Reader
}

func (c *command) callAPI(ctx context.Context, r callRequest) error {
	o := r.options
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	t, err := o.target.open(ctx)
	if err != nil {
		return err
	}
	apiURL, err := t.APIURL(ctx)
	if err != nil {
		return err
	}
	request, err := r.build(ctx, apiURL)
	if err != nil {
		return err
	}
	tokens, err := o.access.tokens(t, r.client, func(config *client.Config) {
		if o.verbose {
			config.Transport = &shown{to: c.speech}
		}
	})
	if err != nil {
		return err
	}
	caller, err := tokens.HTTPClient(apiURL)
	if err != nil {
		return err
	}
	caller.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := caller.Do(request)
	if errors.Is(err, context.DeadlineExceeded) {
		return withHint(fmt.Errorf("%s %s: no answer in %s", r.method, r.path, o.timeout), "allow more with --timeout")
	}
	if err != nil {
		return accessError(err, r.client, o.target.flags())
	}
	defer response.Body.Close()
	return c.answer(ctx, response, r)
}

// build makes the request. The path is appended to the API's URL, so that nothing in it can lead
// the token to another place.
func (r callRequest) build(ctx context.Context, apiURL string) (*http.Request, error) {
	if !strings.HasPrefix(r.path, "/") {
		return nil, withHint(fmt.Errorf("the path %q does not begin with a slash", r.path), "for example: m2m call %s %s /test_jwt%s", r.client, r.method, r.options.target.flags())
	}
	body, err := r.body(ctx, r.options.data)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, strings.TrimSuffix(apiURL, "/")+r.path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	if json.Valid(body) {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range r.options.headers {
		name, value, ok := strings.Cut(header, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, withHint(fmt.Errorf("%q is not a header", header), "write it as -H 'Name: value'")
		}
		if strings.EqualFold(name, "Authorization") {
			return nil, withHint(errors.New("the header Authorization carries the token"), "leave it out, or use curl to send a different one")
		}
		request.Header.Set(name, strings.TrimSpace(value))
	}
	return request, nil
}

// largestBody is what is read of a body: API Gateway takes and gives 10 MB at most.
const largestBody = 64 << 20

func (r callRequest) body(ctx context.Context, data string) ([]byte, error) {
	file, isFile := strings.CutPrefix(data, "@")
	switch {
	case data == "-" || data == "@-":
		body, err := readAll(ctx, r.stdin, largestBody)
		if err != nil {
			return nil, fmt.Errorf("reading stdin: %w", err)
		}
		return body, nil
	case isFile:
		content, err := os.Open(file) // may be a device or a FIFO: the user names it
		if err != nil {
			return nil, fmt.Errorf("reading --data: %w", err)
		}
		defer func() { _ = content.Close() }()
		body, err := readAll(ctx, content, largestBody)
		if err != nil {
			return nil, fmt.Errorf("reading --data: %s: %w", file, err)
		}
		return body, nil
	}
	return []byte(data), nil
}

// answer writes the body, and fails unless the status is 2xx.
func (c *command) answer(ctx context.Context, response *http.Response, r callRequest) error {
	body, err := readAll(ctx, response.Body, largestBody)
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if isTerminal(c.stdout) && !bytes.HasSuffix(body, []byte("\n")) {
		body = append(body, '\n') // or the prompt would stand behind it
	}
	if _, err := c.stdout.Write(body); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	if response.StatusCode/100 == 2 {
		return nil
	}
	err = fmt.Errorf("%s %s: HTTP %d %s", r.method, r.path, response.StatusCode, http.StatusText(response.StatusCode))
	switch response.StatusCode {
	case http.StatusUnauthorized:
		return withHint(err, "the API does not accept the token: -v shows its reason, in the header www-authenticate")
	case http.StatusForbidden:
		return withHint(err, "the route requires a scope that the token of %s lacks: `m2m clients%s` lists the scopes of each client", r.client, r.options.target.flags())
	}
	return err
}

// shown sends requests and shows them with their answers, in the form of curl -v, without the
// token.
type shown struct {
	to io.Writer
}

// RoundTrip implements http.RoundTripper.
func (s *shown) RoundTrip(request *http.Request) (*http.Response, error) {
	fmt.Fprintf(s.to, "> %s %s\n> Host: %s\n", request.Method, request.URL.RequestURI(), request.URL.Host)
	s.headers(">", request.Header)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.to, "< %s %s\n", response.Proto, response.Status)
	s.headers("<", response.Header)
	return response, nil
}

func (s *shown) headers(mark string, header http.Header) {
	var lines []string
	for name, values := range header {
		for _, value := range values {
			if name == "Authorization" {
				value = "[redacted]"
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s\n", mark, name, value))
		}
	}
	slices.Sort(lines)
	fmt.Fprint(s.to, strings.Join(lines, "")+mark+"\n")
}
