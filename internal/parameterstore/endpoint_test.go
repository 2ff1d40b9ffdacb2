package parameterstore_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"cognito-m2m/internal/parameterstore"
)

// sender is where requests go instead of into the network: it keeps their addresses.
type sender struct{ urls []string }

func (s *sender) Do(request *http.Request) (*http.Response, error) {
	s.urls = append(s.urls, request.URL.String())
	return nil, errors.New("not sent")
}

// regions are one Region that does not exist for each partition that the SDK knows, and those that
// exist.
func regions(t *testing.T) []string {
	t.Helper()
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(module)), "internal", "endpoints", "awsrulesfn", "partitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		Partitions []struct {
			ID      string
			Regions map[string]any
			Outputs struct{ ImplicitGlobalRegion string }
		}
	}
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range known.Partitions {
		all = append(all, strings.TrimRight(p.Outputs.ImplicitGlobalRegion, "0123456789")+"99")
		all = slices.AppendSeq(all, maps.Keys(p.Regions))
	}
	if len(known.Partitions) < 8 || len(all) < 50 {
		t.Fatalf("the SDK knows %d partitions and these Regions: %v", len(known.Partitions), all)
	}
	return slices.DeleteFunc(all, func(region string) bool { return strings.HasSuffix(region, "-global") }) // where no client is
}

// TestEndpoints: requests go where those of the SDK's own client go, and what it refuses is
// refused.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, region := range append(
		regions(t),
		"fips-us-gov-west-1", "us-east-1-fips", "us-fips-east-1", "unknown", "", "a.b", "-a", "a-", "a b", "a/b", "evil.example#", strings.Repeat("a", 64),
	) {
		for _, fips := range []aws.FIPSEndpointState{aws.FIPSEndpointStateUnset, aws.FIPSEndpointStateDisabled, aws.FIPSEndpointStateEnabled} {
			for _, dualStack := range []aws.DualStackEndpointState{aws.DualStackEndpointStateUnset, aws.DualStackEndpointStateDisabled, aws.DualStackEndpointStateEnabled} {
				for _, base := range []string{"", "http://127.0.0.1:1", "https://proxy.example/a/b%2Fc/?query#fragment", "http://a%zz", "::"} {
					ours, theirs := &sender{}, &sender{}
					settings := aws.Config{
						Region: region, Credentials: aws.AnonymousCredentials{}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
						ConfigSources: []any{config.EnvConfig{UseFIPSEndpoint: fips, UseDualStackEndpoint: dualStack}},
					}
					if base != "" {
						settings.BaseEndpoint = &base
					}
					settings.HTTPClient = ours
					ourErr := parameterstore.New(settings).Delete(t.Context(), "/a")
					settings.HTTPClient = theirs
					_, theirErr := ssm.NewFromConfig(settings).DeleteParameter(t.Context(), &ssm.DeleteParameterInput{Name: aws.String("/a")})
					if !slices.Equal(ours.urls, theirs.urls) {
						t.Errorf("%q, FIPS %d, dual stack %d, endpoint %q:\ngot  %q, %v\nwant %q, %v", region, fips, dualStack, base, ours.urls, ourErr, theirs.urls, theirErr)
					}
				}
			}
		}
	}
}

// TestMisplaced: the errors of calls that can't be made say why, and not with which password.
func TestMisplaced(t *testing.T) {
	t.Parallel()
	for want, settings := range map[string]aws.Config{
		"no AWS Region is set":                                        {},
		`"a b" can't be a Region`:                                     {Region: "a b"},
		"the custom endpoint is not a URL":                            {Region: "eu-west-1", BaseEndpoint: aws.String("http://user:password@a%zz")},
		"a custom endpoint can't be combined with FIPS or dual stack": {Region: "fips-eu-west-1", BaseEndpoint: aws.String("http://user:password@a")},
	} {
		err := parameterstore.New(settings).Put(t.Context(), parameterstore.Parameter{}, false)
		if err == nil || err.Error() != "operation error SSM: PutParameter, "+want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestConfiguredEndpoints: an endpoint is found where the SDK finds it, in the environment and in a
// profile.
func TestConfiguredEndpoints(t *testing.T) {
	const (
		forAll     = "endpoint_url = http://all.example\n"
		forThis    = "services = mine\n"
		ignored    = "ignore_configured_endpoint_urls = true\n"
		services   = "[services mine]\nssm =\n  endpoint_url = http://profile.example\n"
		noServices = "[services mine]\nsts =\n  endpoint_url = http://sts.example\n"
	)
	for name, c := range map[string]struct {
		environment map[string]string
		profile     string
	}{
		"nothing":                           {},
		"for all":                           {environment: map[string]string{"AWS_ENDPOINT_URL": "http://all"}},
		"for this":                          {environment: map[string]string{"AWS_ENDPOINT_URL_SSM": "http://this"}},
		"for another":                       {environment: map[string]string{"AWS_ENDPOINT_URL_STS": "http://other"}},
		"for both":                          {environment: map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SSM": "http://this"}},
		"for both, ignored":                 {environment: map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SSM": "http://this", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}},
		"for this, not ignored":             {environment: map[string]string{"AWS_ENDPOINT_URL_SSM": "http://this", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}},
		"profile":                           {profile: forAll},
		"profile, for this":                 {profile: forThis + services},
		"profile, for both":                 {profile: forAll + forThis + services},
		"profile, for another":              {profile: forAll + forThis + noServices},
		"profile, ignored":                  {profile: forAll + forThis + ignored + services},
		"profile, and for all":              {environment: map[string]string{"AWS_ENDPOINT_URL": "http://all"}, profile: forThis + services},
		"profile, and for this":             {environment: map[string]string{"AWS_ENDPOINT_URL_SSM": "http://this"}, profile: forAll + forThis + services},
		"profile, ignored and not":          {environment: map[string]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, profile: forThis + ignored + services},
		"profile, ignored by a variable":    {environment: map[string]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, profile: forThis + services},
		"profile, and empty variables":      {environment: map[string]string{"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SSM": ""}, profile: forThis + services},
		"profile, and an empty one for all": {environment: map[string]string{"AWS_ENDPOINT_URL": ""}, profile: forThis + services},
	} {
		t.Run(name, func(t *testing.T) {
			settings := load(t, c.environment, c.profile)
			got, want := parameterstore.New(settings).BaseEndpoint(), ssm.NewFromConfig(settings).Options().BaseEndpoint
			if aws.ToString(got) != aws.ToString(want) || (got == nil) != (want == nil) {
				t.Errorf("got %q, want %q", aws.ToString(got), aws.ToString(want))
			}
		})
	}
}

// load loads settings from these variables and this profile, and no others.
func load(t *testing.T, environment map[string]string, profile string) aws.Config {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value) // so that it comes back
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[default]\nregion = eu-west-1\n"+profile), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file+"-none")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, value := range environment {
		t.Setenv(name, value)
	}
	settings, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return settings
}
