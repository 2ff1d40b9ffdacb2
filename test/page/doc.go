// Package page looks at the page of a run with a browser: the walk-through of the README by clicks
// alone, refusals and their reasons, rotations, edits, several tabs, the end of a run, and what a
// published engine finds inaccessible. It needs chromium, google-chrome or chrome, and skips
// without one. M2M_BROWSER=needed says that there must be one, and M2M_BROWSER=none that none is to
// be used.
//
// `make screenshots` has it write the pictures of the README.
package page
