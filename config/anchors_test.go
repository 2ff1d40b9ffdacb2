package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/config"
)

func TestAnchors(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ clients, want string }{
		"alias of a list":    {"{reader: {scopes: &read [test-api/read]}, writer: {scopes: *read}}", ""},
		"alias of a mapping": {"{reader: &r {scopes: [test-api/read]}, writer: *r}", ""},
		"alias of text":      {"{reader: {scopes: [&s test-api/read]}, writer: {scopes: [*s]}}", ""},
		"merge key":          {"{reader: &r {scopes: [test-api/write], accessTokenValidity: 30m}, writer: {scopes: [test-api/read], <<: *r}}", ""},
		"unknown anchor": {
			"{reader: {scopes: *read}}",
			"environments/dev.yaml:11:28: clients.reader.scopes: there is no anchor of this name above",
		},
		"anchor below": {
			"{reader: {scopes: *read}, writer: {scopes: &read [test-api/read]}}",
			"environments/dev.yaml:11:28: clients.reader.scopes: there is no anchor of this name above",
		},
		"merge of itself": {
			"{reader: &r {<<: *r, scopes: [test-api/read]}}",
			"environments/dev.yaml:11:23: clients.reader[\"<<\"]: the alias refers to itself (write <<: *name of an anchor above)",
		},
		"merge of a list": {
			"{reader: {<<: [], scopes: [test-api/read]}}",
			"environments/dev.yaml:11:20: clients.reader[\"<<\"]: want a mapping to merge (write <<: *name of an anchor above)",
		},
		"mistake behind an alias": {
			"{reader: {scopes: [&s test-api/rad]}, writer: {scopes: [*s]}}",
			"environments/dev.yaml:11:29: clients.reader.scopes[0]: unknown scope \"test-api/rad\" (did you mean \"test-api/read\"?)\n" +
				"environments/dev.yaml:11:66: clients.writer.scopes[0]: unknown scope \"test-api/rad\" (did you mean \"test-api/read\"?)",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := load(t, "dev.yaml", edit(t, "\n  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}", " "+c.clients))
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAliasTakesTheLastAnchorAboveIt(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", edit(t, "  reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}",
		"  a: {scopes: [&s test-api/read]}\n  b: {scopes: [*s]}\n  c: {scopes: [&s test-api/write]}\n  d: {scopes: [*s]}"))
	if problems != nil {
		t.Fatal(problems)
	}
	if b, d := got.Clients[1].Scopes[0], got.Clients[3].Scopes[0]; b != "test-api/read" || d != "test-api/write" {
		t.Errorf("aliases stand for %s and %s, want test-api/read and test-api/write", b, d)
	}
}

func TestMergedKeysGiveWayToWrittenOnes(t *testing.T) {
	t.Parallel()
	got, problems := load(t, "dev.yaml", edit(t, "reader: {scopes: [test-api/read]}\n  writer: {scopes: [test-api/write]}",
		"reader: &r {scopes: [test-api/read], accessTokenValidity: 30m}\n  writer: {<<: *r, scopes: [test-api/write]}"))
	if problems != nil {
		t.Fatal(problems)
	}
	want := config.Client{Name: "writer", Scopes: []string{"test-api/write"}, AccessTokenValidity: 30 * time.Minute, Rotation: config.Rotation{EveryDays: 30}}
	if diff := cmp.Diff(want, got.Clients[1]); diff != "" {
		t.Errorf("merged client (-want +got):\n%s", diff)
	}
}
