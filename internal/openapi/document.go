package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"

	"github.com/goccy/go-yaml"
)

// Document is an OpenAPI document, as far as it is needed here. The objects have the names and the
// fields of the specification.
type Document struct {
	OpenAPI    string              `json:"openapi"`
	Info       Info                `json:"info"`
	Servers    []Server            `json:"servers"`
	Paths      map[string]PathItem `json:"paths"`
	Components Components          `json:"components"`
}

// Info is what the document is about.
type Info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

// Server is a base URL.
type Server struct {
	URL         string              `json:"url"`
	Description string              `json:"description"`
	Variables   map[string]Variable `json:"variables,omitempty"`
}

// Variable is a part of a server's URL that is to be filled in.
type Variable struct {
	Default     string `json:"default"`
	Description string `json:"description"`
}

// PathItem has operations by method, in lower case.
type PathItem map[string]*Operation

// Operation is a call.
type Operation struct {
	OperationID string                `json:"operationId"`
	Description string                `json:"description"`
	Parameters  []Parameter           `json:"parameters"`
	RequestBody *Reference            `json:"requestBody,omitempty"`
	Responses   map[string]any        `json:"responses"` // Response or Reference, by status
	Security    []map[string][]string `json:"security"`  // one of them suffices; none: the call is open

	RouteKey string `json:"x-route-key"` // of API Gateway, which logs name
}

// Parameter is a parameter of a path, or the Reference to one.
type Parameter struct {
	Ref string `json:"$ref,omitempty"`

	Name        string         `json:"name,omitempty"`
	In          string         `json:"in,omitempty"`
	Description string         `json:"description,omitempty"`
	Required    bool           `json:"required,omitempty"`
	Style       string         `json:"style,omitempty"`
	Explode     bool           `json:"explode,omitempty"`
	Schema      map[string]any `json:"schema,omitempty"`
}

// Reference refers to one of the Components.
type Reference struct {
	Ref string `json:"$ref"`
}

// RequestBody is what a call may send.
type RequestBody struct {
	Description string               `json:"description"`
	Content     map[string]MediaType `json:"content"`
}

// Response is an answer.
type Response struct {
	Description string               `json:"description"`
	Headers     map[string]Header    `json:"headers,omitempty"`
	Content     map[string]MediaType `json:"content,omitempty"`
}

// Header is a header of an answer.
type Header struct {
	Description string         `json:"description"`
	Required    bool           `json:"required"`
	Schema      map[string]any `json:"schema"`
}

// MediaType is the form of a body; an empty schema takes everything.
type MediaType struct {
	Schema map[string]any `json:"schema"`
}

// Components are what operations refer to.
type Components struct {
	SecuritySchemes map[string]SecurityScheme `json:"securitySchemes"`
	Parameters      map[string]Parameter      `json:"parameters"`
	RequestBodies   map[string]RequestBody    `json:"requestBodies"`
	Responses       map[string]Response       `json:"responses"`
}

// SecurityScheme is how a caller shows who it is.
type SecurityScheme struct {
	Type        string `json:"type"`
	Description string `json:"description"`
	Flows       Flows  `json:"flows"`
}

// Flows are the ways to a token.
type Flows struct {
	ClientCredentials ClientCredentials `json:"clientCredentials"`
}

// ClientCredentials is the way of RFC 6749 section 4.4. Scopes have their descriptions.
type ClientCredentials struct {
	TokenURL string            `json:"tokenUrl"`
	Scopes   map[string]string `json:"scopes"`
}

// WriteYAML writes the document as YAML, always in the same order.
func (d *Document) WriteYAML(to io.Writer) error {
	raw, err := yaml.MarshalWithOptions(d, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
	if err != nil {
		return err
	}
	_, err = to.Write(blank.ReplaceAll(raw, nil))
	return err
}

// blank is the indentation of an empty line in a text of several lines.
var blank = regexp.MustCompile(`(?m)^ +$`)

// WriteJSON writes the document as JSON, always in the same order.
func (d *Document) WriteJSON(to io.Writer) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return err
	}
	_, err := to.Write(text.Bytes())
	return err
}
