package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

// preview is a file without problems for disposable environments.
var preview = strings.Replace(valid, "name: dev", "match: pr-*", 1)

func TestLoadNamed(t *testing.T) {
	t.Parallel()
	const hint = "(2 to 20 lower-case letters, digits and hyphens, a letter first, no hyphen last)"
	files := map[string]string{
		"dev.yaml":     valid,
		"pr-7.yaml":    strings.Replace(valid, "name: dev", "name: pr-7", 1),
		"preview.yaml": preview,
		"load.yaml":    strings.Replace(preview, "pr-*", "load-*", 1),
	}
	cases := map[string]struct {
		name       string
		disposable bool
		want       string // the error
	}{
		"by its name":            {name: "dev"},
		"by a pattern":           {name: "pr-123", disposable: true},
		"by another pattern":     {name: "load-2026", disposable: true},
		"exactly, not a pattern": {name: "pr-7"},
		"nothing behind":         {name: "pr-", want: `environments: unknown environment "pr-" (did you mean "pr-7"?)`},
		"no file":                {name: "qa", want: `environments: unknown environment "qa" (known: dev, pr-7, load-*, pr-*)`},
		"a path":                 {name: "../environments/dev", want: `environments: unknown environment "../environments/dev" (known: dev, pr-7, load-*, pr-*)`},
		"a file of patterns":     {name: "preview", want: `environments/preview.yaml:1:8: match: describes the environments "pr-*" and none of its own (ask for one of them, for example pr-1)`},
		"too long":               {name: "pr-12345678901234567890", want: `environments/preview.yaml:1:8: match: "pr-12345678901234567890" is not a valid environment name ` + hint},
		"in capitals":            {name: "pr-A", want: `environments/preview.yaml:1:8: match: "pr-A" is not a valid environment name ` + hint},
		"a reserved word":        {name: "pr-aws", want: `environments/preview.yaml:1:8: match: the domain derived from "pr-aws" contains the reserved word "aws" (rename the environment, or set identity.domain.prefix)`},
		"production":             {name: "pr-prod", want: `environments/preview.yaml:5:23: identity.deletionProtection: must be true in production (ask for a name without it: a disposable environment is never protected)`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := project(t, files)
			got, err := config.LoadNamed(filepath.Join(root, "environments"), c.name, config.Options{})
			if diff := cmp.Diff(c.want, strings.Join(lines(t, root, err), "\n")); diff != "" {
				t.Fatalf("error (-want +got):\n%s", diff)
			}
			if c.want == "" && (got.Name != c.name || got.Disposable != c.disposable) {
				t.Errorf("name %s, disposable %t", got.Name, got.Disposable)
			}
		})
	}
}

func TestLoadNamedTellsWhatIsWrongWithOtherFiles(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"broken.yaml": "nome: broken\n", "preview.yaml": preview})
	if _, err := config.LoadNamed(filepath.Join(root, "environments"), "pr-1", config.Options{}); err != nil {
		t.Errorf("a broken file is in the way of another: %v", err)
	}
	_, err := config.LoadNamed(filepath.Join(root, "environments"), "qa", config.Options{})
	if got := strings.Join(lines(t, root, err), "\n"); !strings.Contains(got, "broken.yaml:1:1") || !strings.Contains(got, `unknown environment "qa"`) {
		t.Errorf("got %s", got)
	}
}

func TestPatternsThatOverlap(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"a.yaml": preview, "b.yaml": strings.Replace(preview, "pr-*", "pr-load-*", 1), "dev.yaml": valid})
	dir := filepath.Join(root, "environments")
	want := []string{`environments/b.yaml:1:8: match: "pr-load-*" fits names that "pr-*" in environments/a.yaml fits too (change one of them)`}
	_, all := config.LoadDir(dir, config.Options{})
	_, one := config.LoadNamed(dir, "pr-load-1", config.Options{})
	for call, err := range map[string]error{"LoadDir": all, "LoadNamed": one} {
		if diff := cmp.Diff(want, lines(t, root, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", call, diff)
		}
	}
	if _, err := config.LoadNamed(dir, "pr-1", config.Options{}); err != nil {
		t.Errorf("a name that one pattern fits: %v", err)
	}
}

func TestLoadDirChecksDisposableFilesAndLeavesThemOut(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"dev.yaml": valid, "preview.yaml": preview})
	got, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil || len(got) != 1 || got[0].Name != "dev" {
		t.Errorf("environments %v, %v, want dev alone", got, err)
	}
	broken := project(t, map[string]string{"dev.yaml": valid, "preview.yaml": strings.Replace(preview, "rate: 100", "rate: 0", 1)})
	_, err = config.LoadDir(filepath.Join(broken, "environments"), config.Options{})
	want := []string{"environments/preview.yaml:18:20: api.throttle.rate: 0 is too small, it must be above 0"}
	if diff := cmp.Diff(want, lines(t, broken, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestExpireOn(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		env  config.Environment
		day  string
		want string
	}{
		"a day":          {config.Environment{Name: "pr-1", Disposable: true}, "2026-12-31", ""},
		"no such day":    {config.Environment{Name: "pr-1", Disposable: true}, "2026-02-30", `expires: "2026-02-30" is not a day (write it as 2026-12-31)`},
		"a time":         {config.Environment{Name: "pr-1", Disposable: true}, "2026-12-31T00:00:00Z", `expires: "2026-12-31T00:00:00Z" is not a day (write it as 2026-12-31)`},
		"one that stays": {config.Environment{Name: "dev"}, "2026-12-31", "expires: dev is not a disposable environment; only those of a file with match expire"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := c.env.ExpireOn(c.day); err != nil {
				got = err.Error()
			}
			if got != c.want || (c.env.Expires == c.day) != (c.want == "") {
				t.Errorf("error %q, expires %q; want error %q", got, c.env.Expires, c.want)
			}
		})
	}
}
