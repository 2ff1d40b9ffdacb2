// Package jwtauthtest has an issuer's tokens for tests: those that it issues, and those that
// nothing may accept. The gateway and lambda/authorize are held against the same table.
package jwtauthtest
