package jsonobject_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/jsonobject"
)

// TestWriter wants what encoding/json reads, and the members in their order.
func TestWriter(t *testing.T) {
	t.Parallel()
	w := jsonobject.New(0)
	w.Text("text", "a \"quoted\"\n\x00 line \xff")
	w.Number("number", -12)
	w.Boolean("boolean", true)
	w.Null("null")
	w.List("empty", nil)
	w.List("list", []string{"a", `"`})
	w.TextsUnlessEmpty("absent", nil)
	w.Object("object", func(w *jsonobject.Writer) {
		w.Texts("texts", map[string]string{"z": "1", `"`: "2"})
		w.Object("none", func(*jsonobject.Writer) {})
	})
	text := string(w.End())
	want := `{"text":"a \"quoted\"\n\u0000 line ` + "\ufffd" + `","number":-12,"boolean":true,"null":null,"empty":[],"list":["a","\""],"object":{"texts":{"\"":"2","z":"1"},"none":{}}}`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !json.Valid([]byte(text)) {
		t.Error("it is no JSON")
	}
}
