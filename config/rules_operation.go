package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	longestMaxAge = 24 * time.Hour // of a preflight's answer: 86,400 seconds (API Gateway reference, Cors)

	// maxVariables is what all environment variables of a function may have in all, in bytes (Lambda guide, "Quotas").
	maxVariables = 4096

	// ownTags begins the keys of tags that this project writes.
	ownTags = "m2m:"
)

// functions refuses settings of a function that no route names, and variables that Lambda would refuse.
func (c *checker) functions() {
	used := c.written.API.Routes.functions()
	for _, name := range slices.Sorted(maps.Keys(c.written.Functions)) {
		path := keyPath("functions", string(name))
		switch {
		case name == rotationFunction:
			c.report(path, quote(string(name))+" rotates the clients' secrets and has no settings", "remove it")
		case !slices.Contains(used, string(name)):
			c.report(path, "no route names the function "+quote(string(name)), c.didYouMean(string(name), used))
		}
		c.variables(path+".environment", c.written.Functions[name].Environment)
	}
}

func (c *checker) variables(path string, written variables) {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value := string(written[name])
		size += len(name) + len(value)
		if strings.HasPrefix(string(name), "AWS_") || strings.HasPrefix(string(name), "LAMBDA_") {
			c.report(keyPath(path, string(name)), "is a name that Lambda keeps for itself", "rename it")
		}
		if strings.Contains(value, "{{resolve:") {
			c.report(keyPath(path, string(name)), "would put a stored value into the function's settings, which everybody can read",
				"let the function read it when it starts")
		}
	}
	if size > maxVariables {
		c.report(path, fmt.Sprintf("has %d bytes of names and values, at most %d are allowed", size, maxVariables), "Lambda's limit")
	}
}

// tags refuses keys that belong to somebody else.
func (c *checker) tags() {
	for _, key := range slices.Sorted(maps.Keys(c.written.Tags)) {
		path := keyPath("tags", string(key))
		switch lower := strings.ToLower(string(key)); {
		case strings.HasPrefix(lower, "aws:"):
			c.report(path, "begins with aws:, which AWS keeps for itself", "rename it")
		case strings.HasPrefix(lower, ownTags):
			c.report(path, "begins with "+ownTags+", which this project keeps for itself", "rename it")
		}
	}
}

// recipients refuses topics that an alarm can't reach: it notifies in its own Region.
func (c *checker) recipients() {
	for i, written := range c.written.Alarms.Recipients {
		if topic := written.topicRegion(); topic != "" && c.written.Region != "" && topic != c.written.Region {
			c.report(indexPath("alarms.recipients", i), "the topic is in "+string(topic)+", the environment in "+string(c.written.Region),
				"alarms notify topics of their own Region")
		}
	}
}
