// Package handbook writes what a partner needs to call the API of an environment: addresses,
// scopes, routes, what to do about each refusal, how secrets are replaced, limits, and code that
// works as it stands. It is Markdown, or one HTML page that needs nothing from elsewhere.
//
// It owns the words, in files that end in .qtpl: handbook, page, and the samples, which
// test/handbook runs. It does not own what an environment offers, see package offering. No page has
// a secret or a token in it: samples take the secret from the environment.
package handbook
