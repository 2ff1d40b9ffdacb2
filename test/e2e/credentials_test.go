package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
)

// TestCredentialsAfterStart looks at what a first start leaves behind: the secret that was
// generated with the client is gone, and what `m2m up` prints is what Secrets Manager holds.
func TestCredentialsAfterStart(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	p := up(t, scratch, "--assembly", dir, "--state", newState(t))
	o := p.operator()
	for name, printed := range p.Clients {
		current := o.current(t, "m2m/dev/"+name)
		if current.ClientID != printed.ClientID || string(current.ClientSecret) != printed.ClientSecret {
			t.Errorf("%s: m2m up prints other credentials than the secret holds", name)
		}
		if current.TokenEndpoint != p.TokenEndpoint || current.Issuer != p.Issuer {
			t.Errorf("%s: token endpoint %q, issuer %q", name, current.TokenEndpoint, current.Issuer)
		}
		if diff := cmp.Diff(printed.Scopes, current.Scopes); diff != "" {
			t.Errorf("%s: scopes (-printed +held):\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{current.ClientSecretID}, o.live(t, printed.ClientID)); diff != "" {
			t.Errorf("%s: live secrets (-the current one +listed):\n%s", name, diff)
		}
		before, err := o.secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{
			SecretId: aws.String(printed.SecretARN), VersionStage: aws.String("AWSPREVIOUS"),
		})
		if err != nil || *before.SecretString != "{}" {
			t.Errorf("%s: the version before is not the placeholder: %v", name, err)
		}
		o.wantOpen(t, current, true)
	}
}

// TestCredentialsInTheNextRun rotates a secret, and starts again on other ports: nothing is rotated
// again, and the credentials lead to the new ports.
func TestCredentialsInTheNextRun(t *testing.T) {
	t.Parallel()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	state := newState(t)
	first := up(t, scratch, "--assembly", dir, "--state", state)
	if err := first.operator().rotate(t.Context(), "m2m/dev/reader"); err != nil {
		t.Fatal(err)
	}
	before := first.operator().current(t, "m2m/dev/reader")
	first.Interrupt(t)

	second := up(t, scratch, "--assembly", dir, "--state", state)
	after := second.operator().current(t, "m2m/dev/reader")
	if after.TokenEndpoint != second.TokenEndpoint {
		t.Errorf("the credentials lead to %s, and the user pool is at %s", after.TokenEndpoint, second.TokenEndpoint)
	}
	before.TokenEndpoint = after.TokenEndpoint
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("credentials changed (-first +second):\n%s", diff)
	}
	if string(after.ClientSecret) != second.Clients["reader"].ClientSecret {
		t.Error("m2m up prints another secret than the current one")
	}
}
