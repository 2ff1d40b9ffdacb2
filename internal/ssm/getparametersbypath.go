package ssm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const largestPage = 10

type getParametersByPathInput struct {
	Path             *string
	Recursive        *bool
	MaxResults       *int
	NextToken        string
	ParameterFilters []json.RawMessage
	WithDecryption   bool // has no effect on a String
}

type getParametersByPathOutput struct {
	NextToken  string `json:",omitempty"`
	Parameters []parameter
}

// size is how many parameters a page has at most.
func (in getParametersByPathInput) size() (int, error) {
	switch {
	case in.MaxResults == nil:
		return largestPage, nil
	case *in.MaxResults < 1:
		return 0, outside(*in.MaxResults, "maxResults", "value greater than or equal to 1")
	case *in.MaxResults > largestPage:
		return 0, outside(*in.MaxResults, "maxResults", "value less than or equal to 10")
	}
	return *in.MaxResults, nil
}

// getParametersByPath answers with parameters sorted by name. A token names the last one of the
// page before, so that a parameter that comes or goes meanwhile changes nothing about others. A
// path below which there is nothing is no error (aws/aws-sdk-js-v3 #5928).
//
// Parity: SSM: pages of a path
func (s *Store) getParametersByPath(ctx context.Context, in getParametersByPathInput) (*getParametersByPathOutput, error) {
	if in.Path == nil {
		return nil, missing("path")
	}
	at, _, err := require(ctx, "GetParametersByPath", *in.Path, said("ssm:recursive", in.Recursive))
	if err != nil {
		return nil, err
	}
	size, err := in.size()
	if err != nil {
		return nil, err
	}
	if err := checkPath(*in.Path); err != nil {
		return nil, err
	}
	if len(in.ParameterFilters) > 0 {
		return nil, invalid("ParameterFilters are not simulated.")
	}
	below := strings.TrimSuffix(*in.Path, "/") + "/"
	after, err := parseToken(in.NextToken, below)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	output := &getParametersByPathOutput{Parameters: []parameter{}}
	for _, name := range slices.Sorted(maps.Keys(s.places[at])) {
		rest, isBelow := strings.CutPrefix(name, below)
		deeper := strings.Contains(rest, "/") && (in.Recursive == nil || !*in.Recursive)
		if !isBelow || deeper || name <= after {
			continue
		}
		if n := len(output.Parameters); n == size {
			output.NextToken = tokenAfter(output.Parameters[n-1].Name)
			break
		}
		output.Parameters = append(output.Parameters, s.places[at][name].describe(at, name))
	}
	return output, nil
}

func tokenAfter(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

// parseToken is the name after which a page begins. A token is good for the path that it was given
// for.
func parseToken(token, below string) (name string, err error) {
	if token == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || !strings.HasPrefix(string(raw), below) {
		return "", errToken
	}
	return string(raw), nil
}
