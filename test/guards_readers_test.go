package test

import (
	"fmt"
	"slices"
	"strings"
)

// strangeReaders wants a resource policy on the secrets that have readers, for exactly those roles,
// and none on the others.
func strangeReaders(s stage) (findings []string) {
	for _, stack := range s.clientStacks() {
		findings = append(findings, stack.strangeReaders()...)
	}
	return findings
}

func (s clientStack) strangeReaders() (findings []string) {
	want := map[string]string{}
	for id := range s.resources("AWS::SecretsManager::Secret") {
		if client, _ := s.clientOf(id); len(client.SecretReaders) > 0 {
			read := allow("${"+id+"}", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")
			read["Principal"], read["Condition"] = roots(client.SecretReaders), map[string]any{"ArnEquals": thoseRoles(client.SecretReaders)}
			want[id] = canonical(read)
		}
	}
	for id, policy := range s.resources("AWS::SecretsManager::ResourcePolicy") {
		p := properties(policy)
		secret, _ := at(p, "SecretId", "Ref").(string)
		if p["BlockPublicPolicy"] != true {
			findings = append(findings, id+" may be public")
		}
		if got := statementsOf(at(p, "ResourcePolicy")); len(got) != 1 || got[0] != want[secret] {
			findings = append(findings, fmt.Sprintf("%s allows %v, want %s", id, got, want[secret]))
		}
		delete(want, secret)
	}
	for secret := range want {
		findings = append(findings, secret+" has readers and no policy for them")
	}
	return findings
}

// wrongKey holds the key and its use against the file.
func wrongKey(s stage) (findings []string) {
	keys := s.secretsKeys()
	if got := len(keys) == 1; got != s.env.Secrets.CustomerKey || len(keys) > 1 {
		findings = append(findings, fmt.Sprintf("%d keys, configured is %t", len(keys), s.env.Secrets.CustomerKey))
	}
	for id, key := range keys {
		findings = append(findings, s.looseKey(id, key)...)
	}
	for _, stack := range s.clientStacks() {
		used := "null"
		for id := range keys {
			used = stack.from(id, "Arn")
		}
		for id, secret := range stack.resources("AWS::SecretsManager::Secret") {
			if got := compact(properties(secret)["KmsKeyId"]); got != used {
				findings = append(findings, fmt.Sprintf("%s %s is encrypted with %s, want %s", stack.name, id, got, used))
			}
		}
	}
	return findings
}

// secretsKeys are the keys that encrypt no log group.
func (s stage) secretsKeys() map[string]map[string]any {
	keys := s.stacks["Api"].resources("AWS::KMS::Key")
	for id := range s.logsKeys() {
		delete(keys, id)
	}
	return keys
}

// shortLivedKey wants a key to change every year, and to go, or stay, with the environment.
func (s stage) shortLivedKey(id string, key map[string]any) (findings []string) {
	p := properties(key)
	if p["EnableKeyRotation"] != true || p["PendingWindowInDays"] != 7.0 {
		findings = append(findings, fmt.Sprintf("%s: rotation %v, pending window %v days", id, p["EnableKeyRotation"], p["PendingWindowInDays"]))
	}
	policies := [2]any{"Delete", "Delete"}
	if s.env.Identity.DeletionProtection {
		policies = [2]any{"RetainExceptOnCreate", "Retain"}
	}
	if got := [2]any{key["DeletionPolicy"], key["UpdateReplacePolicy"]}; got != policies {
		findings = append(findings, fmt.Sprintf("%s: DeletionPolicy and UpdateReplacePolicy are %v, want %v", id, got, policies))
	}
	return findings
}

// ownKey is the statement that leaves a key to its account.
func (s stage) ownKey() string {
	account := allow("*", "kms:*")
	account["Principal"] = principals("arn:" + s.partition() + ":iam::" + s.account() + ":root")
	return canonical(account)
}

func (s stage) looseKey(id string, key map[string]any) (findings []string) {
	findings = s.shortLivedKey(id, key)
	// In a key's policy the resource * is the key. Without the account's own statement no policy of
	// a role would count for the key, and nobody could change or delete it (KMS guide, "Default key
	// policy").
	want := []string{s.ownKey()}
	var readers []string
	for _, client := range s.env.AllClients() {
		readers = append(readers, client.SecretReaders...)
	}
	if slices.Sort(readers); len(readers) > 0 {
		decrypt := allow("*", "kms:Decrypt")
		decrypt["Principal"] = roots(readers)
		decrypt["Condition"] = s.throughSecretsManager()
		decrypt["Condition"].(map[string]any)["ArnEquals"] = thoseRoles(slices.Compact(readers))
		want = append(want, canonical(decrypt))
	}
	if got := statementsOf(properties(key)["KeyPolicy"]); !sameSet(got, want) {
		findings = append(findings, fmt.Sprintf("%s allows %v, want %v", id, got, want))
	}
	return findings
}

// statementsOf are the statements of a policy, in their canonical form.
func statementsOf(policy any) (all []string) {
	statements, _ := at(policy, "Statement").([]any)
	for _, statement := range statements {
		all = append(all, canonical(statement))
	}
	return all
}

// roots are the accounts of roles, in which a role may not be there yet.
func roots(roles []string) map[string]any {
	var accounts []string
	for _, role := range roles {
		account, _, _ := strings.Cut(role, ":role/")
		accounts = append(accounts, account+":root")
	}
	slices.Sort(accounts)
	return principals(slices.Compact(accounts)...)
}

// thoseRoles is the condition that a caller of those accounts is one of the roles.
func thoseRoles(roles []string) map[string]any {
	list := make([]any, 0, len(roles))
	for _, role := range roles {
		list = append(list, role)
	}
	return map[string]any{"aws:PrincipalArn": list}
}

func principals(arns ...string) map[string]any {
	list := make([]any, 0, len(arns))
	for _, arn := range arns {
		list = append(list, arn)
	}
	return map[string]any{"AWS": list}
}
