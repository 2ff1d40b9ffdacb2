package weather

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

var full = flag.Bool("full", false, "run many hours")

// built is the folder of the command m2m and of the functions echo and rotate.
var built string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "m2m-weather-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = dir
	if _, err := m2mtest.BuildM2M(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := m2mtest.BuildFunctions(dir+"/", "cognito-m2m/lambda/echo", "cognito-m2m/lambda/rotate"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

const tokenMinutes = 5 // the life of an access token, the shortest that Cognito has

// assembly is dev as CDK wrote it, with functions of this machine, short tokens, and rotations that
// spare nothing.
func assembly(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS("../../internal/assembly/testdata/synth")); err != nil {
		t.Fatal(err)
	}
	within := filepath.Join(dir, "assembly-dev")
	hashes := map[string]string{}
	for _, name := range []string{"echo", "rotate"} {
		program := m2mtest.Read(t, filepath.Join(built, name))
		sum := sha256.Sum256([]byte(program))
		hashes[name] = hex.EncodeToString(sum[:])
		bootstrap := filepath.Join(dir, "asset."+hashes[name], "bootstrap")
		m2mtest.WriteProgram(t, bootstrap, program)
	}
	for stack, pattern := range map[string]string{"Identity": "devIdentity*.template.json", "Api": "devApi*.template.json"} {
		golden := m2mtest.Read(t, filepath.Join("../testdata/golden/dev", stack+".template.json"))
		file := m2mtest.Only(t, filepath.Join(within, pattern))
		m2mtest.Write(t, file, golden)
		m2mtest.ChangeJSON(t, file, func(template map[string]any) { adapt(template, hashes) })
	}
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(within, "devApi*.assets.json")), func(manifest map[string]any) {
		files := map[string]any{}
		for _, hash := range hashes {
			files[hash] = map[string]any{
				"source": map[string]any{"path": "../asset." + hash, "packaging": "zip"},
				"destinations": map[string]any{"here": map[string]any{
					"bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-ap-northeast-1", "objectKey": hash + ".zip", "region": "ap-northeast-1",
				}},
			}
		}
		manifest["files"] = files
	})
	return dir
}

func adapt(template map[string]any, hashes map[string]string) {
	for id, resource := range template["Resources"].(map[string]any) {
		resource := resource.(map[string]any)
		properties, _ := resource["Properties"].(map[string]any)
		switch resource["Type"] {
		case "AWS::Cognito::UserPoolClient":
			properties["AccessTokenValidity"] = tokenMinutes
			properties["TokenValidityUnits"] = map[string]any{"AccessToken": "minutes"}
		case "AWS::Lambda::Function":
			name := "echo"
			if strings.Contains(id, "Rotate") {
				name = "rotate"
				properties["Environment"].(map[string]any)["Variables"].(map[string]any)["GRACE_HOURS"] = "0"
			}
			properties["Code"].(map[string]any)["S3Key"] = hashes[name] + ".zip"
			properties["Architectures"] = []string{map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]}
		}
	}
}
