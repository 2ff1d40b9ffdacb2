package config

import (
	"cognito-m2m/internal/strictyaml"
)

// The log groups of the API and of all functions.
type logs struct {
	// Days after which a log event is deleted: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
	RetentionDays retentionDays `yaml:"retentionDays,omitempty" jsonschema:"default=30,example=7"`
	// Encrypt them with a KMS key of this environment.
	CustomerKey bool `yaml:"customerKey,omitempty" jsonschema:"default=false"`
}

// Logs is what an environment says about its log groups.
type Logs struct {
	RetentionDays int  // one of CloudWatch's values
	CustomerKey   bool // they are encrypted with a KMS key of this environment, not with CloudWatch's own
}

func (l logs) checked() Logs {
	return Logs{RetentionDays: int(l.RetentionDays), CustomerKey: l.CustomerKey}
}

type retentionDays int

// Number is what CloudWatch Logs takes (PutRetentionPolicy).
func (retentionDays) Number() strictyaml.Number {
	return strictyaml.Number{Values: []float64{
		1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}}
}
