package main

import (
	"testing"
	"time"

	"cognito-m2m/internal/serving"
)

func TestAppendRequest(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 22, 10, 30, 0, 7e6, time.Local)
	cases := []struct {
		name    string
		request serving.Request
		want    string
	}{
		{"answered", serving.Request{
			Client: "reader", Received: at, Duration: 1234 * time.Microsecond, Method: "GET", Path: "/test_jwt", Status: 200,
		}, "10:30:00.007 GET  /test_jwt            reader   200    1.2ms"},
		{"refused", serving.Request{
			Received: at, Method: "POST", Path: "/test_jwt", Status: 401, Refused: "no token",
		}, "10:30:00.007 POST /test_jwt            -        401    0.0ms  no token"},
		{"a path with blanks", serving.Request{
			Received: at, Duration: 2 * time.Second, Method: "GET", Path: "/x  reader  200", Status: 404, Refused: "no route",
		}, `10:30:00.007 GET  "/x  reader  200"    -        404 2000.0ms  no route`},
	}
	for _, c := range cases {
		if got := string(appendRequest(nil, c.request)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}
