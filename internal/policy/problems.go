package policy

import (
	"cmp"
	"slices"
	"strings"
)

// Problem is one place of a document that can't be evaluated.
type Problem struct {
	// Path leads to it, such as Statement[0].Condition.StringLike.aws:SourceArn; "" is the
	// document.
	Path string
	Text string
}

// Problems is the error of Parse: all problems of a document, sorted by path.
type Problems struct {
	// Policy is the document's name.
	Policy string
	List   []Problem
}

func (p *Problems) Error() string {
	lines := make([]string, 0, len(p.List))
	for _, problem := range p.List {
		lines = append(lines, strings.Join(slices.DeleteFunc([]string{p.Policy, problem.Path, problem.Text}, func(s string) bool {
			return s == ""
		}), ": "))
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) sort() {
	slices.SortStableFunc(p.List, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
}
