package secretsmanager

import (
	"context"
	"errors"
	"strings"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

// asked is what a request says of the secret that it is about, for the requester's policies. An
// operation that names no secret has the zero value.
type asked struct{ secretID, versionID, versionStage string }

func (describeSecretInput) operation() string           { return "DescribeSecret" }
func (in describeSecretInput) asks() asked              { return asked{secretID: in.SecretID} }
func (getSecretValueInput) operation() string           { return "GetSecretValue" }
func (in getSecretValueInput) asks() asked              { return asked{in.SecretID, in.VersionID, in.VersionStage} }
func (listSecretVersionIDsInput) operation() string     { return "ListSecretVersionIds" }
func (in listSecretVersionIDsInput) asks() asked        { return asked{secretID: in.SecretID} }
func (putSecretValueInput) operation() string           { return "PutSecretValue" }
func (in putSecretValueInput) asks() asked              { return asked{secretID: in.SecretID} }
func (rotateSecretInput) operation() string             { return "RotateSecret" }
func (in rotateSecretInput) asks() asked                { return asked{secretID: in.SecretID} }
func (updateSecretVersionStageInput) operation() string { return "UpdateSecretVersionStage" }
func (in updateSecretVersionStageInput) asks() asked {
	return asked{secretID: in.SecretID, versionStage: in.VersionStage}
}

// Operations that name no secret have no resource.
func (batchGetSecretValueInput) operation() string { return "BatchGetSecretValue" }
func (batchGetSecretValueInput) asks() asked       { return asked{} }
func (listSecretsInput) operation() string         { return "ListSecrets" }
func (listSecretsInput) asks() asked               { return asked{} }

// input is an operation's input, which says which action the operation needs and on what: one of
// the operation's name, on the secret.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Secrets
// Manager".
type input interface {
	operation() string
	asks() asked
}

// permit asks whether the requester may do the operation. That comes before the secret is looked
// for, so the refusal does not tell whether it is there.
//
// Source: the integration tests of jenkinsci/aws-secrets-manager-credentials-provider-plugin (#65).
func (s *Store) permit(ctx context.Context, in input) error {
	wants, about := requester.Access{Action: "secretsmanager:" + in.operation(), Resource: "*"}, in.asks()
	if about.secretID == "" {
		return requester.Require(ctx, wants)
	}
	wants.Named = about.secretID
	wants.Keys = map[string][]string{"secretsmanager:secretid": {about.secretID}}
	if about.versionID != "" {
		wants.Keys["secretsmanager:versionid"] = []string{about.versionID}
	}
	if about.versionStage != "" {
		wants.Keys["secretsmanager:versionstage"] = []string{about.versionStage}
	}
	wants.Resource = s.describeTo(about.secretID, wants.Keys, requester.From(ctx))
	return requester.Require(ctx, wants)
}

// describeTo adds the condition keys that say what a secret is, and returns its ARN. That of a
// secret that is not there is made of what the request calls it.
//
// Parity: Roles: a secret that is not there
func (s *Store) describeTo(id string, keys map[string][]string, who requester.Requester) (arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.find(id)
	if err != nil {
		if strings.HasPrefix(id, "arn:") {
			return id
		}
		return partition.Place{AccountID: who.AccountID, Region: who.Region}.ARN("secretsmanager", "secret:"+id)
	}
	for _, tag := range sec.tags() {
		keys["aws:resourcetag/"+strings.ToLower(tag.Key)] = []string{tag.Value}
		keys["secretsmanager:resourcetag/"+strings.ToLower(tag.Key)] = []string{tag.Value}
	}
	if function := sec.state.Rotation.Schedule.FunctionARN; function != "" {
		keys["secretsmanager:resource/allowrotationlambdaarn"] = []string{function}
	}
	return sec.ARN
}

// What Secrets Manager asks of a customer's key.
const (
	decrypt     = "kms:Decrypt"         // to read a value, also one that it compares with another
	makeDataKey = "kms:GenerateDataKey" // to write a value
)

// useKey asks whether the requester may use the secret's key for a version's value. The key that
// AWS manages may be used by all who may read the secret.
//
// Source: Secrets Manager user guide, "Secret encryption and decryption in AWS Secrets Manager",
// also for the encryption context; the refusal was seen, aws/aws-cdk #7677.
func (sec *storedSecret) useKey(ctx context.Context, action, versionID string) error {
	parts := strings.Split(sec.ARN, ":") // arn:aws:secretsmanager:us-east-1:123456789012:secret:...
	key, region, account := sec.KMSKeyID, parts[3], parts[4]
	if key == "" || key == "alias/aws/secretsmanager" {
		return nil
	}
	if !strings.HasPrefix(key, "arn:") {
		if !strings.HasPrefix(key, "alias/") {
			key = "key/" + key
		}
		key = strings.Join([]string{"arn", parts[1], "kms", region, account, key}, ":")
	}
	err := requester.Require(ctx, requester.Access{Action: action, Resource: key, Keys: map[string][]string{
		"kms:viaservice":                        {"secretsmanager." + region + ".amazonaws.com"},
		"kms:calleraccount":                     {requester.From(ctx).AccountID},
		"kms:encryptioncontextkeys":             {"SecretARN", "SecretVersionId"},
		"kms:encryptioncontext:secretarn":       {sec.ARN},
		"kms:encryptioncontext:secretversionid": {versionID},
	}})
	if _, denied := errors.AsType[*requester.DeniedError](err); denied {
		return refuse(codeAccessDenied, "Access to KMS is not allowed")
	}
	return err
}

// mayInvoke asks whether the requester may call the rotation function, as whoever begins a rotation
// must.
//
// Source: Secrets Manager API reference, RotateSecret, "Required permissions".
//
// Parity: Roles: invoking the rotation function
func mayInvoke(ctx context.Context, functionARN string) error {
	if functionARN == "" {
		return nil
	}
	return requester.Require(ctx, requester.Access{Action: "lambda:InvokeFunction", Resource: functionARN})
}
