// Package assembly reads the cloud assembly that `cdk synth` wrote and turns one of its stages into
// a typed model in which every CloudFormation intrinsic is resolved.
//
// It owns the reading of manifests, templates and asset manifests, the tables that say which
// resource types and properties are simulated, known or refused, and the checks a deployment would
// fail on. It does not own the language of templates (package template does) and ids (the caller
// keeps those, see IDs), serves nothing and calls nothing: the only thing it reads is the
// assembly's directory.
//
// An assembly is read by load.go, and the model of a stage is made by resolve.go, the last file.
// Between the two, each type of resource has a file with its properties, how it gets into the model
// and what AWS refuses of it. Each file uses only those before it: manifest, files, model, stage,
// loader, load, builder, userpool, resourceserver, appclient, domain, function, permission, secret,
// rotation, integration, route, authorizer, apistage, api, notsimulated, policy, types, resolve.
//
// Sources: the CDK cloud assembly schema (as CDK 2.276.0 writes it, version 55), the AWS
// CloudFormation template reference, and the resource schemas as summed up in
// docs/aws-behaviour.md, section 3.4.
package assembly
