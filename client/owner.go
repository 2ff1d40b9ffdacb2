//go:build !windows

package client

import (
	"fmt"
	"os"
	"syscall"
)

// checkOwner returns an error if a file or folder belongs to another user, who then decides what is
// in it. Package trust checks more than that, but not on Windows, where this package works, too.
func checkOwner(path string, info os.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user, uid %d", path, stat.Uid)
	}
	return nil
}
