package test

import (
	"fmt"
	"regexp"
	"slices"

	"cognito-m2m/config"
)

// wrongSecrets holds the secrets against the environment file.
func wrongSecrets(s stage) (findings []string) {
	for _, stack := range s.clientStacks() {
		findings = append(findings, stack.wrongSecrets()...)
	}
	return findings
}

func (s clientStack) wrongSecrets() (findings []string) {
	secrets := s.resources("AWS::SecretsManager::Secret")
	found := map[string]int{}
	for id, secret := range secrets {
		client, ok := s.clientOf(id)
		if !ok {
			findings = append(findings, fmt.Sprintf("%s is called %v, as no client's secret is", id, properties(secret)["Name"]))
			continue
		}
		found[client.Name]++
		findings = append(findings, s.wrongSecret(id, secret, client)...)
	}
	for _, client := range s.clients {
		if found[client.Name] != 1 {
			findings = append(findings, fmt.Sprintf("%s has %d secrets, want 1", client.Name, found[client.Name]))
		}
	}
	return findings
}

// wrongSecret wants these properties and no others: no generated value, no replica.
func (s clientStack) wrongSecret(id string, secret map[string]any, client config.Client) (findings []string) {
	p := properties(secret)
	// Another value than this one would be written over what rotation has put there.
	if p["SecretString"] != "{}" {
		findings = append(findings, id+" does not start as {}")
	}
	for property := range p {
		if !slices.Contains([]string{"Name", "Description", "SecretString", "Tags", "KmsKeyId"}, property) {
			findings = append(findings, id+" has the property "+property)
		}
	}
	tags, _ := p["Tags"].([]any)
	clients := s.resources("AWS::Cognito::UserPoolClient")
	if len(tags) != 1 || at(tags[0], "Key") != "m2m:client-id" ||
		properties(clients[fmt.Sprint(at(tags[0], "Value", "Ref"))])["ClientName"] != client.Name {
		findings = append(findings, fmt.Sprintf("%s has the tags %s, want the id of the app client %s", id, compact(p["Tags"]), client.Name))
	}
	// In a protected environment too: `cdk destroy` leaves no secret behind.
	if secret["DeletionPolicy"] != "Delete" || secret["UpdateReplacePolicy"] != "Delete" {
		findings = append(findings, id+" is retained")
	}
	return findings
}

// clientOf is the configured client whose secret has the logical id.
func (s clientStack) clientOf(secret string) (config.Client, bool) {
	name := properties(s.resources("AWS::SecretsManager::Secret")[secret])["Name"]
	for _, client := range s.clients {
		if name == "m2m/"+s.env.Name+"/"+client.Name {
			return client, true
		}
	}
	return config.Client{}, false
}

// idInClient is a logical id of what stands in a client's own construct. CDK adds eight digits, the
// hash of the whole path.
var idInClient = regexp.MustCompile(`^(Clients[A-Za-z0-9]+)(AppClient|Secret|Rotation)[0-9A-F]{8}$`)

// strayedSecrets wants app client, secret and schedule in one construct, so that renaming or
// removing a client takes all three.
func strayedSecrets(s stage) (findings []string) {
	for _, stack := range s.clientStacks() {
		findings = append(findings, stack.strayedSecrets()...)
	}
	return findings
}

func (t clientStack) strayedSecrets() (findings []string) {
	owner := map[string]string{}
	for kind, own := range map[string]string{
		"AWS::Cognito::UserPoolClient":          "AppClient",
		"AWS::SecretsManager::Secret":           "Secret",
		"AWS::SecretsManager::RotationSchedule": "Rotation",
	} {
		for id := range t.resources(kind) {
			parts := idInClient.FindStringSubmatch(id)
			if parts == nil || parts[2] != own {
				findings = append(findings, id+" stands outside of its client's construct")
				continue
			}
			owner[id] = parts[1]
		}
	}
	for id, secret := range t.resources("AWS::SecretsManager::Secret") {
		tags, _ := properties(secret)["Tags"].([]any)
		for _, tag := range tags {
			if client := text(at(tag, "Value")); client != "${"+t.ownedBy(owner[id], owner)+"}" {
				findings = append(findings, fmt.Sprintf("%s is the secret of %s, which stands elsewhere", id, client))
			}
		}
	}
	for id, schedule := range t.resources("AWS::SecretsManager::RotationSchedule") {
		if secret, _ := at(properties(schedule), "SecretId", "Ref").(string); owner[secret] != owner[id] {
			findings = append(findings, fmt.Sprintf("%s rotates %s, which stands elsewhere", id, secret))
		}
	}
	return findings
}

// ownedBy is the app client in a client's construct.
func (t clientStack) ownedBy(construct string, owner map[string]string) string {
	for id := range t.resources("AWS::Cognito::UserPoolClient") {
		if owner[id] == construct {
			return id
		}
	}
	return ""
}
