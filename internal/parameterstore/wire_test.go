package parameterstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"cognito-m2m/internal/parameterstore"
)

const (
	secretKey    = "the-secret-access-key"
	sessionToken = "the-session-token"
)

// operation is one call, made by this package and by the SDK's own client.
type operation struct {
	ours func(context.Context, *parameterstore.Client) error
	sdks func(context.Context, *ssm.Client) error
}

var operations = map[string]operation{
	"put": {
		func(ctx context.Context, c *parameterstore.Client) error {
			return c.Put(ctx, parameterstore.Parameter{Name: "/a/b", Value: "<é\x00\u2028\"\\>"}, false)
		},
		func(ctx context.Context, c *ssm.Client) error {
			_, err := c.PutParameter(ctx, &ssm.PutParameterInput{
				Name: aws.String("/a/b"), Value: aws.String("<é\x00\u2028\"\\>"), Type: types.ParameterTypeString, Overwrite: aws.Bool(false),
			})
			return err
		},
	},
	"overwrite": {
		func(ctx context.Context, c *parameterstore.Client) error {
			return c.Put(ctx, parameterstore.Parameter{Name: "/a/b", Value: "c"}, true)
		},
		func(ctx context.Context, c *ssm.Client) error {
			_, err := c.PutParameter(ctx, &ssm.PutParameterInput{
				Name: aws.String("/a/b"), Value: aws.String("c"), Type: types.ParameterTypeString, Overwrite: aws.Bool(true),
			})
			return err
		},
	},
	"delete": {
		func(ctx context.Context, c *parameterstore.Client) error { return c.Delete(ctx, "/a/b") },
		func(ctx context.Context, c *ssm.Client) error {
			_, err := c.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String("/a/b")})
			return err
		},
	},
	"list": {
		func(ctx context.Context, c *parameterstore.Client) error {
			_, err := c.ByPath(ctx, "/a")
			return err
		},
		func(ctx context.Context, c *ssm.Client) error {
			pages := ssm.NewGetParametersByPathPaginator(c, &ssm.GetParametersByPathInput{Path: aws.String("/a")})
			for pages.HasMorePages() {
				if _, err := pages.NextPage(ctx); err != nil {
					return err
				}
			}
			return nil
		},
	},
}

// received is a request as it came.
type received struct {
	method, uri string
	headers     http.Header
	body        any
}

// service answers on loopback and keeps what was asked.
type service struct {
	*httptest.Server

	mu       sync.Mutex
	received []received
}

// serve answers the request with this number, from 0.
func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, number int)) *service {
	t.Helper()
	s, number := &service{}, 0
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		got := received{method: r.Method, uri: r.RequestURI, headers: r.Header.Clone()}
		if err == nil {
			err = json.Unmarshal(body, &got.body)
		}
		if err != nil {
			t.Errorf("the body %s: %v", body, err)
		}
		s.mu.Lock()
		s.received = append(s.received, got)
		number++
		this := number - 1
		s.mu.Unlock()
		answer(w, r, this)
	}))
	t.Cleanup(s.Close)
	return s
}

// asked are the requests since it was last called.
func (s *service) asked() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.received
	s.received = nil
	return asked
}

// pages answers everything, and lists in two pages.
func pages(w http.ResponseWriter, r *http.Request, number int) {
	switch {
	case !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "ByPath"):
		fmt.Fprint(w, `{}`)
	case number == 0:
		fmt.Fprint(w, `{"Parameters": [{"Name": "/a/b", "Value": "1", "Type": "String", "LastModifiedDate": 1.5E9}, {"Name": "/a/c"}], "NextToken": "more"}`)
	default:
		fmt.Fprint(w, `{"Parameters": [{"Name": "/a/d", "Value": "<é\u0000\""}], "NextToken": null, "Later": []}`)
	}
}

// settings lead to a service, and are patient for so many attempts.
func settings(s *service, attempts int) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(s.URL), AppID: "an-app", HTTPClient: s.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", secretKey, sessionToken),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = attempts
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

// TestPages: a listing is that of all pages.
func TestPages(t *testing.T) {
	t.Parallel()
	s := serve(t, pages)
	got, err := parameterstore.New(settings(s, 1)).ByPath(t.Context(), "/a")
	want := []parameterstore.Parameter{{Name: "/a/b", Value: "1"}, {Name: "/a/c"}, {Name: "/a/d", Value: "<é\x00\""}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	if asked := s.asked(); len(asked) != 2 || !reflect.DeepEqual(asked[1].body, map[string]any{"Path": "/a", "NextToken": "more"}) {
		t.Errorf("the requests were %v", asked)
	}
}

// TestRequests: on the wire, requests are those of the SDK's own client.
func TestRequests(t *testing.T) {
	t.Parallel()
	withHeader := smithyhttp.SetHeaderValue("X-Of-An-Api-Option", "1")
	for name, change := range map[string]func(*aws.Config){
		"plain":     func(*aws.Config) {},
		"path":      func(c *aws.Config) { *c.BaseEndpoint += "/base/x%2Fy" },
		"anonymous": func(c *aws.Config) { c.Credentials = aws.AnonymousCredentials{} },
		"no token": func(c *aws.Config) {
			c.Credentials = credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", secretKey, "")
		},
		"adaptive":    func(c *aws.Config) { c.Retryer, c.RetryMode, c.AppID = nil, aws.RetryModeAdaptive, "" },
		"attempts":    func(c *aws.Config) { c.Retryer, c.RetryMaxAttempts = nil, 7 },
		"API options": func(c *aws.Config) { c.APIOptions = append(c.APIOptions, withHeader) },
	} {
		for which, operation := range operations {
			t.Run(name+", "+which, func(t *testing.T) {
				t.Parallel()
				ours, sdks := serve(t, pages), serve(t, pages)
				c := settings(ours, 3)
				change(&c)
				if err := operation.ours(t.Context(), parameterstore.New(c)); err != nil {
					t.Fatal(err)
				}
				c = settings(sdks, 3)
				change(&c)
				if err := operation.sdks(t.Context(), ssm.NewFromConfig(c)); err != nil {
					t.Fatal(err)
				}
				got, want := ours.asked(), sdks.asked()
				if len(got) != len(want) {
					t.Fatalf("%d requests, want %d", len(got), len(want))
				}
				for i := range got {
					compare(t, got[i], want[i])
				}
			})
		}
	}
}

// variable is what of a header differs from request to request, or between the two clients: the
// version of the package ssm.
var variable = regexp.MustCompile(`Signature=\w+|api/ssm#[0-9.]+`)

// compare fails unless a request is as wanted.
func compare(t *testing.T, got, want received) {
	t.Helper()
	if got.method != want.method || got.uri != want.uri || !reflect.DeepEqual(got.body, want.body) {
		t.Errorf("got %s %s %v, want %s %s %v", got.method, got.uri, got.body, want.method, want.uri, want.body)
	}
	names := slices.Sorted(maps.Keys(got.headers))
	if wanted := slices.Sorted(maps.Keys(want.headers)); !slices.Equal(names, wanted) {
		t.Errorf("got headers %v, want %v", names, wanted)
	}
	for _, name := range names {
		if slices.Contains([]string{"X-Amz-Date", "Amz-Sdk-Invocation-Id", "Content-Length"}, name) {
			continue
		}
		value, wanted := got.headers.Get(name), want.headers.Get(name)
		if name == "User-Agent" || name == "Authorization" {
			value, wanted = variable.ReplaceAllString(value, "api/ssm"), variable.ReplaceAllString(wanted, "api/ssm")
		}
		if value != wanted {
			t.Errorf("got %s %q, want %q", name, value, wanted)
		}
	}
}

// ender counts answers whose bodies were not read to the end and closed. Their connections are not
// used again.
type ender struct {
	aws.HTTPClient

	open int
}

func (e *ender) Do(request *http.Request) (*http.Response, error) {
	response, err := e.HTTPClient.Do(request)
	if err == nil {
		e.open++
		response.Body = &ending{ReadCloser: response.Body, of: e}
	}
	return response, err
}

type ending struct {
	io.ReadCloser

	of   *ender
	read bool
}

func (e *ending) Read(into []byte) (int, error) {
	n, err := e.ReadCloser.Read(into)
	e.read = e.read || errors.Is(err, io.EOF)
	return n, err
}

func (e *ending) Close() error {
	if e.read {
		e.of.open--
	}
	return e.ReadCloser.Close()
}

// TestAnswersEnd: a connection can be used again after any answer.
func TestAnswersEnd(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"Parameters": []}`)
		})
		for which, operation := range operations {
			c := settings(s, 1)
			answers := &ender{HTTPClient: c.HTTPClient}
			c.HTTPClient = answers
			err := operation.ours(t.Context(), parameterstore.New(c))
			if (err == nil) != (status == http.StatusOK) || answers.open != 0 || len(s.asked()) != 1 {
				t.Errorf("%s, answered %d: %v, %d bodies are left", which, status, err, answers.open)
			}
		}
	}
}

// TestTrace: in a function, a request names the trace of the invocation.
func TestTrace(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "a-function")
	t.Setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
	s := serve(t, pages)
	if err := operations["put"].ours(t.Context(), parameterstore.New(settings(s, 1))); err != nil {
		t.Fatal(err)
	}
	if got := s.asked()[0].headers.Get("X-Amzn-Trace-Id"); got != "Root=1-5759e988-bd862e3fe1be46a994272793" {
		t.Errorf("got %q", got)
	}
}

// TestLog: what the settings ask for is logged.
func TestLog(t *testing.T) {
	t.Parallel()
	lines := map[string][]string{}
	for who, call := range map[string]func(aws.Config) error{
		"ours": func(c aws.Config) error { return operations["put"].ours(t.Context(), parameterstore.New(c)) },
		"sdks": func(c aws.Config) error { return operations["put"].sdks(t.Context(), ssm.NewFromConfig(c)) },
	} {
		c := settings(serve(t, func(w http.ResponseWriter, _ *http.Request, number int) {
			if number == 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			fmt.Fprint(w, `{}`)
		}), 2)
		c.Logger = logging.LoggerFunc(func(level logging.Classification, format string, values ...any) {
			if strings.HasPrefix(format, "retrying") { // the only line without times and ports
				format = fmt.Sprintf(format, values...)
			}
			lines[who] = append(lines[who], string(level)+" "+format)
		})
		c.ClientLogMode = aws.LogRetries | aws.LogRequestWithBody | aws.LogResponseWithBody | aws.LogSigning
		if err := call(c); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines["ours"]) < 6 || !slices.Equal(lines["ours"], lines["sdks"]) {
		t.Errorf("got lines %q, want %q", lines["ours"], lines["sdks"])
	}
}
