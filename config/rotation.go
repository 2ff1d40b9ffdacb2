package config

import (
	"math"

	"cognito-m2m/internal/strictyaml"
)

// The function that rotates the secrets of all clients.
type rotationFunction struct {
	// Invocations at the same time that the function has for itself, and at most. Left out, it shares those of the account. Lambda refuses a number that leaves fewer than 100 to all other functions; a new account has 10 in all.
	ReservedConcurrency reservedConcurrency `yaml:"reservedConcurrency,omitempty" jsonschema:"example=20"`
}

// RotationFunction is what an environment says about the function that rotates the secrets of all
// clients.
type RotationFunction struct {
	ReservedConcurrency int // invocations at the same time; 0: it shares those of the account
}

func (r rotationFunction) checked() RotationFunction {
	return RotationFunction{ReservedConcurrency: int(r.ReservedConcurrency)}
}

type reservedConcurrency int

func (reservedConcurrency) Number() strictyaml.Number { return strictyaml.Number{Max: math.MaxInt32} }
