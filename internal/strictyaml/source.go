package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A file is far below these limits unless something else was written into it. They keep the YAML
// parser, whose memory grows with the square of the nesting, and its time with that of the keys
// beside each other, from taking the machine down.
const (
	maxFileBytes = 256 << 10
	maxTokens    = 20_000 // keys, values and the signs between them
	maxNesting   = 100
	maxColumn    = 1000 // of a "-" or "?": each level of a block on one line starts further right
)

// parseFile reads a file and turns it into its one YAML document. A problem names the file.
func parseFile(path string, hints Hints) (ast.Node, *Problem) {
	source, err := readFile(path)
	if err != nil {
		problem := Unreadable(path, err)
		return nil, &problem
	}
	root, problem := parse(source, hints)
	if problem != nil {
		problem.File = path
	}
	return root, problem
}

// readFile reads a regular file, which has an end and does not keep its reader waiting, and not
// much more of it than the parser takes.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFileBytes+1))
}

// parse turns a file's bytes into its one YAML document. Duplicate keys are left in: the reader
// reports them together with everything else.
func parse(source []byte, hints Hints) (ast.Node, *Problem) {
	if len(source) > maxFileBytes {
		return nil, &Problem{Message: fmt.Sprintf("has more than %d bytes, which is the limit", maxFileBytes)}
	}
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	documents, problem := documentsIn(string(source))
	if problem != nil {
		problem.Hint = cmp.Or(problem.Hint, hints.Syntax)
		return nil, problem
	}
	switch len(documents) {
	case 0:
		return nil, &Problem{Message: "is empty", Hint: hints.Empty}
	case 1:
		return documents[0], nil
	default:
		at := placeOf(documents[1])
		return nil, &Problem{
			Line: at.line, Column: at.column,
			Message: fmt.Sprintf("has %d YAML documents", len(documents)), Hint: hints.Several,
		}
	}
}

// documentsIn parses the source. A panic of the parser is a problem of the file: whatever the bytes
// are, a user gets an answer that names it.
func documentsIn(source string) (documents []ast.Node, problem *Problem) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = &Problem{Message: fmt.Sprintf("is not YAML: parser gave up: %v", cause)}
		}
	}()
	tokens := lexer.Tokenize(source)
	if len(tokens) > maxTokens {
		return nil, &Problem{Message: fmt.Sprintf("has %d keys, values and signs between them, at most %d are read", len(tokens), maxTokens)}
	}
	if tk := tooDeep(tokens); tk != nil {
		return nil, syntaxProblem("nesting is too deep", tk)
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if syntax, ok := errors.AsType[yaml.Error](err); ok {
		return nil, syntaxProblem(syntax.GetMessage(), syntax.GetToken())
	}
	if err != nil {
		return nil, &Problem{Message: "is not YAML: " + err.Error()}
	}
	for _, document := range tree.Docs {
		if document.Body != nil && document.Body.Type() != ast.DirectiveType {
			documents = append(documents, document.Body)
		}
	}
	return documents, nil
}

func syntaxProblem(message string, tk *token.Token) *Problem {
	problem := &Problem{Message: "is not YAML: " + message}
	if tk != nil && tk.Type == token.MappingStartType {
		problem.Hint = "between braces, put text that has braces itself in quotes"
	}
	if tk != nil && tk.Position != nil {
		problem.Line, problem.Column = tk.Position.Line, tk.Position.Column
	}
	return problem
}

// tooDeep returns the first token beyond the nesting limits, or nil.
func tooDeep(tokens token.Tokens) *token.Token {
	depth := 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			if tk.Position.Column > maxColumn {
				return tk
			}
		default: // can't nest by itself
		}
		if depth > maxNesting {
			return tk
		}
	}
	return nil
}

// place is where something stands in a file, counted from 1.
type place struct{ line, column int }

// placeOf is where a node starts: a block mapping at its first key, everything else at its first
// token.
func placeOf(node ast.Node) place {
	if node == nil {
		return place{}
	}
	if mapping, ok := node.(*ast.MappingNode); ok && !mapping.IsFlowStyle && len(mapping.Values) > 0 {
		node = mapping.Values[0].Key
	}
	return tokenPlace(node.GetToken())
}

func tokenPlace(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{}
	}
	return place{tk.Position.Line, tk.Position.Column}
}
