#!/usr/bin/env bash
# github.com/aws/jsii-runtime-go 1.142.0: the program copies the environment for Node when the package is initialized, not
# when Node starts. So os.Setenv in main does not reach Node, however early it stands: NODE_OPTIONS, NODE_PATH or a
# proxy that a CDK app in Go sets has no effect, without a word. What is set before the package is initialized does
# reach Node: by whoever starts the program, or in the init of a package that Go initializes before.
#
# Seen: with os.Setenv("NODE_OPTIONS", "--title=set") in main, jsii's Node has no such option; with the variable in the
# environment of the program, it has. The node of the script only writes its NODE_OPTIONS to a file and goes on as the
# real one. Needs Go and Node.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
go mod init example.com/app > go.log 2>&1
go get github.com/aws/jsii-runtime-go@v1.142.0 github.com/aws/constructs-go/constructs/v10@v10.8.1 >> go.log 2>&1
cat > main.go <<'GO'
package main

import (
	"os"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func main() {
	defer jsii.Close()
	if len(os.Args) > 1 {
		if err := os.Setenv("NODE_OPTIONS", os.Args[1]); err != nil {
			panic(err)
		}
	}
	constructs.NewRootConstruct(nil)
}
GO
go mod tidy >> go.log 2>&1
go build -o app .
real=$(command -v node)
cat > node <<SH
#!/bin/sh
echo "\${NODE_OPTIONS-unset}" >> "$dir/seen"
exec "$real" "\$@"
SH
chmod +x node
export PATH="$dir:$PATH"
unset NODE_OPTIONS
seen() { : > seen; "$@" > app.log 2>&1 || { cat app.log >&2; exit 1; }; grep -qe --title=set seen; }
status=0
if seen ./app --title=set; then echo "set in main: Node has it"; status=1; else echo "set in main: Node does not have it"; fi
if seen env NODE_OPTIONS=--title=set ./app; then echo "set before the start: Node has it"; else echo "set before the start: Node does not have it"; status=1; fi
exit $status
