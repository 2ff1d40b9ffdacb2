package reach

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// DeployedAt is a deployment whose services answer at an endpoint of this machine, which Deployed
// refuses.
func DeployedAt(env string, c aws.Config) *Target { return open(env, nil, c) }

// SendBy is a target whose requests to Secrets Manager do gets, where they would leave for the
// network.
func (t *Target) SendBy(do func(*http.Request) (*http.Response, error)) *Target {
	by := *t
	by.secrets = secretsmanager.New(t.secrets.Options(), func(o *secretsmanager.Options) {
		if _, plain := o.HTTPClient.(plainBodies); plain {
			o.HTTPClient = plainBodies{doer(do)}
		} else {
			o.HTTPClient = doer(do)
		}
	})
	return &by
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(request *http.Request) (*http.Response, error) { return d(request) }
