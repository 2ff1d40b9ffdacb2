package assembly

import (
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/secretlimits"
)

// secret: a value that CloudFormation generates would differ in every run, and no one could read
// it.
var secret = template.Type{
	Properties: template.Properties{
		"Name":         template.Text().Like(`^[A-Za-z0-9/_+=.@-]{1,512}$`),
		"Description":  template.Text(),
		"KmsKeyId":     template.Text(),
		"SecretString": template.Text(),
		"Tags":         template.ListOf(template.Object(template.Properties{"Key": template.Text().Must(), "Value": template.Text().Must().OrEmpty()})).AtMost(50),

		"GenerateSecretString": template.NotSimulated("generated values are not simulated; give a SecretString"),
		"ReplicaRegions":       template.NotSimulated("replicas in other Regions are not simulated"),
		"Type":                 template.NotSimulated("secrets that others than AWS manage are not simulated"),
	},
	Ref:        secretARN,
	Attributes: map[string]template.Attribute{"Id": secretARN},
}

// secretName is the Name, or what CloudFormation makes of the logical id if the template leaves it
// out.
//
// Parity: Assembly: generated names
func secretName(at template.Place, r *template.Resource) (string, bool) {
	if name, ok := r.Text("Name"); name != "" || !ok {
		return name, ok
	}
	id, ok := r.ID(at)
	return r.Source().LogicalID + "-" + id, ok
}

// secretARN ends with six characters that Secrets Manager adds to the name, here the first of the
// generated id.
func secretARN(at template.Place, r *template.Resource) (string, bool) {
	const added = 6
	id, okID := r.ID(at)
	name, okName := secretName(at, r)
	return r.Location().ARN("secretsmanager", "secret:"+name+"-"+id[:min(len(id), added)]), okID && okName
}

func readSecret(b *builder, r *template.Resource, v template.Values) {
	s := Secret{
		Resource:     r.Source(),
		ARN:          r.Reference(),
		Name:         r.Get(secretName),
		Description:  v.Text("Description"),
		KMSKeyID:     v.Text("KmsKeyId"),
		SecretString: v.OptionalText("SecretString"),
		Tags:         map[string]string{},
	}
	if s.SecretString != nil && len(*s.SecretString) > secretlimits.MaxValueBytes {
		b.fail(s.Resource, "SecretString", "the value takes %d bytes, and Secrets Manager allows %d", len(*s.SecretString), secretlimits.MaxValueBytes)
	}
	for _, tag := range v.Objects("Tags") {
		s.Tags[tag.Text("Key")] = tag.Text("Value")
	}
	b.model.Secrets = append(b.model.Secrets, s)
}

// secretsByName are the ARNs of the secrets. Of several of one name, which checkSecrets reports, it
// is the first.
func (b *builder) secretsByName() map[string]string {
	arns := make(map[string]string, len(b.model.Secrets))
	for _, s := range b.model.Secrets {
		if _, taken := arns[s.Name]; !taken {
			arns[s.Name] = s.ARN
		}
	}
	return arns
}

func (b *builder) checkSecrets() {
	names := make(owners, len(b.model.Secrets))
	for _, s := range b.model.Secrets {
		if other, taken := names.claim(s.Name, s.Resource); taken {
			b.fail(s.Resource, "Name", "the secret %q already exists, as %s", s.Name, other)
		}
	}
}
