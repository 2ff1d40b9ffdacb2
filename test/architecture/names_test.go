package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"cognito-m2m/naming"
)

// ownNames are whole names of package naming that mean nothing else. Of its other outputs, ApiId,
// Issuer, UserPoolId and ClientId are properties of CloudFormation too.
var ownNames = []string{
	naming.CurrentLabel, naming.PendingLabel, naming.PreviousLabel, naming.UndecidedLabel,
	naming.APIURLOutput, naming.TokenEndpointOutput, naming.RollbackOutput,
	naming.UserPoolIDVariable, naming.GraceHoursVariable, naming.TokenEndpointVariable,
	naming.IssuerVariable, naming.JWKSVariable, naming.RefusedPathVariable, naming.ScopesFile,
}

// partOfName finds what begins such a name, or puts one together: m2m/dev/, m2m:expires, "m2m-" +
// env, m2m-%s-Api. The state folder .m2m/ and the sentences that begin with "m2m: " are none.
var partOfName = regexp.MustCompile(`(^|[^.\w-])m2m(/|:\w|:$|-.*-(Api|Identity)\b)|^m2m-$|^App client id of |` + regexp.QuoteMeta(naming.ClientPattern))

// otherNames look like one of naming's, by package.
var otherNames = map[string]string{
	module + "/internal/run": "m2m-", // begins a temporary folder
}

func isName(text string) bool { return slices.Contains(ownNames, text) || partOfName.MatchString(text) }

// TestNamesHaveOneHome refuses a name that others read where it is written outside package naming.
// Tests may write them, because they say what is to come out.
func TestNamesHaveOneHome(t *testing.T) {
	seen := 0
	for _, p := range list(t) {
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			for _, literal := range literals(t, path) {
				text, err := strconv.Unquote(literal.Value)
				if err != nil || !isName(text) || otherNames[p.ImportPath] == text {
					continue
				}
				if seen++; p.name() != "naming" {
					t.Errorf("%s writes %s, which belongs in package naming", path, literal.Value)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("not even package naming has a name: this test looks at nothing")
	}
}

// literals are the texts of a file, without its imports and the tags of its fields.
func literals(t *testing.T, path string) (found []*ast.BasicLit) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				found = append(found, n)
			}
		}
		return true
	})
	return found
}

func TestNamesAreRecognized(t *testing.T) {
	for text, want := range map[string]bool{
		"m2m/":                       true,
		"secret:m2m/dev/":            true,
		"--secret-id m2m/%s/%s":      true,
		"m2m:client-id":              true,
		"m2m:":                       true,
		"m2m-":                       true,
		"m2m-%s-Api":                 true,
		"stack/m2m-dev-Identity/*":   true,
		"AWSCURRENT":                 true,
		"ApiUrl":                     true,
		"GRACE_HOURS":                true,
		"App client id of ":          true,
		"^[a-z][a-z0-9-]{0,30}$":     true,
		"m2m: %v":                    false,
		"state in .m2m/dev":          false,
		"cognito-m2m/cmd/m2m":        false,
		"m2m-verify":                 false,
		"m2m up":                     false,
		"can't be AWSCURRENT.":       false,
		"run `m2m up --env dev-Api`": false,
	} {
		if got := isName(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
