package main

import "testing"

func TestCommand(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
	failed := withoutContent(errUnreadable)
	cases := map[string]struct {
		secret   string
		deployed bool
		err      error
		want     string
	}{
		"a call that failed":       {arn + "m2m/prod/partner-api-Ab1Cd2", true, failed, "m2m rotate partner-api --env prod --deployed --resume"},
		"a cause to repair":        {arn + "m2m/prod/partner-Ab1Cd2", true, stopped{"p", "w"}, "m2m rotate partner --env prod --deployed --resume"},
		"a version that is stuck":  {arn + "m2m/prod/partner-Ab1Cd2", true, newStuck("p"), "m2m rotate partner --env prod --deployed --abandon"},
		"a rotation withdrawn":     {arn + "m2m/prod/partner-Ab1Cd2", true, withdrawn{stopped{"p", "w"}}, "m2m rotate partner --env prod --deployed"},
		"a version without label":  {arn + "m2m/prod/partner-Ab1Cd2", true, notPending{}, "m2m rotate partner --env prod --deployed"},
		"on this machine":          {arn + "m2m/dev/reader-Ab1Cd2", false, failed, "m2m rotate reader --env dev --resume"},
		"a name without its ARN":   {"m2m/dev/reader-abcdef", true, failed, "m2m rotate reader-abcdef --env dev --deployed --resume"},
		"a secret of another kind": {arn + "other/prod/partner-Ab1Cd2", true, failed, ""},
		"a shell in the name":      {arn + "m2m/prod/$(reboot)-Ab1Cd2", true, failed, ""},
		"nothing":                  {"", true, failed, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (&rotator{deployed: c.deployed}).command(&rotation{event: event{SecretID: c.secret}}, c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
