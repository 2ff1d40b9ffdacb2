package function_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/function"
)

// A task root as `--assembly cdk.out` gives it names the same folder for the process, which runs
// elsewhere.
func TestTaskRootIsAbsolute(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Rel(here, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := order(t, newFunction(t, "script", function.Config{TaskRoot: dir}), `{"do":"environ"}`)
	for _, variable := range r.Environ {
		if root, ok := strings.CutPrefix(variable, "LAMBDA_TASK_ROOT="); ok && !filepath.IsAbs(root) {
			t.Errorf("LAMBDA_TASK_ROOT=%s", root)
		}
	}
}

// The older runtime has no folder of languages.
func TestEnvironmentOfProvidedAL2(t *testing.T) {
	t.Parallel()
	r := order(t, newFunction(t, "script", function.Config{Runtime: "provided.al2"}), `{"do":"environ"}`)
	for _, variable := range r.Environ {
		if name, value, _ := strings.Cut(variable, "="); strings.Contains(value, "/var/lang") {
			t.Errorf("%s=%s", name, value)
		}
	}
}

// TestEnvironment compares all that a function sees with the recording that variables names.
// TestMain has put variables of a developer beside it.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	f := newFunction(t, "script", function.Config{
		Handler:     "main",
		Region:      "eu-west-1",
		LogGroup:    "/aws/lambda/logs",
		MemorySize:  256,
		TaskRoot:    t.TempDir(),
		Credentials: fixed{AccessKeyID: "ASIAOFTHEROLE", SecretAccessKey: "its-secret", SessionToken: "its-token"},
		Environment: map[string]string{"TABLE": "orders", "LANG": "C.UTF-8"},
	})
	r := order(t, f, `{"do":"environ"}`)
	got := map[string]string{}
	for _, variable := range r.Environ {
		name, value, _ := strings.Cut(variable, "=")
		got[name] = value
	}
	root := got["LAMBDA_TASK_ROOT"]
	if dir, err := filepath.EvalSymlinks(root); err != nil || dir != r.Dir {
		t.Errorf("working directory = %s, want %s (%v)", r.Dir, root, err)
	}
	for name, pattern := range map[string]string{
		"AWS_LAMBDA_RUNTIME_API":     `^127\.0\.0\.1:[0-9]+$`,
		"AWS_LAMBDA_LOG_STREAM_NAME": `^[0-9]{4}/[0-9]{2}/[0-9]{2}/\[\$LATEST\][0-9a-f]{32}$`,
		"LD_LIBRARY_PATH":            `^/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:` + regexp.QuoteMeta(root+":"+root+"/lib:/opt/lib") + `$`,
		"PATH":                       `^/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(got[name]) {
			t.Errorf("%s = %q, want %s", name, got[name], pattern)
		}
		delete(got, name)
	}
	want := map[string]string{
		"_HANDLER":                        "main",
		"AWS_ACCESS_KEY_ID":               "ASIAOFTHEROLE",
		"AWS_SECRET_ACCESS_KEY":           "its-secret",
		"AWS_SESSION_TOKEN":               "its-token",
		"AWS_REGION":                      "eu-west-1",
		"AWS_DEFAULT_REGION":              "eu-west-1",
		"AWS_LAMBDA_FUNCTION_NAME":        "test",
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/logs",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"LAMBDA_TASK_ROOT":                root,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"TZ":                              ":UTC",
		"LANG":                            "C.UTF-8",
		"HOME":                            "/nonexistent", // where no other user can put AWS settings
		"GOMAXPROCS":                      "1",
		"AWS_XRAY_CONTEXT_MISSING":        "LOG_ERROR",
		"TABLE":                           "orders",
	}
	maps.DeleteFunc(got, func(name, _ string) bool { return name == "__CF_USER_TEXT_ENCODING" }) // macOS adds it
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}
