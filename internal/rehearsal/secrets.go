package rehearsal

import (
	"context"
	"encoding/json"
	"reflect"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/serving"
)

// openSecrets makes the store, with the addresses of the pools that secrets name.
func (s *site) openSecrets(declared []secretsmanager.Secret) (err error) {
	save := func(held secretsmanager.State) error { return s.run.State.KeepSecretsManagerAt(s.place, held) }
	s.secrets, err = s.run.NewSecretsManager(declared, s.run.State.SecretsManagerAt(s.place), save)
	s.held = declared
	return err
}

func (s *site) declareSecrets(model *assembly.Model) error {
	secrets := serving.Secrets(model, func(arn string) secretsmanager.Invoker { return functionAt{s, arn} })
	if reflect.DeepEqual(secrets, s.held) {
		return nil
	}
	if s.secrets == nil {
		return s.openSecrets(secrets)
	}
	if err := s.secrets.Declare(secrets); err != nil {
		return err
	}
	s.held = secrets
	return nil
}

// settle takes up the rotations that did not end in the run before.
func (s *site) settle() {
	if s.secrets == nil {
		return
	}
	_ = s.run.Settle(s.lifetime, s.secrets) // if the run ends, the next one takes them up
}

func (s *site) store() *secretsmanager.Store {
	s.calls.RLock()
	defer s.calls.RUnlock()
	return s.secrets
}

// secretsAPI hands calls of Secrets Manager to the place that has the secret.
type secretsAPI struct{ *Rehearsal }

// Call implements awsapi.JSONCaller.
func (a secretsAPI) Call(ctx context.Context, operation string, input []byte) (output any, err error) {
	var request struct {
		SecretID     string   `json:"SecretId"`
		SecretIDList []string `json:"SecretIdList"`
	}
	_ = json.Unmarshal(input, &request) // the store that answers says what is wrong with it
	if len(request.SecretIDList) > 0 {
		request.SecretID = request.SecretIDList[0]
	}
	from := requesterOf(ctx)
	var best *secretsmanager.Store
	rank := 0
	for _, s := range a.every() {
		store := s.store()
		if store == nil {
			continue
		}
		if fits := fitness(s.place, from, store.Has(request.SecretID)); best == nil || fits > rank {
			best, rank = store, fits
		}
	}
	if best == nil {
		if best, err = secretsmanager.New(secretsmanager.Config{}); err != nil {
			return nil, err
		}
	}
	return best.Call(ctx, operation, input)
}
