package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cognito-m2m/client"
)

func TestRotatedSecretIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		token(t, tokens)

		source.hold(p.credentials(newSecret), nil)
		p.know(t, newSecret)
		time.Sleep(lifetime)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { token(t, tokens) })
		}
		all.Wait()
		wantAsked(t, p, 3) // the first token, invalid_client, the new token
		if got := source.readCount(); got != 2 {
			t.Errorf("reads of the credentials: got %d, want 2", got)
		}
	})
}

func TestRotationDuringARenewalIsNotNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(p.credentials(oldSecret))
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		first := token(t, tokens)
		source.hold(p.credentials(newSecret), nil)
		p.know(t, newSecret)
		time.Sleep(lifetime * 8 / 10)
		if got := token(t, tokens); got != first {
			t.Error("got another token before the renewal")
		}
		synctest.Wait()
		if got := token(t, tokens); got == first {
			t.Error("after the renewal: got the old token")
		}
	})
}

func TestUnchangedCredentialsAreNotSentTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, newSecret)
		source := newVault(p.credentials(oldSecret))
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		_, err := tokens.Token()
		wantRefusal(t, err, http.StatusBadRequest, "invalid_client")
		wantAsked(t, p, 1)
		if got := source.readCount(); got != 2 {
			t.Errorf("reads of the credentials: got %d, want 2", got)
		}
		source.hold(p.credentials(newSecret), nil)
		time.Sleep(time.Minute)
		token(t, tokens)
		wantAsked(t, p, 2)
	})
}

func TestSourceThatFailsAfterARefusal(t *testing.T) {
	t.Parallel()
	p := startPool(t, newSecret)
	unreachable := errors.New("secret store is unreachable")
	source := newVault(p.credentials(oldSecret))
	p.answer(func(w http.ResponseWriter, r *http.Request) {
		source.hold(client.Credentials{}, unreachable)
		p.server.ServeHTTP(w, r)
	})
	_, err := newTokens(t, func(c *client.Config) { c.Credentials = source }).Token()
	wantRefusal(t, err, http.StatusBadRequest, "invalid_client")
	if !errors.Is(err, unreachable) {
		t.Errorf("got %v, want the source's error too", err)
	}
}

func TestNotRotatedYet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPool(t, oldSecret)
		source := newVault(client.Credentials{})
		source.hold(client.Credentials{}, client.ErrNotRotated)
		tokens := p.tokens(t, func(c *client.Config) { c.Credentials = source })
		if _, err := tokens.Token(); !errors.Is(err, client.ErrNotRotated) {
			t.Errorf("got %v, want ErrNotRotated", err)
		}
		wantAsked(t, p, 0)
		source.hold(p.credentials(oldSecret), nil)
		time.Sleep(time.Second)
		token(t, tokens)
	})
}

func TestIncompleteCredentialsOfASource(t *testing.T) {
	t.Parallel()
	p := startPool(t, oldSecret)
	incomplete := sourceFunc(func(context.Context) (client.Credentials, error) {
		return client.Credentials{ClientID: clientID}, nil
	})
	_, err := newTokens(t, func(c *client.Config) { c.Credentials = incomplete }).Token()
	if err == nil || err.Error() != "credentials lack client_secret, token_endpoint" {
		t.Errorf("got %v, want the names of what is missing", err)
	}
	wantAsked(t, p, 0)
}

func TestSecretIsNotSentInTheClear(t *testing.T) {
	t.Parallel()
	p := newPool(t, oldSecret)
	p.url = "http://tokens.example.com"
	if _, err := p.tokens(t).Token(); err == nil {
		t.Error("plain http to another machine: got no error")
	}
	wantAsked(t, p, 0)
	token(t, p.tokens(t, func(c *client.Config) { c.AllowPlainHTTP = true }))
	wantAsked(t, p, 1)
}

type sourceFunc func(context.Context) (client.Credentials, error)

func (f sourceFunc) Credentials(ctx context.Context) (client.Credentials, error) { return f(ctx) }
