package test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	cloudassembly "cognito-m2m/internal/assembly"
	"cognito-m2m/internal/diff"
	"cognito-m2m/naming"
)

// edit is an edit of the environment file, and what it does to a deployed environment. Together
// they are the table of docs/changing-a-deployment.md.
type edit struct {
	name     string
	from, to string // the files; from "": the variant
	// want are the resources that are other ones then, by logical id: added, removed, changed in
	// place, or replaced, which means that AWS makes a new one and removes the old. Logical ids
	// stand for themselves; "was" is the old one of a resource that goes on under another name.
	want []string
	// oneStep: one deployment does it, and no caller needs something new first.
	oneStep bool
	notices string // who notices what
	apart   bool   // test/rehearse has a test of its own
	way     string // what to do instead, where oneStep is false
}

const (
	editsPage  = "../docs/changing-a-deployment.md"
	editsBegin = "<!-- table: go test ./test -run TestGolden -update -->\n"
	editsEnd   = "<!-- end of table -->\n"
)

// TestGoldenEdits synthesizes the environment before and after each edit. Which changes replace a
// resource is internal/diff's knowledge, which follows CloudFormation's specification.
func TestGoldenEdits(t *testing.T) {
	for _, e := range edits(t) {
		t.Run(e.name, func(t *testing.T) {
			got := resourceChanges(t, look(t, orElse(e.from, variant)).dir, look(t, e.to).dir)
			if diff := cmp.Diff(e.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if e.oneStep == (e.way != "") {
				t.Error("either one step does it, or the table says what to do instead")
			}
		})
	}
	checkEditsPage(t)
	if folder := os.Getenv("M2M_EDITS"); folder != "" && !t.Failed() {
		keepEdits(t, folder)
	}
}

func resourceChanges(t *testing.T, before, after string) (lines []string) {
	t.Helper()
	was, err := cloudassembly.Load(before)
	if err != nil {
		t.Fatal(err)
	}
	is, err := cloudassembly.Load(after)
	if err != nil {
		t.Fatal(err)
	}
	report, err := diff.Compare(was, is, diff.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range report.Environments {
		for _, stack := range env.Stacks {
			for _, r := range stack.Resources {
				_, name, _ := naming.ParseStack(stack.Name)
				line := fmt.Sprintf("%s %s %s", r.Change, name, r.LogicalID)
				if r.WasLogicalID != "" {
					line += " was " + r.WasLogicalID
				}
				lines = append(lines, line)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// checkEditsPage keeps the page's table equal to the one of the test. The page around it is written
// by hand.
func checkEditsPage(t *testing.T) {
	t.Helper()
	page, err := os.ReadFile(editsPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, okBegin := bytes.Cut(page, []byte(editsBegin))
	_, tail, okEnd := bytes.Cut(rest, []byte(editsEnd))
	if !okBegin || !okEnd {
		t.Fatalf("%s has no place for the table: want %q and %q", editsPage, editsBegin, editsEnd)
	}
	want := slices.Concat(head, []byte(editsBegin), []byte(editsTable(t)), []byte(editsEnd), tail)
	if *update {
		write(t, filepath.FromSlash(editsPage), want)
		return
	}
	if diff := cmp.Diff(string(want), string(page)); diff != "" {
		t.Errorf("%s is out of date, run make golden (-want +got):\n%s", editsPage, diff)
	}
}

func editsTable(t *testing.T) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("| edit | what changes | who notices | in one step |\n| --- | --- | --- | --- |\n")
	for _, e := range edits(t) {
		step := "yes"
		if !e.oneStep {
			step = "**no**: " + e.way
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", e.name, changesInWords(e.want), e.notices, step)
	}
	return table.String()
}

// changesInWords counts the changes of each kind: "adds 2, changes 1, replaces
// `UserPoolDomainD0EA232A`". What is replaced or removed is named.
func changesInWords(lines []string) string {
	verbs := []struct{ kind, verb string }{{"added", "adds"}, {"changed", "changes"}, {"replaced", "replaces"}, {"removed", "removes"}}
	var words []string
	for _, v := range verbs {
		var ids []string
		for _, line := range lines {
			if kind, rest, _ := strings.Cut(line, " "); kind == v.kind {
				ids = append(ids, "`"+withoutHash(strings.Fields(rest)[1])+"`")
			}
		}
		if len(ids) > 0 {
			words = append(words, v.verb+" "+strings.Join(ids, ", "))
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, "; ")
}

// withoutHash is a logical id without the 8 digits that CDK puts behind it.
func withoutHash(id string) string { return id[:len(id)-8] }
