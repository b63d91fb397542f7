// Package hangs has a test that never ends. It dials RACE_LISTENER, if that is
// set, and holds the connection: who listens there sees it start, and die.
package hangs

import (
	"net"
	"os"
	"testing"
)

func TestHang(t *testing.T) {
	if addr := os.Getenv("RACE_LISTENER"); addr != "" {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	select {}
}
