package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/access/accesstest"
	"cognito-m2m/internal/reach/reachtest"
	"cognito-m2m/internal/run"
)

// TestAccessScripts runs `m2m verify` and `m2m explain`. Beside environmentCommands they have
//
//	assembly DIR               copy an assembly that CDK wrote, for the environment's Region
//	gateway DIR [KEY [SCOPES]] serve the API of the assembly for the local run,
//	                           with other scopes for one route
func TestAccessScripts(t *testing.T) {
	commands := maps.Clone(environmentCommands)
	commands["assembly"] = copyAssembly
	commands["gateway"] = serveGateway
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/access",
		RequireExplicitExec: true,
		Cmds:                commands,
		Setup: func(env *testscript.Env) error {
			isolateAWS(env)
			return nil
		},
	})
}

// copyAssembly makes of the environment that CDK wrote the one that is started: it is in another
// Region, and its writer may read too. The route for writers then is the only one that not
// everybody may call.
func copyAssembly(ts *testscript.TestScript, _ bool, args []string) {
	const from = "../../internal/assembly/testdata/synth"
	ts.Check(fs.WalkDir(os.DirFS(from), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(from, path))
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(raw), "ap-northeast-1", reachtest.Region)
		text = strings.Replace(text, `"test-api/write"`, `"test-api/write", "test-api/read"`, 1)
		if route := strings.Index(text, `"AuthorizationScopes"`); route >= 0 {
			text = text[:route] + strings.Replace(text[route:], "test-api/read", "test-api/write", 1)
		}
		text = strings.ReplaceAll(text, "GET /test_jwt/read", "GET /test_jwt/write")
		file := filepath.Join(ts.MkAbs(args[0]), path)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			return err
		}
		return os.WriteFile(file, []byte(text), 0o600)
	}))
}

func serveGateway(ts *testscript.TestScript, _ bool, args []string) {
	environment := environmentOf(ts)
	dir := ts.MkAbs(args[0])
	served, err := access.Read(dir, "dev", access.IDs{Region: reachtest.Region, UserPoolID: reachtest.UserPoolID, Clients: environment.ClientIDs})
	ts.Check(err)
	if len(args) > 1 {
		served.Route(args[1]).Scopes = args[2:]
	}
	file := filepath.Join(environment.StateDir, "dev", "run.json")
	raw, err := os.ReadFile(file)
	ts.Check(err)
	var told run.Running
	ts.Check(json.Unmarshal(raw, &told))
	issuer := strings.TrimSuffix(told.TokenEndpoint, "/oauth2/token") + "/" + reachtest.UserPoolID
	api, err := accesstest.Gateway(served, issuer, func(context.Context, []byte) ([]byte, string, error) {
		return []byte(`{"statusCode":200,"body":"{}"}`), "", nil
	}, nil)
	ts.Check(err)
	server := httptest.NewServer(api)
	ts.Defer(server.Close)
	told.APIURL, told.Assembly = server.URL, dir
	raw, err = json.Marshal(told)
	ts.Check(err)
	ts.Check(os.WriteFile(file, raw, 0o600))
}
