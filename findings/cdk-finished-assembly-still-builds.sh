#!/usr/bin/env bash
# aws-cdk (the CLI) 2.1148.1: `--app FOLDER` names a finished cloud assembly, but the CLI still runs the `build` command
# of cdk.json first. So a pipeline that deploys an assembly made elsewhere compiles the app again, and can't deploy it
# at all on a machine without the compiler. `--no-build` avoids that.
#
# Seen: without the flag the build command runs, and its failure ends the command with status 1; with the flag the
# stack is listed and nothing is built. Needs Node and npm.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --no-audit --no-fund --ignore-scripts aws-cdk@2.1148.1 >> npm.log 2>&1
export HOME=$dir CI=true CDK_DISABLE_CLI_TELEMETRY=true

mkdir cdk.out
echo '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}' > cdk.out/One.template.json
cat > cdk.out/manifest.json <<'JSON'
{"version": "36.0.0", "artifacts": {"One": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
  "properties": {"templateFile": "One.template.json"}}}}
JSON
echo '{"app": "exit 1", "build": "touch built; exit 7"}' > cdk.json

status=0
npx cdk list --app cdk.out > with-build 2>&1 || status=$?
test -e built && built=yes || built=no
rm -f built
npx cdk list --no-build --app cdk.out > without-build 2>&1
test -e built && again=yes || again=no

echo "cdk $(npx cdk --version)"
echo "cdk list --app cdk.out: status $status, build command ran: $built"
echo "cdk list --no-build --app cdk.out: build command ran: $again, printed: $(tr '\n' ' ' < without-build)"
test "$status" -ne 0 && test "$built" = yes && test "$again" = no && grep -qx One without-build
