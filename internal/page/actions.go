package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/serving"
)

const (
	// longestForm is far above what a form of the page has.
	longestForm = 1 << 14
	// actionTime is how long a token and a call may take together: an integration times out after
	// at most 30 seconds.
	actionTime = 40 * time.Second
	// longestBody is how much of an answer is shown.
	longestBody = 16 << 10
)

// chosen is what a form is about.
type chosen struct {
	env           *environment
	client, route string
}

// choose finds what a form names among what the run serves.
func (p *Page) choose(w http.ResponseWriter, r *http.Request) (c chosen, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		return c, fmt.Errorf("reading the form: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c = chosen{env: p.find(r.PostForm.Get("env")), client: r.PostForm.Get("client"), route: r.PostForm.Get("route")}
	if c.env == nil || c.env.target == nil {
		return c, errGone
	}
	if _, known := c.env.served.Description.Clients[c.client]; !known && c.client != "" {
		return c, errGone
	}
	return c, nil
}

// chooseClient is choose for a form that is about a client.
func (p *Page) chooseClient(w http.ResponseWriter, r *http.Request) (chosen, error) {
	c, err := p.choose(w, r)
	if err == nil && c.client == "" {
		err = errGone
	}
	return c, err
}

// serveToken gets a new token and shows what it says, but not the token.
func (p *Page) serveToken(w http.ResponseWriter, r *http.Request) {
	c, err := p.chooseClient(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), actionTime)
	defer cancel()
	token, err := c.env.newToken(ctx, c.client)
	if err != nil {
		refuse(w, err)
		return
	}
	p.mu.Lock()
	c.env.got[c.client] = token
	p.mu.Unlock()
	said, err := decode(token, p.config.Now())
	if err != nil {
		refuse(w, err)
		return
	}
	render(w, http.StatusOK, tokenView{Env: c.env.name, Client: c.client, decoded: said})
}

type tokenView struct {
	Env, Client string
	*decoded
}

// newToken asks the token endpoint as any caller does.
func (e *environment) newToken(ctx context.Context, name string) (string, error) {
	source, err := client.NewTokenSource(client.Config{Credentials: e.credentials(name)})
	if err != nil {
		return "", err
	}
	token, err := source.TokenContext(ctx)
	if err != nil {
		return "", err
	}
	return token.AccessToken, nil
}

// serveShownToken shows the token that was got last.
func (p *Page) serveShownToken(w http.ResponseWriter, r *http.Request) {
	c, err := p.chooseClient(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	p.mu.Lock()
	token := c.env.got[c.client]
	p.mu.Unlock()
	if token == "" {
		refuse(w, errors.New("there is no token yet: get one"))
		return
	}
	render(w, http.StatusOK, shownView{ID: "shown-token", Label: "The token of " + c.client, Text: token})
}

// serveSecret shows the secret that callers use now.
func (p *Page) serveSecret(w http.ResponseWriter, r *http.Request) {
	c, err := p.chooseClient(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), actionTime)
	defer cancel()
	found, err := c.env.credentials(c.client).Credentials(ctx)
	if err != nil {
		refuse(w, err)
		return
	}
	render(w, http.StatusOK, shownView{ID: "shown-secret", Label: "The secret of " + c.client, Text: string(found.ClientSecret)})
}

type shownView struct{ ID, Label, Text string }

// refuse says why something could not be done. Errors of packages client and reach have no secret
// in them.
func refuse(w http.ResponseWriter, err error) {
	render(w, http.StatusOK, refusedView(err.Error()))
}

// refusedView is why something could not be done.
type refusedView string

// callView is a call and its answer.
type callView struct {
	Client, Method, Path string
	Status               int
	Text                 string // of the status
	Challenge            string
	Took                 time.Duration
	Body                 string
	Cut                  bool
	Request              *request // as the run has seen it, nil if that is not known any more
}

// serveCall makes the call behind a cell.
func (p *Page) serveCall(w http.ResponseWriter, r *http.Request) {
	c, err := p.choose(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), actionTime)
	defer cancel()
	view, err := p.call(ctx, c)
	p.mu.Lock()
	outcome := outcome{Status: view.Status}
	if err != nil {
		outcome.Failed = err.Error()
	}
	c.env.calls[cell{c.client, c.route}] = outcome
	p.change("routes")
	p.mu.Unlock()
	if err != nil {
		refuse(w, err)
		return
	}
	render(w, http.StatusOK, view)
}

// call calls the API as a client, or without a token.
func (p *Page) call(ctx context.Context, c chosen) (view callView, err error) {
	view.Client = c.client
	route, ok := c.env.route(c.route)
	if !ok {
		return view, errGone
	}
	if view.Method, view.Path, ok = route.request(c.env.access()); !ok {
		return view, errors.New("no request was found that this route takes and no other one")
	}
	token := ""
	if c.client != "" {
		if token, err = p.tokenFor(ctx, c); err != nil {
			return view, err
		}
	}
	begun := time.Now()
	response, err := send(ctx, c.env.served.APIURL, view, bearer{token, route.authorizer})
	if err != nil {
		return view, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody+1))
	if err != nil {
		return view, fmt.Errorf("reading the answer: %w", err)
	}
	view.Took, view.Status, view.Text = time.Since(begun), response.StatusCode, http.StatusText(response.StatusCode)
	view.Challenge, view.Cut = response.Header.Get("Www-Authenticate"), len(body) > longestBody
	view.Body = readable(body[:min(len(body), longestBody)], token)
	p.explain(ctx)
	view.Request = p.seen(response.Header.Get("Apigw-Requestid"))
	return view, nil
}

// called is a route with what is needed to call it.
type called struct {
	key        string
	known      *access.Route
	authorizer *access.Authorizer
}

func (e *environment) route(key string) (called, bool) {
	if !slices.ContainsFunc(e.served.Routes, func(r serving.Route) bool { return r.RouteKey == key }) {
		return called{}, false
	}
	c := called{key: key}
	if known := e.access(); known != nil {
		if i := slices.IndexFunc(known.Routes, func(r access.Route) bool { return r.Key == key }); i >= 0 {
			c.known, c.authorizer = &known.Routes[i], known.Routes[i].Authorizer
		}
	}
	return c, true
}

// placeholder stands for every path parameter.
const placeholder = "example"

func (c called) request(all *access.Environment) (method, path string, ok bool) {
	if c.known != nil {
		return all.Request(*c.known, placeholder)
	}
	method, path, ok = strings.Cut(c.key, " ")
	return strings.Replace(method, "ANY", http.MethodGet, 1), path, ok && !strings.Contains(path, "{")
}

// tokenFor is a token for calls, which is used again while it lasts.
func (p *Page) tokenFor(ctx context.Context, c chosen) (string, error) {
	p.mu.Lock()
	source := c.env.tokens[c.client]
	if source == nil {
		made, err := client.NewTokenSource(client.Config{Credentials: c.env.credentials(c.client)})
		if err != nil {
			p.mu.Unlock()
			return "", err
		}
		source = made
		c.env.tokens[c.client] = source
	}
	p.mu.Unlock()
	token, err := source.TokenContext(ctx)
	if err != nil {
		return "", err
	}
	return token.AccessToken, nil
}

// bearer is a token, and where it goes.
type bearer struct {
	token string
	to    *access.Authorizer
}

// caller goes to the API alone, and follows no redirect with a token.
var caller = &http.Client{
	Transport:     &http.Transport{},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(ctx context.Context, api string, view callView, with bearer) (*http.Response, error) {
	target := strings.TrimSuffix(api, "/") + view.Path
	if with.token != "" && with.to != nil && with.to.Query != "" {
		target += "?" + url.Values{with.to.Query: {with.token}}.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, view.Method, target, http.NoBody)
	if err != nil {
		return nil, errors.New("the path of this route makes no request")
	}
	if with.token != "" && (with.to == nil || with.to.Query == "") {
		header := "Authorization"
		if with.to != nil {
			header = with.to.Header
		}
		request.Header.Set(header, "Bearer "+with.token)
	}
	response, err := caller.Do(request)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		return nil, fmt.Errorf("%s %s: %w", view.Method, view.Path, failed.Err) // without the URL, which may have the token
	}
	return response, err
}

// readable is the body of an answer without the token that it may repeat, indented if it is JSON.
func readable(body []byte, token string) string {
	text := string(body)
	if token != "" {
		text = strings.ReplaceAll(text, token, "[the token]")
	}
	var value any
	if json.Unmarshal([]byte(text), &value) == nil {
		if indented, err := json.MarshalIndent(value, "", "  "); err == nil {
			return string(indented)
		}
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// seen is the request of an id, as the run has seen it.
func (p *Page) seen(id string) *request {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range slices.Backward(p.traffic.requests) {
		if r.ID == id && id != "" {
			copied := *r
			return &copied
		}
	}
	return nil
}
