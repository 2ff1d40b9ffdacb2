// Package conformance holds a running environment, local or deployed, against what is known of AWS:
// one row per asserted behaviour of the token endpoint, the published keys, the authorizer and the
// event a function receives.
//
// It looks at a target from outside, over HTTP. M2M_TARGET is the JSON object that `m2m up --json`
// prints, or the absolute path of a file that holds it; without it the suite starts `m2m up`
// itself, once with a JWT authorizer and once with a function authorizer. A local run is also
// attacked with tokens signed by its user pool's own key. CONFORMANCE_TABLE=1 with -v prints the
// rows as a table:
//
//	M2M_TARGET=/tmp/deployed.json CONFORMANCE_TABLE=1 go test -v -count=1 -run TestConformance ./test/conformance
//
// The source of a row is a section of docs/aws-behaviour.md and the tag of the fact there: [D]
// documented, [O] observed, [S] read from source. What is inferred is marked [I] and held against
// only as far as the rest of the row goes; what is unknown has no row. Requests that are equal are
// sent once, because AWS bills every token.
package conformance
