// Package strictyaml reads a YAML file into a pointer to a struct, strictly: it reports every key,
// value and length that the struct has no place for, all in one run, each with file, line and
// column and a hint.
//
// What fits is said by the Go types. A field has its key in the tag yaml, and must be written
// unless the tag says omitempty; hint is what the user reads when the key is missing or empty;
// beside the key that the tag unless names, the field need not be written; default= in the tag
// jsonschema is the value of a field that is not written. A type may have methods: Text for kinds
// of text, Number for kinds of numbers, Count for lists and mappings, Word for a mapping in whose
// place a word may stand.
//
// It does not own what a file is about. Rules between several values are the caller's: File says
// where each key stands, and takes the caller's problems too.
//
// Source: YAML 1.2, by way of github.com/goccy/go-yaml, with the merge keys ("<<") of YAML 1.1 and
// without tags.
package strictyaml
