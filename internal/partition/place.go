package partition

import "strings"

// Place is an account and a Region: where stacks are deployed and have their resources.
type Place struct{ AccountID, Region string }

// ARN is that of what a service has there under a name, such as stack/NAME/GUID.
func (p Place) ARN(service, name string) string {
	return strings.Join([]string{"arn", Of(p.Region), service, p.Region, p.AccountID, name}, ":")
}

// Has reports whether an ARN is of something there.
func (p Place) Has(arn string) bool {
	parts := strings.SplitN(arn, ":", 6) // arn:partition:service:region:account:resource
	return len(parts) == 6 && parts[3] == p.Region && parts[4] == p.AccountID
}
