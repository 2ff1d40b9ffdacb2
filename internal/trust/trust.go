// Package trust tells whether a file is one that only this user, or root, can have made and can
// change. What a command runs or believes (a state, programs, a project's commands) has to be such
// a file, because the folder that it lies in may have been prepared by another user of the machine.
//
// It looks at owners and modes, as sshd does with StrictModes; access control lists show in a
// mode's group bits.
package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Error says what is wrong with a file or folder.
type Error struct {
	Path string
	// Owner is the user that it belongs to, by name and id. Empty: it is this user's or root's, and
	// others can write to it.
	Owner string
}

func (e *Error) Error() string {
	if e.Owner != "" {
		return fmt.Sprintf("%s belongs to %s, not to you", e.Path, e.Owner)
	}
	return fmt.Sprintf("other users of this machine can change what is in %s", e.Path)
}

const others, group = 0o002, 0o020 // may write

// Owned fails with an *Error unless the file is this user's. Of a symbolic link it looks at the
// link.
func Owned(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	return owned(path, info)
}

func owned(path string, info fs.FileInfo) error {
	if uid := ownerOf(info); uid != os.Geteuid() {
		return &Error{Path: path, Owner: name(uid)}
	}
	return nil
}

// Private fails with an *Error unless the file is this user's and no one else may write to it.
func Private(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if err := owned(path, info); err != nil {
		return err
	}
	if info.Mode().Perm()&(group|others) != 0 && info.Mode().Type() != fs.ModeSymlink {
		return &Error{Path: path}
	}
	return nil
}

// Given fails with an *Error unless all of these are this user's or root's.
func Given(paths ...string) error {
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if err := given(path, info); err != nil {
			return err
		}
	}
	return nil
}

func given(path string, info fs.FileInfo) error {
	if uid := ownerOf(info); uid != os.Geteuid() && uid != 0 {
		return &Error{Path: path, Owner: name(uid)}
	}
	return nil
}

// Above fails with an *Error unless nobody but this user and root can put another folder in the
// place of dir: of dir and all folders above it, and of the links on the way. What is not there yet
// is left out.
func Above(dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	const links = 40 // as many as Linux follows
	return above(absolute, links)
}

func above(path string, links int) error {
	for ; ; path = filepath.Dir(path) {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case info.Mode().Type() == fs.ModeSymlink:
			err = link(path, info, links)
		default:
			err = folder(path, info)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if path == filepath.Dir(path) {
			return nil
		}
	}
}

// link looks at a link and at where it leads. Its mode means nothing.
func link(path string, info fs.FileInfo, links int) error {
	if err := given(path, info); err != nil {
		return err
	}
	to, err := os.Readlink(path)
	if err != nil {
		return err
	}
	if links == 0 {
		return &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(path), to)
	}
	return above(to, links-1)
}

// folder may be written to by others if it is sticky: they can't rename what is not theirs there.
func folder(path string, info fs.FileInfo) error {
	if err := given(path, info); err != nil {
		return err
	}
	mode := info.Mode()
	open := mode.Perm()&others != 0 || mode.Perm()&group != 0 && !isOwnGroup(info)
	if open && mode&fs.ModeSticky == 0 {
		return &Error{Path: path}
	}
	return nil
}

// isOwnGroup says whether a group is this user's alone: the one of the user's name, which Linux
// makes with a user, and for which it lets groups write by default.
func isOwnGroup(info fs.FileInfo) bool {
	stat := info.Sys().(*syscall.Stat_t)
	found, err := user.LookupGroupId(strconv.FormatUint(uint64(stat.Gid), 10))
	if err != nil {
		return false
	}
	owner, err := user.LookupId(strconv.FormatUint(uint64(stat.Uid), 10))
	return err == nil && owner.Username == found.Name
}

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// name is a user by name, if there is one, and id.
func name(uid int) string {
	if known, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return fmt.Sprintf("%s (user %d)", known.Username, uid)
	}
	return fmt.Sprintf("user %d", uid)
}
