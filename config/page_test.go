package config

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/domainprefix"
	"cognito-m2m/internal/strictyaml"
)

const pageFile = "../docs/environment-file.md"

// TestSchemaPage keeps the page about the environment file equal to the types and rules that Load
// uses.
func TestSchemaPage(t *testing.T) {
	want := newPage(t).String()
	if *update {
		if err := os.WriteFile(pageFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(pageFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is out of date, run go test ./config -run TestSchema -update (-want +got):\n%s", pageFile, diff)
	}
}

const pageIntroduction = `# The environment file

<!-- Generated from the types in config/: go test ./config -run TestSchema -update -->

Each file in ` + "`environments/`" + ` describes one environment, or with ` + "`match`" + ` any number of disposable ones. The format is a
promise: keys are added, never renamed, and never change their meaning. An unknown key is an error. One run reports all
errors, each with file, line and column. Editors complete and check the file with
` + "`environments/environment.schema.json`" + `, which has the same source as this page.
[Changing a deployment](changing-a-deployment.md) says what an edit does to a deployed environment.

The order of keys and lists does not matter. Put text that looks like a number in quotes. If you leave a key out, it has
the default in the table. The keys marked required have no default.

## Disposable environments

A file with ` + "`match: pr-*`" + ` in place of a name stands for every environment whose name matches. It is used only when you
request such an environment:

    cdk deploy -c env=pr-123 -c expires=2026-12-31 'pr-123/*'
    cdk destroy -c env=pr-123 'pr-123/*'
    m2m up --env pr-123

A synth of all environments leaves such files out, but checks them. A file with the exact name takes precedence. Two
patterns that could match the same name are refused. A name has 2 to 20 characters, like any other.

Such a copy has a domain prefix of its own, derived from its name and its stack. Nothing protects it, and nothing of it
stays behind when you destroy it.

` + "`expires`" + ` is the last day on which you need the copy. All its stacks have it as the tag ` + "`m2m:expires`" + `. Only the weekly sweep
of [delivery](delivery.md#previews) removes a stack by itself, and it goes by this tag. You write the day yourself. It is
not computed from today, so that two synths of the same input give the same result. Without ` + "`expires`" + ` there is no tag.
A local run needs none, and a deployment should always have one.

## Groups of clients

More than 150 clients of one environment are in groups, and each group has a stack of its own. A group is a file in the
folder that is named after the environment's file, and is called by the file's name: ` + "`environments/prod/partners-eu.yaml`" + `
is the group ` + "`partners-eu`" + ` of ` + "`environments/prod.yaml`" + `, and its stack is ` + "`m2m-prod-Clients-partners-eu`" + `. Its one key is
` + "`clients`" + `, with the same keys as below:

    # yaml-language-server: $schema=../group.schema.json
    clients:
      acme: {scopes: [orders/read]}
      globex: {scopes: [orders/read, orders/write], rotation: {everyDays: 7}}

Groups need ` + "`api: {authorizer: function}`" + `. A group has at most 166 clients, and 125 if all have ` + "`secretReaders`" + `, because a
stack has at most 500 resources. No two clients of an environment have the same name, whatever group they are in. If you
move a client to another group, it is another client: see [many clients](many-clients.md#groups).
`

// page is the reference of all keys, one section for each mapping.
type page struct {
	strings.Builder
	comments map[string]string
}

func newPage(t *testing.T) *page {
	t.Helper()
	p := &page{comments: commentsOf(t)}
	p.WriteString(pageIntroduction)
	p.section("", reflect.TypeFor[file]())
	return p
}

// section writes the keys of a struct, and then the sections of what is in them.
func (p *page) section(path string, t reflect.Type) {
	if path == "" {
		p.WriteString("\n## Top level\n")
	} else {
		fmt.Fprintf(p, "\n## `%s`\n\n%s\n", path, p.comments[t.Name()])
	}
	p.WriteString("\n| key | | default | allowed |\n| --- | --- | --- | --- |\n")
	type nested struct {
		path string
		t    reflect.Type
	}
	var below []nested
	for field := range t.Fields() {
		key, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if key == "" { // see strictyaml.Worded
			continue
		}
		fmt.Fprintf(p, "| `%s` | %s | %s | %s |\n", key, cell(p.comments[t.Name()+"."+field.Name]),
			cell(fallback(field, options)), cell(strings.Join(allowed(field.Type), "; ")))
		at := strings.TrimPrefix(path+"."+key, ".")
		switch inner := field.Type; inner.Kind() {
		case reflect.Struct:
			below = append(below, nested{at, inner})
		case reflect.Slice, reflect.Map:
			if inner.Elem().Kind() == reflect.Struct {
				below = append(below, nested{at + suffix(inner), inner.Elem()})
			}
		default: // has nothing in it
		}
	}
	for _, inner := range below {
		p.section(inner.path, inner.t)
	}
}

func suffix(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "[]"
	}
	return ".<name>"
}

// fallback is what the column for defaults says.
func fallback(field reflect.StructField, options string) string {
	if other := field.Tag.Get("unless"); other != "" {
		return "required, or `" + other + "`"
	}
	if options != "omitempty" {
		return "required"
	}
	for option := range strings.SplitSeq(field.Tag.Get("jsonschema"), ",") {
		if value, ok := strings.CutPrefix(option, "default="); ok && value != "" {
			return "`" + value + "`"
		}
	}
	return ""
}

// allowed says in words what a type takes.
func allowed(t reflect.Type) (rules []string) {
	if limited, ok := reflect.TypeAssert[interface{ Count() strictyaml.Count }](reflect.Zero(t)); ok {
		rules = append(rules, countInWords(limited.Count()))
	}
	zero := reflect.Zero(t).Interface()
	switch t.Kind() {
	case reflect.Pointer:
		return allowed(t.Elem())
	case reflect.Slice:
		rules = append(rules, allowed(t.Elem())...)
	case reflect.Map:
		for _, rule := range allowed(t.Key()) {
			rules = append(rules, "names: "+rule)
		}
		for _, rule := range allowed(t.Elem()) {
			rules = append(rules, "values: "+rule)
		}
	case reflect.String:
		if t == reflect.TypeFor[domainPrefix]() {
			return []string{domainPrefixText.Hint + "; no part between hyphens is " + strings.Join(domainprefix.ReservedWords(), ", ")}
		}
		rules = append(rules, textInWords(zero.(interface{ Text() strictyaml.Text }).Text()))
	case reflect.Int, reflect.Float64:
		rules = append(rules, numberInWords(zero.(interface{ Number() strictyaml.Number }).Number(), t.Kind() == reflect.Int))
	case reflect.Bool:
		rules = append(rules, "`true` or `false`")
	case reflect.Struct: // a section of its own, or a word
		if mapping, ok := reflect.TypeAssert[strictyaml.Worded](reflect.New(t)); ok {
			word := reflect.ValueOf(mapping.Word()).Elem().Interface()
			rules = append(rules, textInWords(word.(interface{ Text() strictyaml.Text }).Text()))
		}
	default:
	}
	return rules
}

func countInWords(c strictyaml.Count) string {
	words := fmt.Sprintf("%d to %d", c.Min, c.Max)
	switch {
	case c.Max == math.MaxInt:
		words = fmt.Sprintf("at least %d", c.Min)
	case c.Min == 0:
		words = fmt.Sprintf("at most %d", c.Max)
	}
	if words += " " + c.Of; c.Why != "" {
		words += " (" + c.Why + ")"
	}
	return words
}

func textInWords(t strictyaml.Text) string {
	if t.Words != nil {
		return "`" + strings.Join(t.Words, "`, `") + "`"
	}
	return t.Hint
}

func numberInWords(n strictyaml.Number, whole bool) string {
	what := "a number"
	if whole {
		what = "a whole number"
	}
	switch {
	case n.Values != nil:
		return "a value of the list"
	case n.Min > 0:
		return fmt.Sprintf("%s from %s to %s", what, decimal(n.Min), decimal(n.Max))
	case n.OrZero:
		return fmt.Sprintf("%s from 0 to %s", what, decimal(n.Max))
	case n.Max < math.MaxInt32:
		return fmt.Sprintf("%s from 1 to %s", what, decimal(n.Max))
	default:
		return what + " above 0"
	}
}

// cell is text for a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;", "*", "\\*").Replace(text)
}
