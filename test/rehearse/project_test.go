package rehearse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// project is a copy of the project with environment files of its own, under git, as whoever edits
// them has it.
type project struct {
	*cli

	dir string
}

// project makes the copy. The app is the one that is built: its source is the same.
func (c *cli) project(t *testing.T, environments map[string]string) *project {
	t.Helper()
	p := &project{c, t.TempDir()}
	m2mtest.CopyProject(t, root, p.dir, "")
	m2mtest.ChangeJSON(t, filepath.Join(p.dir, "cdk.json"), func(settings map[string]any) {
		delete(settings, "build")
		settings["app"] = absolute(t, filepath.Join(root, ".build", "app"))
	})
	m2mtest.WriteProgram(t, filepath.Join(p.dir, ".ci", "diff"), m2mtest.Read(t, filepath.Join(root, ".ci", "diff")))
	m2mtest.Write(t, filepath.Join(p.dir, ".gitignore"), ".build/\nnode_modules\ncdk.out/\n")
	if err := os.Symlink(absolute(t, filepath.Join(root, "node_modules")), filepath.Join(p.dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	p.write(t, environments)
	p.git(t, "init", "--quiet")
	p.commit(t)
	return p
}

// write makes these the environment files, by their paths below environments.
func (p *project) write(t *testing.T, environments map[string]string) {
	t.Helper()
	folder := filepath.Join(p.dir, "environments")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	for name, text := range environments {
		m2mtest.Write(t, filepath.Join(folder, filepath.FromSlash(name)), text)
	}
}

func (p *project) git(t *testing.T, args ...string) {
	t.Helper()
	p.programIn(t, 0, p.dir, []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}, "git", args...)
}

func (p *project) commit(t *testing.T) {
	t.Helper()
	p.git(t, "add", "--all")
	p.git(t, "commit", "--quiet", "--message", "environments")
}

// diff is what the workflow of a pull request says of the edit since the last commit. It leaves
// both assemblies.
func (p *project) diff(t *testing.T) (comment, before, after string) {
	t.Helper()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	p.programIn(t, 0, p.dir, []string{"M2M=" + binary}, filepath.Join(p.dir, ".ci", "diff"), "HEAD")
	folder := filepath.Join(p.dir, ".build", "diff")
	return m2mtest.Read(t, filepath.Join(folder, "comment.md")), filepath.Join(folder, "old"), filepath.Join(folder, "new")
}

// partner is the name of a client.
func partner(number int) string { return fmt.Sprintf("partner-%04d", number) }

// partners are clients as an environment file or a group's file has them.
func partners(from, to int) string {
	var lines strings.Builder
	for number := from; number < to; number++ {
		fmt.Fprintf(&lines, "  %s: {scopes: [test-api/read]}\n", partner(number))
	}
	return "clients:\n" + lines.String()
}

// withPartners is an environment file. authorizer is a line of api, or "".
func withPartners(to int, authorizer string) string {
	return `name: dev
region: ` + region + `
identity: {deletionProtection: false}
resourceServers:
  - identifier: test-api
    scopes: {read: Read test data, write: Write test data}
` + partners(0, to) + `  writer: {scopes: [test-api/write]}
api:
` + authorizer + `  routes:
    - {path: /a, methods: [GET], scopes: [test-api/read]}
    - {path: /b, methods: [POST], scopes: [test-api/write]}
`
}
