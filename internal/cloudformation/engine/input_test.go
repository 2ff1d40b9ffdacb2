package engine_test

import (
	"context"
	"errors"
	"testing"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// TestWordsAboutATemplateURL says why a template could not be read, once.
func TestWordsAboutATemplateURL(t *testing.T) {
	t.Parallel()
	for want, from := range map[string]error{
		"TemplateURL must be a supported URL.": &engine.Refusal{Code: "ValidationError", Message: "TemplateURL must be a supported URL."},
		"S3 error: the disk is gone":           errTorn,
	} {
		e, err := engine.New(engine.Config{
			Provider: enginetest.New(), Save: newDisk().save,
			Object: func(context.Context, string) ([]byte, error) { return nil, from },
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.CreateStack(t.Context(), here, engine.Input{StackName: "app", URL: "https://example.com/t.json"})
		refusal, ok := errors.AsType[*engine.Refusal](err)
		if !ok || refusal.Message != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestRecordWithoutAPlan is refused: nobody knows how the operation would go on.
func TestRecordWithoutAPlan(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{"prepare", "forward"} {
		_, err := engine.New(engine.Config{
			Provider: enginetest.New(), Save: newDisk().save,
			Records: map[string][]byte{"a": []byte(`{"Stack": {"ID": "a", "Operation": {"ID": "o", "Phase": "` + phase + `"}}}`)},
		})
		if unusable, ok := errors.AsType[*engine.RecordError](err); !ok || unusable.StackID != "a" {
			t.Errorf("%s: %v", phase, err)
		}
	}
}
