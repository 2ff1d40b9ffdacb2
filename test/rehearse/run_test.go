package rehearse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/m2mtest"
)

// root is the project's folder, seen from this package.
const root = "../.."

// scratch holds what all tests share.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "m2m-rehearse-"); err != nil {
		panic(err)
	}
	m2mtest.AtOnce(5) // they mostly wait for the CDK CLI, which looks every five seconds
	code := m.Run()
	outside.close()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// m2m is the command, built once for all tests.
var m2m = sync.OnceValues(func() (string, error) { return m2mtest.BuildM2M(scratch) })

// bootstraps are the functions' programs for Lambda's processor, each in a folder by its name.
var bootstraps = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "functions")
	for _, name := range []string{"authorize", "echo", "rotate"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name, "bootstrap"), "-trimpath", "cognito-m2m/lambda/"+name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building %s: %w\n%s", name, err, said)
		}
	}
	return dir, nil
})

// rehearsal is an `m2m up --empty`.
type rehearsal struct {
	*m2mtest.Run

	AWSEndpoint     string `json:"aws_endpoint_url"`
	AccessKeyID     string `json:"aws_access_key_id"`
	SecretAccessKey string `json:"aws_secret_access_key"`
	Region          string `json:"region"`

	state string // its state folder
}

// needsCLI skips a test that has not what `make rehearse` installs and makes.
func needsCLI(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a rehearsal takes minutes, and -short is given")
	}
	for _, needed := range []string{"node_modules/.bin/cdk", ".build/app", ".build/edits/edits.json", "cdk.out/manifest.json"} {
		if _, err := os.Stat(filepath.Join(root, needed)); err != nil {
			t.Skipf("there is no %s: run make rehearse", needed)
		}
	}
}

// start starts an empty run with further arguments. The folder is the project's, where the
// functions' source is: programs for Lambda's processor are built for this one.
func start(t *testing.T, state string, args ...string) *rehearsal {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	cmd := m2mtest.Command(binary, root, append([]string{"up", "--empty", "--json", "--aws-addr", "127.0.0.1:0", "--state", state}, args...)...)
	cmd.Env = outside.closed(os.Environ())
	r := &rehearsal{Run: m2mtest.MustStart(t, cmd), state: state}
	if err := json.NewDecoder(bytes.NewReader(r.Description)).Decode(r); err != nil {
		t.Fatal(err)
	}
	return r
}

// environment is where an environment of the run is reached.
type environment struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
}

// reached reads where an environment is reached; ok says that it is there.
func (r *rehearsal) reached(t *testing.T, env string) (at environment, ok bool) {
	t.Helper()
	var running struct {
		Environments map[string]environment `json:"environments"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(r.state, "empty", "run.json"))), &running); err != nil {
		t.Fatal(err)
	}
	at, ok = running.Environments[env]
	return at, ok
}

// sdk is the configuration of an SDK client for a Region of the run.
func (r *rehearsal) sdk(region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &r.AWSEndpoint, HTTPClient: direct,
		Credentials: credentials.NewStaticCredentialsProvider(r.AccessKeyID, r.SecretAccessKey, ""),
	}
}

func (r *rehearsal) cloudFormation(region string) *cloudformation.Client {
	return cloudformation.NewFromConfig(r.sdk(region))
}

func (r *rehearsal) secrets(region string) *secretsmanager.Client {
	return secretsmanager.NewFromConfig(r.sdk(region))
}

// m2m runs a command of m2m on an environment of the run and returns what it says. It must end with
// the status.
func (r *rehearsal) m2m(t *testing.T, status int, env string, args ...string) string {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	cmd := m2mtest.Command(binary, scratch, append(args, "--env", env, "--state", r.state)...)
	cmd.Env = outside.closed(os.Environ())
	stdout, stderr, got := m2mtest.Ends(t, cmd)
	if got != status {
		t.Fatalf("m2m %v ends with exit status %d, want %d\n%s%s\nthe run says:\n%s", args, got, status, stdout, stderr, r.Stderr)
	}
	return stdout + stderr
}
