package assembly

import "strings"

// acceptedType is what is made of a type that is not known and that the user has accepted: Ref gives the name of the
// resource, as for most types that have one.
//
// Parity: Assembly: types that the user has accepted
func acceptedType(name string) *resourceType {
	t := named(kindOf(name)+"Name", 255, nil)
	t.standIn = true
	return &t
}

// kindOf is the last part of a type: Table of AWS::DynamoDB::Table.
func kindOf(typeName string) string { return typeName[strings.LastIndex(typeName, ":")+1:] }

// standIn is an attribute of a type that is not known: an ARN in the form that most have, or the resource's name with
// the attribute's.
func standIn(at place, r *resource, attribute string) (any, bool) {
	if !strings.HasSuffix(attribute, "Arn") {
		return formed("%-"+attribute, r.kind.ref)(at, r)
	}
	service := "custom"
	if parts := strings.Split(r.typeName, "::"); len(parts) == 3 {
		service = strings.ToLower(parts[1])
	}
	return arnOf(service, strings.ToLower(kindOf(r.typeName))+"/%", r.kind.ref)(at, r)
}
