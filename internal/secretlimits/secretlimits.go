// Package secretlimits has the limits of Secrets Manager. It does not own what is refused over
// them.
//
// Source: Secrets Manager User Guide, "AWS Secrets Manager quotas"; API reference,
// RotationRulesType.
package secretlimits

// The limits.
const (
	MaxValueBytes   = 65_536 // of a SecretString or SecretBinary
	MaxRotationDays = 1_000  // between two rotations
)
