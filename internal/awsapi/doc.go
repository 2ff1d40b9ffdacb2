// Package awsapi is the HTTP side of AWS's own APIs: the protocols AWS JSON 1.1 and AWS Query, as
// the AWS SDKs speak them when AWS_ENDPOINT_URL names this handler.
//
// It owns dispatch by target or API version, the check of the Signature Version 4, request ids and
// the form of errors. It does not own services or operations: those answer through JSONCaller and
// QueryCaller.
//
// Sources: the protocol definitions of Smithy, awsJson1_1 and awsQuery, and the deserializers of
// aws-sdk-go-v2; the AWS IAM User Guide, "AWS Signature Version 4 for API requests".
package awsapi
