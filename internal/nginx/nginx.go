// Package nginx runs the nginx of this machine in front of a program, for tests. It knows
// nothing about what the program serves.
package nginx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"websocket-chat-steps/internal/judge/judgetest"
)

// Proxy is an nginx, or will be one.
type Proxy struct {
	Addr  string         // host:port, of TLS
	Roots *x509.CertPool // with the certificate that it shows

	t   *testing.T
	dir string
}

// New finds nginx and a free port for it. Where there is no nginx it skips the test. In CI on
// Linux, where .ci/run installs one and nobody would notice the skip, the test fails.
func New(t *testing.T) *Proxy {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		if os.Getenv("CI") != "" && runtime.GOOS == "linux" {
			t.Fatal(err)
		}
		t.Skipf("%v: install it, as in apt-get install nginx, and run this again", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return &Proxy{Addr: l.Addr().String(), t: t, dir: t.TempDir()}
}

// Start starts nginx with the server of a configuration, until the test is over. In it the
// port, the certificate and the address of the program become the test's. More
// replacements are pairs of what is there and what shall be.
func (p *Proxy) Start(site, program string, more ...string) {
	p.t.Helper()
	file := func(name string) string { return filepath.Join(p.dir, name) }
	pemOf := p.certificate()
	pairs := append([]string{
		"listen 443 ssl;", "listen " + p.Addr + " ssl;",
		"http://127.0.0.1:8080/", "http://" + program + "/",
		"/etc/ssl/chat.example.pem", file("cert.pem"),
		"/etc/ssl/chat.example.key", file("key.pem"),
	}, more...)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(site, pairs[i]) != 1 {
			p.t.Fatalf("%q should be in the configuration once, for the test to replace it:\n%s", pairs[i], site)
		}
		site = strings.Replace(site, pairs[i], pairs[i+1], 1)
	}
	for name, content := range map[string]string{
		"cert.pem": pemOf[0], "key.pem": pemOf[1],
		"nginx.conf": "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n" +
			"client_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n" + site + "}\n",
	} {
		must(p.t, os.WriteFile(file(name), []byte(content), 0o600))
	}
	said, err := os.Create(file("said"))
	must(p.t, err)
	defer said.Close()
	cmd := exec.Command("nginx", "-p", p.dir, "-c", file("nginx.conf"), "-e", "stderr")
	cmd.Stderr = said
	must(p.t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	p.t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		<-ended
	})
	judgetest.Await(p.t, "nginx to listen", func() bool {
		if len(ended) > 0 {
			text, _ := os.ReadFile(file("said"))
			p.t.Fatalf("nginx has ended: %s", text)
		}
		conn, err := net.Dial("tcp", p.Addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// Dial connects to nginx, with TLS.
func (p *Proxy) Dial() net.Conn {
	p.t.Helper()
	conn, err := tls.Dial("tcp", p.Addr, &tls.Config{RootCAs: p.Roots})
	must(p.t, err)
	return conn
}

// certificate makes one for 127.0.0.1, and returns it and its key.
func (p *Proxy) certificate() [2]string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(p.t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(p.t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(p.t, err)
	parsed, err := x509.ParseCertificate(certificate)
	must(p.t, err)
	p.Roots = x509.NewCertPool()
	p.Roots.AddCert(parsed)
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return [2]string{encode("CERTIFICATE", certificate), encode("PRIVATE KEY", private)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("nginx: %w", err))
	}
}
