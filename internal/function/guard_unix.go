//go:build unix && !linux

package function

import "net"

// socketsAreListed is false: only Linux lists whose a socket is.
func socketsAreListed(net.Addr) bool { return false }

func peerUser(net.Conn) (uid int) { return -1 }
