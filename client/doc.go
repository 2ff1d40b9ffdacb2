// Package client gets access tokens for a machine and calls the API with them.
//
// # Calling the API
//
// Make one [TokenSource] when the program starts, say where the credentials are, and take an
// *http.Client from it:
//
//	aws, err := config.LoadDefaultConfig(ctx)
//	// ...
//	tokens, err := client.NewTokenSource(client.Config{
//		Credentials: client.FromSecretsManager(secretsmanager.NewFromConfig(aws), "m2m/prod/reports"),
//	})
//	// ...
//	api, err := tokens.HTTPClient("https://api.example.com")
//	// ...
//	response, err := api.Get("https://api.example.com/orders")
//
// The first call gets a token. All later calls of all goroutines use the same one, which is renewed
// in the background. The token goes to https://api.example.com alone: a redirect to another host,
// or a request to one, carries none. The *http.Client is yours: give it a Timeout, and put
// instruments of your own below it with [Config].Transport. A library that takes a
// golang.org/x/oauth2 TokenSource takes a [TokenSource].
//
// # Credentials
//
// [FromSecretsManager] reads a secret of this project. Outside of AWS, [FromFile] reads the same
// JSON from a file that another program keeps up to date, and [FromEnvironment] reads
// M2M_CLIENT_ID, M2M_CLIENT_SECRET and M2M_TOKEN_ENDPOINT. For any other place, write a [Source].
//
// A rotation needs nothing from the program. The previous secret stays valid until the next
// rotation, and credentials are read again as soon as they are refused; only a process that has
// them from its environment must be restarted. [ErrNotRotated] says that the secret is still empty:
// its first rotation has not ended, so try again in a minute.
//
// # Short-lived programs
//
// A cron job or a command would get a new token with every run. With [Config].CacheDir the token is
// kept in a folder that only its user can read, and shared with the other processes that use it.
//
// # Errors
//
// A call fails with a [*RefusalError] if the token endpoint refused to issue a token; it names the
// OAuth error, such as invalid_client. What the API answers, a 403 too, is a response and not an
// error.
//
// # What it guarantees
//
// It owns the caller's side of the client-credentials grant (RFC 6749 section 4.4): where the
// credentials come from and when they are read again, one token request per lifetime however many
// goroutines or processes ask, and an *http.Client that sends the token to its API and to nothing
// else. It does not own how credentials are rotated, nor what the API answers.
//
// Every token that Amazon Cognito issues is billed. A [TokenSource] therefore requests one token,
// shares it among all callers, and renews it in the background once three quarters of its lifetime
// have passed. There is no timer and nothing to close: a renewal starts with a call for the token,
// and ends by itself within a minute, as does a call that waits for a token. If a source, a
// transport or a file system does not answer in time, the call to it is left behind, four at most,
// and tried again after a pause.
//
// Lifetimes and pauses end by the wall clock or by the monotonic one, whichever goes further, so
// neither a machine that sleeps nor a clock that is set back lengthens them. No error and no log
// line of this package contains a token or a client secret.
package client
