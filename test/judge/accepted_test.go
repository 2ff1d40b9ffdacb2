package judge

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// root is the project's folder, seen from this package.
const root = "../.."

// finding is what a judge says about one place.
type finding struct {
	rule  string
	place string // what the judge looked at: dev/Api, deploy.yml, API
	at    string // where in it: a logical id, a job, a route
	text  string // what is wrong, for the reader
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s at %s: %s", f.place, f.rule, f.at, f.text)
}

// acceptance is a rule whose findings at some places are lived with, and why.
type acceptance struct {
	Rule   string              `yaml:"rule"`
	Reason string              `yaml:"reason"`
	At     map[string][]string `yaml:"at"` // by place
}

// readAccepted reads the acceptances by judge.
func readAccepted(t *testing.T) (accepted map[string][]acceptance) {
	t.Helper()
	text, err := os.ReadFile("accepted.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(text, &accepted, yaml.Strict())
	}
	if err != nil {
		t.Fatal(err)
	}
	return accepted
}

// verdict compares findings with what is accepted. It returns a sentence for each finding that is
// not accepted, for each acceptance of nothing, and for each that does not say what it is about.
func verdict(findings []finding, accepted []acceptance) (wrong []string) {
	type spot struct{ rule, place, at string }
	open := map[spot]bool{} // accepted, and not met yet
	for _, a := range accepted {
		if a.Rule == "" || a.Reason == "" || len(a.At) == 0 {
			wrong = append(wrong, fmt.Sprintf("an acceptance of the rule %q lacks its rule, reason or places", a.Rule))
		}
		for place, ats := range a.At {
			for _, at := range ats {
				s := spot{a.Rule, place, at}
				if open[s] {
					wrong = append(wrong, fmt.Sprintf("%s: %s at %s is accepted twice", place, a.Rule, at))
				}
				open[s] = true
			}
		}
	}
	met := map[spot]bool{}
	for _, f := range findings {
		s := spot{f.rule, f.place, f.at}
		if !open[s] {
			wrong = append(wrong, f.String())
		}
		met[s] = true
	}
	for s := range open {
		if !met[s] {
			wrong = append(wrong, fmt.Sprintf("%s: %s at %s is accepted, and nothing is found there", s.place, s.rule, s.at))
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// TestVerdict shows each way in which a judgement goes red.
func TestVerdict(t *testing.T) {
	t.Parallel()
	found := []finding{{"R1", "dev/Api", "Echo", "too open"}, {"R1", "dev/Api", "Orders", "too open"}}
	at := func(ats ...string) map[string][]string { return map[string][]string{"dev/Api": ats} }
	cases := map[string]struct {
		accepted []acceptance
		want     []string
	}{
		"all is accepted":  {[]acceptance{{"R1", "why", at("Echo", "Orders")}}, nil},
		"one is not":       {[]acceptance{{"R1", "why", at("Echo")}}, []string{"dev/Api: R1 at Orders: too open"}},
		"another rule":     {[]acceptance{{"R1", "why", at("Echo", "Orders")}, {"R2", "why", at("Echo")}}, []string{"dev/Api: R2 at Echo is accepted, and nothing is found there"}},
		"another resource": {[]acceptance{{"R1", "why", at("Echo", "Orders", "Gone")}}, []string{"dev/Api: R1 at Gone is accepted, and nothing is found there"}},
		"twice":            {[]acceptance{{"R1", "why", at("Echo", "Orders", "Echo")}}, []string{"dev/Api: R1 at Echo is accepted twice"}},
		"no wildcard": {
			[]acceptance{{"R1", "why", at("*")}},
			[]string{"dev/Api: R1 at * is accepted, and nothing is found there", "dev/Api: R1 at Echo: too open", "dev/Api: R1 at Orders: too open"},
		},
		"no reason": {
			[]acceptance{{"R1", "", at("Echo", "Orders")}},
			[]string{`an acceptance of the rule "R1" lacks its rule, reason or places`},
		},
		"a rule for everything": {
			[]acceptance{{"R1", "why", nil}},
			[]string{`an acceptance of the rule "R1" lacks its rule, reason or places`, "dev/Api: R1 at Echo: too open", "dev/Api: R1 at Orders: too open"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := verdict(found, c.accepted); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestAccepted: the file names judges that there are, and nothing else than acceptances.
func TestAccepted(t *testing.T) {
	t.Parallel()
	accepted := readAccepted(t)
	judges := []string{"actionlint", "cdk-preflight", "cfn-lint", "checkov", "schemathesis", "zizmor"}
	for _, judge := range slices.Sorted(maps.Keys(accepted)) {
		if !slices.Contains(judges, judge) {
			t.Errorf("there is no judge %s, only %s", judge, strings.Join(judges, ", "))
		}
	}
}
