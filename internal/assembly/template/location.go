package template

import "strings"

// Location is where a stack is deployed.
type Location struct {
	AccountID string
	Region    string
}

// Partition follows from the Region, as AWS's own SDKs work it out.
func (l Location) Partition() string {
	switch {
	case strings.HasPrefix(l.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(l.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// URLSuffix is what the host names of AWS's services end with.
func (l Location) URLSuffix() string {
	if l.Partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// ARN is that of a resource in this account and Region.
func (l Location) ARN(service, name string) string {
	return strings.Join([]string{"arn", l.Partition(), service, l.Region, l.AccountID, name}, ":")
}
