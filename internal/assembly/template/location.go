package template

import (
	"strings"

	"cognito-m2m/internal/partition"
)

// Location is where a stack is deployed.
type Location struct {
	AccountID string
	Region    string
}

// ARN is that of a resource in this account and Region.
func (l Location) ARN(service, name string) string {
	return strings.Join([]string{"arn", partition.Of(l.Region), service, l.Region, l.AccountID, name}, ":")
}
