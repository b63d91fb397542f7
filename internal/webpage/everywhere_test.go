package webpage

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
)

// everywhere picks the address that the machine's network knows.
func TestEverywhere(t *testing.T) {
	ip := func(cidr string) net.Addr {
		ip, n, err := net.ParseCIDR(cidr)
		assert.NoError(t, err)
		return &net.IPNet{IP: ip, Mask: n.Mask}
	}
	assert.Equal(t, "http://localhost:8096/", everywhere(nil, 8096))
	assert.Equal(t, "http://localhost:8096/", everywhere([]net.Addr{ip("127.0.0.1/8"), ip("::1/128"), ip("169.254.3.4/16")}, 8096))
	assert.Equal(t, "http://localhost:8096/ and http://192.168.1.20:8096/",
		everywhere([]net.Addr{ip("127.0.0.1/8"), ip("fe80::1/64"), ip("192.168.1.20/24"), ip("10.0.0.1/8")}, 8096))
}
