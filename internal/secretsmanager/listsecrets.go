package secretsmanager

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
)

const (
	maxListed  = 100 // results of one call
	maxFilters = 10
	maxValues  = 10 // of one filter
)

type listSecretsInput struct {
	Filters    []filter
	MaxResults *int
	NextToken  string
	SortBy     string
	SortOrder  string
}

// filter lets a secret through that has any of the values as a prefix.
type filter struct {
	Key    string
	Values []string
}

type listSecretsOutput struct {
	NextToken  string `json:",omitempty"`
	SecretList []listEntry
}

type listEntry struct {
	description
	SecretVersionsToStages map[string][]string `json:",omitempty"`
}

// listSecrets answers with the secrets that all filters let through, a page of them.
//
// Parity: Secrets Manager: order and filters of ListSecrets
func (s *Store) listSecrets(_ context.Context, in listSecretsInput) (*listSecretsOutput, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	listed := slices.Clone(s.secrets)
	slices.SortStableFunc(listed, in.order())
	start, err := pageStart(listed, in.NextToken)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed[start:], func(sec *storedSecret) bool { return !in.admits(sec) })
	size := maxListed
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	output := &listSecretsOutput{SecretList: []listEntry{}}
	if len(listed) > size {
		listed = listed[:size]
		output.NextToken = base64.RawURLEncoding.EncodeToString([]byte(listed[size-1].ARN))
	}
	for _, sec := range listed {
		output.SecretList = append(output.SecretList, listEntry{description: sec.describe(), SecretVersionsToStages: sec.state.labelled()})
	}
	return output, nil
}

func (in listSecretsInput) validate() error {
	if in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxListed) {
		return refuse(codeInvalidParameter, "MaxResults needs to be from 1 to %d.", maxListed)
	}
	if !slices.Contains([]string{"", "created-date", "last-changed-date", "name"}, in.SortBy) {
		return refuse(codeInvalidParameter, "SortBy needs to be created-date, last-changed-date or name.")
	}
	if !slices.Contains([]string{"", "asc", "desc"}, in.SortOrder) {
		return refuse(codeInvalidParameter, "SortOrder needs to be asc or desc.")
	}
	if len(in.Filters) > maxFilters {
		return refuse(codeInvalidParameter, "There may be %d filters at most.", maxFilters)
	}
	for _, f := range in.Filters {
		if !slices.Contains([]string{"name", "description", "tag-key", "tag-value"}, f.Key) {
			return refuse(codeInvalidParameter, "A filter's Key needs to be name, description, tag-key or tag-value.")
		}
		if len(f.Values) < 1 || len(f.Values) > maxValues {
			return refuse(codeInvalidParameter, "A filter needs 1 to %d values.", maxValues)
		}
	}
	return nil
}

func (in listSecretsInput) order() func(a, b *storedSecret) int {
	compare := func(a, b *storedSecret) int { return a.state.CreatedAt.Compare(b.state.CreatedAt) }
	switch in.SortBy {
	case "name":
		compare = func(a, b *storedSecret) int { return cmp.Compare(a.Name, b.Name) }
	case "last-changed-date":
		compare = func(a, b *storedSecret) int { return a.state.ChangedAt.Compare(b.state.ChangedAt) }
	}
	if in.SortOrder != "desc" {
		return compare
	}
	return func(a, b *storedSecret) int { return compare(b, a) }
}

// pageStart is the index after the secret that the last page ended with.
func pageStart(listed []*storedSecret, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	arn, err := base64.RawURLEncoding.DecodeString(token)
	last := slices.IndexFunc(listed, func(sec *storedSecret) bool { return sec.ARN == string(arn) })
	if err != nil || last < 0 {
		return 0, refuse(codeInvalidNextToken, "NextToken is not one that ListSecrets has returned.")
	}
	return last + 1, nil
}

func (in listSecretsInput) admits(sec *storedSecret) bool {
	for _, f := range in.Filters {
		if !slices.ContainsFunc(f.Values, func(value string) bool { return f.matches(sec, value) }) {
			return false
		}
	}
	return true
}

// matches says whether a value, or the opposite of one that begins with an exclamation mark, fits a
// secret.
func (f filter) matches(sec *storedSecret, value string) bool {
	prefix, negated := strings.CutPrefix(value, "!")
	return f.hasPrefix(sec, prefix) != negated
}

func (f filter) hasPrefix(sec *storedSecret, prefix string) bool {
	switch f.Key {
	case "name":
		return strings.HasPrefix(sec.Name, prefix)
	case "description":
		return strings.HasPrefix(strings.ToLower(sec.Description), strings.ToLower(prefix))
	}
	for _, tag := range sec.tags() {
		if f.Key == "tag-key" && strings.HasPrefix(tag.Key, prefix) || f.Key == "tag-value" && strings.HasPrefix(tag.Value, prefix) {
			return true
		}
	}
	return false
}
