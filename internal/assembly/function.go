package assembly

import (
	"maps"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdaenv"
	"cognito-m2m/internal/partition"
)

// defaultArchitecture is what Lambda takes if the template names none.
const defaultArchitecture = "x86_64"

const functionNameLimit = 64

var function = template.Type{
	Properties: template.Properties{
		"FunctionName":  template.Text().Like(`^[A-Za-z0-9_-]{1,64}$`),
		"PackageType":   template.OneOf("Zip", "Image"),
		"Handler":       template.Text().Like(`^\S{1,128}$`),
		"Runtime":       template.Text(),
		"Architectures": template.ListOf(template.OneOf("x86_64", "arm64")).AtMost(1),
		"MemorySize":    template.Whole(128, 10240),
		"Timeout":       template.Whole(1, 900),
		"Environment":   template.Object(template.Properties{"Variables": template.MapOf(template.Text())}),
		"Code": template.Object(template.Properties{
			"S3Key":           template.Text(),
			"S3Bucket":        template.Text(),
			"S3ObjectVersion": template.NoEffect(),
			"SourceKMSKeyArn": template.NoEffect(),
			"ImageUri":        template.NoEffect(),
			"ZipFile":         template.NoEffect(),
		}).Must(),
		"LoggingConfig": template.Object(template.Properties{
			"LogGroup":            template.Text(),
			"LogFormat":           template.OneOf("Text", "JSON"),
			"ApplicationLogLevel": template.OneOf("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
			"SystemLogLevel":      template.OneOf("DEBUG", "INFO", "WARN"),
		}),
		"ReservedConcurrentExecutions": template.Whole(0, 1<<31-1),
		"Role":                         template.Text().Must(),
		"CodeSigningConfigArn":         template.NoEffect(),
		"DeadLetterConfig":             template.NoEffect(), // of asynchronous invocations
		"Description":                  template.NoEffect(),
		"EphemeralStorage":             template.Object(template.Properties{"Size": template.Whole(512, 10240).Must()}),
		"KmsKeyArn":                    template.NoEffect(),
		"RecursiveLoop":                template.NoEffect(),
		"RuntimeManagementConfig":      template.NoEffect(),
		"SnapStart":                    template.Object(template.Properties{"ApplyOn": template.OneOf("None", "PublishedVersions").Must()}),
		"Tags":                         template.NoEffect(),
		"TracingConfig":                template.Object(template.Properties{"Mode": template.OneOf("Active", "PassThrough").NeededBy(template.Unknown)}),
		"VpcConfig":                    template.NoEffect(),
		"Layers":                       template.NotSimulated("layers change the files a function finds, and are not simulated"),
		"FileSystemConfigs":            template.NotSimulated("file systems are not simulated"),
		"ImageConfig":                  template.NotSimulated("functions from container images are not simulated"),
	},
	Ref: functionName,
	Attributes: map[string]template.Attribute{
		"Arn": functionARN,
	},
}

var (
	functionName = template.NameFrom("FunctionName", functionNameLimit)
	functionARN  = template.ARNOf("lambda", "function:%", functionName)
)

func readFunction(b *builder, r *template.Resource, v template.Values) {
	f := Function{
		Resource:                     r.Source(),
		Name:                         r.Reference(),
		ARN:                          r.Attribute("Arn"),
		Runtime:                      v.Text("Runtime"),
		Architecture:                 defaultArchitecture,
		Handler:                      v.Text("Handler"),
		MemorySize:                   v.Whole("MemorySize", lambdaenv.DefaultMemoryMB),
		Timeout:                      time.Duration(v.Whole("Timeout", int(lambdaenv.DefaultTimeout/time.Second))) * time.Second,
		Environment:                  v.Object("Environment").TextMap("Variables"),
		RoleARN:                      v.Text("Role"),
		ReservedConcurrentExecutions: v.OptionalWhole("ReservedConcurrentExecutions"),
		LogGroup:                     v.Object("LoggingConfig").Text("LogGroup"),
		Asset:                        b.codeAsset(r, v.Object("Code")),
	}
	b.checkFeatures(f, v)
	if given := v.Texts("Architectures"); len(given) > 0 {
		f.Architecture = given[0]
	}
	if f.LogGroup == "" {
		f.LogGroup = lambdaenv.LogGroup(f.Name)
	}
	b.model.Functions = append(b.model.Functions, f)
}

// checkFeatures looks at what Lambda offers to other functions than this one.
func (b *builder) checkFeatures(f Function, v template.Values) {
	logging := v.Object("LoggingConfig")
	if logging.Text("ApplicationLogLevel")+logging.Text("SystemLogLevel") != "" && logging.Text("LogFormat") != "JSON" {
		b.fail(f.Resource, "LoggingConfig.LogFormat", "log levels need the log format JSON")
	}
	if v.Object("SnapStart").Text("ApplyOn") == "PublishedVersions" && slices.Contains(osOnlyRuntimes, f.Runtime) {
		b.fail(f.Resource, "SnapStart.ApplyOn", "%s is not supported for SnapStart enabled functions.", f.Runtime)
	}
}

// codeAsset finds the directory behind an S3Key. Code that is no asset, such as inline code, gives
// nil, which matters only if an API calls the function.
func (b *builder) codeAsset(r *template.Resource, code template.Values) *Asset {
	found, ok := b.codeAt(code.Text("S3Bucket"), code.Text("S3Key"))
	if !ok || !found.zipped {
		return nil
	}
	if found.fault != nil {
		b.cannot(r.Source(), "Code.S3Key", "%v", found.fault)
	}
	return &Asset{Hash: found.hash, Dir: found.dir, Size: found.size}
}

// checkFunctions holds functions to what Lambda takes.
//
// Parity: Assembly: size of a function's variables
func (b *builder) checkFunctions() {
	names := owners{}
	for _, f := range b.model.Functions {
		if other, taken := names.claim(f.Name, f.Resource); taken {
			b.fail(f.Resource, "FunctionName", "the function %q already exists, as %s: give one of them another name", f.Name, other)
		}
		for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
			if lambdaenv.Reserved(name) {
				b.fail(f.Resource, "Environment.Variables."+name, "Lambda reserves this name: choose another one")
			}
		}
		if size := lambdaenv.Size(f.Environment); size > lambdaenv.MaxSize {
			b.fail(f.Resource, "Environment.Variables",
				"names and values take %d bytes as JSON, and Lambda allows %d: shorten them, or keep large values in a file of the code",
				size, lambdaenv.MaxSize)
		}
	}
}

// checkFunction reports a function that a property names and the stage does not have, or cannot
// run. It returns whether the stage has it.
func (b *builder) checkFunction(r Resource, property, arn string) bool {
	if arn == "" {
		return false
	}
	isTarget := func(f Function) bool { return f.ARN == arn }
	index := slices.IndexFunc(b.model.Functions, isTarget)
	if index < 0 {
		b.cannot(r, property, "the stage has no function %s", arn)
		return false
	}
	f := b.model.Functions[index]
	if f.Asset == nil {
		b.cannot(f.Resource, "Code", "the function's code is not a directory among the assembly's assets, so it cannot be run here")
	}
	if !slices.Contains(osOnlyRuntimes, f.Runtime) {
		b.cannot(f.Resource, "Runtime", "the runtime %q is not simulated; %s are", f.Runtime, strings.Join(osOnlyRuntimes, " and "))
	}
	if f.Handler == "" {
		b.fail(f.Resource, "Handler", "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return true
}

var osOnlyRuntimes = lambdaenv.OSOnlyRuntimes()

// functionARNOf completes the forms in which Lambda takes a function's name: name, name:alias,
// account:function:name, and the ARN itself.
func functionARNOf(l partition.Place, name string) string {
	switch {
	case name == "" || strings.HasPrefix(name, "arn:"):
		return name
	case strings.Contains(name, ":function:"):
		return "arn:" + partition.Of(l.Region) + ":lambda:" + l.Region + ":" + name
	}
	return l.ARN("lambda", "function:"+name)
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

var functionVersion = template.Type{
	Properties: template.Properties{"FunctionName": template.Text()},
	Ref:        qualifiedARN("1"),
	Attributes: map[string]template.Attribute{
		"Version": func(template.Place, *template.Resource) (string, bool) { return "1", true },
	},
}

var functionAlias = template.Type{
	Properties: template.Properties{"FunctionName": template.Text(), "Name": template.Text()},
	Ref: func(at template.Place, r *template.Resource) (string, bool) {
		name, ok := r.Text("Name")
		if !ok {
			return "", false
		}
		return qualifiedARN(name)(at, r)
	},
}

// qualifiedARN is the ARN of the function that FunctionName names, with a qualifier.
func qualifiedARN(qualifier string) template.Attribute {
	return func(_ template.Place, r *template.Resource) (string, bool) {
		name, ok := r.Text("FunctionName")
		return functionARNOf(r.Location(), name) + ":" + qualifier, ok
	}
}
