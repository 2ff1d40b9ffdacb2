package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Kind is what a policy is attached to, which decides what its Allow is worth.
type Kind int

// The kinds of policies. A key's policy, a role's trust policy, a topic's policy and the statements
// that let services invoke a function are resource-based.
const (
	IdentityPolicy Kind = iota
	ResourcePolicy
	PermissionsBoundary
	SessionPolicy
)

// kinds are all of them, in the order in which a Deny is told.
var kinds = [...]Kind{IdentityPolicy, ResourcePolicy, PermissionsBoundary, SessionPolicy}

// String is AWS's word for the kind.
func (k Kind) String() string {
	return [...]string{"identity-based policy", "resource-based policy", "permissions boundary", "session policy"}[k]
}

// Document is a policy that has been read.
type Document struct {
	kind       Kind
	name       string
	statements []statement
}

// Versions of the policy language. A document without a version is of the older one.
const (
	older = "2008-10-17"
	newer = "2012-10-17" // has policy variables
)

// Parity: Policies: what is not known of them

// Parse reads a document as encoding/json decodes it, without intrinsic functions, or its JSON text
// as a string or []byte. The name is what messages call the policy. The error is of type *Problems
// and has everything in the document that Evaluate could not judge as AWS does.
func Parse(kind Kind, name string, document any) (*Document, error) {
	d := &reader{document: Document{kind: kind, name: name}, problems: Problems{Policy: name}}
	decoded, err := decode(document)
	if err != nil {
		d.problem("", "%v", err)
		return nil, &d.problems
	}
	d.read(decoded)
	if len(d.problems.List) > 0 {
		d.problems.sort()
		return nil, &d.problems
	}
	return &d.document, nil
}

func decode(document any) (any, error) {
	var text []byte
	switch given := document.(type) {
	case string:
		text = []byte(given)
	case []byte:
		text = given
	default:
		return document, nil
	}
	var decoded any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the JSON text")
	}
	return decoded, nil
}

// reader reads one document and collects its problems.
type reader struct {
	document  Document
	variables bool
	problems  Problems
}

func (d *reader) problem(path, format string, args ...any) {
	d.problems.List = append(d.problems.List, Problem{path, fmt.Sprintf(format, args...)})
}

func (d *reader) read(decoded any) {
	elements, ok := decoded.(map[string]any)
	if !ok {
		d.problem("", "a policy is a JSON object")
		return
	}
	d.version(elements)
	for _, name := range slices.Sorted(maps.Keys(elements)) {
		switch name {
		case "Version", "Statement":
		case "Id":
			d.id(elements[name])
		default:
			d.problem(name, "a policy has no such element: Version, Id and Statement are known")
		}
	}
	switch statements := elements["Statement"].(type) {
	case []any:
		for i, s := range statements {
			d.statement(fmt.Sprintf("Statement[%d]", i), s)
		}
	case map[string]any:
		d.statement("Statement", statements)
	default:
		d.problem("Statement", "a policy has a statement or a list of them")
	}
	d.uniqueSids()
}

// version has to be read before the statements, which may have variables.
func (d *reader) version(elements map[string]any) {
	given, ok := elements["Version"]
	switch {
	case !ok || given == older:
	case given == newer:
		d.variables = true
	default:
		d.problem("Version", "it is %q or %q", newer, older)
	}
}

func (d *reader) id(value any) {
	if _, ok := value.(string); !ok {
		d.problem("Id", "it is text")
	}
	if d.document.kind != ResourcePolicy {
		d.problem("Id", "only a resource-based policy has one")
	}
}

func (d *reader) uniqueSids() {
	first := map[string]int{}
	for i, s := range d.document.statements {
		if before, ok := first[s.sid]; ok && s.sid != "" {
			d.problem(fmt.Sprintf("Statement[%d].Sid", i), "Statement[%d] has the same", before)
		}
		first[s.sid] = i
	}
}

// texts reads one text or a list of at least one.
func (d *reader) texts(path string, value any) []string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if len(list) == 0 {
		d.problem(path, "it has no value")
	}
	texts := make([]string, 0, len(list))
	for i, v := range list {
		text, isText := v.(string)
		if !isText {
			d.problem(element(path, ok, i), "it is text or a list of texts")
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// element is the path of a list's element, or of a value that is no list.
func element(path string, list bool, i int) string {
	if !list {
		return path
	}
	return fmt.Sprintf("%s[%d]", path, i)
}
