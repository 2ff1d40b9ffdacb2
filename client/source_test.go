package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
)

func TestFromEnvironment(t *testing.T) {
	t.Setenv("M2M_CLIENT_ID", clientID)
	t.Setenv("M2M_CLIENT_SECRET", oldSecret)
	t.Setenv("M2M_TOKEN_ENDPOINT", "https://tokens.example.com/oauth2/token")
	got, err := client.FromEnvironment().Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := client.Credentials{
		ClientID: clientID, ClientSecret: oldSecret, TokenEndpoint: "https://tokens.example.com/oauth2/token",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	t.Setenv("M2M_CLIENT_ID", "")
	t.Setenv("M2M_TOKEN_ENDPOINT", "")
	_, err = client.FromEnvironment().Credentials(t.Context())
	if want := "reading credentials from the environment: set M2M_CLIENT_ID, M2M_TOKEN_ENDPOINT"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The token endpoint answers a secret with a line end as it does a wrong one, and whoever rotates
// then ends the secret that others use.
func TestWhatStandsAroundAValueInTheEnvironment(t *testing.T) {
	good := map[string]string{
		"M2M_CLIENT_ID": clientID, "M2M_CLIENT_SECRET": oldSecret, "M2M_TOKEN_ENDPOINT": "https://tokens.example.com/oauth2/token",
	}
	for what, want := range map[string]string{
		"V\n":     `a line end (\n) after it`,
		"V\r\n":   `a line end (\n) after it`,
		"V\r":     `a carriage return (\r) after it`,
		" V":      "a space before it",
		"\tV ":    `a tab (\t) before it and a space after it`,
		"\ufeffV": "a byte order mark (U+FEFF) before it",
		"V\u200b": "an invisible character (U+200B) after it",
		`"V"`:     "quotation marks around it",
		"'V'\n":   `a line end (\n) after it and quotation marks around it`,
		" \t":     "only white space in it",
	} {
		for variable, value := range good {
			for name, other := range good {
				t.Setenv(name, other)
			}
			t.Setenv(variable, strings.ReplaceAll(what, "V", value))
			_, err := client.FromEnvironment().Credentials(t.Context())
			if want := "reading credentials from the environment: " + variable + " has " + want + ": set it without"; err == nil || err.Error() != want {
				t.Errorf("%q: got %v, want %s", what, err, want)
			}
		}
	}
}

func TestWhatStandsAroundAValueInAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "credentials.json")
	endpoint := "https://tokens.example.com/oauth2/token"
	for _, c := range []struct{ id, secret, endpoint, want string }{
		{clientID + "\r", oldSecret, endpoint, `client_id has a carriage return (\r) after it`},
		{clientID, oldSecret + "\n", endpoint, `client_secret has a line end (\n) after it`},
		{clientID, " " + oldSecret, endpoint + " ", `client_secret has a space before it, token_endpoint has a space after it`},
	} {
		value, err := json.Marshal(client.Credentials{ClientID: c.id, ClientSecret: client.Secret(c.secret), TokenEndpoint: c.endpoint})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append([]byte("\n"), append(value, '\n')...), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = client.FromFile(path).Credentials(t.Context())
		if want := "reading " + path + ": credentials can't be right: " + c.want + ": remove it"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := os.WriteFile(path, []byte("\ufeff"+rotatedValue), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := client.FromFile(path).Credentials(t.Context()); err == nil || !strings.Contains(err.Error(), "byte order mark") {
		t.Errorf("got %v, want the byte order mark named", err)
	}
}

func TestFromFileIsReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "credentials.json")
	source := client.FromFile(path)
	if _, err := source.Credentials(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v, want that it does not exist", err)
	}
	write := func(value string) {
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{}")
	if _, err := source.Credentials(t.Context()); !errors.Is(err, client.ErrNotRotated) || !strings.Contains(err.Error(), path) {
		t.Errorf("placeholder: got %v, want ErrNotRotated with the file's path", err)
	}
	write(rotatedValue)
	got, err := source.Credentials(t.Context())
	if diff := cmp.Diff(rotated(), got); diff != "" || err != nil {
		t.Errorf("credentials: error %v (-want +got):\n%s", err, diff)
	}
}

// secretStore answers GetSecretValue as Secrets Manager does, for one secret.
type secretStore struct{ answer string }

func (s *secretStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct{ SecretId, VersionId, VersionStage *string }
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || json.Unmarshal(body, &input) != nil ||
		input.VersionId != nil || input.VersionStage != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"InvalidRequestException"}`)
		return
	}
	if aws.ToString(input.SecretId) != "m2m/test/reader" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`)
		return
	}
	_, _ = io.WriteString(w, s.answer)
}

func TestFromSecretsManager(t *testing.T) {
	t.Parallel()
	value, err := json.Marshal(map[string]string{"SecretString": rotatedValue})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, secretID, answer string
		want                   client.Credentials
		wantErr                func(error) bool
	}{
		{name: "rotated", secretID: "m2m/test/reader", answer: string(value), want: rotated()},
		{
			name: "not rotated yet", secretID: "m2m/test/reader", answer: `{"SecretString":"{}"}`,
			wantErr: func(err error) bool {
				return errors.Is(err, client.ErrNotRotated) && strings.Contains(err.Error(), "m2m/test/reader")
			},
		},
		{
			name: "binary", secretID: "m2m/test/reader", answer: `{"SecretBinary":"e30="}`,
			wantErr: func(err error) bool { return strings.Contains(err.Error(), "no SecretString") },
		},
		{
			name: "unknown", secretID: "m2m/test/writer",
			wantErr: func(err error) bool {
				_, ok := errors.AsType[*types.ResourceNotFoundException](err)
				return ok
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&secretStore{answer: c.answer})
			t.Cleanup(server.Close)
			api := secretsmanager.New(secretsmanager.Options{
				Region: "eu-central-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
				}),
			})
			got, err := client.FromSecretsManager(api, c.secretID).Credentials(t.Context())
			if c.wantErr == nil {
				if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
					t.Errorf("credentials: error %v (-want +got):\n%s", err, diff)
				}
			} else if err == nil || !c.wantErr(err) {
				t.Errorf("got error %v, want another one", err)
			}
		})
	}
}
