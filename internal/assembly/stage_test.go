package assembly_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

var update = flag.Bool("update", false, "rewrite the expected models in testdata")

// loadStage resolves a stage of the assembly in testdata/synth, which CDK 2.270.0 wrote.
func loadStage(t *testing.T, name string) *assembly.Model {
	t.Helper()
	loaded, err := assembly.Load("testdata/synth")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage(name)
	if err != nil {
		t.Fatal(err)
	}
	model, problems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	templatetest.WantNoProblems(t, problems)
	return model
}

func TestStageModel(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "anywhere"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.MarshalIndent(loadStage(t, name), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			file := "testdata/" + name + ".model.json"
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Errorf("model differs from %s (rewrite with -update) (-want +got):\n%s", file, diff)
			}
		})
	}
}

// What the golden model shows is only as good as whoever looked at it, so what matters most is said
// again here.
func TestStageHangsTogether(t *testing.T) {
	t.Parallel()
	m := loadStage(t, "dev")
	if m.Region != "ap-northeast-1" || m.AccountID != "123456789012" {
		t.Errorf("runs in %s, %s", m.Region, m.AccountID)
	}
	pool, api := m.UserPools[0], m.APIs[0]
	var clientIDs []string
	for _, client := range m.UserPoolClients {
		clientIDs = append(clientIDs, client.ID)
		if client.UserPoolID != pool.ID || client.AccessTokenValidity != 30*time.Minute || !client.GenerateSecret {
			t.Errorf("client %s: %+v", client.Name, client)
		}
	}
	if got := api.Authorizers[0]; got.Issuer != pool.ProviderURL || !cmp.Equal(got.Audience, clientIDs) {
		t.Errorf("authorizer trusts %s for %v, want %s for %v", got.Issuer, got.Audience, pool.ProviderURL, clientIDs)
	}
	if want := "https://cognito-idp.ap-northeast-1.amazonaws.com/" + pool.ID; pool.ProviderURL != want {
		t.Errorf("issuer is %s, want %s", pool.ProviderURL, want)
	}
	f := m.Functions[0]
	if got := api.Integrations[0].FunctionARN; got != f.ARN {
		t.Errorf("integration calls %s, want %s", got, f.ARN)
	}
	if got := f.Environment["POOL"]; got != pool.ID {
		t.Errorf("function is told the pool %q, want %q", got, pool.ID)
	}
	if _, err := os.Stat(f.Asset.Dir + "/bootstrap"); err != nil {
		t.Errorf("function's asset: %v", err)
	}
	if f.Path != "dev/Api/Echo/Resource" {
		t.Errorf("construct path is %q", f.Path)
	}
}

func TestResolveIsDeterministic(t *testing.T) {
	t.Parallel()
	first := loadStage(t, "dev")
	for range 20 {
		if diff := cmp.Diff(first, loadStage(t, "dev")); diff != "" {
			t.Fatalf("two runs differ (-first +later):\n%s", diff)
		}
	}
}

// What the project itself synthesizes takes next to nothing of the bound.
func TestRealTemplatesAreFarFromTheBound(t *testing.T) {
	t.Parallel()
	loaded, err := assembly.Load("testdata/synth")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range loaded.StageNames() {
		stage, err := loaded.Stage(name)
		if err != nil {
			t.Fatal(err)
		}
		if work := assembly.Work(stage, assembly.Options{IDs: templatetest.IDs{}}); work <= 0 || work > 0.02 {
			t.Errorf("stage %s takes %.4f of the work that is allowed", name, work)
		}
	}
}

func TestNullTemplate(t *testing.T) {
	t.Parallel()
	model, problems := resolveOne(t, "null")
	templatetest.WantNoProblems(t, problems)
	if len(model.Outputs) != 0 || strings.TrimSpace(model.Region) != "" {
		t.Errorf("got %+v, want an empty model", model)
	}
}
