package parameterstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cognito-m2m/internal/partition"
)

// baseEndpointOf is the endpoint that settings name for Systems Manager or, after that, for all
// services. AWS_ENDPOINT_URL comes before what a profile says of one service.
func baseEndpointOf(settings aws.Config) *string {
	_, forAll := os.LookupEnv("AWS_ENDPOINT_URL")
	_, forThis := os.LookupEnv("AWS_ENDPOINT_URL_SSM")
	if forAll && !forThis || ignoresConfigured(settings) {
		return settings.BaseEndpoint
	}
	for _, source := range settings.ConfigSources {
		if s, ok := source.(interface {
			GetServiceBaseEndpoint(ctx context.Context, sdkID string) (string, bool, error)
		}); ok {
			if endpoint, found, err := s.GetServiceBaseEndpoint(context.Background(), serviceID); found && err == nil {
				return &endpoint
			}
		}
	}
	return settings.BaseEndpoint
}

// ignoresConfigured is what AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile say.
func ignoresConfigured(settings aws.Config) bool {
	for _, source := range settings.ConfigSources {
		if s, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(ctx context.Context) (bool, bool, error)
		}); ok {
			if ignores, found, err := s.GetIgnoreConfiguredEndpoints(context.Background()); found || err != nil {
				return ignores && found
			}
		}
	}
	return false
}

// endpointOf is where requests go: to the base endpoint if there is one, or else to the host that
// the SDK's rules for Systems Manager give the Region.
func endpointOf(base *string, o sts.Options) (*url.URL, error) {
	region := strings.NewReplacer("-fips-", "-", "fips-", "", "-fips", "").Replace(o.Region)
	fips := region != o.Region || o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled
	dualStack := o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled
	switch {
	case region != "" && !isHostName(region):
		return nil, fmt.Errorf("%q can't be a Region", region)
	case base != nil && (fips || dualStack):
		return nil, errors.New("a custom endpoint can't be combined with FIPS or dual stack")
	case base != nil:
		endpoint, err := url.Parse(*base)
		if err != nil {
			return nil, errors.New("the custom endpoint is not a URL") // which may have a password in it
		}
		return endpoint, nil
	case region == "":
		return nil, errors.New("no AWS Region is set")
	}
	host, suffix := "ssm.", partition.URLSuffix(region)
	if dualStack {
		suffix = partition.DualStackSuffix(region)
	}
	// In GovCloud (US), the host without FIPS in its name has it, except for dual stack.
	if fips && (dualStack || partition.Of(region) != partition.GovCloud) {
		host = "ssm-fips."
	}
	return &url.URL{Scheme: "https", Host: host + region + "." + suffix}, nil
}

// isHostName says whether a text can be part of a host's name.
func isHostName(text string) bool {
	for label := range strings.SplitSeq(text, ".") {
		if !smithyhttp.ValidHostLabel(label) || strings.Trim(label, "-") != label {
			return false
		}
	}
	return true
}
