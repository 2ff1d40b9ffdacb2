package reach

import "github.com/aws/aws-sdk-go-v2/aws"

// DeployedAt is a deployment whose services answer at an endpoint of this machine, which Deployed
// refuses.
func DeployedAt(env string, c aws.Config) *Target { return open(env, nil, c) }
