// Package pace sets how Go's runtime keeps house in m2m: when it collects garbage, how many
// goroutines run at once, and how exact the timers are by which it looks after itself.
//
// Everything works without it, only slower.
package pace
