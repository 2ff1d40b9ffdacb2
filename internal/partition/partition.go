// Package partition tells in which of AWS's partitions a Region is, and what that changes in
// addresses and ARNs. It knows the three public partitions: commercial, China and GovCloud (US).
//
// Source: AWS General Reference, "Partitions"; CloudFormation template reference, "Pseudo
// parameters" (AWS::Partition, AWS::URLSuffix).
package partition

import "strings"

// The partitions, as ARNs name them.
const (
	Commercial = "aws"
	China      = "aws-cn"
	GovCloud   = "aws-us-gov"
)

// Of is the partition of a Region, Commercial for "".
func Of(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return China
	case strings.HasPrefix(region, "us-gov-"):
		return GovCloud
	}
	return Commercial
}

// URLSuffix ends the names of hosts in a Region: "amazonaws.com".
func URLSuffix(region string) string {
	if Of(region) == China {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
