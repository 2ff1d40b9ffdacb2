// Package templatetest has what tests of templates and of the assembly share: ids that follow from
// their keys, and what to expect of problems.
package templatetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
)

// IDs gives every key an id made from the key alone, in a shape that shows its type.
type IDs struct{}

// ID implements template.IDs. It never fails.
func (IDs) ID(key template.Key) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join([]string{key.Stack, key.LogicalID, key.Type, key.Region, key.Fingerprint}, "|")))
	random := hex.EncodeToString(sum[:])
	switch key.Type {
	case template.StackType:
		return fmt.Sprintf("%s-%s-%s-%s-%s", random[:8], random[8:12], random[12:16], random[16:20], random[20:32]), nil
	case "AWS::Cognito::UserPool":
		return key.Region + "_" + random[:9], nil
	}
	return random[:12], nil
}

// WantNoProblems stops the test at the first problem.
func WantNoProblems(t *testing.T, problems []template.Problem) {
	t.Helper()
	for _, p := range problems {
		t.Errorf("unexpected problem: %v", p)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// WantProblem looks for one problem at a place whose message holds a text, and returns who refuses
// it.
func WantProblem(t *testing.T, problems []template.Problem, logicalID, property, message string) template.Refuser {
	t.Helper()
	for _, p := range problems {
		if p.LogicalID == logicalID && p.Property == property && strings.Contains(p.Message, message) {
			return p.RefusedBy
		}
	}
	t.Errorf("no problem at %s %s says %q; got:", logicalID, property, message)
	for _, p := range problems {
		t.Errorf("\t%v", p)
	}
	return 0
}

// WantRefuser expects every problem to say who refuses it, but for those that count others and are
// of no stack.
func WantRefuser(t *testing.T, problems []template.Problem) {
	t.Helper()
	for _, p := range problems {
		by := p.RefusedBy.String()
		if p.Stack != "" && (by == "" || !strings.HasSuffix(p.Error(), " ("+by+")")) {
			t.Errorf("it does not say who refuses it: %v", p)
		}
	}
}
