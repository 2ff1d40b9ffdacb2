// Package archive unpacks the zip archives that functions are uploaded in.
//
// It owns what an archive may hold: plain files and folders, inside its folder, not too many, not
// too large, and not out of proportion to the archive. It does not own where archives come from, or
// what their files are for.
//
// An archive is unpacked once, into a folder that is named after its SHA-256, and the folder is
// there only when it is complete. Errors name the entry and the reason.
//
// Source: Lambda Developer Guide, "Lambda quotas" and "Working with .zip file archives".
package archive
