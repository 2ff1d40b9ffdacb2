package verify

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/sync/errgroup"

	"cognito-m2m/client"
	"cognito-m2m/internal/access"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/userpool"
)

// token is the one access token of a client; value is "" if none was issued.
type token struct {
	client access.Client
	value  string
}

// getTokens gets one token for each client. A fault of the environment becomes a check; an error
// means that the environment was not reached.
func (r *run) getTokens(ctx context.Context, clients []access.Client) ([]Check, error) {
	r.tokens = make([]token, len(clients))
	checks := make([]Check, len(clients))
	group, groupContext := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, c := range clients {
		group.Go(func() error {
			value, err := r.tokenOf(groupContext, c.Name)
			r.tokens[i] = token{client: c, value: value}
			checks[i], err = tokenCheck(c, value, err)
			return err
		})
	}
	return checks, group.Wait()
}

func (r *run) tokenOf(ctx context.Context, name string) (string, error) {
	source, err := client.NewTokenSource(client.Config{Credentials: r.config.Credentials(name)})
	if err != nil {
		return "", err
	}
	for {
		got, err := source.TokenContext(ctx)
		if err == nil {
			return got.AccessToken, nil
		}
		if reason := lacking(name, err); reason == "" || !r.wait(ctx, reason) {
			return "", err
		}
	}
}

func tokenCheck(declared access.Client, value string, err error) (Check, error) {
	c := Check{Case: ClientSecret, Client: declared.Name, Want: "a token", Got: "a token", Outcome: OK}
	refused, isRefused := errors.AsType[*client.RefusalError](err)
	failure, isFailure := errors.AsType[*reach.Error](err)
	switch {
	case err == nil:
		if scopes := scopesOf(value); !slices.Equal(scopes, declared.Scopes) {
			c.Want, c.Got = "a token with "+strings.Join(declared.Scopes, " "), "one with "+strings.Join(scopes, " ")
			c.Outcome = Red
		}
	case isRefused:
		c.Got, c.Outcome = strings.TrimSpace(fmt.Sprintf("%d %s", refused.Status, refused.Code)), Red
	case errors.Is(err, client.ErrNotRotated):
		c.Got = ""
		c.notTried("its secret is not rotated yet")
	case isFailure && failure.Problem == reach.UnknownClient:
		c.Got, c.Outcome = "there is no such client", Red
	default:
		return c, err
	}
	return c, nil
}

// scopesOf reads the scopes of a token, sorted. It came from its issuer, so it is not verified.
func scopesOf(compact string) []string {
	var claims struct {
		Scope string `json:"scope"`
	}
	parsed, err := jwt.ParseSigned(compact, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&claims) != nil {
		return nil
	}
	return slices.Sorted(strings.FieldsSeq(claims.Scope))
}

// wrongSecret requests a token with a made-up secret. It costs nothing.
func (r *run) wrongSecret(ctx context.Context) []Check {
	for _, t := range r.tokens {
		if t.value == "" {
			continue
		}
		c := Check{Case: WrongSecret, Client: t.client.Name, Want: "400 invalid_client", Outcome: OK}
		credentials, err := r.config.Credentials(t.client.Name).Credentials(ctx)
		if err == nil {
			c.Got, err = r.askWith(ctx, credentials.TokenEndpoint, credentials.ClientID, madeUpSecret())
		}
		if err != nil {
			c.Got = fmt.Sprintf("no answer (%v)", err)
		}
		if c.Got != c.Want {
			c.Outcome = Red
		}
		return []Check{c}
	}
	return nil
}

// madeUpSecret has the alphabet and nearly the length of Cognito's.
func madeUpSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

// askWith is the status and error code of a token request. Its error contains nothing of the
// credentials.
func (r *run) askWith(ctx context.Context, endpoint, clientID, secret string) (string, error) {
	form := strings.NewReader(url.Values{"grant_type": {userpool.ClientCredentials}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, form)
	if err != nil {
		return "", withoutURL(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(clientID, secret)
	response, err := r.http.Do(request)
	if err != nil {
		return "", withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return "a token", nil
	}
	const longest = 64 << 10
	var refusal struct {
		Error string `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(response.Body, longest)).Decode(&refusal) // without a code there is the status
	return strings.TrimSpace(fmt.Sprintf("%d %s", response.StatusCode, errorCode(refusal.Error))), nil
}

// tampered changes one bit in the middle of a token's signature.
func tampered(compact string) string {
	dot := strings.LastIndexByte(compact, '.')
	signature, err := base64.RawURLEncoding.DecodeString(compact[dot+1:])
	if err != nil || dot < 0 || len(signature) == 0 {
		return ""
	}
	signature[len(signature)/2] ^= 1
	return compact[:dot+1] + base64.RawURLEncoding.EncodeToString(signature)
}

// errorCode is an error code of RFC 6749 section 5.2, or "": anything else that a server sends is
// not shown.
func errorCode(code string) string {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return code
}
