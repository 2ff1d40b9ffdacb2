// Package awsapi is the HTTP side of AWS's own APIs: the protocols AWS JSON 1.1, AWS Query and
// REST, as the AWS SDKs speak them when AWS_ENDPOINT_URL names this handler.
//
// It owns dispatch by target, API version or signature, the check of the Signature Version 4 and of
// the bodies that it covers, request ids, the form of errors, and who a request's signer is
// (package requester tells the services). It does not own services or operations, which answer
// through JSONCaller, QueryCaller and RESTCaller, or temporary credentials (Sessions).
//
// Sources: the protocol definitions of Smithy, awsJson1_1, awsQuery, restJson1 and restXml, and the
// deserializers of aws-sdk-go-v2; the AWS IAM User Guide, "AWS Signature Version 4 for API
// requests"; the S3 API reference, "Authenticating Requests (AWS Signature Version 4)".
package awsapi
