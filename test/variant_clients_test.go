package test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// partners is an environment with all that a file can say about secrets.
const partners = `name: partners
region: eu-west-1
identity: {deletionProtection: false}
resourceServers:
  - identifier: test-api
    scopes: {read: Read test data, write: Write test data}
clients:
  reader: {scopes: [test-api/read], rotation: {everyDays: 1}}
  writer:
    scopes: [test-api/write]
    rotation: {everyDays: 1000}
    secretReaders: ["arn:aws:iam::210987654321:role/jobs/writer", "arn:aws:iam::109876543210:role/audit"]
  auditor: {scopes: [test-api/read], secretReaders: ["arn:aws:iam::109876543210:role/audit"]}
secrets: {customerKey: true}
api:
  routes:
    - {path: /a, methods: [GET], scopes: [test-api/read]}`

// TestRemovingAClient shows that it leaves the other client's resources alone and takes the client
// out of the audience, in the Api stack alone.
func TestRemovingAClient(t *testing.T) {
	source := newSource(t)
	before := synthStage(t, source, variant)
	after := synthStage(t, source, strings.Replace(variant, "\n  reader: {scopes: [test-api/read]}", "", 1))

	if diff := cmp.Diff(string(before.stacks["Identity"].raw), string(after.stacks["Identity"].raw)); diff != "" {
		t.Errorf("Identity changed:\n%s", diff)
	}
	unmoved(t, before, after, "Writer")
	for id := range after.stacks["Api"].section("Resources") {
		if strings.HasPrefix(id, "ClientsReader") {
			t.Errorf("%s of the removed client is still there", id)
		}
	}
	if findings := looseAuthorizer(after); len(findings) > 0 {
		t.Error(findings)
	}
}

// TestRenamingAClient shows that nothing of the client keeps its logical id: AWS makes app client,
// secret and schedule anew.
func TestRenamingAClient(t *testing.T) {
	source := newSource(t)
	before := synthStage(t, source, partners)
	after := synthStage(t, source, strings.Replace(partners, "  reader:", "  report-job:", 1))

	unmoved(t, before, after, "Writer")
	for _, kind := range []string{"AWS::Cognito::UserPoolClient", "AWS::SecretsManager::Secret", "AWS::SecretsManager::RotationSchedule"} {
		was, is := before.stacks["Api"].resources(kind), after.stacks["Api"].resources(kind)
		kept := 0
		for id := range was {
			if is[id] != nil {
				kept++
			}
		}
		if len(was) != 3 || len(is) != 3 || kept != 2 {
			t.Errorf("%s: %d before, %d after, %d of them with the same id; want 3, 3, 2", kind, len(was), len(is), kept)
		}
	}
}

// TestRotationDays shows that another rhythm changes the schedule and nothing else: Secrets Manager
// then rotates that client's secret, at once.
func TestRotationDays(t *testing.T) {
	source := newSource(t)
	before := synthVariant(t, source, partners)
	after := synthVariant(t, source, strings.Replace(partners, "everyDays: 1}", "everyDays: 2}", 1))
	var changed []string
	for id, resource := range before.section("Resources") {
		if !cmp.Equal(resource, after.section("Resources")[id]) {
			changed = append(changed, id)
		}
	}
	if len(changed) != 1 || !strings.HasPrefix(changed[0], "ClientsReaderRotation") {
		t.Errorf("changed are %v, want the reader's schedule", changed)
	}
}

// unmoved wants the resources in a client's construct to be the same.
func unmoved(t *testing.T, before, after stage, client string) {
	t.Helper()
	found := 0
	for id, resource := range before.stacks["Api"].section("Resources") {
		if !strings.HasPrefix(id, "Clients"+client) {
			continue
		}
		found++
		if diff := cmp.Diff(resource, after.stacks["Api"].section("Resources")[id]); diff != "" {
			t.Errorf("%s changed:\n%s", id, diff)
		}
	}
	if found < 3 {
		t.Errorf("%s has %d resources, want at least app client, secret and schedule", client, found)
	}
}
