package templates

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// raw matches what a template writes as it is, and not escaped for HTML: {%s= x %}, {%u x %}, {%=q
// x() %} and the like.
var raw = regexp.MustCompile(`(?s){%\s*(?:[a-z]+=|uz?|=[qju])\s+(.*?)\s*%}`)

// mayBeRaw are the texts that are not escaped for HTML, by template: HTML that is already written,
// the style of the handbook, and in Markdown what a function has escaped for Markdown, a shell or a
// program, or what has nothing to escape.
var mayBeRaw = regexp.MustCompile(`^(page/page: string\(v\.Parts\[name\]\)` +
	`|handbook/page: (style|p\.Body)` +
	`|handbook/(handbook|sample\.\w+): ((text|code|codes|quoted|shell|period|limit)\(.*\)|c\.(TTL|Region|Call\.Method)))$`)

func TestTemplatesEscape(t *testing.T) {
	seen := 0
	for name, source := range found(t, ".qtpl") {
		template := strings.TrimPrefix(strings.TrimSuffix(filepath.ToSlash(name), ".qtpl"), "../../internal/")
		for _, tag := range raw.FindAllStringSubmatch(string(source), -1) {
			seen++
			if !mayBeRaw.MatchString(template + ": " + tag[1]) {
				t.Errorf("%s: %s is written as it is: write {%%s %s %%}, which escapes it for HTML; in Markdown, call a function that escapes it", name, tag[0], tag[1])
			}
		}
	}
	if seen == 0 {
		t.Error("nothing is written as it is: this test looks at nothing")
	}
}

func TestRawTagsGoRed(t *testing.T) {
	for source, want := range map[string]int{
		`<b>{%s x %}</b> {%d n %} {%f x %} {%q x %} {%= other.HTML() %} {%=h f() %}`: 0,
		`<b>{%s= x %}</b>`: 1,
		"{% s=\nx %}":      1,
		`{%z= x %}{%v= x %}{%q= x %}{%j= f(x) %}`:     4,
		`{%u x %}{%uz x %}{%=q f() %}{% if a == b %}`: 3,
	} {
		if tags := raw.FindAllString(source, -1); len(tags) != want {
			t.Errorf("%s: got %q, want %d", source, tags, want)
		}
	}
}
