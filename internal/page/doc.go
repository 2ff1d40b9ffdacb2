// Package page is the page of a run: what goes on in it, in a browser, as it happens.
//
// It owns who may see it, what it keeps of a run's traffic, and how that looks. It does not own
// what it shows: requests, token requests, rotations and environments come from package serving,
// the reasons of refusals from package explain, the state of clients from package reach, stacks
// from the engine of stacks. It knows a run by what it is told; see Page.
//
// Whoever has a code gets in, once for each: the URL that is printed has one in its fragment, which
// no request carries. The page's script exchanges it for a cookie that only the page's own folder
// gets. Its name is made anew for each run, because cookies do not know ports: a server of another
// user on this machine is never sent one. No request does anything that does not come from the page
// itself. A secret or a token is in the answer to a POST that asks for it, and nowhere else.
//
// The parts of the page are templates, in files that end in .qtpl. A browser that follows gets
// those that have changed as server-sent events; so every tab shows the same, and after a lost
// connection all of it anew.
//
// Source: WHATWG HTML, "Server-sent events"; RFC 6265 section 8.5 (cookies and ports); Content
// Security Policy Level 3; Fetch Metadata Request Headers.
package page
