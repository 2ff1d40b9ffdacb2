// Package secretsmanager is AWS Secrets Manager for a fixed set of secrets: their versions, the
// staging labels on them, and rotation by a Lambda function in four steps.
//
// It owns which version carries which label, and what survives a restart (State). It does not own
// the wire protocol, where the state is kept, or what a secret's value means; a value is never
// read, only compared. It creates no secrets: the template declares them all.
//
// Sources: the Secrets Manager API's model and its documentation in the AWS SDK.
package secretsmanager
