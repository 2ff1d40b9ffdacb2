package awsapitest

import (
	"slices"
	"sync"

	"cognito-m2m/internal/requester"
)

// Permissions is an authorizer that keeps what it is asked.
type Permissions struct {
	// Allows are the actions that are allowed.
	Allows []string

	mu    sync.Mutex
	asked []requester.Access
}

// Authorize implements requester.Authorizer.
func (p *Permissions) Authorize(who requester.Requester, wants requester.Access) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, wants)
	if slices.Contains(p.Allows, wants.Action) {
		return nil
	}
	return &requester.DeniedError{Principal: who.ARN, Access: wants, Because: "because no identity-based policy allows the " + wants.Action + " action"}
}

// Take is what was asked since the last Take, in its order.
func (p *Permissions) Take() []requester.Access {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}
