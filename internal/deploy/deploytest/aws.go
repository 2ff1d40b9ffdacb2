// Package deploytest is the far end of a deployment for tests: a cloud assembly of two stacks as
// CDK writes it, and as much of AWS as is asked about them.
package deploytest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// Account has the stacks.
const Account = "123456789012"

// Stack is a stack at the far end.
type Stack struct {
	Status    string
	Protected bool
	More      string // of its description, as XML
}

// AWS is the far end. Requests are served one after the other.
type AWS struct {
	Stacks map[string]*Stack
	Refuse map[string]string // an operation, to the code of the error that answers it
	Asked  []string          // roles taken and changes made
	Alarms map[string]string // their states by their names

	mu sync.Mutex
}

// ServeHTTP answers the operations of STS and CloudFormation.
func (f *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation := r.PostForm.Get("Action")
	if strings.HasSuffix(r.URL.Path, "/operation/DescribeAlarms") { // CloudWatch alone speaks CBOR
		operation = "DescribeAlarms"
	}
	if code := f.Refuse[operation]; code != "" && operation != "DescribeAlarms" {
		refuse(w, code, "not for you")
		return
	}
	key, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="), "/")
	name := r.PostForm.Get("StackName")
	switch operation {
	case "GetCallerIdentity":
		fmt.Fprintf(w, `<R><GetCallerIdentityResult><Account>%s</Account><Arn>arn:aws:iam::%[1]s:user/ops</Arn></GetCallerIdentityResult></R>`, Account)
	case "AssumeRole":
		role := r.PostForm.Get("RoleArn")
		f.Asked = append(f.Asked, "AssumeRole "+role)
		tell(w, `<R><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`+
			`<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>`, role[strings.LastIndex(role, "/")+1:])
	case "DescribeStacks":
		describeStack(w, name, f.Stacks[name])
	case "DescribeAlarms":
		f.describeAlarms(w, r, key)
	case "UpdateTerminationProtection":
		f.Asked = append(f.Asked, fmt.Sprintf("%s %s %s as %s", operation, name, r.PostForm.Get("EnableTerminationProtection"), key))
		f.Stacks[strings.TrimPrefix(name, "id/")].Protected = r.PostForm.Get("EnableTerminationProtection") == "true"
		fmt.Fprint(w, `<R><UpdateTerminationProtectionResult/></R>`)
	default:
		refuse(w, "InvalidAction", operation)
	}
}

func describeStack(w http.ResponseWriter, name string, stack *Stack) {
	if stack == nil {
		refuse(w, "ValidationError", "Stack with id "+name+" does not exist")
		return
	}
	tell(w, `<R><DescribeStacksResult><Stacks><member><StackName>%s</StackName><StackId>id/%[1]s</StackId><StackStatus>%s</StackStatus>`+
		`<CreationTime>2026-11-28T00:00:00Z</CreationTime><EnableTerminationProtection>%t</EnableTerminationProtection>%s</member></Stacks></DescribeStacksResult></R>`,
		name, stack.Status, stack.Protected, stack.More)
}

func refuse(w http.ResponseWriter, code, message string) {
	w.WriteHeader(http.StatusBadRequest)
	tell(w, `<E><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></E>`, code, message)
}

// tell writes XML, which the SDK reads and no browser.
func tell(w io.Writer, format string, values ...any) { fmt.Fprintf(w, format, values...) }

// Start serves it on a free port until the test ends, and returns its URL.
func (f *AWS) Start(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL
}

// Assembly is a cloud assembly with the environment prod: m2m-prod-Identity and m2m-prod-Api, both
// protected. It returns its folder.
func Assembly(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "manifest.json"), map[string]any{"artifacts": map[string]any{
		"assembly-prod": map[string]any{"type": "cdk:cloud-assembly", "properties": map[string]any{"directoryName": "assembly-prod", "displayName": "prod"}},
	}})
	stacks := map[string]any{}
	outputs := map[string]any{naming.IdentityStack: map[string]any{}, naming.APIStack: map[string]any{naming.RollbackOutput: map[string]any{"Value": "x"}}}
	for _, name := range []string{naming.IdentityStack, naming.APIStack} {
		role := func(kind string) string {
			return "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-hnb659fds-" + kind + "-role-${AWS::AccountId}-eu-west-1"
		}
		stacks[name] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1",
			"properties": map[string]any{
				"templateFile": name + ".json", "stackName": naming.Stack("prod", name), "terminationProtection": true,
				"assumeRoleArn": role("deploy"), "lookupRole": map[string]any{"arn": role("lookup")},
			},
		}
		write(t, filepath.Join(dir, "assembly-prod", name+".json"), map[string]any{"Resources": map[string]any{}, "Outputs": outputs[name]})
	}
	write(t, filepath.Join(dir, "assembly-prod", "manifest.json"), map[string]any{"artifacts": stacks})
	return dir
}

func write(t *testing.T, path string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Write(t, path, string(text))
}
