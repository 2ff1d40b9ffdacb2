package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/naming"
)

// A group of clients, deployed as a stack of its own: m2m-dev-Clients-partners for the group partners of the environment dev.
type groupFile struct {
	// App clients by name. No other client of the environment may have the same name.
	Clients groupClients `yaml:"clients" hint:"add one, for example reader: {scopes: [orders/read]}; or delete the file"`
}

// App clients of a group by name.
type groupClients map[clientName]client

// maxGroupClients is how many clients without readers a stack has room for.
const maxGroupClients = maxResources / clientResources

func (groupClients) Count() strictyaml.Count {
	return strictyaml.Count{Min: 1, Max: maxGroupClients, Of: "clients", Why: "each is 3 resources, and a stack takes 500; write another group"}
}

// Group is a number of clients that have a stack of their own.
type Group struct {
	Name    string   // the file's name without .yaml
	Clients []Client // at least one, sorted by Name
}

func (g groupFile) checked(name string) Group {
	return Group{Name: name, Clients: clients(g.Clients).checked()}
}

// AllClients are the clients of the environment, those of its groups among them, sorted by Name.
func (e *Environment) AllClients() []Client {
	all := slices.Clone(e.Clients)
	for _, group := range e.Groups {
		all = append(all, group.Clients...)
	}
	slices.SortFunc(all, func(a, b Client) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// maxGroups and the other stacks are fewer than the 100 that m2m reads of an environment.
const maxGroups = 48

type groupName string

func (groupName) Text() strictyaml.Text { return groupNameText }

var groupNameText = strictyaml.Text{
	Noun:    "group name",
	Pattern: strictyaml.Expression("^" + naming.GroupPattern + "$"),
	Hint:    "1 to 31 lower-case letters, digits and hyphens, a letter first",
}

// groupsDir is the folder of an environment's groups: environments/dev for environments/dev.yaml.
func groupsDir(environment string) string { return strings.TrimSuffix(environment, ".yaml") }

// group is one file of an environment's groups.
type group struct {
	name    groupName
	written groupFile
}

// readGroups reads the files of the groups, and checks what is in them. Their problems are beside
// those of the environment's own file.
func (c *checker) readGroups() {
	dir := groupsDir(c.Path)
	if !isFolder(dir) {
		return
	}
	files, problems := filesIn(dir)
	c.inGroups = append(c.inGroups, problems...)
	if len(files) > maxGroups {
		c.inGroups = append(c.inGroups, Problem{File: dir, Message: fmt.Sprintf("has %d groups, at most %d are allowed", len(files), maxGroups)})
		return
	}
	alike := map[string]string{}
	for _, path := range files {
		name := groupName(strings.TrimSuffix(filepath.Base(path), ".yaml"))
		bare := strings.ReplaceAll(string(name), "-", "")
		if message, hint := groupNameText.Check(string(name)); message != "" {
			c.inGroups = append(c.inGroups, Problem{File: path, Message: message, Hint: hint})
		} else if earlier, ok := alike[bare]; ok {
			c.inGroups = append(c.inGroups, Problem{
				File: path, Message: "has the same name as " + earlier + " once hyphens are removed", Hint: "too alike to tell apart; rename one",
			})
		}
		alike[bare] = filepath.Base(path)
		c.readGroup(name, path)
	}
}

func (c *checker) readGroup(name groupName, path string) {
	g := group{name: name}
	rules := func(read *strictyaml.File) {
		inside := *c
		inside.File = read
		inside.checkClients(g.written.Clients)
		if count := g.written.checked(string(name)).Resources(); count > maxResources {
			read.Report("clients", fmt.Sprintf("are %d resources of a stack, at most %d are allowed", count, maxResources),
				"each client is 3, with secretReaders 4; write another group")
		}
	}
	read, problems := strictyaml.Read(path, &g.written, rules, strictyaml.Hints{
		Empty: "write clients: {reader: {scopes: [orders/read]}}, or delete the file", Several: "write one group per file",
	})
	c.inGroups = append(c.inGroups, problems...)
	if read != nil {
		c.groupWarnings = append(c.groupWarnings, read.Warnings()...)
	}
	c.groups = append(c.groups, g)
}

// checkedGroups are in the order of their names.
func (c *checker) checkedGroups() []Group {
	var checked []Group
	for _, g := range c.groups {
		checked = append(checked, g.written.checked(string(g.name)))
	}
	return checked
}

// everyone are the clients of the environment and its groups, by name.
func (c *checker) everyone() clients {
	all := maps.Clone(c.written.Clients)
	for _, g := range c.groups {
		for name, client := range g.written.Clients {
			if all == nil {
				all = clients{}
			}
			all[name] = client
		}
	}
	return all
}

// strayGroups refuses a folder with files of no environment: the clients in it would be in none.
func strayGroups(dir string, environments []string) (problems Problems) {
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil // which is reported already
	}
	for _, folder := range folders {
		path := filepath.Join(dir, folder.Name())
		if !folder.IsDir() || slices.Contains(environments, path+".yaml") {
			continue
		}
		if files, _ := filesIn(path); len(files) > 0 {
			problems = append(problems, Problem{
				File: path, Message: "has groups of clients, and there is no environment file " + path + ".yaml", Hint: "rename one of them, or delete the folder",
			})
		}
	}
	return problems
}

// isFolder says whether there is a folder at the path.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
