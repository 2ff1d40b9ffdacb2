package roles

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	cloudassembly "cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/policy"
)

var update = flag.Bool("update", false, "rewrite the lists of what roles allow")

// lambdaUses are the actions that Lambda itself does in the name of a function's role, with the
// source that says so. No call of the function's own shows that one is missing.
var lambdaUses = map[string]string{
	"logs:CreateLogStream":     `Lambda itself ("Sending Lambda function logs to CloudWatch Logs")`,
	"logs:PutLogEvents":        `Lambda itself ("Sending Lambda function logs to CloudWatch Logs")`,
	"xray:PutTraceSegments":    `Lambda itself ("Visualize Lambda function invocations using AWS X-Ray")`,
	"xray:PutTelemetryRecords": `Lambda itself ("Visualize Lambda function invocations using AWS X-Ray")`,
}

// TestNothingUnused holds what each role allows beside what its function used, in the lists under
// testdata: nothing is allowed that nothing uses.
func TestNothingUnused(t *testing.T) {
	t.Parallel()
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			r := start(t, env, nil)
			r.rotateAll(t)
			if env == "many" {
				r.call(t, http.MethodGet, r.token(t, "shop")) // which has the authorizer's function read its list
			}
			if warnings := r.warned(); len(warnings) > 0 {
				t.Errorf("warned of:\n%s", strings.Join(warnings, "\n"))
			}
			lines := r.list(t, env)
			for _, line := range lines {
				if strings.HasSuffix(line, "nothing") {
					t.Errorf("allowed, and nothing uses it: %s", line)
				}
			}
			file := filepath.Join("testdata", env+".txt")
			got := strings.Join(lines, "\n") + "\n"
			if *update {
				m2mtest.Write(t, file, got)
				return
			}
			want, err := os.ReadFile(file)
			if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
				t.Errorf("%v (-want +got; rewrite with -update):\n%s", err, diff)
			}
		})
	}
}

// rotateAll has every secret rotated once more.
func (r *run) rotateAll(t *testing.T) {
	t.Helper()
	api := secretsmanager.New(secretsmanager.Options{
		Region: r.Region, BaseEndpoint: aws.String(r.AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider(r.AccessKeyID, string(r.SecretAccessKey), ""),
	})
	listed, err := api.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range listed.SecretList {
		if _, err := api.RotateSecret(t.Context(), &secretsmanager.RotateSecretInput{SecretId: secret.ARN, ClientRequestToken: aws.String(uuid.NewString())}); err != nil {
			t.Fatal(err)
		}
		m2mtest.Eventually(t, "the rotation of "+*secret.Name+" ends", func() bool {
			described, err := api.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: secret.ARN})
			return err == nil && !isPending(described)
		})
	}
}

func isPending(secret *secretsmanager.DescribeSecretOutput) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(secret.VersionIdsToStages)), func(labels []string) bool {
		return slices.Contains(labels, "AWSPENDING")
	})
}

// list has a line for each action on each resource that the role of a function allows, with who
// uses it.
func (r *run) list(t *testing.T, env string) (lines []string) {
	t.Helper()
	used := map[string]bool{}
	r.mu.Lock()
	for _, use := range r.uses {
		for _, grant := range use.By {
			used[line(named(use.RoleARN), grant)] = true
		}
	}
	r.mu.Unlock()
	model, permissions := compiled(t, env)
	for _, f := range model.Functions {
		for _, grant := range permissions.Grants(f.RoleARN) {
			at := line(named(f.RoleARN), grant)
			by := "nothing"
			if used[at] {
				by = "the function"
			} else if lambdas := lambdaUses[grant.Action]; lambdas != "" {
				by = lambdas
			}
			lines = append(lines, at+"  "+by)
		}
	}
	slices.Sort(lines)
	return lines
}

// compiled are the permissions of an environment, as a run makes them.
func compiled(t *testing.T, env string) (*cloudassembly.Model, *iam.Permissions) {
	t.Helper()
	loaded, err := cloudassembly.Load(assembly(t, env, nil))
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage(env)
	if err != nil {
		t.Fatal(err)
	}
	model, problems := stage.Resolve(cloudassembly.Options{IDs: templatetest.IDs{}})
	templatetest.WantNoProblems(t, problems)
	permissions, problems := iam.Compile(model, iam.Options{Functions: model.Functions})
	templatetest.WantNoProblems(t, problems)
	return model, permissions
}

// line names an action and a resource without what is another one in each run.
func line(role string, grant policy.Grant) string {
	return fmt.Sprintf("%-10s %-40s %-22s", role, grant.Action, named(grant.Resource))
}

// names are what an ARN is called in the lists.
var names = []struct {
	form *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`^arn:aws:iam::[0-9]{12}:role/m2m-[a-z]+-Api-(?:Functions)?([A-Z][a-z]+).*$`), "$1"},
	{regexp.MustCompile(`^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:(.+)-.{6}$`), "$1"},
	{regexp.MustCompile(`^arn:aws:cognito-idp:.*:userpool/.+$`), "the user pool"},
	{regexp.MustCompile(`^arn:aws:kms:.*:key/.+$`), "the secrets' key"},
	{regexp.MustCompile(`^arn:aws:ssm:.*:parameter/(.+)$`), "parameters $1"},
	{regexp.MustCompile(`^arn:aws:logs:.*:log-group:m2m-[a-z]+-Api-(?:Functions)?([A-Z][a-z]+).*$`), "$1's log group"},
}

func named(arn string) string {
	for _, known := range names {
		if known.form.MatchString(arn) {
			return known.form.ReplaceAllString(arn, known.name)
		}
	}
	return arn
}
