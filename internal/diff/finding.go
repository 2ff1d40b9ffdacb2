package diff

import (
	"cmp"
	"slices"
	"strings"
)

// messageLength is how many characters of a message are kept: a policy can be long.
const messageLength = 300

// findings collects what the rules say, one Finding for the environments in which the same happens.
type findings struct{ byText map[text]*Finding }

// text is a finding without its environments.
type text struct{ rule, subject, message, effect string }

// add asks every rule about a change.
func (f *findings) add(environment string, c *change) {
	for _, rule := range rules {
		if !rule.appliesTo(c.resource().typeName) {
			continue
		}
		for _, remark := range rule.check(c) {
			f.put(environment, rule.name, c.subject(), remark)
		}
	}
}

// addStack asks about what belongs to a stack as a whole.
func (f *findings) addStack(environment string, before, after *stack) {
	if before == nil || after == nil {
		return
	}
	// Without the environment's name, the same change in several environments is one finding.
	subject := "stack " + strings.Replace(after.StackName, "-"+environment+"-", "-*-", 1)
	for _, rule := range stackRules {
		for _, remark := range rule.check(before, after) {
			f.put(environment, rule.name, subject, remark)
		}
	}
}

// subject names both versions of a resource that gets another name.
func (c *change) subject() string {
	subject := c.resource().subject()
	if c.both() && c.before.subject() != subject {
		return c.before.subject() + " -> " + strings.TrimPrefix(subject, kindOf(c.after.typeName).noun+" ")
	}
	return subject
}

func (f *findings) put(environment, rule, subject string, remark remark) {
	message := cut(remark.message, messageLength)
	key := text{rule, subject, message, string(remark.effect)}
	if f.byText == nil {
		f.byText = map[text]*Finding{}
	}
	found, ok := f.byText[key]
	if !ok {
		found = &Finding{Rule: rule, Effect: remark.effect, Subject: subject, Message: message}
		f.byText[key] = found
	}
	found.Environments = union(found.Environments, []string{environment})
}

func (f *findings) sorted() []Finding {
	list := make([]Finding, 0, len(f.byText))
	for _, found := range f.byText {
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
