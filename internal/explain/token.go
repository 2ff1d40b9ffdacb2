package explain

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	// It refuses two members of one name, and another case, as the gateway does.
	"github.com/go-jose/go-jose/v4/json"
)

// token is what a token says. Nothing of it has been checked.
type token struct {
	compact        string
	header, claims map[string]any
}

// parse decodes header and claims.
func (e *explanation) parse(compact string) (*token, bool) {
	t := &token{compact: compact}
	names := []string{"header", "claims", "signature"}
	for i, part := range strings.Split(compact, ".") {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil {
			e.add("form", Fails, fmt.Sprintf("the %s can't be read: that part is not base64url", names[i]), "the token was cut or changed: copy it as a whole")
			return nil, false
		}
		if i == 2 {
			break
		}
		object, err := decodeObject(raw)
		if err != nil {
			e.add("form", Fails, fmt.Sprintf("the %s can't be read: that part is not a JSON object", names[i]), "this is not a token, or it was changed: copy it as a whole")
			return nil, false
		}
		if i == 0 {
			t.header = object
		} else {
			t.claims = object
		}
	}
	e.add("form", OK, "three parts, and header and claims can be read", "")
	return t, true
}

var errNotOneObject = errors.New("not one JSON object")

func decodeObject(raw []byte) (object map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.SetNumberType(json.UnmarshalJSONNumber)
	if err := decoder.Decode(&object); err != nil || object == nil || !utf8.Valid(raw) {
		return nil, errNotOneObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotOneObject
	}
	return object, nil
}

// text is a claim that is a string, "" if it is not.
func (t *token) text(claim string) string {
	value, _ := t.claims[claim].(string)
	return value
}

// list is a claim that may be one string or several.
func (t *token) list(claim string) (list []string, ok bool) {
	switch value := t.claims[claim].(type) {
	case string:
		return []string{value}, true
	case []any:
		for _, element := range value {
			text, isText := element.(string)
			if !isText {
				return nil, false
			}
			list = append(list, text)
		}
		return list, true
	}
	return nil, false
}

// scopes are those of scope, or of scp in a token without it.
func (t *token) scopes() []string {
	claim := "scope"
	if _, ok := t.claims[claim]; !ok {
		claim = "scp"
	}
	if text := t.text(claim); text != "" {
		return slices.DeleteFunc(strings.Split(text, " "), func(scope string) bool { return scope == "" })
	}
	list, _ := t.list(claim)
	return list
}
