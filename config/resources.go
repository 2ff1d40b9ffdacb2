package config

import (
	"fmt"
	"strings"
)

// maxResources of a stack, which AWS does not raise (CloudFormation guide, "Quotas").
const maxResources = 500

// Resources that stacks makes. A guard counts those of every template.
const (
	clientResources     = 3 // app client, secret, schedule; with readers one more
	functionResources   = 5 // function, role, policy, log group, invoke permission
	alarmsOfFunction    = 3
	routedResources     = functionResources + 1 + alarmsOfFunction // with its integration
	rotationResources   = functionResources + 1                    // with its alarm
	authorizerResources = functionResources + alarmsOfFunction + 3 // with two queries, and a policy of the rotation
	apiResources        = 4                                        // API, authorizer, stage, access log
	watchingResources   = 6                                        // three alarms, three queries
	topicResources      = 6                                        // topic and policy, two rules with role and policy
	domainResources     = 3                                        // name, mapping, record
)

// APIResources is how many resources the Api stack has.
func (e *Environment) APIResources() int {
	count := apiResources + watchingResources + rotationResources + clientsResources(e.Clients) +
		routedResources*len(e.Functions) + e.Alarms.resources()
	for _, route := range e.API.Routes {
		count += len(route.Keys())
	}
	if e.API.Authorizer != nil {
		count += authorizerResources
	}
	if e.API.CustomDomain != nil {
		count += domainResources
	}
	for _, there := range []bool{e.Logs.CustomerKey, e.Secrets.CustomerKey, e.Dashboard} {
		if there {
			count++
		}
	}
	return count
}

// resources are those that the file's alarms have beside the others.
func (a Alarms) resources() (count int) {
	for _, recipient := range a.Recipients {
		if !strings.HasPrefix(recipient, "arn:") {
			count++ // a subscription
		}
	}
	if count > 0 {
		count += topicResources
	}
	if a.SilentMinutes > 0 {
		count++
	}
	return count
}

// Resources is how many resources the group's stack has.
func (g Group) Resources() int { return clientsResources(g.Clients) }

func clientsResources(clients []Client) (count int) {
	for _, c := range clients {
		count += clientResources
		if len(c.SecretReaders) > 0 {
			count++
		}
	}
	return count
}

// apiResources refuses an Api stack that CloudFormation would refuse.
func (c *checker) apiResources() {
	if count := c.written.checked().APIResources(); count > maxResources {
		c.Report("clients", fmt.Sprintf("and everything beside them are %d resources in the Api stack, at most %d are allowed", count, maxResources),
			"each client is 3, with secretReaders 4, each method of a route 1, each function 9; "+
				"move clients to a group, a file of "+groupsDir(c.Path)+", which needs api: {authorizer: function}")
	}
}
