package rehearse

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// The place of the second environment of TestPlaces.
const (
	otherAccount = "210987654321"
	otherRegion  = "us-west-2"
)

// elsewhere is a copy of an assembly of the edits for another account and Region.
func elsewhere(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = withPrograms(t, name)
	moved := strings.NewReplacer(region, otherRegion, "unknown-account", otherAccount, "${AWS::AccountId}", otherAccount)
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(moved.Replace(string(content))), 0o600)
	}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestPlaces has one environment in two accounts and Regions side by side. The CDK CLI deploys into
// the second account with that account's roles.
func TestPlaces(t *testing.T) {
	needsCLI(t)
	nothingLeaves(t)
	t.Parallel()
	c, other := starts(t), elsewhere(t, "0")
	if failure := c.deploy(t, editFolder("0")); failure != "" {
		t.Fatal(failure)
	}
	alone := ids(c.m2m(t, 0, "dev", "clients"))
	said := c.cdk(t, 0, other, "deploy", "dev/*", "--require-approval", "never")
	m2mtest.Contains(t, said, "arn:aws:cloudformation:"+otherRegion+":"+otherAccount+":stack/m2m-dev-Api/")

	const here, there = "dev@" + region, "dev@" + otherRegion
	m2mtest.Contains(t, c.m2m(t, 1, "dev", "clients"), "name one of "+here+", "+there)
	if now := ids(c.m2m(t, 0, here, "clients")); now != alone {
		t.Errorf("the clients here were\n%s\nand are\n%s", alone, now)
	}
	c.m2m(t, 0, there, "rotate", "reader", "--yes")
	c.m2m(t, 0, here, "verify", "--assembly", absolute(t, editFolder("0")))
	c.m2m(t, 0, there, "verify", "--assembly", other)
	if now := ids(c.m2m(t, 0, there, "clients")); now == alone || strings.Count(now, "\n") != strings.Count(alone, "\n") {
		t.Errorf("the clients there are\n%s\nand here\n%s", now, alone)
	}
	if status := c.statusOf(t, otherRegion, "m2m-dev-Api"); status != "" {
		t.Errorf("the account of the key has a stack in %s, which is %s", otherRegion, status)
	}

	c.cdk(t, 0, other, "destroy", "--force", "dev/*")
	if now := ids(c.m2m(t, 0, "dev", "clients")); now != alone {
		t.Errorf("alone again, the clients were\n%s\nand are\n%s", alone, now)
	}
	c.m2m(t, 0, "dev", "verify", "--assembly", absolute(t, editFolder("0")))
}
