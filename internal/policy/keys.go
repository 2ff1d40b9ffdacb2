package policy

import (
	"maps"
	"strings"
)

// key is a condition key.
type key struct {
	// multivalued keys can have several values in a request, so their operators are set operators.
	multivalued bool
	// withName is set for a key that ends with a name of the user's, such as aws:ResourceTag/team.
	withName bool
}

// KnownKey says whether Parse accepts a condition key.
func KnownKey(name string) bool {
	_, known := lookUp(name)
	return known
}

// lookUp finds a key by its name, whose case is all the same.
func lookUp(name string) (key, bool) {
	name = strings.ToLower(name)
	if k, ok := keys[name]; ok {
		return k, !k.withName
	}
	for _, separator := range []string{"/", ":"} {
		// What comes first is the service, as in kms:EncryptionContext:aws:logs:arn.
		service, rest, _ := strings.Cut(name, ":")
		before, after, found := strings.Cut(rest, separator)
		if k, ok := keys[service+":"+before+separator]; ok && found && after != "" {
			return k, true
		}
	}
	return key{}, false
}

// keys are the condition keys that are known, by their names in lower case: the global ones, and
// those of services that the stacks use. Which of them a request has is the caller's business.
//
// Source: IAM user guide, "AWS global condition context keys" and "IAM and AWS STS condition
// context keys"; service authorization reference, "Actions, resources, and condition keys" of
// Secrets Manager, KMS, Lambda, SNS and CloudWatch Logs.
var keys = table(
	of("aws", "AssumedRoot CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime "+
		"Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime FederatedProvider IsMcpServiceAction "+
		"MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService "+
		"PrincipalOrgID PrincipalServiceName PrincipalType Referer RequestedRegion ResourceAccount ResourceOrgID "+
		"SecureTransport SignInSessionArn SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceVpc "+
		"SourceVpcArn SourceVpce TokenIssueTime UserAgent UserId Username ViaAWSMCPService ViaAWSService "+
		"VpceAccount VpceOrgID VpcSourceIp"),
	multivalued("aws", "CalledVia PrincipalOrgPaths PrincipalServiceNamesList ResourceOrgPaths SourceOrgPaths TagKeys VpceOrgPaths"),
	named("aws", "PrincipalTag/ RequestTag/ ResourceTag/"),
	of("secretsmanager", "BlockPublicPolicy Description ForceDeleteWithoutRecovery "+
		"ForceOverwriteReplicaSecret KmsKeyArn KmsKeyId ModifyRotationRules Name RecoveryWindowInDays "+
		"resource/AllowRotationLambdaArn RotateImmediately RotationLambdaARN SecretId SecretPrimaryRegion "+
		"Type VersionId VersionStage"),
	multivalued("secretsmanager", "AddReplicaRegions"),
	named("secretsmanager", "ResourceTag/"),
	of("kms", "BypassPolicyLockoutSafetyCheck CallerAccount CustomerMasterKeySpec CustomerMasterKeyUsage "+
		"DataKeyPairSpec EncryptionAlgorithm ExpirationModel GrantConstraintType GranteePrincipal "+
		"GrantIsForAWSResource KeyAgreementAlgorithm KeyOrigin KeySpec KeyUsage MacAlgorithm MessageType "+
		"MultiRegion MultiRegionKeyType PrimaryRegion ReEncryptOnSameKey ReplicaRegion RequestAlias RetiringPrincipal "+
		"RotationPeriodInDays ScheduleKeyDeletionPendingWindowInDays SigningAlgorithm ValidTo ViaService "+
		"WrappingAlgorithm WrappingKeySpec"),
	multivalued("kms", "EncryptionContextKeys GrantOperations ResourceAliases"),
	named("kms", "EncryptionContext:"),
	of("lambda", "CodeSigningConfigArn EventSourceToken FunctionArn FunctionUrlAuthType InvokedViaFunctionUrl "+
		"Principal SourceFunctionArn"),
	multivalued("lambda", "Layer SecurityGroupIds SubnetIds"),
	of("sns", "Endpoint Protocol"),
	of("logs", "DestinationArn"),
	of("sts", "DurationSeconds ExternalId RoleSessionName SourceIdentity"),
	multivalued("sts", "TransitiveTagKeys"),
	of("iam", "AssociatedResourceArn PassedToService PermissionsBoundary PolicyARN"),
	of("token.actions.githubusercontent.com", "aud sub"),
)

func table(groups ...map[string]key) map[string]key {
	all := map[string]key{}
	for _, group := range groups {
		maps.Copy(all, group)
	}
	return all
}

func of(service, names string) map[string]key { return group(service, names, key{}) }
func multivalued(service, names string) map[string]key {
	return group(service, names, key{multivalued: true})
}

func named(service, names string) map[string]key { return group(service, names, key{withName: true}) }

func group(service, names string, k key) map[string]key {
	all := map[string]key{}
	for name := range strings.FieldsSeq(names) {
		all[strings.ToLower(service+":"+name)] = k
	}
	return all
}
