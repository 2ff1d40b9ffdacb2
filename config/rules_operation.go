package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/lambdaenv"
	"cognito-m2m/naming"
)

const longestMaxAge = 24 * time.Hour // of a preflight's answer: 86,400 seconds (API Gateway reference, Cors)

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
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value := string(written[name])
		if lambdaenv.Reserved(string(name)) {
			c.report(keyPath(path, string(name)), "is a name that Lambda reserves", "rename it")
		}
		if strings.Contains(value, "{{resolve:") {
			c.report(keyPath(path, string(name)), "would put a stored value into the function's settings, which everyone can read",
				"let the function read it when it starts")
		}
	}
	if size := lambdaenv.Size(written); size > lambdaenv.MaxSize {
		c.report(path, fmt.Sprintf("has %d bytes as JSON, which is how Lambda measures it, and at most %d are allowed", size, lambdaenv.MaxSize),
			"shorten names and values, or keep large values in a file of the code")
	}
}

// tags refuses keys that belong to somebody else.
func (c *checker) tags() {
	for _, key := range slices.Sorted(maps.Keys(c.written.Tags)) {
		path := keyPath("tags", string(key))
		switch lower := strings.ToLower(string(key)); {
		case strings.HasPrefix(lower, "aws:"):
			c.report(path, "begins with aws:, which AWS reserves", "rename it")
		case strings.HasPrefix(lower, naming.TagPrefix):
			c.report(path, "begins with "+naming.TagPrefix+", which this project reserves", "rename it")
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
