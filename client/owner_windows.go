package client

import "os"

// checkOwner allows everything: who may write is up to the folder, which a user's own folders
// settle.
func checkOwner(string, os.FileInfo) error { return nil }
