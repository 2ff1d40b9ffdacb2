// Package client gets access tokens for a machine and calls the API with them.
//
// It owns the caller's side of the client-credentials grant (RFC 6749 section 4.4): where the credentials
// come from and when they are read again, one token request per lifetime however many goroutines or
// processes ask, and an *http.Client that sends the token to its API and to nothing else. It does not own
// how credentials are rotated, nor what the API answers.
//
// Every token that Amazon Cognito issues is billed. A [TokenSource] therefore asks for one token, serves it
// to everybody, and renews it in the background once three quarters of its lifetime have passed. There is
// no timer and nothing to close: a renewal starts with a call for the token, and ends by itself within a
// minute, as does a call that waits for a token. A source, a transport or a file system that does not end its
// part in time is left behind, four times at most until it is back, and asked again after a pause.
//
// Lifetimes and pauses end by the wall clock or by the monotonic one, whichever goes further, so neither a machine
// that sleeps nor a clock that is set back lengthens them. No error and no log line of this package holds a token or
// a client secret.
package client
