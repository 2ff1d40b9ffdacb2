package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cognito-m2m/internal/access"
)

// probe is a request that matches a route.
type probe struct {
	method, path  string
	header, query string // where the token goes
}

// placeholder stands for every path parameter. No resource has that id.
const placeholder = "m2m-verify"

// probeOf finds a request that matches this route and no other.
func (r *run) probeOf(route access.Route) (probe, bool) {
	method, path, ok := r.config.Environment.Request(route, placeholder)
	p := probe{method: method, path: path}
	if a := route.Authorizer; a != nil && ok {
		p.header, p.query = a.Header, a.Query
	}
	return p, ok
}

// reads says whether the request changes nothing.
func (p probe) reads() bool { return access.Reads(p.method) }

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
