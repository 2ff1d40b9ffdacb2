package diff

import (
	"cmp"
	"slices"
	"strings"

	"cognito-m2m/internal/diff/change"
)

// messageLength is how many characters of a message are kept: a policy can be long.
const messageLength = 300

// findings collects what the rules say, one Finding for the environments in which the same happens,
// in the order in which they are asked about.
type findings struct{ byKey map[findingKey]*Finding }

// findingKey is a finding without its environments.
type findingKey struct{ rule, subject, message, effect string }

// add asks every rule about a change.
func (f *findings) add(environment string, o *outcome) {
	for _, rule := range rules {
		if !rule.appliesTo(o.resource().Type) {
			continue
		}
		for _, remark := range rule.check(o) {
			f.put(environment, rule.name, o.subject(), remark)
		}
	}
}

// addStack asks about what belongs to a stack as a whole.
func (f *findings) addStack(environment string, s change.StackChange) {
	// Without the environment's name, the same change in several environments is one finding.
	subject := "stack " + strings.Replace(cmp.Or(s.After, s.Before).StackName, "-"+environment+"-", "-*-", 1)
	for _, rule := range stackRules {
		for _, remark := range rule.check(s.Before, s.After) {
			f.put(environment, rule.name, subject, remark)
		}
	}
}

func (f *findings) put(environment, rule, subject string, remark remark) {
	message := cut(remark.message, messageLength)
	key := findingKey{rule, subject, message, string(remark.effect)}
	if f.byKey == nil {
		f.byKey = map[findingKey]*Finding{}
	}
	found, ok := f.byKey[key]
	if !ok {
		found = &Finding{Rule: rule, Effect: remark.effect, Subject: subject, Message: message}
		f.byKey[key] = found
	}
	if !slices.Contains(found.Environments, environment) {
		found.Environments = append(found.Environments, environment)
	}
}

func (f *findings) sorted() []Finding {
	list := make([]Finding, 0, len(f.byKey))
	for _, found := range f.byKey {
		list = append(list, *found)
	}
	slices.SortFunc(list, order)
	return list
}

// order is the order of findings in a report: no two are equal in it.
func order(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(effects[a.Effect], effects[b.Effect]),
		cmp.Compare(weight(a), weight(b)),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Message, b.Message),
	)
}

func cut(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}
