package config

// disposable holds a file with match to what it is for: copies that are made and removed again, several at a time.
func (c *checker) disposable() {
	if c.written.Match == "" {
		return
	}
	if c.has("name") {
		c.report("name", "can't be combined with match", "remove one: -c env gives the name")
	}
	if c.written.Identity.DeletionProtection {
		c.report("identity.deletionProtection", "must be false beside match", "a disposable environment must be deletable")
	}
	if c.has("identity.removing") {
		c.report("identity.removing", "can't be combined with match", "a disposable environment can always be removed")
	}
	if c.written.Identity.Domain.Prefix != "" {
		c.report("identity.domain.prefix", "can't be combined with match",
			"all copies would claim the same prefix, and only one can have it; without this key each gets its own")
	}
	for _, path := range []string{"identity.domain.customDomain", "api.customDomain"} {
		if c.has(path) {
			c.report(path, "can't be combined with match", "all copies would claim the same domain, and only one can have it")
		}
	}
}
