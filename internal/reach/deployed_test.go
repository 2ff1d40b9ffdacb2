package reach_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/reach"
)

// settings are the only AWS settings of the process.
func settings(t *testing.T, variables map[string]string) {
	t.Helper()
	none := t.TempDir() + "/none"
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
	if err := os.Unsetenv("AWS_ENDPOINT_URL"); err != nil { // empty, it would hide what the profile says
		t.Fatal(err)
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

func TestDeployedSettings(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test"}
	cases := []struct {
		name      string
		variables map[string]string
		config    reach.DeployedConfig
		region    string
		problem   reach.Problem
	}{
		{name: "the Region that is asked for", variables: map[string]string{"AWS_REGION": "us-west-2"}, config: reach.DeployedConfig{Env: "dev", Region: "eu-west-1"}, region: "eu-west-1"},
		{name: "the Region of the settings", variables: map[string]string{"AWS_REGION": "us-west-2"}, config: reach.DeployedConfig{Env: "dev"}, region: "us-west-2"},
		{name: "no Region", config: reach.DeployedConfig{Env: "dev"}, problem: reach.NoRegion},
		{name: "no credentials", variables: map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, config: reach.DeployedConfig{Env: "dev", Region: "eu-west-1"}, problem: reach.NoCredentials},
		{name: "no such profile", variables: map[string]string{"AWS_PROFILE": "nobody"}, config: reach.DeployedConfig{Env: "dev", Region: "eu-west-1"}, problem: reach.NoCredentials},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			settings(t, keys)
			for name, value := range c.variables {
				t.Setenv(name, value)
			}
			found, err := reach.Deployed(t.Context(), c.config)
			if c.problem != 0 {
				wantProblem(t, err, c.problem)
				if text := err.Error(); strings.Contains(text, ": ") || len(text) > 100 {
					t.Errorf("not one sentence: %s", text)
				}
				return
			}
			if err != nil || found.Region != c.region {
				t.Errorf("got %v, error %v, want Region %s", found, err, c.region)
			}
		})
	}
}

// TestDeployedNeverLeadsToThisMachine has each way in which the AWS settings can lead to a local
// run.
func TestDeployedNeverLeadsToThisMachine(t *testing.T) {
	for _, c := range []struct{ setting, profile string }{
		{setting: "AWS_ENDPOINT_URL"},
		{setting: "AWS_ENDPOINT_URL_CLOUDFORMATION"},
		{setting: "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
		{setting: "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"},
		{setting: "AWS_ENDPOINT_URL_APIGATEWAYV2"},
		{setting: "AWS_ENDPOINT_URL_CLOUDTRAIL"},
		{setting: "endpoint_url of the AWS profile", profile: "[default]\nendpoint_url = %s\n"},
		{setting: "endpoint_url of the AWS profile", profile: "[default]\nservices = here\n[services here]\nsecrets_manager =\n  endpoint_url = %s\n"},
	} {
		for _, endpoint := range []string{"http://127.0.0.1:4002", "http://localhost:4002", "http://[::1]:4002", "http://0.0.0.0:4002", "http://LOCALHOST:4002", "http://:4002", "http://[::ffff:127.0.0.1]:4002", "http://[::1%25lo]:4002"} {
			t.Run(c.setting+" "+endpoint, func(t *testing.T) {
				set := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test"}
				if c.profile == "" {
					set[c.setting] = endpoint
				} else {
					set["AWS_CONFIG_FILE"] = filepath.Join(t.TempDir(), "config")
					if err := os.WriteFile(set["AWS_CONFIG_FILE"], fmt.Appendf(nil, c.profile, endpoint), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				settings(t, set)
				_, err := reach.Deployed(t.Context(), reach.DeployedConfig{Env: "dev", Region: "eu-west-1"})
				wantProblem(t, err, reach.NotAWS)
				if got, want := err.Error(), c.setting+" leads to "+endpoint+" on this machine, which is not AWS"; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

func TestNotDeployed(t *testing.T) {
	t.Parallel()
	_, err := deployedTarget(begin(t, false), "qa").APIURL(t.Context())
	wantProblem(t, err, reach.NotDeployed)
	if got, want := err.Error(), "qa is not deployed in eu-central-1: there is no stack m2m-qa-Api"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
