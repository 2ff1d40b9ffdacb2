package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/naming"
)

// query is a CloudWatch Logs Insights query over the access log, or over a function's log.
type query struct {
	id    string
	title string
	lines []string
	of    func(*watched) awslambda.Function // nil: the access log
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

	busiestClients = query{
		id: callsPerClient.id, title: callsPerClient.title + ", top ten",
		lines: append(slices.Clone(callsPerClient.lines), `limit 10`),
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

// The functions' logs have what the access log has not: of a refused call its client, if its token
// was signed by the pool, and the steps of rotations. A refusal that API Gateway remembers is not
// in the authorizer's log again.
var (
	refusedClients = query{
		id: "RefusedClients", title: "refused clients, top ten",
		of: func(w *watched) awslambda.Function { return w.authorizer },
		lines: []string{
			`filter msg = "refused"`,
			`stats count(*) as refusals by clientId, reason`,
			`sort refusals desc`,
			`limit 10`,
		},
	}

	overdueRotations = query{
		id: "OverdueRotations", title: "rotations that have not ended, oldest ten",
		of: func(w *watched) awslambda.Function { return w.rotation },
		lines: []string{
			`filter msg = "rotation step"`,
			`stats latest(step) as lastStep, latest(outcome) as lastOutcome, latest(@timestamp) as last by secret`,
			`filter lastStep != "finishSecret" or lastOutcome = "failed"`,
			`sort last asc`,
			`limit 10`,
		},
	}
)

// queries are those that are saved. With many clients, what is asked is who stands out.
func (w *watched) queries() []query {
	if w.authorizer == nil {
		return []query{callsPerClient, refusedByReason, slowestRoutes}
	}
	return []query{busiestClients, refusedByReason, slowestRoutes, refusedClients, overdueRotations}
}

// logsOf is the log group that a query reads.
func (w *watched) logsOf(q query) *string {
	if q.of == nil {
		return w.accessLogs.LogGroupName()
	}
	return q.of(w).LogGroup().LogGroupName()
}

// queryName is the name a query is saved under. The console shows the part before a slash as a
// folder.
func (w *watched) queryName(q query) string { return naming.Folder(w.env.Name) + q.title }

// saveQueries puts the queries where the console of Logs Insights offers them.
func saveQueries(scope constructs.Construct, w *watched) {
	queries := group(scope, "Queries")
	for _, q := range w.queries() {
		awslogs.NewCfnQueryDefinition(queries, jsii.String(q.id), &awslogs.CfnQueryDefinitionProps{
			Name:          jsii.String(w.queryName(q)),
			QueryString:   jsii.String(strings.Join(q.lines, "\n| ")),
			LogGroupNames: &[]any{w.logsOf(q)},
		})
	}
}
