package cognito

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
)

// Retained is a user pool that its stack has given up and not deleted. It has no clients and no
// domain, so it issues no tokens, and the user pool API alone knows it.
type Retained struct {
	UserPool
	Protected bool // from deletion
	// Keep keeps the pool with another protection.
	Keep func(protected bool) error
	// Delete forgets the pool.
	Delete func() error
	Log    *slog.Logger
}

// NewRetained returns a server of the user pool API for the pool.
func NewRetained(pool Retained) *Server {
	return &Server{userPool: pool.UserPool, retained: &pool, log: pool.Log}
}

// protection is a DeletionProtection.
func protection(active bool) string {
	if active {
		return "ACTIVE"
	}
	return "INACTIVE"
}

// ofAStack refuses to change a pool that its stack has.
func ofAStack(operation string) error {
	return invalidParameter(operation + " is simulated for a user pool that its stack has retained; change this one by a deployment")
}

// updateUserPool changes the protection from deletion.
//
// Parity: User pool API: a pool that no stack has
func (s *Server) updateUserPool(ctx context.Context, request apiRequest) (any, error) {
	if s.retained == nil {
		return nil, ofAStack("UpdateUserPool")
	}
	var members map[string]json.RawMessage
	var update struct{ DeletionProtection string }
	if json.Unmarshal(request.input, &members) != nil || json.Unmarshal(request.input, &update) != nil {
		return nil, errMalformedInput
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name != "UserPoolId" && name != "DeletionProtection" {
			return nil, invalidParameter("the member " + name + " of UpdateUserPool is not simulated")
		}
	}
	active := update.DeletionProtection == protection(true)
	if !active && update.DeletionProtection != protection(false) {
		return nil, invalidParameter("DeletionProtection must be ACTIVE or INACTIVE")
	}
	if err := s.retained.Keep(active); err != nil {
		_ = s.internalFailure(ctx, "keeping a user pool", err)
		return nil, errInternalError
	}
	return struct{}{}, nil
}

// deleteUserPool deletes the pool, unless it is protected.
func (s *Server) deleteUserPool(ctx context.Context, _ apiRequest) (any, error) {
	switch {
	case s.retained == nil:
		return nil, ofAStack("DeleteUserPool")
	case s.retained.Protected:
		return nil, invalidParameter(ProtectedPool)
	}
	if err := s.retained.Delete(); err != nil {
		_ = s.internalFailure(ctx, "deleting a user pool", err)
		return nil, errInternalError
	}
	return struct{}{}, nil
}

// ProtectedPool is why a user pool with deletion protection can't be deleted.
const ProtectedPool = "The user pool cannot be deleted because deletion protection is activated"
