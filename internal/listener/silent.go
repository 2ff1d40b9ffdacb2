package listener

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// silentConnections are those that have not sent a byte yet, such as a browser opens in advance.
// net/http waits five seconds for each before it ends.
type silentConnections struct {
	mu    sync.Mutex
	open  map[net.Conn]bool
	ended bool
}

// note follows a connection; it is a hook of http.Server.
func (c *silentConnections) note(connection net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(c.open, connection)
	case c.ended:
		_ = connection.Close()
	default:
		if c.open == nil {
			c.open = map[net.Conn]bool{}
		}
		c.open[connection] = true
	}
}

// end closes them in a moment, and those that still come at once.
func (c *silentConnections) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for connection := range c.open {
		_ = connection.SetReadDeadline(time.Now().Add(lastCall))
	}
}

// lastCall is how long a connection that is still silent may take to send a request when the server
// ends: what was sent before is on its way.
const lastCall = 100 * time.Millisecond
