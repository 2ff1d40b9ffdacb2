package function

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// noUser stands for the owner of a connection whose other end can't be found.
const noUser = -1

// The sockets of this machine, or container, for IPv4 and IPv6.
//
// Source: proc_net_tcp.rst of the Linux kernel.
const listOfSockets, listOfSockets6 = "/proc/net/tcp", "/proc/net/tcp6"

// socketsAreListed reports whether the system lists sockets at all, of which the one that listens
// at the address is always there. Some that look like Linux do not.
func socketsAreListed(address net.Addr) bool {
	sockets, err := os.ReadFile(listOfSockets)
	return err == nil && bytes.Contains(sockets, []byte(" "+endpoint(address)+" 00000000:0000 "))
}

// peerUser is the id of the user whose socket is the other end of a connection on 127.0.0.1.
func peerUser(conn net.Conn) (uid int) {
	its, ours := endpoint(conn.RemoteAddr()), endpoint(conn.LocalAddr())
	// A program may use sockets of IPv6 for everything; IPv4's addresses are then mapped ones.
	mapped := "0000000000000000" + word([]byte{0, 0, 0xff, 0xff})
	const looks = 3 // a list that changes while it is read may leave one out
	for range looks {
		sockets, _ := os.ReadFile(listOfSockets) // a list that can't be read has no owner
		if uid, found := owner(sockets, its, ours); found {
			return uid
		}
		sockets, _ = os.ReadFile(listOfSockets6)
		if uid, found := owner(sockets, mapped+its, mapped+ours); found {
			return uid
		}
	}
	return noUser
}

// owner finds the connected socket with these two ends. Behind them are state, queues, timer,
// retransmissions and the user's id, which is root's for a socket that its program has closed.
func owner(sockets []byte, local, remote string) (uid int, found bool) {
	const connected, userAt, longest = "01", 4, 100
	_, rest, _ := bytes.Cut(sockets, []byte(" "+local+" "+remote+" "))
	fields := strings.Fields(string(rest[:min(len(rest), longest)]))
	if len(fields) <= userAt || fields[0] != connected {
		return noUser, false
	}
	uid, err := strconv.Atoi(fields[userAt])
	return uid, err == nil
}

func endpoint(addr net.Addr) string {
	tcp := addr.(*net.TCPAddr)
	return word(tcp.IP.To4()) + fmt.Sprintf(":%04X", tcp.Port)
}

// word is four bytes of an address as the kernel prints them: a number of this machine's.
func word(four []byte) string { return fmt.Sprintf("%08X", binary.NativeEndian.Uint32(four)) }
