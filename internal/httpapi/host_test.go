package httpapi_test

import (
	"testing"

	"cognito-m2m/internal/httpapi"
)

func TestHost(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":  "a1.execute-api.eu-west-1.amazonaws.com",
		"cn-north-1": "a1.execute-api.cn-north-1.amazonaws.com.cn",
	} {
		if got := httpapi.Host("a1", region); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
