// Package policy reads IAM policy documents and decides, as AWS does, whether they allow a request.
//
// It owns the language: elements, wildcards, policy variables, condition operators, principals, and
// how policies of several kinds come to one decision, in one account and across two. It does not
// own where policies come from, nor which requests an operation makes and with which keys: that is
// the caller's. Service and resource control policies, endpoint policies, grants of KMS and access
// control lists are not part of it.
//
// What it does not know of a document, Parse tells; nothing unknown is ever taken for a match.
//
// Source: IAM user guide, "IAM JSON policy element reference", "Policy evaluation logic" and
// "Troubleshoot access denied error messages"; KMS developer guide, "Key policies in AWS KMS".
package policy
