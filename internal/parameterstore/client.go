package parameterstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

const (
	serviceID   = "SSM"       // in settings and errors
	signingName = "ssm"       // in signatures
	targetName  = "AmazonSSM" // in X-Amz-Target
)

// Client calls the Parameter Store of one Region. It is safe for concurrent use.
type Client struct {
	baseEndpoint *string
	endpoint     *url.URL
	misplaced    error // why there is no endpoint

	options  sts.Options // what the SDK makes of the settings; where STS is reached is not used
	protocol *awsjson.Protocol
	skew     *atomic.Int64 // of this clock and AWS's, as the last answer showed it
}

// New makes a client of settings. If something is wrong with them, its calls say so.
func New(settings aws.Config) *Client {
	service := smithy.NewSchema(smithy.ShapeID{Name: targetName}, smithy.ShapeTypeService, 0)
	c := &Client{
		baseEndpoint: baseEndpointOf(settings),
		options:      optionsOf(settings),
		protocol:     awsjson.New11(smithy.NewServiceSchema(service, "")),
		skew:         new(atomic.Int64),
	}
	c.endpoint, c.misplaced = endpointOf(c.baseEndpoint, c.options)
	return c
}

// optionsOf is what the SDK makes of settings.
func optionsOf(settings aws.Config) sts.Options {
	var retryer aws.Retryer
	options := sts.NewFromConfig(settings, func(o *sts.Options) { retryer = o.Retryer }).Options()
	if options.RetryMaxAttempts != 0 {
		retryer = retry.AddWithMaxAttempts(retryer, options.RetryMaxAttempts)
	}
	options.Retryer = retryer // STS's own also retries what an identity provider has failed in
	return options
}

// BaseEndpoint is the endpoint that the settings name, nil if they name none.
func (c *Client) BaseEndpoint() *string { return c.baseEndpoint }

// call does an operation. What is answered goes to output, unless that is nil.
func (c *Client) call(ctx context.Context, operation string, input, output any) error {
	ctx = middleware.SetLogger(middleware.ClearStackValues(ctx), c.options.Logger)
	ctx = awsmiddleware.SetOperationName(awsmiddleware.SetServiceID(ctx, serviceID), operation)
	stack, err := c.stack(operation, output)
	if err == nil {
		err = c.misplaced
	}
	if err == nil {
		handler := smithyhttp.NewClientHandlerWithOptions(c.options.HTTPClient)
		_, _, err = middleware.DecorateHandler(handler, stack).Handle(ctx, input)
	}
	if err != nil {
		return &smithy.OperationError{ServiceID: serviceID, OperationName: operation, Err: err}
	}
	return nil
}

// stack is what a request goes through, from top to bottom, and its answer, from bottom to top.
func (c *Client) stack(operation string, output any) (*middleware.Stack, error) {
	o, stack := c.options, middleware.NewStack(operation, smithyhttp.NewStackRequest)
	exchange := exchange{c, smithy.NewOperationSchema(smithy.NewSchema(smithy.ShapeID{Name: operation}, smithy.ShapeTypeOperation, 0), nil, nil), output}
	err := errors.Join(
		stack.Serialize.Add(middleware.SerializeMiddlewareFunc("OperationSerializer", exchange.write), middleware.After),
		stack.Build.Add(&awsmiddleware.ClientRequestID{}, middleware.After),
		stack.Build.Add(userAgent(o, output != nil), middleware.After),
		stack.Build.Add(&awsmiddleware.RecursionDetection{}, middleware.After),
		stack.Finalize.Add(retry.NewAttemptMiddleware(o.Retryer, smithyhttp.RequestCloner, func(a *retry.Attempt) {
			a.LogAttempts = o.ClientLogMode.IsRetries()
			a.ClientSkew, a.DisableClockSkewCorrection = c.skew, o.DisableClockSkewCorrection
		}), middleware.After),
		stack.Finalize.Add(&v4.ComputePayloadSHA256{}, middleware.After),
		stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("Signing", c.sign), middleware.After),
		stack.Deserialize.Add(&awshttp.ResponseErrorWrapper{}, middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RequestIDRetriever{}, middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("OperationDeserializer", exchange.read), middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RecordResponseTiming{}, middleware.After),
		stack.Deserialize.Add(&smithyhttp.RequestResponseLogger{
			LogRequest: o.ClientLogMode.IsRequest(), LogRequestWithBody: o.ClientLogMode.IsRequestWithBody(),
			LogResponse: o.ClientLogMode.IsResponse(), LogResponseWithBody: o.ClientLogMode.IsResponseWithBody(),
		}, middleware.After),
	)
	for _, change := range o.APIOptions {
		err = errors.Join(err, change(stack))
	}
	return stack, err
}

// userAgent says of the program what the SDK's clients say.
func userAgent(o sts.Options, paginates bool) *awsmiddleware.RequestUserAgent {
	agent := awsmiddleware.NewRequestUserAgent()
	if paginates {
		agent.AddUserAgentFeature(awsmiddleware.UserAgentFeaturePaginator)
	}
	agent.AddSDKAgentKey(awsmiddleware.APIMetadata, signingName)
	if o.AppID != "" {
		agent.AddSDKAgentKey(awsmiddleware.ApplicationIdentifier, o.AppID)
	}
	switch o.Retryer.(type) {
	case *retry.Standard:
		agent.AddUserAgentFeature(awsmiddleware.UserAgentFeatureRetryModeStandard)
	case *retry.AdaptiveMode:
		agent.AddUserAgentFeature(awsmiddleware.UserAgentFeatureRetryModeAdaptive)
	}
	if credentials, ok := o.Credentials.(aws.CredentialProviderSource); ok {
		for _, source := range credentials.ProviderSources() {
			agent.AddCredentialsSource(source)
		}
	}
	return agent
}

// sign signs a request, unless the settings' credentials are anonymous.
func (c *Client) sign(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
	i := slices.IndexFunc(c.options.AuthSchemes, func(s smithyhttp.AuthScheme) bool { return s.SchemeID() == "aws.auth#sigv4" })
	request, ok := in.Request.(*smithyhttp.Request)
	if i < 0 || !ok {
		return out, metadata, errors.New("AWS's SDK has no signatures of version 4")
	}
	scheme := c.options.AuthSchemes[i]
	if credentials := scheme.IdentityResolver(c.options); credentials != nil {
		identity, err := credentials.GetIdentity(ctx, smithy.Properties{})
		if err != nil {
			return out, metadata, fmt.Errorf("getting credentials: %w", err)
		}
		var properties smithy.Properties
		smithyhttp.SetSigV4SigningName(&properties, signingName)
		smithyhttp.SetSigV4SigningRegion(&properties, c.options.Region)
		if err := scheme.Signer().SignRequest(ctx, request, identity, properties); err != nil {
			return out, metadata, fmt.Errorf("signing the request: %w", err)
		}
	}
	return next.HandleFinalize(ctx, in)
}

// exchange is what differs between operations: the bodies.
type exchange struct {
	client    *Client
	operation *smithy.OperationSchema // without members: bodies are written and read as JSON here
	output    any
}

func (e exchange) write(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (out middleware.SerializeOutput, metadata middleware.Metadata, err error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return out, metadata, fmt.Errorf("writing a request: it is a %T", in.Request)
	}
	if err := e.client.protocol.SerializeRequest(ctx, e.operation, nil, request); err != nil {
		return out, metadata, &smithy.SerializationError{Err: err}
	}
	body, err := json.Marshal(in.Parameters)
	if err != nil {
		return out, metadata, &smithy.SerializationError{Err: err}
	}
	if request, err = request.SetStream(bytes.NewReader(body)); err != nil {
		return out, metadata, &smithy.SerializationError{Err: err}
	}
	at := e.client.endpoint
	request.URL.Scheme, request.URL.Host = at.Scheme, at.Host
	request.URL.Path, request.URL.RawPath = smithyhttp.JoinPath(at.Path, request.URL.Path), at.RawPath
	in.Request = request
	return next.HandleSerialize(ctx, in)
}

func (e exchange) read(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, err
	}
	defer smithyhttp.CloseResponseBody(ctx, response, false, nil)
	if err == nil {
		err = e.client.protocol.DeserializeResponse(ctx, e.operation, &smithy.TypeRegistry{}, response, nil)
	}
	if refusal, ok := errors.AsType[*smithy.GenericAPIError](err); ok && refusal.Message == "UnknownError" && refusal.Code != "UnknownError" {
		refusal.Message = "" // which is the SDK's where the service has none
	}
	if err != nil || e.output == nil {
		return out, metadata, err
	}
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, e.output)
	}
	if err != nil {
		err = &smithy.DeserializationError{Err: err}
	}
	return out, metadata, err
}
