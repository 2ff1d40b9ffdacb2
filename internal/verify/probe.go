package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/httpapi"
)

// probe is a request that matches a route.
type probe struct {
	method, path  string
	header, query string // where the token goes
}

// placeholder stands for every path parameter. No resource has that id.
const placeholder = "m2m-verify"

var (
	variable = regexp.MustCompile(`\{[^}+]*\}`)
	greedy   = regexp.MustCompile(`\{[^}]*\+\}`)
)

// deepest is the largest number of segments for a greedy parameter.
const deepest = 3

// probeOf finds a request that matches this route and no other. A route for all methods gets a GET,
// unless that matches another route.
func (r *run) probeOf(route access.Route) (probe, bool) {
	method, path, _ := strings.Cut(route.Key, " ")
	methods := []string{method}
	if route.Key == httpapi.DefaultRoute {
		path = "/{default+}"
	}
	if method == httpapi.AnyMethod || route.Key == httpapi.DefaultRoute {
		methods = httpapi.Methods()
	}
	path = variable.ReplaceAllString(path, placeholder)
	for _, method := range methods {
		for depth := range deepest {
			segments := placeholder + strings.Repeat("/"+placeholder, depth)
			p := probe{method: method, path: greedy.ReplaceAllString(path, segments)}
			if found := r.config.Environment.Match(p.method, p.path); found != nil && found.Key == route.Key {
				if a := route.Authorizer; a != nil {
					p.header, p.query = a.Header, a.Query
				}
				return p, true
			}
		}
	}
	return probe{method: methods[0]}, false
}

// reads says whether the request changes nothing (RFC 9110 section 9.2.1).
func (p probe) reads() bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, p.method)
}

// A throttled request says nothing about access, so it is sent again: three times, with waits that
// double.
const (
	tries     = 4
	firstWait = 300 * time.Millisecond
)

// ask sends the request with a token, or without one if it is empty. Its error has neither the
// token nor the URL, which may contain the token.
func (r *run) ask(ctx context.Context, p probe, token string) (status int, err error) {
	for try := range tries {
		status, err = r.askOnce(ctx, p, token)
		for err != nil && r.wait(ctx, "the API") { // whose domain is new
			status, err = r.askOnce(ctx, p, token)
		}
		if err != nil || status != http.StatusTooManyRequests || try == tries-1 {
			break
		}
		select {
		case <-time.After(firstWait << try):
		case <-ctx.Done():
			return status, nil
		}
	}
	return status, err
}

func (r *run) askOnce(ctx context.Context, p probe, token string) (status int, err error) {
	target := strings.TrimSuffix(r.config.APIURL, "/") + p.path
	if token != "" && p.query != "" {
		target += "?" + url.Values{p.query: {token}}.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, p.method, target, http.NoBody)
	if err != nil {
		return 0, withoutURL(err)
	}
	request.Header.Set("User-Agent", "m2m-verify")
	if token != "" && p.header != "" {
		request.Header.Set(p.header, "Bearer "+token)
	}
	response, err := r.http.Do(request)
	if err != nil {
		return 0, withoutURL(err)
	}
	defer response.Body.Close()
	const enough = 64 << 10 // to use the connection again
	_, _ = io.CopyN(io.Discard, response.Body, enough)
	return response.StatusCode, nil
}

func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
