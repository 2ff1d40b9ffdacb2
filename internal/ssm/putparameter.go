package ssm

import (
	"context"
	"encoding/json"

	"cognito-m2m/internal/cdkbootstrap"
)

// The limits of standard parameters, as the API's documentation has them.
const (
	largestValue   = 4096
	mostParameters = 10_000
)

type putParameterInput struct {
	Name      string
	Value     *string
	Type      string
	Overwrite *bool
	Tags      []json.RawMessage

	// Of these, only the default is simulated.
	AllowedPattern, DataType, KeyID, Policies, Tier string
}

type putParameterOutput struct {
	Tier    string
	Version int64
}

// check refuses what AWS refuses, and what is not simulated. Description and tags are accepted, and
// no operation that is simulated tells them.
//
// Source: the words about an empty value and a missing type are those that getmoto/moto expects,
// test_ssm_boto3.py and models.py, as are those about tags; those about the length were seen,
// aws/aws-sdk-net #3157.
//
// Parity: SSM: what a parameter may be
func (in putParameterInput) check() error {
	switch {
	case in.Type != "" && in.Type != "String":
		return invalid("A parameter of type %q is not simulated; there is String.", in.Type)
	case in.AllowedPattern != "", in.KeyID != "", in.Policies != "":
		return invalid("AllowedPattern, KeyId and Policies of a parameter are not simulated.")
	case in.DataType != "" && in.DataType != "text", in.Tier != "" && in.Tier != "Standard":
		return invalid("A parameter with another DataType than text, or another Tier than Standard, is not simulated.")
	case *in.Value == "":
		return outside("", "value", "length greater than or equal to 1")
	case len(*in.Value) > largestValue:
		return invalid("Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, " +
			"upgrade the parameter to use the advanced-parameter tier. For more information, see " +
			"https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html")
	case in.overwrites() && len(in.Tags) > 0:
		return invalid("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. " +
			"To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	}
	return nil
}

func (in putParameterInput) overwrites() bool { return in.Overwrite != nil && *in.Overwrite }

// checkOwn refuses to change what only a bootstrap may.
//
// Parity: SSM: the bootstrap version
func checkOwn(name string) error {
	if cdkbootstrap.IsVersion(name) {
		return invalid("The parameter %s belongs to the bootstrap, which every account and Region has here.", name)
	}
	return nil
}

func (s *Store) putParameter(ctx context.Context, in putParameterInput) (*putParameterOutput, error) {
	switch {
	case in.Name == "":
		return nil, missing("name")
	case in.Value == nil:
		return nil, missing("value")
	}
	at, _, err := require(ctx, "PutParameter", in.Name, said("ssm:overwrite", in.Overwrite))
	if err != nil {
		return nil, err
	}
	name := in.Name // which can't be an ARN
	for _, refuses := range []error{checkOwn(name), checkName(name), in.check()} {
		if refuses != nil {
			return nil, refuses
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, exists := s.places[at][name]
	switch {
	case exists && !in.overwrites():
		return nil, errExists
	case !exists && in.Type == "":
		return nil, invalid("A parameter type is required when you create a parameter.")
	case !exists && len(s.places[at]) >= mostParameters:
		return nil, errTooMany
	}
	next := kept{Value: *in.Value, Version: before.Version + 1, Modified: s.config.Now().UTC()}
	if err := s.change(at, func(p parameters) { p[name] = next }); err != nil {
		return nil, err
	}
	return &putParameterOutput{Tier: "Standard", Version: next.Version}, nil
}
