// Package partition tells in which of AWS's partitions a Region is, and what that changes in
// addresses and ARNs.
//
// Source: AWS General Reference, "Partitions"; CloudFormation template reference, "Pseudo
// parameters" (AWS::Partition, AWS::URLSuffix); the partitions of the AWS SDK's rules for
// endpoints.
package partition

import "strings"

// The public partitions that something depends on, as ARNs name them.
const (
	Commercial = "aws"
	China      = "aws-cn"
	GovCloud   = "aws-us-gov"
)

// partition is one of AWS's, and how the names of its Regions begin.
type partition struct{ name, regions, urlSuffix, dualStackSuffix string }

// partitions are all but the commercial one.
var partitions = []partition{
	{China, "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{GovCloud, "us-gov-", "amazonaws.com", "api.aws"},
	{"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
}

func of(region string) partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p
		}
	}
	return partition{Commercial, "", "amazonaws.com", "api.aws"}
}

// Of is the partition of a Region, Commercial for "".
func Of(region string) string { return of(region).name }

// URLSuffix ends the names of hosts in a Region: "amazonaws.com".
func URLSuffix(region string) string { return of(region).urlSuffix }

// DualStackSuffix ends the names of hosts in a Region that have IPv6 addresses, too.
func DualStackSuffix(region string) string { return of(region).dualStackSuffix }
