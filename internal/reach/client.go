package reach

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"golang.org/x/sync/errgroup"

	"cognito-m2m/naming"
)

// State is how far the secret of a client is. It is part of a JSON form.
type State string

const (
	// NotRotated is the state before the first rotation has ended: the secret has no credentials
	// yet.
	NotRotated State = "not-rotated-yet"
	// Current is the state between rotations.
	Current State = "current"
	// RotationUnfinished is the state while a rotation runs, and after one that failed. From
	// outside they look the same; only the time tells them apart.
	RotationUnfinished State = "rotation-unfinished"
	// RotationOff is the state of a secret whose rotation somebody has turned off.
	RotationOff State = "rotation-off"
	// SecretUndecided is the state of a secret whose last rotation has stopped, because the app
	// client has two secrets and no label tells which of them callers use: the value was written by
	// hand.
	SecretUndecided State = "secret-undecided"
	// AppClientReplaced is the state of a secret whose credentials are older than each secret that
	// the app client has, and so can be of none of them: the app client has been replaced since, or
	// the secret deleted by hand.
	AppClientReplaced State = "app-client-replaced"
	// AppClientGone is the state of a secret whose app client does not exist.
	AppClientGone State = "app-client-gone"
	// SecretGone is the state of an app client without a secret in Secrets Manager, which is not
	// listed there any more: somebody has deleted it.
	SecretGone State = "secret-gone"
)

// Client is one client of an environment, as an operator sees it. Finding it out reads no secret's
// value.
type Client struct {
	Name                string
	ID                  string        // the app client's
	Scopes              []string      // nil: the caller may not know
	AccessTokenValidity time.Duration // 0: the caller may not know
	State               State
	RotatedAt           time.Time // zero: not yet
	NextRotation        time.Time // zero: not scheduled
	EveryDays           int       // 0: not scheduled
	RotationFunction    string    // the name of the function; "" without a schedule

	// PendingVersion is the version that an unfinished rotation makes, "" without one;
	// UnfinishedSince is when the secret was last touched, which is when that rotation began or
	// later.
	PendingVersion  string
	UnfinishedSince time.Time

	// Secrets are those that Cognito accepts, the oldest first: one or two.
	Secrets []LiveSecret
}

// LiveSecret is a client secret that Cognito accepts.
type LiveSecret struct {
	ID      string // Cognito's name for it, not the secret
	Created time.Time
}

// Clients lists the clients of the environment, of its groups too, sorted by name: all, or those
// that choose takes of the sorted names. Only about these Cognito is asked. firstRotations is how
// many of all clients still wait for the end of their first rotation.
func (t *Target) Clients(ctx context.Context, choose func(names []string) []string) (clients []Client, firstRotations int, err error) {
	pool, err := t.UserPoolID(ctx)
	if err != nil {
		return nil, 0, err
	}
	ids, firstRotations, err := t.listed(ctx)
	if err != nil {
		return nil, 0, err
	}
	lost, err := t.lost(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	names := slices.Sorted(maps.Keys(ids))
	if choose != nil {
		names = choose(names)
	}
	clients = make([]Client, len(names))
	const atOnce = 4
	group, each := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, name := range names {
		if slices.Contains(lost, name) {
			clients[i] = Client{Name: name, ID: ids[name], State: SecretGone}
			continue
		}
		group.Go(func() error {
			found, err := t.client(each, pool, name)
			if err != nil {
				return err
			}
			clients[i] = *found
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	return clients, firstRotations, nil
}

// ClientIDs are the app client ids of all clients by name. It takes a few calls, however many
// clients there are.
func (t *Target) ClientIDs(ctx context.Context) (map[string]string, error) {
	ids, _, err := t.listed(ctx)
	if err != nil {
		return nil, err
	}
	_, err = t.lost(ctx, ids)
	return ids, err
}

// lost are the clients of a deployment whose secret is gone: the stacks tell of each app client.
// Their ids are added to those of the clients that have a secret.
func (t *Target) lost(ctx context.Context, ids map[string]string) (names []string, err error) {
	if !t.Deployed() {
		return nil, nil
	}
	outputs, err := t.clientOutputs(ctx, ids)
	if err != nil {
		return nil, err
	}
	listed := slices.Collect(maps.Values(ids))
	for _, output := range outputs {
		suffix, ok := strings.CutPrefix(aws.ToString(output.OutputKey), naming.ClientIDOutput)
		name, id := clientOf(aws.ToString(output.Description), suffix), aws.ToString(output.OutputValue)
		if _, named := ids[name]; ok && !named && !slices.Contains(listed, id) {
			ids[name], names = id, append(names, name)
		}
	}
	return names, nil
}

// clientOf is the name of a client in the description of the output of its id, which the stacks
// write; the key's part if it is not there.
func clientOf(description, suffix string) string {
	name := naming.ParseClientOutputDescription(description)
	if !clientPattern.MatchString(name) {
		return suffix
	}
	return name
}

// Client is the client of that name. Without one it fails with an *Error whose problem is
// UnknownClient.
func (t *Target) Client(ctx context.Context, name string) (*Client, error) {
	pool, err := t.UserPoolID(ctx)
	if err != nil {
		return nil, err
	}
	return t.client(ctx, pool, name)
}

func (t *Target) client(ctx context.Context, pool, name string) (*Client, error) {
	s, err := t.describe(ctx, name)
	if err != nil {
		return nil, err
	}
	c := &Client{
		Name:             name,
		ID:               s.clientID,
		State:            s.state(),
		RotatedAt:        s.rotated,
		NextRotation:     s.next,
		EveryDays:        s.everyDays,
		RotationFunction: s.function,
		PendingVersion:   s.pending,
	}
	if s.pending != "" {
		c.UnfinishedSince = s.changed
	}
	err = t.askUserPool(ctx, pool, c)
	var missing *cognitotypes.ResourceNotFoundException
	if c.ID == "" || errors.As(err, &missing) {
		c.State = AppClientGone
		return c, nil
	}
	if err != nil {
		return nil, t.failure(fmt.Sprintf("the app client of %s (%s)", name, c.ID), err)
	}
	switch {
	case (c.State == Current || c.State == NotRotated && s.pending == "") && s.undecided && len(c.Secrets) > 1:
		c.State = SecretUndecided
	case c.State == Current && c.isNewAppClient():
		c.State = AppClientReplaced
	}
	return c, nil
}

// SpareReplacedAt is when the secret that the next rotation deletes stopped being current; zero if
// it deletes none that callers can have: there is only one, or the other is newer than the last
// rotation, which one that was given up leaves.
func (c *Client) SpareReplacedAt() time.Time {
	if len(c.Secrets) < 2 || c.Secrets[1].Created.After(c.RotatedAt) {
		return time.Time{}
	}
	return c.RotatedAt
}

// isNewAppClient says whether every live secret is newer than the last rotation: the app client was
// replaced since, because a rotation leaves a secret that is as old.
func (c *Client) isNewAppClient() bool {
	return len(c.Secrets) > 0 && c.Secrets[0].Created.After(c.RotatedAt)
}

func (s *secret) state() State {
	switch {
	case s.rotationOff: // Secrets Manager then does not tell the last rotation either
		return RotationOff
	case s.rotated.IsZero():
		return NotRotated
	case s.pending != "":
		return RotationUnfinished
	}
	return Current
}
