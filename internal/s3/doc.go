// Package s3 is the part of Amazon S3 that a deployment uploads its assets to: the buckets of a CDK
// bootstrap, with objects that are uploaded, listed and read.
//
// It owns which buckets there are, the objects with their index on disk, checksums and multipart
// uploads. It does not own the wire protocol and signatures (package awsapi), or what is in an
// object.
//
// The content of an object is kept in a file that is named after its SHA-256, and the index says
// which bucket and key have it. So the name of a bucket or a key is never a path.
//
// The order in which to read it: config; store, the operations; bucket, which buckets there are;
// index, what is kept; checksum and object; list; multipart; error.
//
// Source: the S3 API reference; the deserializers of aws-sdk-go-v2; the bootstrap template of the
// CDK CLI for the buckets.
package s3
