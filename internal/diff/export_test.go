package diff

// RuleNames are the names that the rules may give to findings.
func RuleNames() []string {
	names := each(rules, func(r rule) string { return r.name })
	for _, r := range stackRules {
		names = append(names, r.name)
	}
	return names
}
