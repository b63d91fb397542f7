// Package hangs has a test that never ends. It dials RACE_LISTENER, if that is set, and
// keeps the connection. So a test that listens there sees when it starts and ends.
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
