// Package jwtauthtest has an issuer's tokens for tests: those that it issues, and those that
// nothing may accept. The gateway, lambda/authorize and whole runs are held against the same table.
package jwtauthtest
