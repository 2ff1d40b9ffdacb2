// Package naming owns the names that the stacks give and that others find things by: m2m, the
// rotation function, callers, the scripts in .ci, and what people have built around the project. To
// rename one is a breaking change. It also owns how the rotation and the authorizer function are
// deployed: their folders, variables and files, and the time that a step has.
//
// It does not own the names inside a stack, such as logical ids. It imports nothing of ours, and
// everything may import it.
package naming

import (
	"regexp"
	"strings"
)

// The stacks of an environment: these two, and GroupStack for each group of clients. .ci/deploy and
// .ci/expired know them too.
const (
	IdentityStack = "Identity"
	APIStack      = "Api"
)

// groups begins the stacks of groups.
const groups = "Clients-"

// GroupStack is the stack of a group of clients: "Clients-partners" for partners.
func GroupStack(group string) string { return groups + group }

// GroupPattern is what a group is called, as a regular expression without anchors.
const GroupPattern = `[a-z][a-z0-9-]{0,30}`

// project begins all names.
const project = "m2m"

// DeliveryStack is the stack with the roles that deploy from GitHub; an operator deploys it by this
// name.
const DeliveryStack = project + "-delivery"

// Environment begins the names of what is in an environment and is named: stacks, roles, the
// dashboard, event rules. It is "m2m-dev" for dev.
func Environment(env string) string { return project + "-" + env }

// Stack is the name of one of an environment's stacks: "m2m-dev-Api".
func Stack(env, stack string) string { return Environment(env) + "-" + stack }

var stackPattern = regexp.MustCompile(`^` + project + `-([a-z][a-z0-9-]*)-(` + IdentityStack + `|` + APIStack + `|` + groups + GroupPattern + `)$`)

// ParseStack takes the name of one of an environment's stacks apart: dev and Api of "m2m-dev-Api".
func ParseStack(name string) (env, stack string, ok bool) {
	found := stackPattern.FindStringSubmatch(name)
	if found == nil {
		return "", "", false
	}
	return found[1], found[2], true
}

// ParseGroupStack is the group of a stack: partners of "Clients-partners".
func ParseGroupStack(stack string) (group string, ok bool) { return strings.CutPrefix(stack, groups) }

// Folder begins the names that AWS shows in folders, those of secrets and of saved queries:
// "m2m/dev/".
func Folder(env string) string { return project + "/" + env + "/" }

// Secret is the name of the secret in Secrets Manager that holds a client's credentials:
// "m2m/dev/report-job".
func Secret(env, client string) string { return Folder(env) + client }

// ClientPattern is what a client is called, as a regular expression without anchors.
const ClientPattern = `[a-z][a-z0-9-]{0,30}`

var secretPattern = regexp.MustCompile(`^` + project + `/([a-z][a-z0-9-]*)/(` + ClientPattern + `)$`)

// ParseSecret tells whose secret has the name; ok is false for a name that Secret does not give.
func ParseSecret(name string) (env, client string, ok bool) {
	found := secretPattern.FindStringSubmatch(name)
	if found == nil {
		return "", "", false
	}
	return found[1], found[2], true
}

var arnSuffix = regexp.MustCompile(`^-[A-Za-z0-9]{6}$`)

// CutARNSuffix takes from a secret's ARN the hyphen and six characters that Secrets Manager adds to
// the secret's name in it. found is false for an ARN without them, which is then returned as it is.
//
// Source: Secrets Manager User Guide, "What's in a Secrets Manager secret?":
// "SecretName-6RandomCharacters".
func CutARNSuffix(arn string) (before string, found bool) {
	const length = len("-123456")
	if end := len(arn) - length; end >= 0 && arnSuffix.MatchString(arn[end:]) {
		return arn[:end], true
	}
	return arn, false
}

// NotRotated is the value of a secret until its first rotation. Another one in a template would be
// written over what a rotation has put there.
const NotRotated = "{}"

// Tags.
const (
	TagPrefix   = project + ":"           // no tag in an environment file may begin so
	ClientIDTag = TagPrefix + "client-id" // of a secret: the id of its app client, for the rotation function and m2m
	ExpiresTag  = TagPrefix + "expires"   // of a disposable environment's stacks: its last day, for .ci/expired
)

// DescriptionMetadata is the key in a route's Metadata with what a call does, for m2m openapi and
// m2m handbook. A route without a description has none.
const DescriptionMetadata = TagPrefix + "description"

// Staging labels of a secret's versions: those of Secrets Manager, and the one that a rotation
// leaves on the current version when it has stopped because it would have had to guess which secret
// callers use.
const (
	CurrentLabel   = "AWSCURRENT"
	PendingLabel   = "AWSPENDING"
	PreviousLabel  = "AWSPREVIOUS"
	UndecidedLabel = "M2M_UNDECIDED"
)

// Keys of stack outputs, for m2m, .ci/deployed and whoever configures a caller. TokenEndpoint is
// the Identity stack's, all others are the Api stack's.
const (
	TokenEndpointOutput = "TokenEndpoint"
	APIURLOutput        = "ApiUrl"
	APIIDOutput         = "ApiId"
	IssuerOutput        = "Issuer"
	UserPoolIDOutput    = "UserPoolId"
	RollbackOutput      = "RollbackAlarmArn" // the alarm that may roll a deployment of its stack back
	ClientIDOutput      = "ClientId"         // begins those with the id of an app client
)

// ClientOutput is the key of the output with the id of a client's app client: "ClientIdReportJob"
// for report-job.
func ClientOutput(client string) string { return ClientIDOutput + PascalCase(client) }

// PascalCase turns a name of an environment file into the form of outputs and construct ids:
// batch-job becomes BatchJob.
func PascalCase(name string) string {
	var words strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		if word != "" {
			words.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return words.String()
}

const describes = "App client id of "

// ClientOutputDescription is that output's description, by which m2m finds the name of a client
// whose secret is gone.
func ClientOutputDescription(client string) string { return describes + client + "." }

// ParseClientOutputDescription is the client's name in a description, which may be anything.
func ParseClientOutputDescription(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, describes), ".")
}
