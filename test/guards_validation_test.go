package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// TestNoValidationFinding reads the reports of CDK's own template validation.
func TestNoValidationFinding(t *testing.T) {
	everyStage(t)
	for _, a := range []func() (assembly, error){synthesized, fixtures} {
		assembly, err := a()
		if err != nil {
			t.Fatal(err)
		}
		for _, violation := range violations(t, assembly) {
			t.Error(violation)
		}
	}
}

func violations(t *testing.T, a assembly) (found []string) {
	t.Helper()
	var report struct {
		PluginReports []struct {
			PluginName string `json:"pluginName"`
			Violations []any  `json:"violations"`
		} `json:"pluginReports"`
	}
	if _, err := readJSON(filepath.Join(a.dir, "validation-report.json"), &report); err != nil {
		t.Fatal(err)
	}
	for _, plugin := range report.PluginReports {
		for _, violation := range plugin.Violations {
			found = append(found, plugin.PluginName+": "+compact(violation))
		}
	}
	return found
}

// TestValidationFailsTheSynth shows that a template AWS would refuse does not get as far as an
// assembly.
func TestValidationFailsTheSynth(t *testing.T) {
	err := synthStack(t, func(stack awscdk.Stack) {
		awscdk.NewCfnResource(stack, jsii.String("Function"), &awscdk.CfnResourceProps{
			Type:       jsii.String("AWS::Lambda::Function"),
			Properties: &map[string]any{"Role": "arn:aws:iam::123456789012:role/x", "NoSuchProperty": 1},
		})
	})
	if err == nil || !strings.Contains(err.Error(), "alidation") {
		t.Errorf("got %v, want a validation failure", err)
	}
}

// synthStack synthesizes a stack with the context of cdk.json.
func synthStack(t *testing.T, declare func(awscdk.Stack)) error {
	t.Helper()
	return recovered(func() error {
		context, err := cdkContext()
		if err != nil {
			return err
		}
		app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(t.TempDir())})
		declare(awscdk.NewStack(app, jsii.String("Stack"), nil))
		app.Synth(nil)
		return nil
	})
}
