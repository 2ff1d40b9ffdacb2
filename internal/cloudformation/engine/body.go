package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes and maxDepth are far more than a template of 1 MB has; aliases of YAML could ask for
// any number.
const (
	maxNodes = 200_000
	maxDepth = 200
)

// Body decodes the text of a template: JSON, or YAML with the short forms of intrinsics. Numbers
// are json.Number. The error is a *Refusal.
func Body(text string) (map[string]any, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return jsonBody(text)
	}
	return yamlBody(text)
}

func jsonBody(text string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var body map[string]any
	err := decoder.Decode(&body)
	if err == nil && decoder.More() {
		err = errors.New("more than one value")
	}
	if err == nil {
		return body, nil
	}
	offset := decoder.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	line, column := position(text, int(offset))
	return nil, invalid("Template format error: JSON not well-formed. (line %d, column %d)", line, column)
}

// position is where the byte before offset stands, counted from 1.
func position(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	return strings.Count(before, "\n") + 1, max(len(before)-strings.LastIndex(before, "\n")-1, 1)
}

// yamlBody decodes YAML.
//
// Parity: CloudFormation: where a template is not well-formed
func yamlBody(text string) (map[string]any, error) {
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	if err := decoder.Decode(&document); err != nil || len(document.Content) != 1 {
		line := 1
		if err != nil {
			_, _ = fmt.Sscanf(err.Error(), "yaml: line %d:", &line)
		}
		return nil, invalid("Template format error: YAML not well-formed. (line %d, column 1)", line)
	}
	r := yamlReader{left: maxNodes}
	value, err := r.value(document.Content[0], 0)
	if err != nil {
		return nil, err
	}
	body, ok := value.(map[string]any)
	if !ok {
		return nil, invalid("Template format error: unsupported structure.")
	}
	return body, nil
}

// yamlReader turns nodes into the values that JSON has.
type yamlReader struct{ left int }

func (r *yamlReader) value(node *yaml.Node, depth int) (any, error) {
	if r.left--; r.left < 0 || depth > maxDepth {
		return nil, invalid("Template format error: YAML not well-formed. (line %d, column %d)", node.Line, node.Column)
	}
	if node.Kind == yaml.AliasNode {
		return r.value(node.Alias, depth+1)
	}
	if tag := node.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		return r.shortForm(node, depth)
	}
	switch node.Kind {
	case yaml.MappingNode:
		return r.mapping(node, depth)
	case yaml.SequenceNode:
		items := make([]any, len(node.Content))
		for i, item := range node.Content {
			value, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			items[i] = value
		}
		return items, nil
	default:
		return scalar(node), nil
	}
}

func (r *yamlReader) mapping(node *yaml.Node, depth int) (any, error) {
	object := make(map[string]any, len(node.Content)/2)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if _, taken := object[key.Value]; taken || key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
			return nil, invalid("Template format error: YAML not well-formed. (line %d, column %d)", key.Line, key.Column)
		}
		value, err := r.value(node.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		object[key.Value] = value
	}
	return object, nil
}

// shortForm is an intrinsic such as !Ref.
func (r *yamlReader) shortForm(node *yaml.Node, depth int) (any, error) {
	name, plain := strings.TrimPrefix(node.Tag, "!"), *node
	plain.Tag = ""
	if plain.Kind == yaml.ScalarNode {
		plain.Tag = "!!str"
	}
	argument, err := r.value(&plain, depth+1)
	if err != nil {
		return nil, err
	}
	if name == "Ref" || name == "Condition" {
		return map[string]any{name: argument}, nil
	}
	if text, isText := argument.(string); isText && name == "GetAtt" {
		if logicalID, attribute, found := strings.Cut(text, "."); found {
			argument = []any{logicalID, attribute}
		}
	}
	return map[string]any{"Fn::" + name: argument}, nil
}

// scalar is null, a boolean, a number that JSON can write as well, or else the text as it stands.
func scalar(node *yaml.Node) any {
	switch node.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int", "!!float":
		if json.Valid([]byte(node.Value)) {
			return json.Number(node.Value)
		}
	}
	return node.Value
}

// invalid is a ValidationError.
func invalid(format string, args ...any) *Refusal {
	return &Refusal{Code: "ValidationError", Message: fmt.Sprintf(format, args...)}
}
