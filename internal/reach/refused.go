package reach

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"cognito-m2m/internal/awserror"
	"cognito-m2m/internal/parameterstore"
	"cognito-m2m/naming"
)

// LongestToken is the longest life of an access token.
//
// Source: Amazon Cognito API reference, CreateUserPoolClient (AccessTokenValidity).
const LongestToken = 24 * time.Hour

// Refusing is what Refuse or Allow has done.
type Refusing struct {
	ClientID string
	// Exists says that the app client is there, and so can get tokens.
	Exists bool
	// Changed is false if the client was refused, or allowed, already.
	Changed bool
	// Removed are the ids of other clients whose entry was removed: no token of theirs can be left.
	Removed []string
}

// entry is the value of a refused client's parameter. The authorizer's function does not read it.
type entry struct {
	Refused time.Time `json:"refused"`
	Gone    time.Time `json:"gone,omitzero"` // when it was first seen that there is no app client
}

// clientIDPattern is what Cognito's ids of app clients are like. An id also names a client that is
// gone, whose tokens may be in use.
var clientIDPattern = regexp.MustCompile(`^[0-9a-z]{25,26}$`)

// RefusedClient is one that the function authorizer lets in no more.
type RefusedClient struct {
	Name     string // "" if there is no client with this app client any more
	ClientID string
	Since    time.Time // zero if it is not known
}

// Refused are the clients on the list of those that the function authorizer lets in no more: first
// those that there still are, by name, then the others by id.
func (t *Target) Refused(ctx context.Context) ([]RefusedClient, error) {
	entries, err := t.entries(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := t.ClientIDs(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(ids))
	for name, id := range ids {
		names[id] = name
	}
	refused := make([]RefusedClient, 0, len(entries))
	for id, e := range entries {
		refused = append(refused, RefusedClient{Name: names[id], ClientID: id, Since: e.Refused})
	}
	slices.SortFunc(refused, func(a, b RefusedClient) int {
		if (a.Name == "") != (b.Name == "") {
			return cmp.Compare(b.Name, a.Name)
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ClientID, b.ClientID))
	})
	return refused, nil
}

// Refuse puts a client, by its name or its app client's id, on the list of those that the function
// authorizer lets in no more. With an error and a result, the client is refused, and the error is
// about what comes after that.
func (t *Target) Refuse(ctx context.Context, client string) (*Refusing, error) {
	return t.refusing(ctx, client, false, func(name string) error {
		return t.putEntry(ctx, name, entry{Refused: time.Now().UTC().Truncate(time.Second)}, false)
	})
}

// Allow takes a client, by its name or its app client's id, off that list. It fails as Refuse does.
func (t *Target) Allow(ctx context.Context, client string) (*Refusing, error) {
	return t.refusing(ctx, client, true, func(name string) error { return t.deleteEntry(ctx, name) })
}

// refusing changes the entry of a client if it is there, or if it is not, and then tidies the
// others.
func (t *Target) refusing(ctx context.Context, client string, ifThere bool, change func(name string) error) (*Refusing, error) {
	id, err := t.appClientID(ctx, client)
	if err != nil {
		return nil, err
	}
	entries, err := t.entries(ctx)
	if err != nil {
		return nil, err
	}
	done := &Refusing{ClientID: id}
	if _, there := entries[id]; there == ifThere {
		if err := change(t.refusedName(id)); err != nil {
			return nil, err
		}
		done.Changed = true
	}
	delete(entries, id)
	pool, err := t.UserPoolID(ctx)
	if err != nil {
		return done, err
	}
	if done.Exists, err = t.hasAppClient(ctx, pool, id); err != nil {
		return done, err
	}
	done.Removed, err = t.tidy(ctx, pool, entries)
	return done, err
}

// appClientID is the id of a client's app client.
func (t *Target) appClientID(ctx context.Context, client string) (string, error) {
	s, err := t.describe(ctx, client)
	switch {
	case IsProblem(err, UnknownClient) && clientIDPattern.MatchString(client):
		return client, nil
	case err != nil:
		return "", err
	case s.clientID == "":
		return "", fmt.Errorf("the secret %s does not say which app client it is of", s.name)
	}
	return s.clientID, nil
}

// hasAppClient says whether the pool has an app client.
func (t *Target) hasAppClient(ctx context.Context, pool, id string) (bool, error) {
	_, err := t.pools.ListUserPoolClientSecrets(ctx, &cognitoidentityprovider.ListUserPoolClientSecretsInput{UserPoolId: &pool, ClientId: &id})
	if _, missing := errors.AsType[*cognitotypes.ResourceNotFoundException](err); missing {
		return false, nil
	}
	if err != nil {
		return false, t.failure("the app client "+id, err)
	}
	return true, nil
}

func (t *Target) refusedName(id string) string { return naming.RefusedPath(t.Env) + id }

// entries are those of the list, by app client. One with another value has been there for a while,
// for all that is known.
func (t *Target) entries(ctx context.Context) (map[string]entry, error) {
	below := strings.TrimSuffix(naming.RefusedPath(t.Env), "/")
	parameters, err := t.parameters.ByPath(ctx, below)
	if err != nil {
		return nil, t.failure("the parameters "+below, err)
	}
	found := map[string]entry{}
	for _, p := range parameters {
		var e entry
		_ = json.Unmarshal([]byte(p.Value), &e) // somebody may have written another one by hand
		found[strings.TrimPrefix(p.Name, below+"/")] = e
	}
	return found, nil
}

// tidy removes the entries of clients whose app client has been gone for longer than a token lives,
// and notes of others that it is gone.
func (t *Target) tidy(ctx context.Context, pool string, entries map[string]entry) (removed []string, err error) {
	has, err := t.haveAppClients(ctx, pool, len(entries))
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	for id, e := range entries {
		there, err := has(id)
		switch {
		case err != nil:
		case there && !e.Gone.IsZero():
			err = t.putEntry(ctx, t.refusedName(id), entry{Refused: e.Refused}, true)
		case !there && e.Gone.IsZero():
			err = t.putEntry(ctx, t.refusedName(id), entry{Refused: e.Refused, Gone: now}, true)
		case !there && now.Sub(e.Gone) > LongestToken:
			removed, err = append(removed, id), t.deleteEntry(ctx, t.refusedName(id))
		}
		if err != nil {
			return nil, err
		}
	}
	return removed, nil
}

// maxAsked is how many clients are asked for one by one: a pool of 1,000 is listed in 17 pages.
const maxAsked = 20

// haveAppClients gives what hasAppClient says, for so many clients. For more than a few it lists
// those of the pool, where that is allowed.
func (t *Target) haveAppClients(ctx context.Context, pool string, count int) (has func(id string) (bool, error), err error) {
	each := func(id string) (bool, error) { return t.hasAppClient(ctx, pool, id) }
	if count <= maxAsked {
		return each, nil
	}
	listed := map[string]bool{}
	pages := cognitoidentityprovider.NewListUserPoolClientsPaginator(t.pools, &cognitoidentityprovider.ListUserPoolClientsInput{UserPoolId: &pool, MaxResults: aws.Int32(60)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if awserror.Denied(err) {
			return each, nil
		}
		if err != nil {
			return nil, t.failure("the app clients of "+pool, err)
		}
		for _, client := range page.UserPoolClients {
			listed[aws.ToString(client.ClientId)] = true
		}
	}
	return func(id string) (bool, error) { return listed[id], nil }, nil
}

// putEntry writes an entry. One that another has made meanwhile is as good.
func (t *Target) putEntry(ctx context.Context, name string, e entry, overwrite bool) error {
	value, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding an entry: %w", err)
	}
	err = t.parameters.Put(ctx, parameterstore.Parameter{Name: name, Value: string(value)}, overwrite)
	if err == nil || awserror.IsOneOf(err, []string{parameterstore.AlreadyExists}) {
		return nil
	}
	return t.failure("the parameter "+name, err)
}

func (t *Target) deleteEntry(ctx context.Context, name string) error {
	err := t.parameters.Delete(ctx, name)
	if err == nil || awserror.IsOneOf(err, []string{parameterstore.NotFound}) {
		return nil
	}
	return t.failure("the parameter "+name, err)
}
