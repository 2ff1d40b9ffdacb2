// Package function runs a Lambda function of the OS-only runtime (provided.al2023) on this machine.
//
// It owns the Runtime API, the processes that speak it (execution environments, kept warm and one
// invocation at a time each), their environment variables, their output and their end; and it
// prepares an executable for this machine from the asset that the assembly deploys. It does not
// know what an event means: payloads are bytes. There is no sandbox, no memory limit and no
// Extensions API.
//
// Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" (version 2018-06-01), and
// AWS's own runtime interface emulator for what the guide leaves open. Processes are held together
// by process groups, so the package builds on Linux and macOS, not on Windows. Only Linux can end
// what has left its group, and a bootstrap when this process is killed; elsewhere one ends when its
// next call finds no Runtime API.
package function
