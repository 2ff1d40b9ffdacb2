package main

import (
	"net/http"
	"strings"
	"testing"

	"cognito-m2m/client"
	"cognito-m2m/internal/chaos"
)

// TestHintsOfBadWeather: what did not fail by the client is not blamed on it.
func TestHintsOfBadWeather(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		http.StatusTooManyRequests:     "try again later",
		http.StatusServiceUnavailable:  "try again later",
		http.StatusInternalServerError: "try again later",
		http.StatusBadRequest:          "`m2m clients` shows",
	} {
		if got := hint(accessError(&client.RefusalError{Status: status}, "reader", "")); !strings.Contains(got, want) {
			t.Errorf("%d: %s", status, got)
		}
	}
	for _, what := range []string{"route", "client"} {
		if got := hint(&chaos.UnknownError{What: what, Name: "nobody"}); !strings.Contains(got, "it names one "+what+",") {
			t.Errorf("a rule about an unknown %s: %s", what, got)
		}
	}
}
