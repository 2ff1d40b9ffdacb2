package config

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	generator "github.com/invopop/jsonschema"

	"cognito-m2m/internal/domainprefix"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/strictyaml"
)

// schemas are those that editors use, by their files.
var schemas = map[string]func(*testing.T) []byte{
	schemaFile:         generatedSchema,
	groupSchemaFile:    func(t *testing.T) []byte { return schemaOf[groupFile](t, "Group of clients") },
	deliverySchemaFile: func(t *testing.T) []byte { return schemaOf[deliveryFile](t, "Delivery") },
}

func generatedSchema(t *testing.T) []byte { return schemaOf[file](t, "Environment") }

// schemaOf describes the type of a file as a JSON Schema of draft 2020-12. Structure and tags are
// the generator's work; constrain adds the rules that are methods of the types, and the comments on
// the types become descriptions.
func schemaOf[T any](t *testing.T, title string) []byte {
	t.Helper()
	comments := commentsOf(t)
	reflector := &generator.Reflector{
		FieldNameTag: "yaml", Anonymous: true, DoNotReference: true,
		LookupComment: func(t reflect.Type, field string) string { return comments[strings.Trim(t.Name()+"."+field, ".")] },
	}
	schema := reflector.ReflectFromType(reflect.TypeFor[T]())
	schema.Title = title
	constrain(schema, reflect.TypeFor[T]())
	written, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(written, '\n')
}

// commentsOf maps "type" and "type.Field" to the comments in this package's files.
func commentsOf(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	for _, name := range names {
		source, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range source.Decls {
			if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.TYPE {
				collectComments(comments, general)
			}
		}
	}
	return comments
}

func collectComments(into map[string]string, general *ast.GenDecl) {
	spec := general.Specs[0].(*ast.TypeSpec)
	into[spec.Name.Name] = strings.TrimSpace(general.Doc.Text())
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			into[spec.Name.Name+"."+name.Name] = strings.TrimSpace(field.Doc.Text())
		}
	}
}

// constrain adds to the schema of a type, and of everything in it, what the type's methods allow.
func constrain(schema *generator.Schema, t reflect.Type) {
	if limited, ok := reflect.TypeAssert[interface{ Count() strictyaml.Count }](reflect.Zero(t)); ok {
		constrainCount(schema, limited.Count())
	}
	switch t.Kind() {
	case reflect.Pointer:
		constrain(schema, t.Elem())
	case reflect.Struct:
		for field := range t.Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if key == "" { // see strictyaml.Worded
				orWord(schema, reflect.Zero(field.Type).Interface().(interface{ Text() strictyaml.Text }).Text())
				continue
			}
			property, _ := schema.Properties.Get(key)
			constrain(property, field.Type)
			if other := field.Tag.Get("unless"); other != "" {
				oneOf(schema, key, other)
			}
		}
		if t == reflect.TypeFor[route]() {
			methodsUnlessDefault(schema)
		}
	case reflect.Slice:
		schema.UniqueItems = t.Elem().Kind() == reflect.String
		constrain(schema.Items, t.Elem())
	case reflect.Map:
		schema.PropertyNames = &generator.Schema{}
		constrain(schema.PropertyNames, t.Key())
		constrain(schema.AdditionalProperties, t.Elem())
	case reflect.String:
		if t == reflect.TypeFor[domainPrefix]() {
			schema.Not = &generator.Schema{Pattern: "(^|-)(" + strings.Join(domainprefix.ReservedWords(), "|") + ")(-|$)"}
		}
		constrainText(schema, reflect.Zero(t).Interface().(interface{ Text() strictyaml.Text }).Text())
	case reflect.Int, reflect.Float64:
		constrainNumber(schema, reflect.Zero(t).Interface().(interface{ Number() strictyaml.Number }).Number())
	default: // booleans
	}
}

func constrainCount(schema *generator.Schema, limits strictyaml.Count) {
	least, most := uint64(limits.Min), uint64(limits.Max)
	low, high := &schema.MinItems, &schema.MaxItems
	if schema.Type == "object" {
		low, high = &schema.MinProperties, &schema.MaxProperties
	}
	if least > 0 {
		*low = &least
	}
	if limits.Max < math.MaxInt {
		*high = &most
	}
}

func constrainNumber(schema *generator.Schema, rule strictyaml.Number) {
	for _, value := range rule.Values {
		schema.Enum = append(schema.Enum, value)
	}
	if rule.Values != nil {
		return
	}
	schema.ExclusiveMinimum = "0"
	if rule.OrZero {
		schema.ExclusiveMinimum, schema.Minimum = "", "0"
	}
	if rule.Min > 0 {
		schema.ExclusiveMinimum, schema.Minimum = "", json.Number(decimal(rule.Min))
	}
	if rule.Max < math.MaxInt32 {
		schema.Maximum = json.Number(decimal(rule.Max))
	}
}

// orWord says that in place of the mapping a word may stand.
func orWord(schema *generator.Schema, rule strictyaml.Text) {
	mapping := &generator.Schema{
		Type: "object", Properties: schema.Properties, AdditionalProperties: schema.AdditionalProperties, Required: schema.Required,
	}
	schema.Type, schema.Properties, schema.AdditionalProperties, schema.Required = "", nil, nil, nil
	rule.Pattern.Matches("") // it is a regular expression
	schema.OneOf = []*generator.Schema{mapping, {Type: "string", Pattern: rule.Pattern.String()}}
}

// oneOf says that exactly one of two keys is written.
func oneOf(schema *generator.Schema, key, other string) {
	schema.Required = slices.DeleteFunc(schema.Required, func(required string) bool { return required == key })
	schema.OneOf = []*generator.Schema{{Required: []string{key}}, {Required: []string{other}}}
}

func constrainText(schema *generator.Schema, rule strictyaml.Text) {
	if rule.MaxLength > 0 {
		length := uint64(rule.MaxLength)
		schema.MaxLength = &length
	}
	for _, word := range rule.Words {
		schema.Enum = append(schema.Enum, word)
	}
	if rule.Pattern != nil {
		rule.Pattern.Matches("") // it is a regular expression
		schema.Pattern = rule.Pattern.String()
	}
}

// methodsUnlessDefault says that methods are left out for $default and written for every other
// path.
func methodsUnlessDefault(schema *generator.Schema) {
	isDefault := generator.NewProperties()
	isDefault.Set("path", &generator.Schema{Const: httpapi.DefaultRoute})
	schema.If = &generator.Schema{Properties: isDefault, Required: []string{"path"}}
	schema.Then = &generator.Schema{Not: &generator.Schema{Required: []string{"methods"}}}
	schema.Else = &generator.Schema{Required: []string{"methods"}}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
