package cognito

import (
	"context"

	"cognito-m2m/internal/userpool"
)

func (s *Server) addUserPoolClientSecret(ctx context.Context, request apiRequest) (any, error) {
	client, err := s.client(request)
	if err != nil {
		return nil, err
	}
	var custom Secret
	if request.ClientSecret != nil {
		custom = *request.ClientSecret
		if !userpool.IsSecret(string(custom)) {
			return nil, invalidParameter("ClientSecret must be 24 to 64 letters, digits, _ and +")
		}
	}
	added, err := s.addSecret(ctx, client, custom)
	if err != nil {
		return nil, err
	}
	description := describeSecret(added)
	if custom == "" {
		description.ClientSecretValue = added.Value
	}
	return struct{ ClientSecretDescriptor clientSecretDescriptor }{description}, nil
}

// listUserPoolClientSecrets gives all the secrets at once, so there is never a token for a next
// page.
//
// Parity: User pool API: a page token where there are no pages
func (s *Server) listUserPoolClientSecrets(_ context.Context, request apiRequest) (any, error) {
	client, err := s.client(request)
	if err != nil {
		return nil, err
	}
	list := []clientSecretDescriptor{}
	for _, secret := range client.live.Load().secrets {
		list = append(list, describeSecret(secret))
	}
	return struct{ ClientSecrets []clientSecretDescriptor }{list}, nil
}

func (s *Server) deleteUserPoolClientSecret(ctx context.Context, request apiRequest) (any, error) {
	client, err := s.client(request)
	if err != nil {
		return nil, err
	}
	if request.ClientSecretID == "" || len(request.ClientSecretID) > longestSecretID {
		return nil, invalidParameter("ClientSecretId must be given and be 1 to 128 characters")
	}
	if err := s.deleteSecret(ctx, client, request.ClientSecretID); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}
