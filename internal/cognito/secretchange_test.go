package cognito_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

// A rotation as the project does it: add, use both, delete the old one.
func TestSecretsChangeWhileServing(t *testing.T) {
	t.Parallel()
	p := startPool(t, oneSecret)
	api := p.sdk(t)
	old := secretIDs(t, api)
	added, err := addSecret(t, api, nil)
	if err != nil {
		t.Fatal(err)
	}
	descriptor := added.ClientSecretDescriptor
	fresh := *descriptor.ClientSecretValue
	if n := len(fresh); n < 24 || n > 64 {
		t.Errorf("the secret has %d characters, want 24 to 64", n)
	}
	if descriptor.ClientSecretCreateDate == nil || descriptor.ClientSecretCreateDate.Sub(issuedAt).Abs().Seconds() > 1 {
		t.Errorf("created at %v, want %v", descriptor.ClientSecretCreateDate, issuedAt)
	}
	if diff := cmp.Diff(append(old, *descriptor.ClientSecretId), secretIDs(t, api)); diff != "" {
		t.Errorf("secrets after adding one (-want +got):\n%s", diff)
	}
	wantSecrets(t, p, map[string]bool{readerSecret: true, fresh: true})

	_, err = addSecret(t, api, nil)
	if _, ok := errors.AsType[*types.LimitExceededException](err); !ok {
		t.Errorf("a third secret: got %v, want LimitExceededException", err)
	}
	if err := deleteSecret(t, api, old[0]); err != nil {
		t.Fatal(err)
	}
	wantSecrets(t, p, map[string]bool{readerSecret: false, fresh: true})
	if err := deleteSecret(t, api, *descriptor.ClientSecretId); err == nil {
		t.Error("the last secret could be deleted")
	}
	wantSecrets(t, p, map[string]bool{fresh: true})
}

func TestCustomSecret(t *testing.T) {
	t.Parallel()
	for name, custom := range map[string]string{"shortest": strings.Repeat("_", 24), "longest": strings.Repeat("+", 64)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startPool(t, oneSecret)
			added, err := addSecret(t, p.sdk(t), &custom)
			if err != nil {
				t.Fatal(err)
			}
			if added.ClientSecretDescriptor.ClientSecretValue != nil {
				t.Error("the answer repeats the custom secret")
			}
			wantSecrets(t, p, map[string]bool{readerSecret: true, custom: true})
		})
	}
}

func TestDeletingAnUnknownSecretChangesNothing(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	if err := deleteSecret(t, p.sdk(t), readerID+"--1"); err == nil {
		t.Error("got no error")
	}
	wantSecrets(t, p, map[string]bool{readerSecret: true, readerNewSecret: true})
}

// An id never comes back, even if secrets come and go while the clock stands still.
func TestSecretIDsAreNotReused(t *testing.T) {
	t.Parallel()
	p := startPool(t, oneSecret)
	api := p.sdk(t)
	seen := map[string]bool{secretIDs(t, api)[0]: true}
	for range 5 {
		added, err := addSecret(t, api, nil)
		if err != nil {
			t.Fatal(err)
		}
		id := *added.ClientSecretDescriptor.ClientSecretId
		if seen[id] || !strings.HasPrefix(id, readerID+"--") {
			t.Errorf("got the id %s after %v", id, seen)
		}
		seen[id] = true
		if err := deleteSecret(t, api, id); err != nil {
			t.Fatal(err)
		}
	}
}

// saved is what SaveSecrets was called with.
type saved struct {
	mutex sync.Mutex
	calls [][]cognito.ClientSecret
	fail  error
}

func (s *saved) save(clientID string, secrets []cognito.ClientSecret) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if clientID != readerID {
		return errors.New("another client")
	}
	s.calls = append(s.calls, secrets)
	return s.fail
}

func TestChangesAreSaved(t *testing.T) {
	t.Parallel()
	var file saved
	p := startPool(t, oneSecret, func(c *cognito.Config) { c.SaveSecrets = file.save })
	api := p.sdk(t)
	added, err := addSecret(t, api, nil)
	if err != nil {
		t.Fatal(err)
	}
	both := p.server.ClientSecrets(readerID)
	if err := deleteSecret(t, api, secretIDs(t, api)[0]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]cognito.ClientSecret{both, both[1:]}, file.calls); diff != "" {
		t.Errorf("saved (-want +got):\n%s", diff)
	}
	if got := string(both[1].Value); got != *added.ClientSecretDescriptor.ClientSecretValue {
		t.Error("what is saved is not the secret that was added")
	}
	// Another server with what was saved goes on where this one was.
	next := startPool(t, func(c *cognito.Config) { c.Clients[0].Secrets = both })
	if diff := cmp.Diff(both, next.server.ClientSecrets(readerID)); diff != "" {
		t.Errorf("secrets of the next server (-want +got):\n%s", diff)
	}
}

func TestNothingChangesUnlessItIsSaved(t *testing.T) {
	t.Parallel()
	full := saved{fail: errors.New("disk full")}
	p := startPool(t, func(c *cognito.Config) { c.SaveSecrets = full.save })
	api := p.sdk(t)
	before := p.server.ClientSecrets(readerID)
	err := deleteSecret(t, api, before[0].ID)
	if _, ok := errors.AsType[*types.InternalServerException](err); !ok || strings.Contains(err.Error(), "disk") {
		t.Errorf("delete: got %v, want InternalServerException without the cause", err)
	}
	wantSecrets(t, p, map[string]bool{readerSecret: true, readerNewSecret: true})
	if !strings.Contains(p.log.Take(), "disk full") {
		t.Error("the log does not say why")
	}

	one := startPool(t, oneSecret, func(c *cognito.Config) { c.SaveSecrets = full.save })
	custom := "custom_secret_of_a_full_disk"
	if _, err := addSecret(t, one.sdk(t), &custom); err == nil {
		t.Error("add: got no error")
	}
	wantSecrets(t, one, map[string]bool{readerSecret: true, custom: false})
}

// Changes in a row, beside token requests that must not notice.
func TestChangesBesideTokenRequests(t *testing.T) {
	t.Parallel()
	p := startPool(t, oneSecret)
	ctx, stop := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if _, err := p.login(t.Context(), readerSecret); err != nil {
					t.Errorf("the secret that stays: %v", err)
					return
				}
			}
		})
	}
	api := p.sdk(t)
	for i := range 20 {
		custom := "custom_secret_number_0000" + strconv.Itoa(i)
		added, err := addSecret(t, api, &custom)
		if err != nil {
			t.Error(err)
			break
		}
		wantSecrets(t, p, map[string]bool{custom: true})
		if err := deleteSecret(t, api, *added.ClientSecretDescriptor.ClientSecretId); err != nil {
			t.Error(err)
			break
		}
		wantSecrets(t, p, map[string]bool{custom: false})
	}
	stop()
	callers.Wait()
}

// Of many who add and delete at once, no two get past the limit or below one secret.
func TestSecretLimitsUnderConcurrentChanges(t *testing.T) {
	t.Parallel()
	var file saved
	p := startPool(t, oneSecret, func(c *cognito.Config) { c.SaveSecrets = file.save })
	api := p.sdk(t)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 10 {
				_, _ = addSecret(t, api, nil)
				for _, secret := range p.server.ClientSecrets(readerID) {
					_ = deleteSecret(t, api, secret.ID)
				}
			}
		})
	}
	callers.Wait()
	if len(file.calls) == 0 {
		t.Error("nothing changed")
	}
	for _, secrets := range file.calls {
		if n := len(secrets); n < 1 || n > 2 {
			t.Fatalf("there were %d secrets, want 1 or 2", n)
		}
	}
}

func TestSecretsOfAnUnknownClient(t *testing.T) {
	t.Parallel()
	if got := startPool(t).server.ClientSecrets("1unknown"); got != nil {
		t.Errorf("got %d secrets, want none", len(got))
	}
}
