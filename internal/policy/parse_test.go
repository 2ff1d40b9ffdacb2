package policy_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/policy"
)

// TestParseTells wants each thing that Evaluate could not judge as AWS does, by its path.
func TestParseTells(t *testing.T) {
	t.Parallel()
	plain := allow("s3:GetObject", "*")
	granted := plain.to(role)
	newer := `{"Version":"2012-10-17","Statement":`
	for name, c := range map[string]struct {
		kind     policy.Kind
		document any
		want     []string // paths
	}{
		"no JSON":                    {0, "{", []string{""}},
		"more than JSON":             {0, newer + `[]}{}`, []string{""}},
		"no object":                  {0, `[]`, []string{""}},
		"no statement":               {0, `{"Version":"2012-10-17"}`, []string{"Statement"}},
		"a later version":            {0, `{"Version":"2020-01-01","Statement":[]}`, []string{"Version"}},
		"an unknown element":         {0, `{"Statement":[],"Comment":"x"}`, []string{"Comment"}},
		"an id on an identity":       {0, `{"Id":"x","Statement":[]}`, []string{"Id"}},
		"an id that is a number":     {policy.ResourcePolicy, `{"Id":1,"Statement":[]}`, []string{"Id"}},
		"a statement that is text":   {0, newer + `["x"]}`, []string{"Statement[0]"}},
		"elements in another case":   {0, document(plain.with("condition", 1)), []string{"Statement[0].condition"}},
		"no effect":                  {0, document(plain.with("Effect", "allow")), []string{"Statement[0].Effect"}},
		"an empty statement":         {0, document(statement{}), []string{"Statement[0]", "Statement[0]", "Statement[0].Effect"}},
		"a Sid that is a number":     {0, document(plain.with("Sid", 1)), []string{"Statement[0].Sid"}},
		"a Sid twice":                {0, document(plain.with("Sid", "A"), plain.with("Sid", "A")), []string{"Statement[1].Sid"}},
		"two sorts of action":        {0, document(plain.with("NotAction", "s3:*")), []string{"Statement[0]", "Statement[0]"}},
		"two sorts of resource":      {0, document(plain.with("NotResource", "*")), []string{"Statement[0]", "Statement[0]"}},
		"an action without service":  {0, document(allow("GetObject", "*")), []string{"Statement[0].Action"}},
		"actions with a comma":       {0, document(allow("s3:GetObject,PutObject", "*")), []string{"Statement[0].Action"}},
		"an action with a variable":  {0, document(allow("s3:${aws:username}", "*")), []string{"Statement[0].Action"}},
		"an action that is a number": {0, document(allow([]any{"s3:*", 1.0}, "*")), []string{"Statement[0].Action[1]"}},
		"no actions":                 {0, document(allow([]any{}, "*")), []string{"Statement[0].Action"}},
		"a resource that is no ARN":  {0, document(allow("s3:*", "bucket*")), []string{"Statement[0].Resource"}},
		"six parts that are no ARN":  {0, document(allow("s3:*", "a:aws:s3:::b")), []string{"Statement[0].Resource"}},
		"an ARN that is too short":   {0, document(allow("s3:*", "arn:aws:s3")), []string{"Statement[0].Resource"}},
		"an intrinsic function":      {0, document(allow("s3:*", map[string]any{"Ref": "B"})), []string{"Statement[0].Resource"}},
		"a variable for an account":  {0, document(allow("s3:*", "arn:aws:s3::${aws:PrincipalAccount}:b")), []string{"Statement[0].Resource"}},
		"an unknown variable":        {0, document(allow("s3:*", "arn:aws:s3:::${aws:name}")), []string{"Statement[0].Resource"}},
		"a variable of many values":  {0, document(allow("s3:*", "arn:aws:s3:::${aws:TagKeys}")), []string{"Statement[0].Resource"}},
		"a variable without end":     {0, document(allow("s3:*", "arn:aws:s3:::${aws:username")), []string{"Statement[0].Resource"}},
		"a default without quotes":   {0, document(allow("s3:*", "arn:aws:s3:::${aws:username, x}")), []string{"Statement[0].Resource"}},
		"a principal on an identity": {0, document(granted), []string{"Statement[0].Principal"}},
		"no principal":               {policy.ResourcePolicy, document(plain), []string{"Statement[0]"}},
		"no resource":                {0, document(allow("s3:*", nil)), []string{"Statement[0]"}},
		"Principal and NotPrincipal": {policy.ResourcePolicy, document(granted.with("NotPrincipal", "*")), []string{"Statement[0]", "Statement[0]"}},
		"a principal that is text":   {policy.ResourcePolicy, document(plain.with("Principal", role)), []string{"Statement[0].Principal"}},
		"a principal that is empty":  {policy.ResourcePolicy, document(plain.with("Principal", map[string]any{})), []string{"Statement[0].Principal"}},
		"a canonical user": {
			policy.ResourcePolicy,
			document(plain.with("Principal", map[string]any{"CanonicalUser": "79a5"})),
			[]string{"Statement[0].Principal.CanonicalUser"},
		},
		"a service with a wildcard": {
			policy.ResourcePolicy,
			document(plain.with("Principal", map[string]any{"Service": "*.amazonaws.com"})),
			[]string{"Statement[0].Principal.Service"},
		},
		"any provider": {
			policy.ResourcePolicy,
			document(plain.with("Principal", map[string]any{"Federated": "*"})),
			[]string{"Statement[0].Principal.Federated"},
		},
		"roles with a wildcard":    {policy.ResourcePolicy, document(plain.to(role + "*")), []string{"Statement[0].Principal.AWS"}},
		"all sessions":             {policy.ResourcePolicy, document(plain.to("arn:aws:sts::" + account + ":assumed-role/reader/*")), []string{"Statement[0].Principal.AWS"}},
		"a deleted role":           {policy.ResourcePolicy, document(plain.to("AROAEXAMPLE")), []string{"Statement[0].Principal.AWS"}},
		"a group":                  {policy.ResourcePolicy, document(plain.to("arn:aws:iam::" + account + ":group/g")), []string{"Statement[0].Principal.AWS"}},
		"an account's ARN, cut":    {policy.ResourcePolicy, document(plain.to("arn:aws:iam::" + account)), []string{"Statement[0].Principal.AWS"}},
		"an account's id, longer":  {policy.ResourcePolicy, document(plain.to(account + ":root")), []string{"Statement[0].Principal.AWS"}},
		"NotPrincipal with Allow":  {policy.ResourcePolicy, document(plain.with("NotPrincipal", map[string]any{"AWS": root})), []string{"Statement[0].NotPrincipal"}},
		"NotPrincipal of everyone": {policy.ResourcePolicy, document(deny("s3:*", "*").with("NotPrincipal", "*")), []string{"Statement[0].NotPrincipal"}},
		"NotPrincipal, no account": {policy.ResourcePolicy, document(deny("s3:*", "*").with("NotPrincipal", map[string]any{"AWS": role})), []string{"Statement[0].NotPrincipal"}},
		"NotPrincipal, no role": {
			policy.ResourcePolicy,
			document(deny("s3:*", "*").with("NotPrincipal", map[string]any{"AWS": []any{session, root}})),
			[]string{"Statement[0].NotPrincipal"},
		},
		"a condition that is text":      {0, document(plain.with("Condition", "x")), []string{"Statement[0].Condition"}},
		"an unknown operator":           {0, document(plain.when("StringLikee", "aws:username", "x")), []string{"Statement[0].Condition.StringLikee"}},
		"an operator in another case":   {0, document(plain.when("stringlike", "aws:username", "x")), []string{"Statement[0].Condition.stringlike"}},
		"NullIfExists":                  {0, document(plain.when("NullIfExists", "aws:username", "true")), []string{"Statement[0].Condition.NullIfExists"}},
		"an unknown set":                {0, document(plain.when("ForNoValue:StringLike", "aws:TagKeys", "x")), []string{"Statement[0].Condition.ForNoValue:StringLike"}},
		"an operator without keys":      {0, document(plain.with("Condition", map[string]any{"Bool": map[string]any{}})), []string{"Statement[0].Condition.Bool"}},
		"an unknown key":                {0, document(plain.when("StringLike", "aws:name", "x")), []string{"Statement[0].Condition.StringLike.aws:name"}},
		"a tag without a name":          {0, document(plain.when("StringLike", "aws:ResourceTag/", "x")), []string{"Statement[0].Condition.StringLike.aws:ResourceTag/"}},
		"a key of many values":          {0, document(plain.when("StringLike", "aws:TagKeys", "x")), []string{"Statement[0].Condition.StringLike.aws:TagKeys"}},
		"no value":                      {0, document(plain.when("StringLike", "aws:username", []any{})), []string{"Statement[0].Condition.StringLike.aws:username"}},
		"null":                          {0, document(plain.when("StringLike", "aws:username", nil)), []string{"Statement[0].Condition.StringLike.aws:username"}},
		"a number that is not":          {0, document(plain.when("NumericEquals", "aws:MultiFactorAuthAge", []any{"1", "0x1"})), []string{"Statement[0].Condition.NumericEquals.aws:MultiFactorAuthAge[1]"}},
		"a date that is not":            {0, document(plain.when("DateEquals", "aws:CurrentTime", "1 May")), []string{"Statement[0].Condition.DateEquals.aws:CurrentTime"}},
		"a truth value that is not":     {0, document(plain.when("Bool", "aws:SecureTransport", "yes")), []string{"Statement[0].Condition.Bool.aws:SecureTransport"}},
		"bytes that are not":            {0, document(plain.when("BinaryEquals", "aws:username", "?")), []string{"Statement[0].Condition.BinaryEquals.aws:username"}},
		"a range that is not":           {0, document(plain.when("IpAddress", "aws:SourceIp", "10.0.0.0/33")), []string{"Statement[0].Condition.IpAddress.aws:SourceIp"}},
		"one address of IPv6":           {0, document(plain.when("IpAddress", "aws:SourceIp", "2001:db8::1")), []string{"Statement[0].Condition.IpAddress.aws:SourceIp"}},
		"an ARN that is not":            {0, document(plain.when("ArnLike", "aws:SourceArn", "*")), []string{"Statement[0].Condition.ArnLike.aws:SourceArn"}},
		"a variable in a condition":     {0, document(plain.when("StringLike", "aws:username", "${aws:name}")), []string{"Statement[0].Condition.StringLike.aws:username"}},
		"a variable for a number":       {0, document(plain.when("NumericEquals", "aws:MultiFactorAuthAge", "${aws:username}")), []string{"Statement[0].Condition.NumericEquals.aws:MultiFactorAuthAge"}},
		"problems of several sorts":     {0, document(plain.with("x", 1), plain.with("Effect", "")), []string{"Statement[0].x", "Statement[1].Effect"}},
		"one statement without a list":  {0, newer + `{"Effect":"Allow","Action":"x","Resource":"*"}}`, []string{"Statement.Action"}},
		"a deny without an action":      {0, document(statement{"Effect": "Deny", "Resource": "*"}), []string{"Statement[0]"}},
		"a condition's other operators": {0, document(plain.with("Condition", map[string]any{"Bool": map[string]any{"aws:SecureTransport": "true"}, "X": map[string]any{"a": 1}})), []string{"Statement[0].Condition.X"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := policy.Parse(c.kind, "P", c.document)
			var problems *policy.Problems
			if !errors.As(err, &problems) || d != nil {
				t.Fatalf("got document %v and error %v", d, err)
			}
			var paths []string
			for _, p := range problems.List {
				paths = append(paths, p.Path)
			}
			if diff := cmp.Diff(c.want, paths); diff != "" {
				t.Errorf("paths (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func TestProblemsAreReadable(t *testing.T) {
	t.Parallel()
	_, err := policy.Parse(policy.IdentityPolicy, "RoleDefaultPolicy", document(
		allow("s3:Get*", "*").when("StringLikee", "aws:username", "x"), allow("s3:Get*", "*").when("StringLike", "aws:name", "x"),
	))
	want := "RoleDefaultPolicy: Statement[0].Condition.StringLikee: there is no such condition operator\n" +
		"RoleDefaultPolicy: Statement[1].Condition.StringLike.aws:name: the condition key is not known"
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// TestParseTakes wants the other half: what AWS takes is no problem.
func TestParseTakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind     policy.Kind
		document any
	}{
		"JSON text":                {0, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`},
		"bytes":                    {0, []byte(`{"Version":"2008-10-17","Statement":[]}`)},
		"all services":             {0, document(allow("*:*", "*"))},
		"values without quotes":    {0, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true},"NumericEquals":{"aws:MultiFactorAuthAge":[1,2.5]}}}}`},
		"numbers from Go":          {0, document(allow("s3:*", "*").when("NumericEquals", "aws:MultiFactorAuthAge", []any{1, 2.5}))},
		"a short ARN with a star":  {0, document(allow("s3:*", "arn:aws:s3*"))},
		"a variable for an ARN":    {0, document(allow("s3:*", "*").when("ArnEquals", "aws:SourceArn", "${aws:PrincipalArn}"))},
		"a variable as text":       {0, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${x"}}`},
		"an empty text":            {0, document(allow("s3:*", "*").when("StringLike", "aws:username", ""))},
		"an id":                    {policy.ResourcePolicy, `{"Id":"x","Statement":[]}`},
		"no resource":              {policy.ResourcePolicy, document(allow("sts:AssumeRole", nil).to(account))},
		"principals of all sorts":  {policy.ResourcePolicy, document(allow("s3:*", "*").to("*", account, root, role, user, session, "arn:aws-cn:iam::"+account+":role/a/b"))},
		"Principal as a star":      {policy.ResourcePolicy, document(allow("s3:*", "*").with("Principal", "*"))},
		"services and providers":   {policy.ResourcePolicy, document(allow("s3:*", "*").with("Principal", map[string]any{"Service": []any{"logs.eu-west-1.amazonaws.com"}, "Federated": []any{"accounts.google.com", "arn:aws:iam::" + account + ":oidc-provider/x.y"}}))},
		"NotPrincipal of a whole":  {policy.ResourcePolicy, document(deny("s3:*", "*").with("NotPrincipal", map[string]any{"AWS": []any{session, "arn:aws:iam::" + account + ":role/a/path/reader", root}}))},
		"a Null of several values": {0, document(allow("s3:*", "*").when("ForAllValues:Null", "aws:TagKeys", "false"))},
		"sets with IfExists":       {0, document(allow("s3:*", "*").when("ForAnyValue:StringLikeIfExists", "aws:TagKeys", "x"))},
		"a key's encryption":       {0, document(allow("s3:*", "*").when("StringEquals", "kms:EncryptionContext:aws:logs:arn", "x"))},
		"a tag with separators":    {0, document(allow("s3:*", "*").when("StringEquals", "aws:RequestTag/a:b/c", "x"))},
	} {
		if _, err := policy.Parse(c.kind, "", c.document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseTakesTheStacksPolicies reads all policies of the templates that the tests freeze.
func TestParseTakesTheStacksPolicies(t *testing.T) {
	t.Parallel()
	folder := "../../test/testdata"
	paths, err := filepath.Glob(folder + "/golden/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	delivery, err := filepath.Glob(folder + "/delivery/*.json")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, path := range append(paths, delivery...) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var template any
		if err := json.Unmarshal(raw, &template); err != nil {
			t.Fatal(err)
		}
		read += parseAll(t, path, template)
	}
	if read < 20 {
		t.Errorf("%d policies of the stacks were read: this test looks at almost nothing", read)
	}
}

// parseAll parses every policy document below a value and counts them.
func parseAll(t *testing.T, path string, value any) (count int) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			count += parseAll(t, path, v)
		}
	case map[string]any:
		if _, ok := value["Statement"]; ok {
			kind := policy.IdentityPolicy
			if strings.Contains(mustJSON(t, value), `"Principal"`) {
				kind = policy.ResourcePolicy
			}
			if _, err := policy.Parse(kind, path, resolved(value)); err != nil {
				t.Error(err)
			}
			return 1
		}
		for name, v := range value {
			count += parseAll(t, path+" "+name, v)
		}
	}
	return count
}

func mustJSON(t testing.TB, value any) string {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// resolved puts texts in the place of intrinsic functions: Fn::Join joined, all others an ARN or,
// in a text, some word.
func resolved(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, 0, len(value))
		for _, v := range value {
			list = append(list, resolved(v))
		}
		return list
	case map[string]any:
		if len(value) == 1 {
			for name, argument := range value {
				if name == "Fn::Join" {
					return joined(argument)
				}
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return secret
				}
			}
		}
		all := map[string]any{}
		for name, v := range value {
			if all[name] = resolved(v); name == "Federated" {
				all[name] = provider
			}
		}
		return all
	default:
		return value
	}
}

func joined(argument any) string {
	pair, _ := argument.([]any)
	if len(pair) != 2 {
		return ""
	}
	separator, _ := pair[0].(string)
	parts, _ := pair[1].([]any)
	var texts []string
	for i, part := range parts {
		text, ok := part.(string)
		switch {
		case ok:
		case i == 0:
			text = secret
		default:
			text = "word"
			if m, isMap := part.(map[string]any); isMap && m["Ref"] == "AWS::AccountId" {
				text = account
			}
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, separator)
}
