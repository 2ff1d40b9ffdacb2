package cognito

import (
	"context"
	"slices"
	"time"
)

// ClientSecrets returns the live secrets of a client, oldest first: none for a client without any,
// or that the pool does not have.
func (s *Server) ClientSecrets(clientID string) []ClientSecret {
	client, ok := s.clients[clientID]
	if !ok {
		return nil
	}
	return slices.Clone(client.live.Load().secrets)
}

// addSecret makes the value, or a generated one if it is empty, a live secret of the client. It is
// not known how soon AWS's token endpoint takes a new secret, or refuses a deleted one; here both
// are immediate.
//
// Parity: Client secrets: when a change takes effect
func (s *Server) addSecret(ctx context.Context, client *appClient, value Secret) (ClientSecret, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	live := client.live.Load().secrets
	// Parity: Client secrets: client without a secret
	if len(live) == 0 {
		return ClientSecret{}, invalidParameter("The client was made without a secret, so it can't get one: set GenerateSecret")
	}
	if len(live) >= maxSecrets {
		return ClientSecret{}, errSecretLimit
	}
	if value == "" {
		generated, err := NewClientSecret(s.random)
		if err != nil {
			return ClientSecret{}, s.internalFailure(ctx, "generating a client secret", err)
		}
		value = generated
	}
	created := client.nextCreateDate(s.now())
	added := ClientSecret{ID: NewClientSecretID(client.id, created), CreateDate: created, Value: value}
	// Parity: Client secrets: one value twice
	if err := s.replaceSecrets(ctx, client, append(slices.Clone(live), added)); err != nil {
		return ClientSecret{}, err
	}
	client.lastCreated = created
	s.logChange(ctx, "client secret added", client.id, added.ID)
	return added, nil
}

// deleteSecret ends the life of the client's secret with the id.
func (s *Server) deleteSecret(ctx context.Context, client *appClient, id string) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	live := client.live.Load()
	index := live.index(id)
	if index < 0 {
		return errNoSuchSecret
	}
	if len(live.secrets) == 1 {
		return errLastSecret
	}
	if err := s.replaceSecrets(ctx, client, slices.Delete(slices.Clone(live.secrets), index, index+1)); err != nil {
		return err
	}
	s.logChange(ctx, "client secret deleted", client.id, id)
	return nil
}

// replaceSecrets saves the secrets and only then lets token requests see them. Tokens being issued
// at that moment are checked against the secrets of before or of after, never against a mixture.
func (s *Server) replaceSecrets(ctx context.Context, client *appClient, secrets []ClientSecret) error {
	replacement := newLiveSecrets(secrets)
	if s.saveSecrets != nil {
		if err := s.saveSecrets(client.id, slices.Clone(replacement.secrets)); err != nil {
			return s.internalFailure(ctx, "keeping a client's secrets", err)
		}
	}
	client.live.Store(replacement)
	return nil
}

// nextCreateDate is now to the millisecond, or a little later: a secret's id follows from its
// create date, and an id must not come back.
func (c *appClient) nextCreateDate(now time.Time) time.Time {
	created := now.UTC().Truncate(time.Millisecond)
	for _, before := range []time.Time{c.live.Load().newest(), c.lastCreated} {
		if !created.After(before) {
			created = before.UTC().Truncate(time.Millisecond).Add(time.Millisecond)
		}
	}
	return created
}

func (s *Server) logChange(ctx context.Context, change, clientID, secretID string) {
	s.log.InfoContext(ctx, change, "client_id", clientID, "client_secret_id", secretID)
}

// internalFailure logs what went wrong while doing something and returns the error that hides it.
func (s *Server) internalFailure(ctx context.Context, doing string, err error) error {
	s.log.ErrorContext(ctx, "user pool API failed", "doing", doing, "reason", err.Error())
	return errInternalServer
}
