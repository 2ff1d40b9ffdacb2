package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/reach"
)

// The values of --sort.
const (
	byName = "name"
	byAge  = "age"
	byNext = "next"
)

// check refuses flags that can't be or go together.
func (o clientsOptions) check() error {
	switch {
	case !slices.Contains([]string{byName, byAge, byNext}, o.sort):
		return withHint(fmt.Errorf("--sort %s is no order", o.sort), "write %s, %s or %s", byName, byAge, byNext)
	case o.limit < 0:
		return withHint(fmt.Errorf("--limit %d is negative", o.limit), "leave it out to list all")
	case o.after != "" && o.sort != byName:
		return withHint(fmt.Errorf("--after is by name, and --sort %s is not", o.sort), "leave one of them out")
	}
	for _, pattern := range o.names {
		if _, err := path.Match(pattern, ""); err != nil {
			return withHint(fmt.Errorf("%q is not a pattern", pattern), "write a client's name, or a pattern such as 'partner-*'")
		}
	}
	return nil
}

// chooseClients asks about the clients that are wanted. Which these are shows by their names alone,
// unless their state or age decides.
func (c *command) chooseClients(ctx context.Context, t *reach.Target, o clientsOptions) (list clientList, err error) {
	const many = 50 // about half a minute
	list = clientList{target: t, now: time.Now(), flags: o.target.flags()}
	var unknown string
	list.clients, list.firstRotations, err = t.Clients(ctx, func(names []string) []string {
		if names, unknown = o.wanted(names); !o.overdue && o.sort == byName {
			names, list.left = first(names, o.limit)
		}
		if t.Deployed() && len(names) > many {
			c.speech.say("Asking about %d clients: Cognito answers a few calls a second ...", len(names))
		}
		return names
	})
	switch {
	case err != nil:
		return list, err
	case strings.ContainsAny(unknown, `*?[\`):
		return list, withHint(fmt.Errorf("no client of %s is like %s", t, unknown), "`m2m clients%s` lists the clients", list.flags)
	case unknown != "":
		if _, err := t.Client(ctx, unknown); err != nil {
			return list, err
		}
		return list, errors.New("the clients have just changed: try again")
	}
	if o.overdue {
		list.clients = slices.DeleteFunc(list.clients, func(c reach.Client) bool { return c.Overdue(list.now) == "" })
	}
	slices.SortStableFunc(list.clients, orders[o.sort])
	if list.left == 0 {
		list.clients, list.left = first(list.clients, o.limit)
	}
	return list, nil
}

// wanted are the names after --after that arguments name, and an argument that names none of all.
func (o clientsOptions) wanted(names []string) (wanted []string, unknown string) {
	unmatched := slices.Clone(o.names)
	for _, name := range names {
		matches := func(pattern string) bool { matched, _ := path.Match(pattern, name); return matched }
		named := len(o.names) == 0 || slices.ContainsFunc(o.names, matches)
		unmatched = slices.DeleteFunc(unmatched, matches)
		if named && name > o.after {
			wanted = append(wanted, name)
		}
	}
	if len(unmatched) > 0 {
		return nil, unmatched[0]
	}
	return wanted, ""
}

// orders are the ways to sort clients that have the same order by name before.
var orders = map[string]func(a, b reach.Client) int{
	byName: func(a, b reach.Client) int { return cmp.Compare(a.Name, b.Name) },
	byAge:  func(a, b reach.Client) int { return a.RotatedAt.Compare(b.RotatedAt) },
	byNext: func(a, b reach.Client) int { return a.NextRotation.Compare(b.NextRotation) },
}

// first are as many as --limit lets be, and how many it leaves out.
func first[T any](list []T, limit int) (kept []T, left int) {
	if limit == 0 || len(list) <= limit {
		return list, 0
	}
	return list[:limit], len(list) - limit
}

// rest says what --limit leaves out, and how to get it.
func (o clientsOptions) rest(list clientList) string {
	if o.sort != byName {
		return fmt.Sprintf("%d more: a larger --limit shows them", list.left)
	}
	words := []string{"m2m clients"}
	for _, name := range o.names {
		words = append(words, shellWord(name))
	}
	if o.overdue {
		words = append(words, "--overdue")
	}
	words = append(words, fmt.Sprintf("--limit %d --after %s", o.limit, list.clients[len(list.clients)-1].Name))
	return fmt.Sprintf("%d more: `%s%s`", list.left, strings.Join(words, " "), list.flags)
}
