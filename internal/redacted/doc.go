// Package redacted is for text that must not be shown: client secrets and the values of secrets.
//
// It owns how such a text prints, logs and compares. It does not own where a secret is kept, nor
// its form; what else a log must not show is decided where the log is written.
//
// Source: the interfaces fmt.Formatter and slog.LogValuer, which decide what a printed or logged
// value shows.
package redacted
