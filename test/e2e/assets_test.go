package e2e

import (
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/synth"
)

// noProgress hears of nothing.
type noProgress struct{}

func (noProgress) Step(string) func() { return func() {} }

// TestSourceOfAnAsset has an app that reads an asset beside the project, with the Node and the
// functions that the CDK library uses.
func TestSourceOfAnAsset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const app = `const fs = require("fs");
		for (const name of fs.readdirSync("../asset")) fs.closeSync(fs.openSync("../asset/" + name, "r"));
		fs.mkdirSync(process.env.CDK_OUTDIR, {recursive: true});
		fs.copyFileSync("../single.zip", process.env.CDK_OUTDIR + "/single.zip");`
	for name, content := range map[string]string{
		"project/cdk.json": `{"app": "\"$JSII_NODE\" app.cjs"}`, "project/app.cjs": app,
		"asset/index.js": "first", "single.zip": "first", "other": "first",
	} {
		m2mtest.Write(t, filepath.Join(dir, name), content)
	}
	p, err := synth.Find(filepath.Join(dir, "project"))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		file   string
		reused bool
	}{{"first run", false}, {"other", true}, {"asset/index.js", false}, {"asset/new.js", false}, {"single.zip", false}, {"other", true}} {
		if c.file != "first run" {
			m2mtest.Write(t, filepath.Join(dir, c.file), "changed: "+c.file)
		}
		if result, err := p.Run(t.Context(), "dev", out, noProgress{}); err != nil || result.Reused != c.reused {
			t.Errorf("%s: %+v, %v; want it reused: %t", c.file, result, err, c.reused)
		}
	}
}
