#!/usr/bin/env bash
# aws-sdk-go-v2 v1.47.7 with service/cognitoidentityprovider v1.61.0, and text/template or html/template of Go 1.26: a
# program that lists app clients with the SDK's paginator has the one operation that it calls. Once it executes a
# template too, of anything, it has all operations of the service, with their types and serializers. Templates call
# methods by names that are known only at run time, and the paginator takes the client as an interface, so the linker
# keeps every exported method that the client has.
#
# Seen: 1 of 127 operations and 8 MB without a template, 127 and 15 MB with one. Needs Go.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/aws/aws-sdk-go-v2 v1.47.7
	github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider v1.61.0
)
MOD
cat > main.go <<'GO'
package main

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// show is what the program shows its results with.
var show = func(found int) { println(found) }

func main() {
	client := cognito.New(cognito.Options{Region: "eu-west-1"})
	pages := cognito.NewListUserPoolClientsPaginator(client, &cognito.ListUserPoolClientsInput{UserPoolId: aws.String(os.Args[1])})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
		show(len(page.UserPoolClients))
	}
}
GO
mkdir with
sed 's/^func main/func init() { show = inWords }\n\nfunc main/' main.go > with/main.go
cat > with/words.go <<'GO'
package main

import (
	"os"
	"text/template"
)

func inWords(found int) {
	_ = template.Must(template.New("").Parse("{{.}} clients\n")).Execute(os.Stdout, found)
}
GO
go mod tidy > tidy.log 2>&1
operations() { go tool nm "$1" | grep -cE 'cognitoidentityprovider\.\(\*Client\)\.[A-Z][A-Za-z]*$' | tr -d '\n'; }
go build -ldflags=-w -o plain .
go build -ldflags=-w -o templates ./with
without=$(operations plain) with=$(operations templates)
echo "operations without a template: $without, and with one: $with"
echo "bytes: $(wc -c < plain) and $(wc -c < templates)"
((without < 10 && with > 100))
