package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// published is the token request of golang.org/x/oauth2, with metadata that only a pre token
// generation trigger would read.
func published(client appClient) sending {
	return func(ctx context.Context, s *session) (answer, error) {
		seen := &witness{session: s}
		config := clientcredentials.Config{
			ClientID: client.ID, ClientSecret: client.Secret, TokenURL: s.TokenEndpoint,
			AuthStyle:      oauth2.AuthStyleInHeader,
			EndpointParams: url.Values{"aws_client_metadata": {`{"purpose":"conformance"}`}},
		}
		ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: seen})
		// A refusal is an answer too, which the rows read.
		if _, err := config.Token(ctx); err != nil && (seen.last.status == 0 || seen.last.status == http.StatusOK) {
			return answer{}, fmt.Errorf("golang.org/x/oauth2: %w", err)
		}
		return seen.last, nil
	}
}

// witness carries a published client's requests, so that they are remembered and their tokens
// counted like the suite's own, and keeps the last answer.
type witness struct {
	session *session
	last    answer
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	if w.last, err = w.session.exchange(copied, string(body)); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: w.last.status, Header: w.last.header, Request: r,
		Body: io.NopCloser(bytes.NewReader(w.last.body)),
	}, nil
}
