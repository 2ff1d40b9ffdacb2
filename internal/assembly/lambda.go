package assembly

import (
	"slices"
	"strings"
	"time"
)

// What Lambda takes for properties that the template leaves out.
const (
	defaultMemorySize   = 128 // MB
	defaultTimeout      = 3   // seconds
	defaultArchitecture = "x86_64"
)

const functionNameLimit = 64

var function = resourceType{
	properties: properties{
		"FunctionName":  text().like(`^[A-Za-z0-9_-]{1,64}$`),
		"PackageType":   oneOf("Zip", "Image"),
		"Handler":       text().like(`^\S{1,128}$`),
		"Runtime":       text(),
		"Architectures": listOf(oneOf("x86_64", "arm64")).atMost(1),
		"MemorySize":    whole(128, 10240),
		"Timeout":       whole(1, 900),
		"Environment":   object(properties{"Variables": mapOf(text())}),
		"Code": object(properties{
			"S3Key":           text(),
			"S3Bucket":        noEffect(),
			"S3ObjectVersion": noEffect(),
			"SourceKMSKeyArn": noEffect(),
			"ImageUri":        noEffect(),
			"ZipFile":         noEffect(),
		}).must(),
		"LoggingConfig": object(properties{
			"LogGroup":            text(),
			"LogFormat":           oneOf("Text", "JSON"),
			"ApplicationLogLevel": oneOf("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
			"SystemLogLevel":      oneOf("DEBUG", "INFO", "WARN"),
		}),
		"ReservedConcurrentExecutions": whole(0, 1<<31-1),
		"Role":                         noEffect().must(),
		"CodeSigningConfigArn":         noEffect(),
		"DeadLetterConfig":             noEffect(), // of asynchronous invocations
		"Description":                  noEffect(),
		"EphemeralStorage":             object(properties{"Size": whole(512, 10240).must()}),
		"KmsKeyArn":                    noEffect(),
		"RecursiveLoop":                noEffect(),
		"RuntimeManagementConfig":      noEffect(),
		"SnapStart":                    object(properties{"ApplyOn": oneOf("None", "PublishedVersions").must()}),
		"Tags":                         noEffect(),
		"TracingConfig":                object(properties{"Mode": oneOf("Active", "PassThrough").must()}),
		"VpcConfig":                    noEffect(),
		"Layers":                       unsupported("layers change the files a function finds, and are not simulated"),
		"FileSystemConfigs":            unsupported("file systems are not simulated"),
		"ImageConfig":                  unsupported("functions from container images are not simulated"),
	},
	ref: functionName,
	attributes: map[string]attribute{
		"Arn": functionARN,
	},
	read: readFunction,
}

var (
	functionName = nameFrom("FunctionName", functionNameLimit)
	functionARN  = arnOf("lambda", "function:%", functionName)
)

func readFunction(b *builder, r *resource, v values) {
	f := Function{
		Resource:                     r.source(),
		Name:                         r.reference(),
		ARN:                          r.attribute("Arn"),
		Runtime:                      v.text("Runtime"),
		Architecture:                 defaultArchitecture,
		Handler:                      v.text("Handler"),
		MemorySize:                   v.whole("MemorySize", defaultMemorySize),
		Timeout:                      time.Duration(v.whole("Timeout", defaultTimeout)) * time.Second,
		Environment:                  v.object("Environment").textMap("Variables"),
		ReservedConcurrentExecutions: v.optionalWhole("ReservedConcurrentExecutions"),
		LogGroup:                     v.object("LoggingConfig").text("LogGroup"),
		Asset:                        r.codeAsset(v.object("Code").text("S3Key")),
	}
	b.checkFeatures(f, v)
	if given := v.texts("Architectures"); len(given) > 0 {
		f.Architecture = given[0]
	}
	if f.LogGroup == "" {
		f.LogGroup = "/aws/lambda/" + f.Name
	}
	b.model.Functions = append(b.model.Functions, f)
}

// checkFeatures looks at what Lambda offers to other functions than this one.
func (b *builder) checkFeatures(f Function, v values) {
	logging := v.object("LoggingConfig")
	if logging.text("ApplicationLogLevel")+logging.text("SystemLogLevel") != "" && logging.text("LogFormat") != "JSON" {
		b.fail(f.Resource, "LoggingConfig.LogFormat", "log levels need the log format JSON")
	}
	if v.object("SnapStart").text("ApplyOn") == "PublishedVersions" && slices.Contains(osOnlyRuntimes, f.Runtime) {
		b.fail(f.Resource, "SnapStart.ApplyOn", "%s is not supported for SnapStart enabled functions.", f.Runtime)
	}
}

// codeAsset finds the directory behind an S3Key in the asset manifests of the stage. Code that is no asset, such as
// inline code, gives nil, which matters only if an API calls the function.
func (r *resource) codeAsset(key string) *Asset {
	found, ok := r.scope.evaluation.assets[key]
	if !ok || !found.zipped {
		return nil
	}
	if found.fault != nil {
		r.place().field("Code.S3Key").invalid("%v", found.fault)
	}
	return &Asset{Hash: found.hash, Dir: found.dir}
}

var permission = resourceType{
	properties: properties{
		"FunctionName":          text().must(),
		"Action":                text().must(),
		"Principal":             text().must(),
		"SourceArn":             text(),
		"SourceAccount":         text(),
		"PrincipalOrgID":        noEffect(),
		"EventSourceToken":      noEffect(),
		"FunctionUrlAuthType":   noEffect(),
		"InvokedViaFunctionUrl": noEffect(),
	},
	ref:        generatedID,
	attributes: map[string]attribute{"Id": generatedID},
	read:       readPermission,
}

func readPermission(b *builder, r *resource, v values) {
	p := Permission{
		Resource:      r.source(),
		Principal:     v.text("Principal"),
		Action:        v.text("Action"),
		SourceARN:     v.text("SourceArn"),
		SourceAccount: v.text("SourceAccount"),
	}
	p.FunctionARN, p.Qualifier = cutQualifier(r.scope.functionARN(v.text("FunctionName")))
	b.model.Permissions = append(b.model.Permissions, p)
}

// functionARN completes the forms in which Lambda takes a function's name: name, name:alias, account:function:name,
// and the ARN itself.
func (s *scope) functionARN(name string) string {
	switch {
	case name == "" || strings.HasPrefix(name, "arn:"):
		return name
	case strings.Contains(name, ":function:"):
		return "arn:" + s.partition() + ":lambda:" + s.region + ":" + name
	}
	return s.arn("lambda", "function:"+name)
}

// cutQualifier separates a function's ARN from the alias or version that may follow it.
//
// Parity: Assembly: aliases and versions of a function
func cutQualifier(arn string) (unqualified, qualifier string) {
	const parts = 7 // arn:aws:lambda:<Region>:<account>:function:<name>
	fields := strings.SplitN(arn, ":", parts+1)
	if len(fields) <= parts {
		return arn, ""
	}
	return strings.Join(fields[:parts], ":"), fields[parts]
}

var functionVersion = resourceType{
	properties: properties{"FunctionName": text()},
	ref:        qualifiedARN("1"),
	attributes: map[string]attribute{
		"Version": func(place, *resource) (any, bool) { return "1", true },
	},
}

var functionAlias = resourceType{
	properties: properties{"FunctionName": text(), "Name": text()},
	ref: func(at place, r *resource) (any, bool) {
		name, ok := r.text("Name")
		if !ok {
			return nil, false
		}
		return qualifiedARN(name)(at, r)
	},
}

// qualifiedARN is the ARN of the function that FunctionName names, with a qualifier.
func qualifiedARN(qualifier string) attribute {
	return func(_ place, r *resource) (any, bool) {
		name, ok := r.text("FunctionName")
		return r.scope.functionARN(name) + ":" + qualifier, ok
	}
}
