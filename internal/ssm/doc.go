// Package ssm is the Parameter Store of AWS Systems Manager: parameters of type String, and the
// version of the CDK bootstrap, which every account and Region has.
//
// It owns the parameters, in a folder of the run's state with a file for each account and Region.
// It does not own the wire protocol (package awsapi), or who may do what (package requester asks).
//
// Source: Systems Manager API reference and the API's model in the AWS SDK, for operations, limits
// and codes; the words of a refusal were seen where it is made. The bootstrap template of the CDK
// CLI that package.json pins.
package ssm
