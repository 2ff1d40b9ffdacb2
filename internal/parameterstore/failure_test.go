package parameterstore_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awserror"
	"cognito-m2m/internal/parameterstore"
)

const requestID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"

// refuse answers with this status and body, as JSON, and these further headers: name, value.
func refuse(status int, body string, headers ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Requestid", requestID)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// hangUp ends the connection before an answer.
func hangUp(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// failures are answers to every attempt.
var failures = map[string]func(http.ResponseWriter){
	"known code":                refuse(400, `{"__type": "ParameterAlreadyExists", "message": "It is there."}`),
	"known code, other message": refuse(400, `{"__type": "ParameterNotFound", "Message": "It is not there."}`),
	"known code, no message":    refuse(400, `{"__type": "ParameterNotFound"}`),
	"namespace":                 refuse(400, `{"__type": "com.amazonaws.ssm#ParameterNotFound", "message": "m"}`),
	"namespace, unknown code":   refuse(400, `{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "m"}`),
	"header":                    refuse(400, `{"message": "m"}`, "X-Amzn-ErrorType", "ValidationException:http://internal.amazon.com/coral/"),
	"header and type":           refuse(400, `{"__type": "InvalidKeyId", "message": "m"}`, "X-Amzn-ErrorType", "ParameterNotFound"),
	"code":                      refuse(403, `{"code": "UnrecognizedClientException", "message": "m"}`),
	"nothing":                   refuse(400, `{}`),
	"500":                       refuse(500, `{"__type": "InternalServerError", "message": "m"}`),
	"500, nothing":              refuse(500, `{}`),
	"503, not JSON":             refuse(503, "<html>busy</html>"),
	"400, not JSON":             refuse(400, "<html>busy</html>"),
	"400, empty":                refuse(400, ""),
	"no request id":             refuse(400, `{"__type": "ValidationException", "message": "m"}`, "X-Amzn-Requestid", ""),
	"throttled":                 refuse(400, `{"__type": "ThrottlingException", "message": "Rate exceeded"}`),
	"429":                       refuse(429, `{"__type": "TooManyUpdates", "message": "m"}`),
	"skew without a date":       refuse(400, `{"__type": "InvalidSignatureException", "message": "m"}`),
	"hung up":                   hangUp,
}

// told is what programs and people get of an error.
type told struct {
	code, message, sentence, requestID string
	status, attempts                   int
	text                               string
}

func tell(err error, attempts int) told {
	said := told{attempts: attempts}
	if err == nil {
		return said
	}
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		said.code, said.message = answer.ErrorCode(), answer.ErrorMessage()
	}
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		said.status, said.requestID = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	said.sentence = awserror.Sentence(err).Error()
	// The SDK's errors of their own types do not say that they come from an API.
	said.text = strings.Replace(err.Error(), "api error ", "", 1)
	return said
}

// TestFailures: errors and attempts are those of the SDK's own client.
func TestFailures(t *testing.T) {
	t.Parallel()
	for name, answer := range failures {
		for which, operation := range operations {
			t.Run(name+", "+which, func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) { answer(w) })
				c := settings(s, 3)
				err := operation.ours(t.Context(), parameterstore.New(c))
				got := tell(err, len(s.asked()))
				sdks := operation.sdks(t.Context(), ssm.NewFromConfig(c))
				want := tell(sdks, len(s.asked()))
				for _, said := range []*told{&got, &want} { // each connection has a port of its own
					said.text, said.sentence = withoutPort(said.text), withoutPort(said.sentence)
				}
				if err == nil || got != want {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				if text := fmt.Sprintf("%+v", err); strings.Contains(text, secretKey) || strings.Contains(text, sessionToken) {
					t.Errorf("a secret is told: %s", text)
				}
			})
		}
	}
}

// withoutPort leaves out which port of this side a connection had.
func withoutPort(text string) string {
	before, after, found := strings.Cut(text, "read tcp ")
	if !found {
		return text
	}
	_, after, _ = strings.Cut(after, "->")
	return before + after
}

// TestNoMessage: a refusal without words has none, whatever its code.
func TestNoMessage(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(400, `{"__type": "AccessDenied"}`)(w) })
	err := parameterstore.New(settings(s, 1)).Delete(t.Context(), "/a")
	if !awserror.Denied(err) || awserror.Sentence(err).Error() != "AccessDenied" {
		t.Errorf("got %v", err)
	}
}

// TestRecovered: after a failed attempt comes another one.
func TestRecovered(t *testing.T) {
	t.Parallel()
	for name, answer := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request, number int) {
				if number == 0 {
					answer(w)
					return
				}
				pages(w, r, number-1)
			})
			list, err := parameterstore.New(settings(s, 2)).ByPath(t.Context(), "/a")
			if asked := len(s.asked()); asked == 1 != (err != nil) || asked == 3 != (len(list) == 3) {
				t.Errorf("%d requests, %v, %v", asked, list, err)
			}
		})
	}
}

// TestNoList: an answer that can't be a list is an error, and not an empty list.
func TestNoList(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null and void", "<html>", `{"Parameters": {}}`, `{"Parameters": [`} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) { refuse(200, body)(w) })
		list, err := parameterstore.New(settings(s, 1)).ByPath(t.Context(), "/a")
		if _, ok := errors.AsType[*smithy.DeserializationError](err); !ok || list != nil {
			t.Errorf("%q: got %v, %v", body, list, err)
		}
		if got := tell(err, 0); got.status != 200 || got.requestID != requestID {
			t.Errorf("%q: got %+v", body, got)
		}
	}
}

// TestNoAnswer: an error of the network, of credentials or of the caller's context is found in the
// error as it is in the SDK's.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	noCredentials := errors.New("there are none")
	for name, c := range map[string]struct {
		change func(*aws.Config)
		found  func(error) bool
	}{
		"connection refused": {
			func(c *aws.Config) { c.BaseEndpoint = aws.String(closed(t)) },
			func(err error) bool {
				_, is := errors.AsType[*net.OpError](err)
				return is
			},
		},
		"no credentials": {
			func(c *aws.Config) {
				c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{}, noCredentials
				})
			},
			func(err error) bool { return errors.Is(err, noCredentials) },
		},
		"an endpoint that is none": {
			func(c *aws.Config) { c.BaseEndpoint = aws.String("http://a b") },
			func(err error) bool { return err != nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, pages)
			settings := settings(s, 2)
			c.change(&settings)
			for who, err := range map[string]error{
				"ours": operations["put"].ours(t.Context(), parameterstore.New(settings)),
				"sdks": operations["put"].sdks(t.Context(), ssm.NewFromConfig(settings)),
			} {
				called, ok := errors.AsType[*smithy.OperationError](err)
				if !c.found(err) || !ok || called.ServiceID != ssm.ServiceID || called.OperationName != "PutParameter" {
					t.Errorf("%s: got %v", who, err)
				}
			}
			if asked := s.asked(); len(asked) > 0 {
				t.Errorf("got %v", asked)
			}
		})
	}
}

// closed is an address where nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	return "http://" + listener.Addr().String()
}

// TestGivenUp: a call ends with its context, also while an answer is waited for.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	for who, call := range map[string]func(context.Context, aws.Config) error{
		"ours": func(ctx context.Context, c aws.Config) error {
			return operations["list"].ours(ctx, parameterstore.New(c))
		},
		"sdks": func(ctx context.Context, c aws.Config) error {
			return operations["list"].sdks(ctx, ssm.NewFromConfig(c))
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, func(_ http.ResponseWriter, r *http.Request, _ int) {
			cancel()
			<-r.Context().Done()
		})
		for _, want := range []int{1, 0} {
			err := call(ctx, settings(s, 3))
			if asked := len(s.asked()); !errors.Is(err, context.Canceled) || asked != want {
				t.Errorf("%s: got %v after %d requests, want %d", who, err, asked, want)
			}
		}
	}
}

// TestSkew: a request that was refused for this machine's clock is repeated by AWS's, and the next
// ones are signed by that at once, unless the settings forbid it.
func TestSkew(t *testing.T) {
	t.Parallel()
	const ahead = time.Hour
	for name, c := range map[string]struct {
		disabled bool
		want     []bool // whether each request was signed by AWS's clock
	}{
		"corrected": {false, []bool{false, true, true}},
		"disabled":  {true, []bool{false, false}},
	} {
		for who, client := range map[string]func(aws.Config) func() error{
			"ours": func(c aws.Config) func() error {
				client := parameterstore.New(c)
				return func() error { return operations["delete"].ours(t.Context(), client) }
			},
			"sdks": func(c aws.Config) func() error {
				client := ssm.NewFromConfig(c)
				return func() error { return operations["delete"].sdks(t.Context(), client) }
			},
		} {
			s := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
				w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
				if !isSignedAt(r.Header, ahead) {
					refuse(400, `{"__type": "InvalidSignatureException", "message": "Signature expired"}`)(w)
				}
			})
			settings := settings(s, 3)
			settings.DisableClockSkewCorrection = c.disabled
			call := client(settings)
			for range 2 {
				if err := call(); (err != nil) != c.disabled {
					t.Errorf("%s, %s: got %v", name, who, err)
				}
			}
			var got []bool
			for _, request := range s.asked() {
				got = append(got, isSignedAt(request.headers, ahead))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %s: signed by AWS's clock: %v, want %v", name, who, got, c.want)
			}
		}
	}
}

// isSignedAt says whether a request was signed by a clock that is ahead by so much.
func isSignedAt(headers http.Header, ahead time.Duration) bool {
	signed, err := time.Parse("20060102T150405Z", headers.Get("X-Amz-Date"))
	return err == nil && time.Now().Add(ahead).Sub(signed).Abs() < ahead/2
}
