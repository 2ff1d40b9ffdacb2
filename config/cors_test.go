package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

var everyMethod = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

// A * is only written where a browser takes it for what it is meant to be.
func TestCORSWritesOutWhatIsMeant(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]config.CORS{
		`{allowOrigins: ["https://a.b"], allowCredentials: true}`: {
			AllowOrigins: []string{"https://a.b"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}, AllowCredentials: true,
		},
		`{allowOrigins: ["https://a.b"], allowMethods: [GET, "*"], allowCredentials: true}`: {
			AllowOrigins: []string{"https://a.b"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}, AllowCredentials: true,
		},
		`{allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*", Authorization], exposeHeaders: ["*"]}`: {
			AllowOrigins: []string{"*"}, AllowMethods: []string{"*"}, AllowHeaders: []string{"*", "Authorization"}, ExposeHeaders: []string{"*"},
		},
	} {
		got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: "+written+"\n  throttle:", 1))
		if problems != nil {
			t.Errorf("%s: %v", written, problems)
			continue
		}
		if diff := cmp.Diff(&want, got.API.CORS); diff != "" {
			t.Errorf("%s (-want +got):\n%s", written, diff)
		}
	}
}

func TestWildcardsThatBrowsersTakeLiterally(t *testing.T) {
	t.Parallel()
	cases := map[string]faulty{}
	for name, c := range map[string]struct{ cors, want string }{
		"all headers with credentials": {
			`{allowOrigins: ["https://a.b"], allowCredentials: true, allowHeaders: ["*", authorization]}`,
			"18:65: api.cors.allowHeaders: with allowCredentials, browsers take * for a header of that name (name the headers, authorization among them)",
		},
		"all exposed with credentials": {
			`{allowOrigins: ["https://a.b"], allowCredentials: true, exposeHeaders: ["*"]}`,
			"18:65: api.cors.exposeHeaders: with allowCredentials, browsers take * for a header of that name (name the headers)",
		},
		"all headers": {
			`{allowOrigins: ["*"], allowHeaders: ["*"]}`,
			"18:31: api.cors.allowHeaders: * does not cover authorization, which carries the token (name it beside *)",
		},
	} {
		cases[name] = faulty{"  throttle:", "  cors: " + c.cors + "\n  throttle:", c.want}
	}
	reject(t, cases)
}

// AWS takes a list without it, so it is only said.
func TestBrowsersThatCannotSendTheToken(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: {allowOrigins: [\"*\"], allowHeaders: [x-trace]}\n  throttle:", 1))
	if problems != nil {
		t.Fatal(problems)
	}
	for _, warning := range got.Warnings {
		if warning.Path == "api.cors.allowHeaders" && strings.Contains(warning.Message, "lacks authorization") {
			return
		}
	}
	t.Errorf("warnings: %v", got.Warnings)
}

func TestDefaultsOfCORS(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", strings.Replace(valid, "  throttle:", "  cors: {allowOrigins: [\"*\"]}\n  throttle:", 1))
	if problems != nil {
		t.Fatal(problems)
	}
	want := &config.CORS{AllowOrigins: []string{"*"}, AllowMethods: everyMethod, AllowHeaders: []string{"authorization", "content-type"}}
	if diff := cmp.Diff(want, got.API.CORS); diff != "" {
		t.Errorf("CORS (-want +got):\n%s", diff)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), "api.routes[0]: takes browsers' preflight requests") {
		t.Errorf("warnings %v, want one about the route ANY", got.Warnings)
	}
}
