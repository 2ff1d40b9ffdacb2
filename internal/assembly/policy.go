package assembly

import (
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/policylimits"
)

// Of what IAM limits roles and policies to, only how long policies are is looked at, see
// checkPolicies.
//
// Parity: Assembly: limits of roles and policies
var role = template.Type{
	Properties: template.Properties{
		"RoleName":                 template.Text(),
		"Path":                     template.Text(),
		"AssumeRolePolicyDocument": template.Any().Must(),
		"Policies": template.ListOf(template.Object(template.Properties{
			"PolicyName": template.Text().Must(), "PolicyDocument": template.Any().Must(),
		})),
		"ManagedPolicyArns":   template.Texts(),
		"PermissionsBoundary": template.Text(),
		"Description":         template.NoEffect(),
		"MaxSessionDuration":  template.NoEffect(),
		"Tags":                template.NoEffect(),
	},
	Ref: roleName,
	Attributes: map[string]template.Attribute{
		"Arn":    globalARN("iam", "role%", withPath(roleName)),
		"RoleId": template.Formed("AROA%", template.GeneratedID),
	},
}

var roleName = template.NameFrom("RoleName", 64)

// withPath is a name behind the resource's path, which is / unless the template says otherwise.
func withPath(name template.Attribute) template.Attribute {
	return func(at template.Place, r *template.Resource) (string, bool) {
		text, ok := name(at, r)
		path, okPath := r.Text("Path")
		if path == "" {
			path = "/"
		}
		return path + text, ok && okPath
	}
}

func readRole(b *builder, r *template.Resource, v template.Values) {
	read := Role{
		Resource: r.Source(), Name: r.Reference(), ARN: r.Attribute("Arn"), ID: r.Attribute("RoleId"),
		Trust: v.Any("AssumeRolePolicyDocument"), ManagedPolicyARNs: v.Texts("ManagedPolicyArns"), Boundary: v.Text("PermissionsBoundary"),
	}
	for _, inline := range v.Objects("Policies") {
		read.Policies = append(read.Policies, NamedPolicy{Name: inline.Text("PolicyName"), Document: inline.Any("PolicyDocument")})
	}
	b.model.Roles = append(b.model.Roles, read)
}

// inlinePolicy adds a policy to roles that may be of another stack.
var inlinePolicy = template.Type{
	Properties: template.Properties{
		"PolicyName":     template.Text().Must(),
		"PolicyDocument": template.Any().Must(),
		"Roles":          template.Texts(),
		"Groups":         template.NoEffect(),
		"Users":          template.NoEffect(),
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"Id": template.GeneratedID},
}

func readInlinePolicy(b *builder, r *template.Resource, v template.Values) {
	b.model.RolePolicies = append(b.model.RolePolicies, RolePolicy{
		Resource: r.Source(), Roles: v.Texts("Roles"),
		NamedPolicy: NamedPolicy{Name: v.Text("PolicyName"), Document: v.Any("PolicyDocument")},
	})
}

// rolePolicy is a policy of one role.
var rolePolicy = template.Type{
	Properties: template.Properties{
		"PolicyName":     template.Text().Must(),
		"PolicyDocument": template.Any(),
		"RoleName":       template.Text().Must(),
	},
	Ref: template.GeneratedID,
}

func readRolePolicy(b *builder, r *template.Resource, v template.Values) {
	b.model.RolePolicies = append(b.model.RolePolicies, RolePolicy{
		Resource: r.Source(), Roles: []string{v.Text("RoleName")},
		NamedPolicy: NamedPolicy{Name: v.Text("PolicyName"), Document: v.Any("PolicyDocument")},
	})
}

var managedPolicy = template.Type{
	Properties: template.Properties{
		"ManagedPolicyName": template.Text(),
		"Path":              template.Text(),
		"PolicyDocument":    template.Any().Must(),
		"Roles":             template.Texts(),
		"Description":       template.NoEffect(),
		"Groups":            template.NoEffect(),
		"Users":             template.NoEffect(),
	},
	Ref:        managedPolicyARN,
	Attributes: map[string]template.Attribute{"PolicyArn": managedPolicyARN},
}

var managedPolicyARN = globalARN("iam", "policy%", withPath(template.NameFrom("ManagedPolicyName", 128)))

func readManagedPolicy(b *builder, r *template.Resource, v template.Values) {
	b.model.RolePolicies = append(b.model.RolePolicies, RolePolicy{
		Resource: r.Source(), Roles: v.Texts("Roles"), ARN: r.Reference(),
		NamedPolicy: NamedPolicy{Name: v.Text("ManagedPolicyName"), Document: v.Any("PolicyDocument")},
	})
}

// secretPolicy goes by the secret it is for.
var secretPolicy = template.Type{
	Properties: template.Properties{
		"SecretId":          template.Text(),
		"ResourcePolicy":    template.Any(),
		"BlockPublicPolicy": template.NoEffect(),
	},
	Ref:        template.ValueOf("SecretId"),
	Attributes: map[string]template.Attribute{"Id": template.ValueOf("SecretId")},
}

func readSecretPolicy(b *builder, r *template.Resource, v template.Values) {
	b.model.SecretPolicies = append(b.model.SecretPolicies, SecretPolicy{
		Resource: r.Source(), SecretARN: v.Text("SecretId"), Document: v.Any("ResourcePolicy"),
	})
}

// nameSecretsOfPolicies completes the policies whose SecretId is a secret's name.
func (b *builder) nameSecretsOfPolicies() {
	arns := b.secretsByName()
	for i := range b.model.SecretPolicies {
		policy := &b.model.SecretPolicies[i]
		if arn, isName := arns[policy.SecretARN]; isName {
			policy.SecretARN = arn
		}
	}
}

// key: of what a key is and does, its policy alone plays a part.
var key = template.Type{
	Properties: template.Properties{
		"KeyPolicy":                      template.Any(),
		"BypassPolicyLockoutSafetyCheck": template.NoEffect(),
		"Description":                    template.NoEffect(),
		"Enabled":                        template.NoEffect(),
		"EnableKeyRotation":              template.NoEffect(),
		"KeySpec":                        template.NoEffect(),
		"KeyUsage":                       template.NoEffect(),
		"MultiRegion":                    template.NoEffect(),
		"Origin":                         template.NoEffect(),
		"PendingWindowInDays":            template.NoEffect(),
		"RotationPeriodInDays":           template.NoEffect(),
		"Tags":                           template.NoEffect(),
	},
	Ref: template.GeneratedID,
	Attributes: map[string]template.Attribute{
		"Arn":   template.ARNOf("kms", "key/%", template.GeneratedID),
		"KeyId": template.GeneratedID,
	},
}

func readKey(b *builder, r *template.Resource, v template.Values) {
	b.model.KMSKeys = append(b.model.KMSKeys, KMSKey{Resource: r.Source(), ID: r.Reference(), ARN: r.Attribute("Arn"), Policy: v.Any("KeyPolicy")})
}

var keyAlias = template.Type{
	Properties: template.Properties{"AliasName": template.Text(), "TargetKeyId": template.Text()},
	Ref:        template.NameFrom("AliasName", 256),
}

func readKeyAlias(b *builder, r *template.Resource, v template.Values) {
	b.model.KeyAliases = append(b.model.KeyAliases, KeyAlias{
		Resource: r.Source(), ARN: r.Location().ARN("kms", r.Reference()), Target: v.Text("TargetKeyId"),
	})
}

// checkPolicies refuses policies that are too long. The inline policies of a role count together.
//
// Source: the words were seen, for a role in aws/aws-cdk #12403 and aws-amplify/amplify-cli #4369,
// for a managed policy in aws-cloudformation/cfn-lint #3804.
func (b *builder) checkPolicies() {
	sizes := inlineSizes{}
	for _, role := range b.model.Roles {
		for _, inline := range role.Policies {
			if size, isTooMuch := sizes.add(role.Name, inline); isTooMuch {
				b.fail(role.Resource, "Policies", tooMuch, policylimits.MaxInlineSize, role.Name, size)
			}
		}
	}
	for _, policy := range b.model.RolePolicies {
		if policy.ARN != "" {
			if size := policylimits.Length(policy.Document); size > policylimits.MaxManagedSize {
				b.fail(policy.Resource, "PolicyDocument", "Cannot exceed quota for PolicySize: %d. It has %d characters", policylimits.MaxManagedSize, size)
			}
			continue
		}
		for _, role := range policy.Roles {
			if size, isTooMuch := sizes.add(role, policy.NamedPolicy); isTooMuch {
				b.fail(policy.Resource, "PolicyDocument", tooMuch, policylimits.MaxInlineSize, role, size)
			}
		}
	}
}

const tooMuch = "Maximum policy size of %d bytes exceeded for role %s. With this policy its inline policies have %d characters"

// inlineSizes are how many characters the inline policies of roles have, by the role's name.
type inlineSizes map[string]int

// add counts an inline policy, and says whether it is the first one that is too much for its role.
// Which one that is depends on AWS on the order in which they are made.
func (s inlineSizes) add(role string, inline NamedPolicy) (size int, isTooMuch bool) {
	before := s[role]
	s[role] += policylimits.Length(inline.Document)
	return s[role], before <= policylimits.MaxInlineSize && s[role] > policylimits.MaxInlineSize
}
