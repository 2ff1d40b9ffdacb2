package config_test

import (
	"strings"
	"testing"
)

func TestKeptDefaultEndpoint(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", `  customDomain:
    name: api.example.com
    certificateArn: "arn:aws:acm:ap-northeast-1:012345678901:certificate/1"
    hostedZoneId: Z1
    hostedZoneName: example.com
    keepDefaultEndpoint: true
  throttle:`, 1))
	if problems != nil || !got.API.CustomDomain.KeepDefaultEndpoint || got.API.CustomDomain.MutualTLS != nil {
		t.Errorf("problems %v, environment %+v", problems, got)
	}
}
