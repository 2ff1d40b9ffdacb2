// Package cdkbootstrap knows what `cdk bootstrap` calls what it makes in an account, with any
// qualifier, by which the CDK CLI finds it.
//
// Source: the CDK developer guide, "AWS CDK bootstrapping"; the bootstrap template of the CDK CLI
// that package.json pins.
package cdkbootstrap

import "regexp"

// qualifier is what the template takes as one; no bucket's name has upper case or underscores.
const (
	qualifier         = `[A-Za-z0-9_-]{1,10}`
	qualifierOfBucket = `[a-z0-9-]{1,10}`
)

var (
	bucket  = regexp.MustCompile(`^cdk-` + qualifierOfBucket + `-assets-([0-9]{12})-([a-z]{2}(?:-[a-z]+)+-[0-9]+)$`)
	version = regexp.MustCompile(`^/cdk-bootstrap/` + qualifier + `/version$`)
	role    = regexp.MustCompile(`^cdk-` + qualifier + `-(?:deploy|lookup|file-publishing|image-publishing)-role-([0-9]{12})-[a-z0-9-]+$`)
)

// Bucket is the account and Region in whose bootstrap a bucket has a name, such as
// cdk-hnb659fds-assets-123456789012-eu-west-1; false if in none.
func Bucket(name string) (accountID, region string, ok bool) {
	parts := bucket.FindStringSubmatch(name)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// IsVersion reports whether a parameter of Systems Manager has the name of a bootstrap's version,
// such as /cdk-bootstrap/hnb659fds/version.
func IsVersion(parameter string) bool { return version.MatchString(parameter) }

// DeployRole is the ARN of the role with which the CDK CLI deploys, in a bootstrap with the
// qualifier that the CDK has unless it is told another.
func DeployRole(partition, accountID, region string) string {
	return "arn:" + partition + ":iam::" + accountID + ":role/cdk-hnb659fds-deploy-role-" + accountID + "-" + region
}

// Role is the account in whose bootstrap a role that the CDK CLI assumes has a name, such as
// cdk-hnb659fds-deploy-role-123456789012-eu-west-1; false if in none. The fifth role of a
// bootstrap, cfn-exec-role, trusts CloudFormation alone.
func Role(name string) (accountID string, ok bool) {
	parts := role.FindStringSubmatch(name)
	if parts == nil {
		return "", false
	}
	return parts[1], true
}
