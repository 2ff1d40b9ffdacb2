// Package policylimits has IAM's limits on how long policies may be, and measures policies, and
// what a template says of them, against them.
//
// It does not own what a policy allows, which is package policy's.
//
// Source: IAM User Guide, "IAM and AWS STS quotas".
package policylimits

import (
	"bytes"
	"encoding/json"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxInlineSize is how many characters the inline policies of a role may have in all. IAM does
	// not count white space.
	MaxInlineSize = 10_240
	// MaxManagedSize is how many a managed policy may have.
	MaxManagedSize = 6_144
)

// Length is how many characters a policy document has that is as IAM gets it, without white space.
func Length(document any) int {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return 0 // it is no document
	}
	return utf8.RuneCount(bytes.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text.Bytes()))
}

// longestReference stands for what is known only once a stack is deployed: an ARN with names of 64
// characters.
const longestReference = 160

// pseudo are the lengths of what AWS knows of itself, at their longest.
var pseudo = map[string]int{"AWS::AccountId": 12, "AWS::Region": 14, "AWS::Partition": 10, "AWS::URLSuffix": 16}

// Size is how many characters a policy document of a template has at most once it is deployed. The
// document is as encoding/json decodes it; a reference to something else counts as a long ARN.
func Size(document any) int {
	switch v := document.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if size, ok := intrinsic(name, argument); ok {
					return size
				}
			}
		}
		size := len("{}")
		for key, value := range v {
			size += len(quoted(key)) + len(":,") + Size(value)
		}
		return size
	case []any:
		size := len("[]")
		for _, value := range v {
			size += len(",") + Size(value)
		}
		return size
	default:
		return len(quoted(v))
	}
}

func intrinsic(name string, argument any) (size int, ok bool) {
	switch name {
	case "Ref":
		logicalID, _ := argument.(string)
		if length, known := pseudo[logicalID]; known {
			return length + len(`""`), true
		}
		return longestReference, true
	case "Fn::GetAtt", "Fn::ImportValue", "Fn::Sub", "Fn::FindInMap", "Fn::If", "Fn::Select":
		return longestReference, true
	case "Fn::Join":
		parts, _ := argument.([]any)
		if len(parts) != 2 {
			return longestReference, true
		}
		return Size(parts[1]), true
	default:
		return 0, false
	}
}

func quoted(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
