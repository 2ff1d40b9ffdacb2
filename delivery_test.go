package main

import (
	"strings"
	"testing"
)

// TestDeliveryIsCheckedFirst: without a file, nothing is asked of CDK, for which there is no app
// here.
func TestDeliveryIsCheckedFirst(t *testing.T) {
	err := deliver(nil, t.TempDir(), nil)
	if err == nil || !strings.Contains(err.Error(), "delivery.yaml: is not there") {
		t.Errorf("got %v", err)
	}
}
