package config

import (
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/naming"
)

// Tags by key.
type tags map[tagKey]tagValue

// Count leaves room for what this project adds: AWS allows 50 tags on a resource, and the secrets
// have one of their own, a disposable environment another.
func (tags) Count() strictyaml.Count {
	return strictyaml.Count{Max: 48, Of: "tags", Why: "AWS's limit of 50 for a resource, less 2 of this project"}
}

// Tag is a tag of all stacks.
type Tag struct {
	Key   string
	Value string
}

func (written tags) checked() []Tag {
	var sorted []Tag
	for _, key := range slices.Sorted(maps.Keys(written)) {
		sorted = append(sorted, Tag{Key: string(key), Value: string(written[key])})
	}
	return sorted
}

// tagChars are the characters that tags may have in every service (AWS General Reference, "Tagging
// your resources").
const tagChars = `[A-Za-z0-9 _.:/=+@-]`

type tagKey string

func (tagKey) Text() strictyaml.Text { return tagKeyText }

var tagKeyText = strictyaml.Text{
	Noun:      "tag key",
	Pattern:   strictyaml.Expression(`^` + tagChars + `+$`),
	MaxLength: 128,
	Hint:      "1 to 128 letters, digits, spaces and _ . : / = + - @",
}

type tagValue string

func (tagValue) Text() strictyaml.Text { return tagValueText }

var tagValueText = strictyaml.Text{
	Noun:      "tag value",
	Pattern:   strictyaml.Expression(`^` + tagChars + `*$`),
	MaxLength: 256,
	Hint:      "at most 256 letters, digits, spaces and _ . : / = + - @",
}

// tags refuses keys that AWS or this project reserves.
func (c *checker) tags() {
	for _, key := range slices.Sorted(maps.Keys(c.written.Tags)) {
		path := strictyaml.KeyPath("tags", key)
		switch lower := strings.ToLower(string(key)); {
		case strings.HasPrefix(lower, "aws:"):
			c.Report(path, "begins with aws:, which AWS reserves", "rename it")
		case strings.HasPrefix(lower, naming.TagPrefix):
			c.Report(path, "begins with "+naming.TagPrefix+", which this project reserves", "rename it")
		}
	}
}
