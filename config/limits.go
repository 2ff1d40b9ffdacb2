package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"cognito-m2m/internal/httpapi"
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
	return count{1, httpapi.MaxAudiences, "clients", "each is an audience, and API Gateway takes 50 on an authorizer"}
}

func (clientScopes) count() count {
	return count{1, 50, "scopes", "Cognito's limit for an app client"}
}

// 30 of the longest ARNs fit into the 20,480 characters of PutResourcePolicy.
func (secretReaders) count() count {
	return count{0, 30, "readers", "Secrets Manager's limit for a resource policy"}
}

func (routes) count() count { return count{min: 1, max: math.MaxInt, of: "routes"} }

// count leaves room for what this project adds: AWS allows 50 tags on a resource, and the secrets have one of their own,
// a disposable environment another.
func (tags) count() count {
	return count{0, 48, "tags", "AWS's limit of 50 for a resource, less 2 of this project"}
}

func (corsOrigins) count() count { return count{min: 1, max: math.MaxInt, of: "origins"} }

func (methods) count() count { return count{min: 1, max: len(httpMethods), of: "methods"} }

func (routeScopes) count() count {
	return count{0, httpapi.MaxScopes, "scopes", "API Gateway's limit for a route"}
}

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

// number says which values one kind of number may have: those listed, or those from min to max. Without a min they are
// above zero.
type number struct {
	min, max float64
	orZero   bool
	values   []float64 // ascending; nil: see min and max
}

type (
	requestRate   float64
	requestBurst  int
	rotationDays  int
	graceHours    int
	retentionDays int
	memoryMB      int
)

func (requestRate) number() number  { return number{max: math.MaxFloat64} }
func (requestBurst) number() number { return number{max: math.MaxInt32} }

// number is Secrets Manager's range for RotationRules.AutomaticallyAfterDays.
func (rotationDays) number() number { return number{max: 1000} }

// number ends with the longest schedule; see checker.graceHours.
func (graceHours) number() number { return number{max: 24 * 1000, orZero: true} }

// number is what CloudWatch Logs takes (PutRetentionPolicy).
func (retentionDays) number() number {
	return number{values: []float64{
		1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}}
}

// number is Lambda's range for MemorySize.
func (memoryMB) number() number { return number{min: 128, max: 10240} }

// check describes what is wrong with a value; both answers are empty when nothing is.
func (n number) check(value float64) (message, hint string) {
	switch {
	case n.values != nil && !slices.Contains(n.values, value):
		return decimal(value) + " is not one of the allowed values", "nearest: " + n.nearest(value)
	case n.values != nil:
		return "", ""
	case value > n.max:
		return decimal(value) + " is too large, at most " + decimal(n.max) + " is allowed", ""
	case value < n.min && n.min > 0:
		return decimal(value) + " is too small, at least " + decimal(n.min) + " is needed", ""
	case value > 0, value == 0 && n.orZero:
		return "", ""
	case n.orZero:
		return decimal(value) + " is too small, at least 0 is needed", ""
	default:
		return decimal(value) + " is too small, it must be above 0", ""
	}
}

// nearest are the listed values around a value.
func (n number) nearest(value float64) string {
	above, _ := slices.BinarySearch(n.values, value)
	switch above {
	case 0:
		return decimal(n.values[0])
	case len(n.values):
		return decimal(n.values[above-1])
	default:
		return decimal(n.values[above-1]) + " and " + decimal(n.values[above])
	}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
