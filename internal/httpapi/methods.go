package httpapi

import "strings"

// Methods are the ones API Gateway knows. ANY and $default match no others, which keeps "get" and
// "PROPFIND" from reaching a function.
//
// Parity: Routing: unknown methods
func Methods() []string { return strings.Fields(methodNames) }

const methodNames = "GET HEAD POST PUT PATCH DELETE OPTIONS"

var methods = setOf(methodNames)

// IsMethod says whether API Gateway knows a method. Methods are case-sensitive (RFC 9110 section
// 9.1).
func IsMethod(name string) bool { return methods[name] }
