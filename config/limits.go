package config

import (
	"fmt"
	"math"
	"strconv"
)

// count is how many entries a list or a mapping of the file may have.
type count struct {
	min, max int
	of       string // plural
	why      string // where the maximum comes from
}

func (resourceServers) count() count {
	return count{1, 25, "resource servers", "Cognito's quota for a user pool"}
}

func (scopeDescriptions) count() count {
	return count{1, 100, "scopes", "Cognito's limit for a resource server"}
}

func (clients) count() count {
	return count{1, 50, "clients", "each is an audience, and API Gateway takes 50 on an authorizer"}
}

func (clientScopes) count() count {
	return count{1, 50, "scopes", "Cognito's limit for an app client"}
}

// 30 of the longest ARNs fit into the 20,480 characters of PutResourcePolicy.
func (secretReaders) count() count {
	return count{0, 30, "readers", "Secrets Manager's limit for a resource policy"}
}

func (routes) count() count { return count{min: 1, max: math.MaxInt, of: "routes"} }

func (methods) count() count { return count{min: 1, max: len(httpMethods), of: "methods"} }

func (routeScopes) count() count { return count{0, 10, "scopes", "API Gateway's limit for a route"} }

// check describes what is wrong with n entries; both answers are empty when nothing is.
func (c count) check(n int, hintWhenEmpty string) (message, hint string) {
	switch {
	case n < c.min:
		return "has no " + c.of, hintWhenEmpty
	case n > c.max:
		return fmt.Sprintf("has %d %s, at most %d are allowed", n, c.of, c.max), c.why
	default:
		return "", ""
	}
}

// number is the range of one kind of number: above zero, and at most max.
type number struct{ max float64 }

type (
	requestRate  float64
	requestBurst int
	rotationDays int
)

func (requestRate) number() number  { return number{math.MaxFloat64} }
func (requestBurst) number() number { return number{math.MaxInt32} }

// number is Secrets Manager's range for RotationRules.AutomaticallyAfterDays.
func (rotationDays) number() number { return number{1000} }

// check describes what is wrong with a value, or answers "".
func (n number) check(value float64) string {
	switch {
	case value > n.max:
		return decimal(value) + " is too large, at most " + decimal(n.max) + " is allowed"
	case value > 0:
		return ""
	default:
		return decimal(value) + " is too small, it must be above 0"
	}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
