// Package reachtest is a running environment for tests of what is outside of it: the AWS API with
// its real services over HTTP, two clients, and an API that wants a token. A rotation function in
// this process stands for lambda/rotate, so that a test can have it fail or wait.
package reachtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/gofrs/flock"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/ssm"
	"cognito-m2m/internal/userpool"
	"cognito-m2m/naming"
)

const (
	// Region is where the environment is.
	Region = cognitotest.Region
	// UserPoolID is its user pool.
	UserPoolID = cognitotest.UserPoolID
	// AccessKeyID is the id of the key that signs the calls of AWS.
	AccessKeyID = "AKIDTEST"
	// SecretAccessKey is its secret.
	SecretAccessKey = "sesame"
)

const (
	account     = "123456789012"
	functionApp = "rotate" // in the User-Agent
)

var (
	apiStack    = naming.Stack("dev", naming.APIStack)
	functionARN = "arn:aws:lambda:" + Region + ":" + account + ":function:" + apiStack + "-Rotate"
)

// Run is the environment dev with the clients reader and writer. Its secrets are the placeholder
// until Settle has ended.
type Run struct {
	// StateDir has the run.json of a local run.
	StateDir string
	// APIURL is an API that answers with what it was asked; see api.go.
	APIURL string
	// AWSEndpointURL answers the calls of AWS.
	AWSEndpointURL string
	// StopAWS ends answering them.
	StopAWS func()
	// ClientIDs are the app clients' by the clients' names.
	ClientIDs map[string]string
	// Rotator is the rotation function.
	Rotator *Rotator

	groups map[string][]string // the clients' names by group
	pool   *cognito.Server
	base   string // the user pool's URL
	store  *secretsmanager.Store
	closes []func() error

	mu     sync.Mutex
	denied map[string]refusal // by operation
	lost   []string           // names of secrets that are not listed
	stage  Stage
	trails []Trail
	offset time.Duration // of the services' clock
}

// Start runs the environment with its state in stateDir until Close.
func Start(stateDir string) (*Run, error) { return StartGroups(stateDir, nil) }

// StartGroups is Start for an environment that has groups of clients, too.
func StartGroups(stateDir string, groups map[string][]string) (*Run, error) {
	r := &Run{StateDir: stateDir, ClientIDs: map[string]string{}, Rotator: &Rotator{}, denied: map[string]refusal{}, groups: groups}
	pool := http.NewServeMux() // its address is part of what it serves
	poolURL := r.serve(pool)
	if err := r.startPool(poolURL); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	pool.Handle("/", r.pool)
	r.APIURL = r.serve(http.HandlerFunc(answer))
	r.base = poolURL
	if err := r.startAWS(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.Rotator.use(aws.Config{
		Region: Region, BaseEndpoint: &r.AWSEndpointURL,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, ""), AppID: functionApp,
	}, poolURL+userpool.TokenPath)
	if err := r.lock(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err := r.Tell(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Settle runs the first rotations and waits for them.
func (r *Run) Settle(ctx context.Context) error { return r.store.Settle(ctx) }

// SetClock lets the services' clock be ahead of this machine's, or behind it.
func (r *Run) SetClock(offset time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offset = offset
}

func (r *Run) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.offset)
}

type refusal struct{ code, message string }

// Deny has an operation, such as GetSecretValue, answer with an error to everybody but the rotation
// function, which has a role of its own. An empty code allows it again.
func (r *Run) Deny(operation, code, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.denied[operation] = refusal{code: code, message: message}
}

// Close ends the run.
func (r *Run) Close() (err error) {
	r.Rotator.Release()
	for _, end := range slices.Backward(r.closes) {
		err = errors.Join(err, end())
	}
	return err
}

func (r *Run) serve(handler http.Handler) (url string) {
	server := httptest.NewServer(handler)
	r.closes = append(r.closes, func() error { server.Close(); return nil })
	return server.URL
}

func (r *Run) startPool(baseURL string) error {
	c := cognitotest.Config(baseURL, "read", "write")
	c.Now = r.now
	clients := map[string][]string{"reader": {"test-api/read"}, "writer": {"test-api/write", "test-api/read"}}
	for _, names := range r.groups {
		for _, name := range names {
			clients[name] = []string{"test-api/read"}
		}
	}
	for name, scopes := range clients {
		r.ClientIDs[name] = cognitotest.ClientID()
		c.Clients = append(c.Clients, cognitotest.Client(r.ClientIDs[name], name, 24*time.Hour, scopes...))
	}
	var err error
	r.pool, err = cognito.New(c)
	return err
}

func (r *Run) startAWS() error {
	if err := r.openStore(); err != nil {
		return err
	}
	stacks, err := r.stacks()
	if err != nil {
		return err
	}
	parameters, err := ssm.New(ssm.Config{Folder: filepath.Join(r.StateDir, "dev", "parameters")})
	if err != nil {
		return err
	}
	handler, err := awsapi.New(awsapi.Config{
		JSON:      []awsapi.JSONService{awsapitest.SecretsManager(r.store), awsapitest.Cognito(r.pool), awsapitest.SSM(parameters)},
		Query:     []awsapi.QueryService{awsapitest.CloudFormation(stacks)},
		AccessKey: awsapi.AccessKey{ID: AccessKeyID, Secret: SecretAccessKey},
		Identity:  requester.Requester{AccountID: account, ARN: "arn:aws:iam::" + account + ":user/test", UserID: "AIDATEST"},
	})
	if err != nil {
		return err
	}
	aws := httptest.NewServer(r.deniable(handler))
	r.AWSEndpointURL, r.StopAWS = aws.URL, sync.OnceFunc(aws.Close)
	r.closes = append(r.closes, func() error { r.StopAWS(); return nil })
	// Before the listeners, or a rotation that is under way could not end.
	r.closes = append(r.closes, func() error {
		cut, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.store.Close(cut) // a test that is over waits for no rotation
		return nil
	})
	return nil
}

func (r *Run) openStore() (err error) {
	var secrets []secretsmanager.Secret
	for name, id := range r.ClientIDs {
		secrets = append(secrets, secretsmanager.Secret{
			ARN:     "arn:aws:secretsmanager:" + Region + ":" + account + ":secret:" + naming.Secret("dev", name) + "-Ab1Cd2",
			Name:    naming.Secret("dev", name),
			Tags:    map[string]string{naming.ClientIDTag: id},
			Initial: naming.NotRotated,
			Rotation: &secretsmanager.Rotation{
				FunctionARN: functionARN, Function: r.Rotator, AutomaticallyAfterDays: 30, RotateImmediately: true,
			},
		})
	}
	r.store, err = secretsmanager.New(secretsmanager.Config{Secrets: secrets, Now: r.now})
	return err
}

func (r *Run) stacks() (*cloudformation.Stacks, error) {
	outputs := []cloudformation.Output{{Key: naming.APIURLOutput, Value: r.APIURL}, {Key: naming.APIIDOutput, Value: APIID}, {Key: naming.UserPoolIDOutput, Value: UserPoolID}}
	if r.groups != nil { // with a function authorizer
		outputs = append(outputs, cloudformation.Output{Key: "ExportsOutputRotate", Value: functionARN, ExportName: apiStack + ":ExportsOutputRotate"})
	}
	stacks := []cloudformation.Stack{r.stack(apiStack, append(outputs, r.clientOutputs("reader", "writer")...))}
	stacks = append(stacks, r.stack(naming.Stack("dev", naming.IdentityStack), []cloudformation.Output{{Key: naming.TokenEndpointOutput, Value: r.base + userpool.TokenPath}}))
	for group, names := range r.groups {
		stacks = append(stacks, r.stack(naming.Stack("dev", naming.GroupStack(group)), r.clientOutputs(names...)))
	}
	return cloudformation.New(stacks)
}

func (r *Run) stack(name string, outputs []cloudformation.Output) cloudformation.Stack {
	return cloudformation.Stack{Name: name, ID: "arn:aws:cloudformation:" + Region + ":" + account + ":stack/" + name + "/1", Outputs: outputs}
}

func (r *Run) clientOutputs(names ...string) (outputs []cloudformation.Output) {
	for _, name := range names {
		outputs = append(outputs, cloudformation.Output{Key: naming.ClientOutput(name), Value: r.ClientIDs[name], Description: naming.ClientOutputDescription(name)})
	}
	return outputs
}

// Lose has a client's secret be one that somebody has deleted, which is listed no more.
func (r *Run) Lose(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = append(r.lost, naming.Secret("dev", name))
}

// listSecrets leaves out what is lost.
func (r *Run) listSecrets(w http.ResponseWriter, request *http.Request, handler http.Handler) {
	said := httptest.NewRecorder()
	handler.ServeHTTP(said, request)
	var list map[string]any
	if err := json.Unmarshal(said.Body.Bytes(), &list); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	secrets, _ := list["SecretList"].([]any)
	r.mu.Lock()
	list["SecretList"] = slices.DeleteFunc(secrets, func(s any) bool {
		listed, _ := s.(map[string]any)
		return slices.Contains(r.lost, fmt.Sprint(listed["Name"]))
	})
	r.mu.Unlock()
	w.Header().Set("Content-Type", said.Header().Get("Content-Type"))
	w.WriteHeader(said.Code)
	_ = json.NewEncoder(w).Encode(list)
}

// deniable refuses what Deny says, as the JSON services of AWS do.
func (r *Run) deniable(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		target := request.Header.Get("X-Amz-Target")
		operation := target[strings.LastIndex(target, ".")+1:]
		r.mu.Lock()
		if strings.HasPrefix(request.URL.Path, "/v2/apis/") {
			defer r.mu.Unlock()
			r.serveStage(w, request)
			return
		}
		denied := r.denied[operation]
		stacks := r.denied["ListStacks"]
		r.mu.Unlock()
		if target == "" && asksListStacks(request) {
			serveStacks(w, request, handler, stacks)
			return
		}
		if strings.Contains(target, "CloudTrail_") && denied.code == "" {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.serveTrails(w, request, operation)
			return
		}
		if operation == "ListSecrets" && denied.code == "" {
			r.listSecrets(w, request, handler)
			return
		}
		byFunction := strings.Contains(request.UserAgent(), "app/"+functionApp)
		if denied.code == "" || byFunction {
			handler.ServeHTTP(w, request)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"Message":%q}`, denied.code, denied.message)
	})
}

// lock makes the environment's folder and holds its lock, as a run does.
func (r *Run) lock() error {
	dir := filepath.Join(r.StateDir, "dev")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if err := lock.Lock(); err != nil {
		return err
	}
	r.closes = append(r.closes, lock.Close)
	return nil
}

// Tell writes the file by which a local run is found, with what the fields say.
func (r *Run) Tell() error {
	raw, err := json.Marshal(run.Running{
		PID: os.Getpid(), APIURL: r.APIURL, TokenEndpoint: r.base + userpool.TokenPath, JWKSURI: userpool.JWKSURL(r.base + "/" + UserPoolID),
		AWSEndpointURL: r.AWSEndpointURL, AWSAccessKeyID: AccessKeyID, AWSSecretAccessKey: SecretAccessKey,
		Region: Region, UserPoolID: UserPoolID,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.StateDir, "dev", "run.json"), raw, 0o600)
}
