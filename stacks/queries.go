package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/naming"
)

// query is a CloudWatch Logs Insights query over the access log.
type query struct {
	id    string
	title string
	lines []string
}

// The access log splits calls by client and by reason, which no metric of AWS does, and by route,
// which metrics do for a price. Every value in it is text. A claim is "-" in the line of a call
// whose token was refused.
var (
	callsPerClient = query{
		id: "CallsPerClient", title: "calls per client",
		lines: []string{
			`filter clientId != "-"`,
			`stats count(*) as calls, pct(responseLatency, 99) as p99ms by clientId`,
			`sort calls desc`,
		},
	}

	refusedByReason = query{
		id: "RefusedCalls", title: "refused calls by reason",
		lines: []string{
			`filter status in ["401", "403", "429"]`,
			`stats count(*) as calls by status, authorizerError, routeKey`,
			`sort calls desc`,
		},
	}

	slowestRoutes = query{
		id: "SlowestRoutes", title: "slowest routes",
		lines: []string{
			`filter integrationLatency != "-"`,
			`stats pct(responseLatency, 50) as p50ms, pct(responseLatency, 99) as p99ms, max(responseLatency) as slowestMs, count(*) as calls by routeKey`,
			`sort p99ms desc`,
			`limit 20`,
		},
	}

	callsByRoute = query{
		title: "calls by route and status",
		lines: []string{
			`stats count(*) as calls, pct(responseLatency, 99) as p99ms by routeKey, status`,
			`sort calls desc`,
		},
	}
)

// queryName is the name a query is saved under. The console shows the part before a slash as a
// folder.
func (w *watched) queryName(q query) string { return naming.Folder(w.env.Name) + q.title }

// saveQueries puts the queries where the console of Logs Insights offers them.
func saveQueries(scope constructs.Construct, w *watched) {
	queries := group(scope, "Queries")
	for _, q := range []query{callsPerClient, refusedByReason, slowestRoutes} {
		awslogs.NewCfnQueryDefinition(queries, jsii.String(q.id), &awslogs.CfnQueryDefinitionProps{
			Name:          jsii.String(w.queryName(q)),
			QueryString:   jsii.String(strings.Join(q.lines, "\n| ")),
			LogGroupNames: &[]any{w.accessLogs.LogGroupName()},
		})
	}
}
