// Package s3 is the part of Amazon S3 through which a deployment gets its assets to where it is
// deployed: the buckets of a CDK bootstrap, with objects that are uploaded, listed and read.
//
// It owns which buckets there are, the objects with their index on disk, checksums and multipart
// uploads. It does not own the wire protocol and signatures (package awsapi), or what is in an
// object.
//
// An object is kept in a file that is called after its SHA-256, and the index says which bucket
// and key have it. So no bucket and no key is ever a path.
//
// Source: the S3 API reference; the deserializers of aws-sdk-go-v2; the bootstrap template of the
// CDK CLI for the buckets.
package s3
