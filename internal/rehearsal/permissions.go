package rehearsal

import (
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/requester"
)

// permit has the functions of the site held to the roles of the model from now on, as they are in
// this step of a deployment.
func (s *site) permit(model *assembly.Model) {
	permissions, _ := s.run.Permissions(model) // their problems are those of templates, see evaluate
	s.permissions.Store(permissions)
}

// permissions hold each requester to what the roles, and the policies of resources, are at that
// moment.
type permissions struct{ *Rehearsal }

// Authorize implements requester.Authorizer.
func (p permissions) Authorize(who requester.Requester, wants requester.Access) error {
	decides := p.decides(who, wants)
	if decides == nil {
		decides, _ = iam.Compile(&assembly.Model{}, iam.Options{Now: p.run.Now}) // a role that is gone allows nothing
	}
	return decides.Authorize(who, wants)
}

// decides are the permissions of the site that has the requester's role, or, for an administrator,
// the resource.
//
// Parity: Roles: resources of another Region
func (p permissions) decides(who requester.Requester, wants requester.Access) *iam.Permissions {
	for _, s := range p.every() {
		compiled := s.permissions.Load()
		if compiled == nil {
			continue
		}
		if who.RoleARN != "" && compiled.Has(who.RoleARN) || who.RoleARN == "" && s.place.Has(wants.Resource) {
			return compiled
		}
	}
	return nil
}
