package diff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/diff"
)

// ruleCase is a change and every finding that it gives, as "rule effect subject: message". In want,
// a message that ends in … goes on.
type ruleCase struct {
	name  string
	edits []edit
	want  []string
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, test := range allCases() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range changed(t, test.edits...).Findings {
				line := f.Rule + " " + string(f.Effect) + " " + f.Subject + ": " + f.Message
				got = append(got, abbreviated(line, test.want))
			}
			if difference := cmp.Diff(test.want, got); difference != "" {
				t.Errorf("findings (-want +got):\n%s", difference)
			}
		})
	}
}

// TestEveryRuleHasACase: a rule without one could be broken unseen.
func TestEveryRuleHasACase(t *testing.T) {
	t.Parallel()
	for _, rule := range diff.RuleNames() {
		seen := slices.ContainsFunc(allCases(), func(test ruleCase) bool {
			return slices.ContainsFunc(test.want, func(line string) bool { return strings.HasPrefix(line, rule+" ") })
		})
		for _, c := range manyCases {
			seen = seen || slices.ContainsFunc(c.want, func(line string) bool { return strings.HasPrefix(line, rule+" ") })
		}
		if !seen {
			t.Errorf("no case expects the rule %s", rule)
		}
	}
}

func allCases() []ruleCase {
	return slices.Concat(routeCases, clientCases, apiCases, policyCases, protectionCases, replacementCases, addressCases, keptCases)
}

// abbreviated is the line as one of want has it, if that ends in … and the line begins like it.
func abbreviated(line string, want []string) string {
	for _, w := range want {
		if beginning, ok := strings.CutSuffix(w, "…"); ok && strings.HasPrefix(line, beginning) {
			return w
		}
	}
	return line
}
