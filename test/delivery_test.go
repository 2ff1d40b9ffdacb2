package test

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"cognito-m2m/config"
	"cognito-m2m/stacks"
)

// deliveryFile is what the tests synthesize: the file that users start from.
var deliveryFile = filepath.Join(root, "delivery.example.yaml")

// productionAccount is the place of prod's account in it.
const productionAccount = 2

// delivery is the stacks of deliveryFile, synthesized once, with the report of cdk-nag.
type delivery struct {
	*config.Delivery
	dir      string
	accounts map[string]template // by account
}

var synthesizedDelivery = sync.OnceValues(func() (delivery, error) {
	loaded, err := config.LoadDelivery(deliveryFile, config.Options{})
	if err != nil {
		return delivery{}, err
	}
	// The example has no such thing, and all of it should be looked at.
	loaded.Accounts[productionAccount].ExistingProvider = true
	loaded.Accounts[productionAccount].Environments[0].CustomerKey = true
	return synthDelivery(filepath.Join(scratch, "delivery"), loaded, nil)
})

func theDelivery(t *testing.T) delivery {
	t.Helper()
	d, err := synthesizedDelivery()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// synthDelivery synthesizes with more context than that of cdk.json.
func synthDelivery(dir string, loaded *config.Delivery, more map[string]any) (delivery, error) {
	d := delivery{Delivery: loaded, dir: dir, accounts: map[string]template{}}
	err := recovered(func() error {
		context, err := cdkContext()
		if err != nil {
			return err
		}
		context["@aws-cdk/core:annotationsInValidationReport"] = false // see synthWithNag
		maps.Copy(context, more)
		app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(dir)})
		pack := cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}})
		for _, stack := range stacks.AddDelivery(app, loaded) {
			awscdk.Aspects_Of(stack).Add(pack, nil)
		}
		app.Synth(nil)
		return nil
	})
	if err != nil {
		return d, err
	}
	for _, account := range loaded.Accounts {
		var doc map[string]any
		raw, err := readJSON(filepath.Join(dir, "Delivery-"+account.ID+".template.json"), &doc)
		if err != nil {
			return d, err
		}
		d.accounts[account.ID] = template{raw: raw, doc: doc}
	}
	return d, nil
}

func TestGoldenDelivery(t *testing.T) {
	d := theDelivery(t)
	for account, template := range d.accounts {
		isGolden(t, filepath.Join("testdata", "delivery", account+".template.json"), template)
	}
	if files, err := filepath.Glob(filepath.Join("testdata", "delivery", "*")); err != nil || len(files) != len(d.accounts) {
		t.Errorf("%d golden files for %d accounts: %v, %v", len(files), len(d.accounts), files, err)
	}
}

// acknowledgedOfDelivery are patterns where the name of what is meant is not known before it is
// there.
var acknowledgedOfDelivery = []struct{ path, reason string }{
	{"Verify/DefaultPolicy", "CloudFormation ends a stack's ARN, and Secrets Manager a secret's, with characters of its own choice; " +
		"the key is made with the environment, and only what encrypts its secrets is meant."},
}

func TestNagOfDelivery(t *testing.T) {
	d := theDelivery(t)
	files, err := filepath.Glob(filepath.Join(d.dir, "AwsSolutions-*-NagReport.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no report: %v", err)
	}
	looked, accounts := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		var report struct{ Lines []nagLine }
		if _, err := readJSON(file, &report); err != nil {
			t.Fatal(err)
		}
		for _, l := range report.Lines {
			looked[l.Rule+" "+l.Compliance] = true
			stack, _, _ := strings.Cut(l.Path, "/")
			accounts[stack] = true
			acknowledged := l.Compliance == "Non-Compliant" && l.Rule == "AwsSolutions-IAM5" && strings.Contains(l.Path, acknowledgedOfDelivery[0].path)
			if l.Compliance != "Compliant" && !acknowledged {
				t.Errorf("%s: %s %s: %s", l.Path, l.Rule, l.Compliance, l.Info)
			}
		}
	}
	if !looked["AwsSolutions-IAM5 Compliant"] || !looked["AwsSolutions-IAM5 Non-Compliant"] {
		t.Errorf("AwsSolutions-IAM5 has not passed one role and found the acknowledged patterns in another: %v", looked)
	}
	if len(accounts) != len(d.accounts) {
		t.Errorf("the report is of %v alone", slices.Collect(maps.Keys(accounts)))
	}
}

// TestBootstrapRoles holds the roles that a deployment may take against those that the CDK CLI asks
// for, as the manifest of every environment tells it.
func TestBootstrapRoles(t *testing.T) {
	theDelivery(t).holdsBootstrapRoles(t, theAssembly(t))
}

// TestBootstrapRolesOfAQualifier: `cdk bootstrap --qualifier` gives them other names, and the
// context key says which.
func TestBootstrapRolesOfAQualifier(t *testing.T) {
	qualifier := map[string]any{"@aws-cdk/core:bootstrapQualifier": "acme42", "aws:cdk:bundling-stacks": []any{}}
	env := theAssembly(t).stages["dev"].env
	environments, err := synthWith(qualifier, filepath.Join(t.TempDir(), "cdk.out"), root, env)
	if err != nil {
		t.Fatal(err)
	}
	d, err := synthDelivery(filepath.Join(t.TempDir(), "delivery"), theDelivery(t).Delivery, qualifier)
	if err != nil {
		t.Fatal(err)
	}
	d.holdsBootstrapRoles(t, environments)
	for account, template := range d.accounts {
		if bytes.Contains(template.raw, []byte("cdk-hnb659fds-")) {
			t.Errorf("%s has roles that `cdk bootstrap --qualifier acme42` does not make", account)
		}
	}
}

func (d delivery) holdsBootstrapRoles(t *testing.T, environments assembly) {
	t.Helper()
	for env, s := range environments.stages {
		account, entry := d.entry(env)
		var wanted []string
		for _, manifest := range append(s.assetManifests(t, environments.dir), s.manifest) {
			for _, value := range stringsIn(manifest) {
				if strings.Contains(value, "-role-") && !strings.Contains(value, "cfn-exec-role") {
					wanted = append(wanted, strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", account).Replace(value))
				}
			}
		}
		slices.Sort(wanted)
		wanted = slices.Compact(wanted)
		got := d.accounts[account].policy(entry.RoleName("deploy"))
		want := []string{canonical(allow(anyOf(wanted), "sts:AssumeRole"))}
		if len(wanted) != 3 || !sameSet(got, want) {
			t.Errorf("%s: a deployment may %v, and the CLI takes %v", env, got, wanted)
		}
	}
}

func (s stage) assetManifests(t *testing.T, dir string) (all []map[string]any) {
	t.Helper()
	for _, artifact := range s.artifacts("cdk:asset-manifest") {
		file, _ := at(artifact, "properties", "file").(string)
		var manifest map[string]any
		if _, err := readJSON(filepath.Join(dir, "assembly-"+s.env.Name, file), &manifest); err != nil {
			t.Fatal(err)
		}
		all = append(all, manifest)
	}
	return all
}

func anyOf(list []string) []any {
	all := make([]any, 0, len(list))
	for _, element := range list {
		all = append(all, element)
	}
	return all
}

// entry is where an environment is deployed.
func (d delivery) entry(env string) (account string, entry config.DeliveryEnvironment) {
	for _, a := range d.Accounts {
		for _, e := range a.Environments {
			if e.Name == env {
				return a.ID, e
			}
		}
	}
	panic(fmt.Sprintf("%s is not in %s", env, deliveryFile))
}

// role is the resource with a role's name.
func (t template) role(name string) (id string, resource map[string]any) {
	for id, resource := range t.resources("AWS::IAM::Role") {
		if properties(resource)["RoleName"] == name {
			return id, resource
		}
	}
	return "", nil
}

// policy are the statements of all policies of the role with a name.
func (t template) policy(name string) (statements []string) {
	id, _ := t.role(name)
	for _, policy := range t.resources("AWS::IAM::Policy") {
		if slices.Contains(compactAll(properties(policy)["Roles"]), ref(id)) {
			statements = append(statements, statementsOf(properties(policy)["PolicyDocument"])...)
		}
	}
	return statements
}
