package test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"
)

// changesOf lists everything in which two versions of an environment differ, a line each, sorted:
// "Api + LogsKeyA6AB43B2 (AWS::KMS::Key)" for a resource that only the second has, "-" for one that
// only the first has, and "Api HttpApiF5A9A8A7.Name = x" for what is another one now. Objects are
// compared key by key, lists of the same length item by item, everything else as one value.
func changesOf(before, after stage) (lines []string) {
	names := map[string]bool{}
	for _, s := range []stage{before, after} {
		for name := range s.stacks {
			names[name] = true
		}
	}
	for name := range names {
		was, is := before.stacks[name], after.stacks[name]
		for _, section := range slices.Sorted(maps.Keys(union(was.doc, is.doc))) {
			if section == "Resources" {
				lines = append(lines, changedResources(name, was, is)...)
				continue
			}
			lines = append(lines, changedValues(name+" "+section, was.doc[section], is.doc[section])...)
		}
		lines = append(lines, changedValues(name+" stack", before.stackProperties(name), after.stackProperties(name))...)
	}
	slices.Sort(lines)
	return lines
}

func changedResources(stack string, before, after template) (lines []string) {
	was, is := before.section("Resources"), after.section("Resources")
	for id := range union(was, is) {
		switch {
		case was[id] == nil:
			lines = append(lines, fmt.Sprintf("%s + %s (%v)", stack, id, at(is[id], "Type")))
		case is[id] == nil:
			lines = append(lines, fmt.Sprintf("%s - %s (%v)", stack, id, at(was[id], "Type")))
		default:
			for key := range union(was[id].(map[string]any), is[id].(map[string]any)) {
				path := stack + " " + id
				if key != "Properties" {
					path += "." + key
				}
				lines = append(lines, changedValues(path, at(was[id], key), at(is[id], key))...)
			}
		}
	}
	return lines
}

func changedValues(path string, before, after any) (lines []string) {
	if cmp.Equal(before, after) {
		return nil
	}
	was, okBefore := before.(map[string]any)
	is, okAfter := after.(map[string]any)
	if okBefore && okAfter && text(before) == compact(before) && text(after) == compact(after) {
		for key := range union(was, is) {
			lines = append(lines, changedValues(path+"."+key, was[key], is[key])...)
		}
		return lines
	}
	wasList, okBefore := before.([]any)
	isList, okAfter := after.([]any)
	if okBefore && okAfter && len(wasList) == len(isList) {
		for i := range isList {
			lines = append(lines, changedValues(fmt.Sprintf("%s[%d]", path, i), wasList[i], isList[i])...)
		}
		return lines
	}
	if after == nil {
		return []string{path + " is gone"}
	}
	return []string{path + " = " + text(after)}
}

// stackProperties are what the assembly says of a stack beside its template, but for the roles and
// buckets of the bootstrap stack, which follow from the account and Region.
func (s stage) stackProperties(name string) map[string]any {
	all, _ := s.artifacts("aws:cloudformation:stack")[s.artifact(name)]["properties"].(map[string]any)
	own := map[string]any{}
	for _, key := range []string{"stackName", "tags", "terminationProtection"} {
		if all[key] != nil {
			own[key] = all[key]
		}
	}
	return own
}

func union(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return all
}
