// Package parameterstore calls the Parameter Store of AWS Systems Manager: the three operations
// that this project needs, without the SDK's package ssm, which has 152 and is slow to compile and
// to start.
//
// It owns what these operations send and return, and where Systems Manager is reached. The rest of
// a call is the SDK's own: retries, clocks, signatures, the protocol. How a client comes from
// settings the SDK keeps in packages that only it may import. But each of its clients shows what
// came of it, so this package asks that of STS, which is in every program that loads settings.
// Interceptors and resolvers of endpoints that a program itself can set are left out. The other
// side, in a run, is package ssm.
//
// Source: Systems Manager API reference, PutParameter, DeleteParameter and GetParametersByPath;
// Smithy, "AWS JSON 1.1 protocol"; AWS SDKs and Tools reference guide, "Service-specific
// endpoints".
package parameterstore

import "context"

// The codes of refusals that callers tell apart.
const (
	AlreadyExists = "ParameterAlreadyExists" // by Put that must not overwrite
	NotFound      = "ParameterNotFound"      // by Delete
)

// Parameter is one of type String.
type Parameter struct{ Name, Value string }

// Put writes a parameter. If it exists and must not be overwritten, it fails with AlreadyExists.
func (c *Client) Put(ctx context.Context, p Parameter, overwrite bool) error {
	return c.call(ctx, "PutParameter", struct {
		Name, Value, Type string
		Overwrite         bool
	}{p.Name, p.Value, "String", overwrite}, nil)
}

// Delete removes a parameter. If there is none, it fails with NotFound.
func (c *Client) Delete(ctx context.Context, name string) error {
	return c.call(ctx, "DeleteParameter", struct{ Name string }{name}, nil)
}

// ByPath returns the parameters directly below a path, which has no slash at its end: those of all
// pages, or none and an error.
func (c *Client) ByPath(ctx context.Context, path string) ([]Parameter, error) {
	var found []Parameter
	input := struct {
		Path      string
		NextToken string `json:",omitempty"`
	}{Path: path}
	for {
		var page struct {
			Parameters []Parameter
			NextToken  string
		}
		if err := c.call(ctx, "GetParametersByPath", input, &page); err != nil {
			return nil, err
		}
		found = append(found, page.Parameters...)
		if page.NextToken == "" {
			return found, nil
		}
		input.NextToken = page.NextToken
	}
}
