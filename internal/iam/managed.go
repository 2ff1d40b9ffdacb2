package iam

import "regexp"

// managedARN is the ARN of a policy that AWS manages, in any partition.
var managedARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::aws:policy/(.+)$`)

// managed are the policies of AWS's own that functions have most often, by name and path.
//
// Source: AWS managed policy reference guide; AWSLambdaBasicExecutionRole is in version 1,
// AWSLambdaVPCAccessExecutionRole in 3, AWSXRayDaemonWriteAccess in 2 and
// CloudWatchLambdaInsightsExecutionRolePolicy in 1.
var managed = map[string][]any{
	"service-role/AWSLambdaBasicExecutionRole": {
		allow("*", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
	},
	"service-role/AWSLambdaVPCAccessExecutionRole": {
		allow("*", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
			"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
			"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
	},
	"AWSXRayDaemonWriteAccess": {
		allow("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
			"xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"),
	},
	"CloudWatchLambdaInsightsExecutionRolePolicy": {
		allow("*", "logs:CreateLogGroup"),
		allow("arn:aws:logs:*:*:log-group:/aws/lambda-insights:*", "logs:CreateLogStream", "logs:PutLogEvents"),
	},
}

// managedStatements are those of a policy that AWS manages; false for one that is not known.
func managedStatements(arn string) (statements []any, ok bool) {
	name := managedARN.FindStringSubmatch(arn)
	if name == nil {
		return nil, false
	}
	statements, ok = managed[name[1]]
	return statements, ok
}

func allow(resource string, actions ...string) map[string]any {
	list := make([]any, 0, len(actions))
	for _, action := range actions {
		list = append(list, action)
	}
	return map[string]any{"Effect": "Allow", "Action": list, "Resource": resource}
}

func document(statements []any) map[string]any {
	return map[string]any{"Version": version, "Statement": statements}
}
