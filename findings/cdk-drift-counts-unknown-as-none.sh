#!/usr/bin/env bash
# aws-cdk (the CLI) 2.1148.1: if CloudFormation could compare nothing, `cdk drift` prints "No drift detected" and, even
# with --fail, ends with status 0. Every resource then has the drift status UNKNOWN, for example because the caller may
# not read them. The output only has a number of unchecked resources. So a nightly check that uses the exit status
# never fails.
#
# Seen: one resource, UNKNOWN: "No drift detected", status 0; the same resource MODIFIED: status 1. The endpoint is a
# server of this script on loopback that answers as CloudFormation's API reference says. Needs Node and npm.
set -euo pipefail
dir=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2> /dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init --yes > npm.log
npm install --no-audit --no-fund --ignore-scripts aws-cdk@2.1148.1 >> npm.log 2>&1
cat > server.mjs <<'JS'
import { createServer } from 'node:http'
import { readFileSync, writeFileSync } from 'node:fs'

const id = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/One/11111111-2222-3333-4444-555555555555'
const time = '2026-01-02T03:04:05Z'
const answers = {
  GetCallerIdentity: () => '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/example</Arn><UserId>AIDAEXAMPLE</UserId>',
  DescribeStacks: () => `<Stacks><member><StackName>One</StackName><StackId>${id}</StackId><CreationTime>${time}</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>`,
  GetTemplate: () => '<TemplateBody>{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}</TemplateBody>',
  DetectStackDrift: () => '<StackDriftDetectionId>d1</StackDriftDetectionId>',
  DescribeStackDriftDetectionStatus: () => `<StackId>${id}</StackId><StackDriftDetectionId>d1</StackDriftDetectionId><DetectionStatus>DETECTION_COMPLETE</DetectionStatus><StackDriftStatus>${status() === 'MODIFIED' ? 'DRIFTED' : 'UNKNOWN'}</StackDriftStatus><DriftedStackResourceCount>${status() === 'MODIFIED' ? 1 : 0}</DriftedStackResourceCount><Timestamp>${time}</Timestamp>`,
  DescribeStackResourceDrifts: () => `<StackResourceDrifts><member><StackId>${id}</StackId><LogicalResourceId>Topic</LogicalResourceId><PhysicalResourceId>arn:aws:sns:eu-west-1:123456789012:t</PhysicalResourceId><ResourceType>AWS::SNS::Topic</ResourceType><StackResourceDriftStatus>${status()}</StackResourceDriftStatus><PropertyDifferences/><Timestamp>${time}</Timestamp></member></StackResourceDrifts>`,
}
const status = () => readFileSync('status', 'utf8').trim()
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const action = new URLSearchParams(body).get('Action')
  response.statusCode = answers[action] ? 200 : 400
  response.setHeader('content-type', 'text/xml')
  response.end(answers[action]
    ? `<${action}Response><${action}Result>${answers[action]()}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`
    : `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${action}</Message></Error><RequestId>r</RequestId></ErrorResponse>`)
})
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)))
JS
echo UNKNOWN > status
node server.mjs &
server=$!
until test -s port; do kill -0 "$server"; done

mkdir cdk.out
echo '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}' > cdk.out/One.template.json
cat > cdk.out/manifest.json <<'JSON'
{"version": "36.0.0", "artifacts": {"One": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
  "properties": {"templateFile": "One.template.json"}}}}
JSON
unset "${!AWS_@}"
export HOME=$dir CI=true CDK_DISABLE_CLI_TELEMETRY=true AWS_ENDPOINT_URL=http://127.0.0.1:$(cat port) AWS_REGION=eu-west-1
export AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example AWS_EC2_METADATA_DISABLED=true

drift() { # prints the status, keeps the text in $1
  echo "$1" > status
  local code=0
  npx cdk drift --fail --app cdk.out One > "$1.txt" 2>&1 || code=$?
  echo "$code"
}
unknown=$(drift UNKNOWN)
modified=$(drift MODIFIED)
echo "cdk $(npx cdk --version)"
echo "UNKNOWN: status $unknown: $(grep -iE 'drift|unchecked' UNKNOWN.txt | tr '\n' ' ')"
echo "MODIFIED: status $modified"
test "$unknown" -eq 0 && test "$modified" -eq 1 && grep -q 'No drift detected' UNKNOWN.txt || { cat UNKNOWN.txt MODIFIED.txt; exit 1; }
