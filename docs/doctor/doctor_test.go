package main

import (
	"bytes"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answer is what a program prints, and how it ends.
type answer struct {
	out string
	err error
}

var (
	errStatus = errors.New("exit status 1")
	errGit    = errors.New("exit status 128")
	errNone   = errors.New("executable file not found in $PATH")
)

// well is a machine that has everything. A test takes away from it.
type well struct {
	*machine
	programs map[string]bool   // that are in PATH, or at this path
	answers  map[string]answer // by the words of the command
	taken    map[string]bool   // addresses
	env      map[string]string
	files    map[string]bool // in the repository

	localhost []string // what the system has for it
}

func newWell(goos string) *well {
	w := &well{
		programs: map[string]bool{"go": true, "git": true, "gcc": true, "chromium": true, "firefox": true},
		answers: map[string]answer{
			"/bin/go version":       {out: "go version go1.26.8 linux/amd64\n"},
			"go list":               {out: "fmt\nnet\n"},
			"git log":               {out: "079dc54\n"},
			"go env CGO_ENABLED CC": {out: "1\ngcc\n"},
			"go build":              {},
			"racy":                  {out: "==================\nWARNING: DATA RACE\n", err: errors.New("exit status 66")},
		},
		taken: map[string]bool{},
		env:   map[string]string{},
		files: map[string]bool{".git": true},

		localhost: []string{"127.0.0.1"},
	}
	look := func(name string) (string, error) {
		if w.programs[name] {
			return "/bin/" + name, nil
		}
		return "", errNone
	}
	w.machine = &machine{
		goos: goos, root: "root", needs: "go1.26.0", runs: "go1.26.8", processors: 8,
		getenv:   func(name string) string { return w.env[name] },
		exists:   func(path string) bool { return w.files[strings.TrimPrefix(filepath.ToSlash(path), "root/")] },
		lookPath: look,
		typed:    func() (string, error) { return look("go") },
		command: func(_ string, _ []string, name string, args ...string) (string, error) {
			if filepath.Base(name) == "racy.exe" {
				name = "racy"
			}
			words := strings.Join(append([]string{name}, args...), " ")
			for command, a := range w.answers {
				if strings.HasPrefix(words, command) {
					return a.out, a.err
				}
			}
			return "", errNone
		},
		lookup: func(string) ([]string, error) { return w.localhost, nil },
		listen: func(address string) error {
			if w.taken["all"] || w.taken[address] {
				return errors.New("listen tcp " + address + ": bind: address already in use")
			}
			return nil
		},
	}
	return w
}

// lacks are machines that lack something: what is taken away, and what the one line says
// that is no longer ok.
var lacks = []struct {
	name   string
	goos   string // linux if empty
	take   func(*well)
	status string
	line   string // in English, the name of the check first
	do     []string
}{
	{"no go in PATH", "", func(w *well) { w.programs["go"] = false },
		missing, "Go: go1.26.8 runs this, but no go is in PATH",
		[]string{"install Go 1.26.0 or later from https://go.dev/dl/", "and add its bin to PATH: export PATH=$PATH:/usr/local/go/bin"}},
	{"no go in PATH", "windows", func(w *well) { w.programs["go"] = false },
		missing, "Go: go1.26.8 runs this, but no go is in PATH",
		[]string{"install Go 1.26.0 or later from https://go.dev/dl/", "and open a new terminal, where it is in PATH"}},
	{"an old go runs", "", func(w *well) { w.runs = "go1.25.3" },
		missing, "Go: go1.25.3 runs this; go.mod asks for go1.26.0",
		[]string{"install Go 1.26.0 or later from https://go.dev/dl/"}},
	{"an old go in PATH", "", func(w *well) { w.answers["/bin/go version"] = answer{out: "go version go1.20.1 linux/amd64\n"} },
		missing, "Go: go1.26.8 runs this, but the go in PATH is go1.20.1",
		[]string{"install Go 1.26.0 or later from https://go.dev/dl/"}},
	{"a go in PATH that fetches", "", func(w *well) { w.answers["/bin/go version"] = answer{out: "go version go1.24.1 linux/amd64\n"} },
		note, "Go: go1.24.1 in PATH fetched go1.26.8, and keeps it", nil},
	{"a broken go in PATH", "", func(w *well) { w.answers["/bin/go version"] = answer{err: errStatus} },
		missing, "Go: the go in PATH doesn't say its version: exit status 1",
		[]string{"install Go 1.26.0 or later from https://go.dev/dl/"}},
	{"no modules", "", func(w *well) {
		w.answers["go list"] = answer{"go: downloading golang.org/x/net v0.62.0\n" +
			"go: can't load test package: leak_test.go:10:2: module lookup disabled by GOPROXY=off\n", errStatus}
	}, missing, "modules: some are not here yet",
		[]string{"with a network: go mod download", "without: copy the directory vendor from a machine that has it"}},
	{"an old vendor", "", func(w *well) {
		w.answers["go list"] = answer{"go: inconsistent vendoring in /x:\n", errStatus}
	}, missing, "modules: vendor doesn't fit go.mod",
		[]string{"with a network: go mod vendor; or delete the directory vendor"}},
	{"broken code", "", func(w *well) {
		w.answers["go list"] = answer{"01-original/main.go:3:1: expected 'package', found 'EOF'\n", errStatus}
	}, missing, "modules: go list fails: 01-original/main.go:3:1: expected 'package', found 'EOF'",
		[]string{"was the code changed? see git status; undo with git checkout ."}},
	{"no git", "", func(w *well) { w.programs["git"] = false },
		missing, "git: not in PATH; it shows diffs and undoes exercises", []string{"sudo apt install git"}},
	{"no git", "darwin", func(w *well) { w.programs["git"] = false },
		missing, "git: not in PATH; it shows diffs and undoes exercises", []string{"xcode-select --install"}},
	{"no git", "windows", func(w *well) { w.programs["git"] = false },
		missing, "git: not in PATH; it shows diffs and undoes exercises", []string{"install it from https://git-scm.com/"}},
	{"no clone", "", func(w *well) {
		w.files[".git"] = false
		w.answers["git log"] = answer{"fatal: not a git repository (or any of the parent directories): .git\n", errGit}
	}, note, "git: here, but this directory is no clone",
		[]string{"git checkout can undo nothing here: keep a copy, or use git clone"}},
	{"no clone, in another repository", "", func(w *well) {
		w.files[".git"] = false
		w.answers["git log"] = answer{"fatal: your current branch 'main' does not have any commits yet\n", errGit}
	}, note, "git: here, but this directory is no clone",
		[]string{"git checkout can undo nothing here: keep a copy, or use git clone"}},
	{"another user's directory", "", func(w *well) { w.answers["git log"] = refused("'/srv/a b/chat'") },
		missing, "git: refuses this directory: another user owns it",
		[]string{"git config --global --add safe.directory '/srv/a b/chat'"}},
	{"another user's directory", "windows", func(w *well) { w.answers["git log"] = refused("C:/chat") },
		missing, "git: refuses this directory: another user owns it",
		[]string{"git config --global --add safe.directory C:/chat"}},
	{"another user's directory, no clone", "", func(w *well) {
		w.files[".git"] = false
		w.answers["git log"] = refused("/srv")
	}, missing, "git: refuses this directory: another user owns it",
		[]string{"git config --global --add safe.directory /srv"}},
	{"a broken clone", "", func(w *well) {
		w.answers["git log"] = answer{"fatal: not a git repository: /gone\n", errGit}
	}, missing, "git: can't read this clone: fatal: not a git repository: /gone",
		[]string{"git clone it again, and work in the new one"}},
	{"a git that is none", "darwin", func(w *well) {
		w.answers["git log"] = answer{"xcode-select: note: No developer tools were found\n", errStatus}
	}, missing, "git: doesn't run: xcode-select: note: No developer tools were found",
		[]string{"xcode-select --install"}},
	{"no C compiler", "", func(w *well) { w.programs["gcc"] = false },
		missing, "C compiler: -race needs gcc, and it is not in PATH", []string{"sudo apt install gcc libc6-dev"}},
	{"no C compiler", "windows", func(w *well) { w.programs["gcc"] = false },
		missing, "C compiler: -race needs gcc, and it is not in PATH",
		[]string{"install https://www.msys2.org/, then in its shell:", "pacman -S mingw-w64-ucrt-x86_64-gcc", `and add C:\msys64\ucrt64\bin to PATH`}},
	{"a named C compiler", "", func(w *well) { w.answers["go env CGO_ENABLED CC"] = answer{out: "1\nzig cc\n"} },
		missing, "C compiler: CC names a program that isn't here: zig", []string{"unset CC; go env -u CC"}},
	{"a named C compiler", "windows", func(w *well) {
		w.answers["go env CGO_ENABLED CC"] = answer{out: "1\r\n\"C:\\my tools\\gcc.exe\" -m64\r\n"}
	}, missing, `C compiler: CC names a program that isn't here: C:\my tools\gcc.exe`, []string{"set CC=", "go env -u CC"}},
	{"a blank CC", "", func(w *well) { w.answers["go env CGO_ENABLED CC"] = answer{out: "1\n \n"} },
		missing, "C compiler: CC names a program that isn't here:  ", []string{"unset CC; go env -u CC"}},
	{"cgo turned off", "", func(w *well) { w.answers["go env CGO_ENABLED CC"] = answer{out: "0\ngcc\n"} },
		missing, "C compiler: gcc is here, but CGO_ENABLED is 0", []string{"unset CGO_ENABLED; go env -u CGO_ENABLED"}},
	{"cgo turned off", "windows", func(w *well) { w.answers["go env CGO_ENABLED CC"] = answer{out: "0\r\ngcc\r\n"} },
		missing, "C compiler: gcc is here, but CGO_ENABLED is 0", []string{"set CGO_ENABLED=1"}},
	{"no go env", "", func(w *well) { w.answers["go env CGO_ENABLED CC"] = answer{err: errStatus} },
		missing, "C compiler: go env doesn't say which: exit status 1", []string{"see the line on Go above"}},
	{"-race doesn't build", "", func(w *well) {
		w.answers["go build"] = answer{"# runtime/cgo\ngcc: fatal error: no libc\n", errStatus}
	}, missing, "race detector: can't build: gcc: fatal error: no libc",
		[]string{"repair the C compiler first: sudo apt install gcc libc6-dev"}},
	{"-race doesn't build", "darwin", func(w *well) { w.answers["go build"] = answer{err: errStatus} },
		missing, "race detector: can't build: exit status 1", []string{"install Go again from https://go.dev/dl/"}},
	{"-race doesn't build", "windows", func(w *well) { w.answers["go build"] = answer{err: errStatus} },
		missing, "race detector: can't build: exit status 1",
		[]string{"repair the C compiler first; mingw-w64 has to be version 8 or later"}},
	{"-race is not for this system", "windows", func(w *well) {
		w.answers["go build"] = answer{"-race is not supported on windows/arm64\n", errors.New("exit status 2")}
	}, missing, "race detector: -race is not supported on windows/arm64",
		[]string{"use another machine or a container; the rest works without -race"}},
	{"-race doesn't run", "", func(w *well) {
		w.answers["racy"] = answer{"FATAL: ThreadSanitizer: unexpected memory mapping\n", errors.New("exit status 66")}
	}, missing, "race detector: builds, but reports nothing: FATAL: ThreadSanitizer: unexpected memory mapping",
		[]string{"use another machine or a container; the rest works without -race"}},
	{"-race says nothing", "", func(w *well) { w.answers["racy"] = answer{} },
		missing, "race detector: builds, but reports nothing: ...",
		[]string{"use another machine or a container; the rest works without -race"}},
	{"the port is taken", "", func(w *well) { w.taken["127.0.0.1:8080"], w.taken["[::1]:8080"] = true, true },
		note, "port 8080: taken, perhaps by a step that still runs", []string{"go run ./01-original -addr localhost:8081"}},
	{"a step has the port", "", func(w *well) { w.taken["127.0.0.1:8080"] = true },
		note, "port 8080: taken on 127.0.0.1, perhaps by a step that still runs",
		[]string{"go run ./01-original -addr localhost:8081"}},
	{"the port is taken on ::1", "", func(w *well) { w.taken["[::1]:8080"] = true },
		note, "port 8080: another program has it on ::1",
		[]string{"at localhost a browser may open that one; so use another port:", "go run ./01-original -addr localhost:8081"}},
	{"the port is taken on another address of localhost", "", func(w *well) {
		w.localhost = []string{"::1", "127.0.1.1"}
		w.taken["127.0.1.1:8080"] = true
	}, note, "port 8080: another program has it on 127.0.1.1",
		[]string{"at localhost a browser may open that one; so use another port:", "go run ./01-original -addr localhost:8081"}},
	{"the port is taken, without IPv6", "", func(w *well) {
		w.taken["[::1]:0"], w.taken["[::1]:8081"] = true, true
		w.taken["127.0.0.1:8080"] = true
	}, note, "port 8080: taken, perhaps by a step that still runs", []string{"go run ./01-original -addr localhost:8081"}},
	{"ports are taken here and there", "", func(w *well) {
		w.taken["127.0.0.1:8080"], w.taken["[::1]:8081"], w.taken["127.0.0.1:8082"] = true, true, true
	}, note, "port 8080: taken on 127.0.0.1, perhaps by a step that still runs",
		[]string{"go run ./01-original -addr localhost:8083"}},
	{"all the ports are taken", "", func(w *well) {
		for port := 8080; port <= 8090; port++ {
			w.taken["[::1]:"+strconv.Itoa(port)] = true
		}
	}, missing, "port 8080: taken, and so is every other up to 8090",
		[]string{"end a program that has one, or find a free one, for -addr"}},
	{"no port at all", "", func(w *well) { w.taken["all"] = true },
		missing, "port 8080: listen tcp localhost:0: bind: address already in use",
		[]string{"let programs listen on localhost: see the firewall, and /etc/hosts"}},
	{"another browser", "", func(w *well) { w.programs["chromium"] = false },
		note, "browser: for the chat; the page's tests, with Chromium, skip", []string{"for those too: sudo apt install chromium"}},
	{"Safari", "darwin", func(w *well) { w.programs["chromium"], w.programs["firefox"] = false, false },
		note, "browser: for the chat; the page's tests, with Chromium, skip", []string{"for those too: install Google Chrome"}},
	{"no browser", "", func(w *well) { w.programs["chromium"], w.programs["firefox"] = false, false },
		note, "browser: none found; the page's tests will skip",
		[]string{"for the chat, open the address that the step prints in any browser"}},
	{"a wrong CHROME_PATH", "", func(w *well) { w.env["CHROME_PATH"] = "/nowhere" },
		note, "browser: CHROME_PATH names no program: go test would fail", []string{"unset CHROME_PATH"}},
	{"a wrong CHROME_PATH", "windows", func(w *well) { w.env["CHROME_PATH"] = "/nowhere" },
		note, "browser: CHROME_PATH names no program: go test would fail", []string{"set CHROME_PATH="}},
	{"one processor", "", func(w *well) { w.processors = 1 },
		note, "processors: 1: races are still reported",
		[]string{"two clients with one id are rare; see GOMAXPROCS, or the container"}},
}

// refused is what git says about a directory that another user owns.
func refused(path string) answer {
	return answer{"fatal: detected dubious ownership in repository at '" + strings.Trim(path, "'") + "'\n" +
		"To add an exception for this directory, call:\n\n" +
		"\tgit config --global --add safe.directory " + path + "\n", errGit}
}

func TestWhatIsLacking(t *testing.T) {
	for _, tt := range lacks {
		goos := tt.goos
		if goos == "" {
			goos = "linux"
		}
		t.Run(tt.name+" on "+goos, func(t *testing.T) {
			w := newWell(goos)
			tt.take(w)
			var found []finding
			for _, check := range checks {
				if f := check(w.machine); f.status != ok {
					found = append(found, f)
				}
			}
			require.Len(t, found, 1, "one thing was taken away, so one finding")
			f := found[0]
			assert.Equal(t, tt.status, f.status)
			assert.Equal(t, tt.line, f.name.en+": "+f.says.en)
			var do []string
			for _, d := range f.do {
				do = append(do, d.en)
			}
			assert.Equal(t, tt.do, do)
			if f.status == missing {
				assert.NotEmpty(t, f.do, "if something is missing, there is something to do")
			}
			for _, lang := range []string{"en", "ja"} {
				var out bytes.Buffer
				status := examine(w.machine, lang, &out)
				assert.Equal(t, tt.status == missing, status == 1, "status %d", status)
				fits(t, out.String())
			}
		})
	}
}

// fits checks that the output fits on one screen.
func fits(t *testing.T, out string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	assert.LessOrEqual(t, len(lines), 24, "lines")
	for _, line := range lines {
		if strings.Contains(line, "safe.directory") {
			continue // a command with a path, of any length
		}
		assert.LessOrEqual(t, width(line), 80, "columns of %q", line)
	}
}

func TestNothingIsLacking(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for lang, ready := range map[string]string{"en": "Ready. ", "ja": "準備完了です。"} {
			var out bytes.Buffer
			assert.Equal(t, 0, examine(newWell(goos).machine, lang, &out))
			assert.Contains(t, out.String(), ready)
			assert.NotContains(t, out.String(), remedy)
			fits(t, out.String())
		}
	}
}

func TestAllIsLacking(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, lang := range []string{"en", "ja"} {
			w := newWell(goos)
			w.programs, w.answers, w.files, w.processors = nil, map[string]answer{}, nil, 1
			w.answers["go list"] = answer{"GOPROXY=off", errStatus}
			w.taken["all"] = true
			var out bytes.Buffer
			assert.Equal(t, 1, examine(w.machine, lang, &out))
			fits(t, out.String())
		}
	}
}

func TestVendorIsEnough(t *testing.T) {
	w := newWell("linux")
	w.files["vendor/modules.txt"] = true
	assert.Equal(t, "all in vendor; no network needed", checkModules(w.machine).says.en)
}

func TestFreePort(t *testing.T) {
	w := newWell("linux")
	assert.Equal(t, "free on 127.0.0.1, ::1", checkPort(w.machine).says.en)
	for port := 0; port < 9000; port++ { // as on a machine without IPv6
		w.taken["[::1]:"+strconv.Itoa(port)] = true
	}
	f := checkPort(w.machine)
	assert.Equal(t, ok, f.status)
	assert.Equal(t, "free on 127.0.0.1", f.says.en)
}

// TestTaken: this test listens on a port of only one loopback.
func TestTaken(t *testing.T) {
	m := thisMachine(".", "go1.26.0")
	addresses, err := m.localhost()
	require.NoError(t, err)
	for _, address := range addresses {
		t.Run(address, func(t *testing.T) {
			listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
			require.NoError(t, err)
			defer listener.Close()
			port := listener.Addr().(*net.TCPAddr).Port
			assert.Contains(t, m.taken(addresses, port), address)
			assert.True(t, answers(listener.Addr().String()))
		})
	}
}

// TestCompiler checks the go command's rule for CC, which is in cmd/internal/quoted.
func TestCompiler(t *testing.T) {
	for cc, want := range map[string]string{
		"gcc":                      "gcc",
		"gcc -m64":                 "gcc",
		"  zig\tcc":                "zig",
		`"/opt/my tools/gcc" -m64`: "/opt/my tools/gcc",
		`'/opt/my tools/gcc' -m64`: "/opt/my tools/gcc",
		`"/opt/it's/gcc"`:          "/opt/it's/gcc",
		`"C:\my tools\gcc.exe"`:    `C:\my tools\gcc.exe`,
		`"gcc"-m64`:                "gcc",
		`g"c c"`:                   `g"c`,
		`"/opt/my tools/gcc`:       `"/opt/my tools/gcc`,
		`""`:                       "",
		" ":                        "",
	} {
		assert.Equal(t, want, compiler(cc), "%q", cc)
	}
	w := newWell("linux")
	w.programs["/opt/my tools/gcc"] = true
	w.answers["go env CGO_ENABLED CC"] = answer{out: "1\n\"/opt/my tools/gcc\" -m64\n"}
	f := checkCompiler(w.machine)
	assert.Equal(t, ok, f.status)
	assert.Equal(t, "/opt/my tools/gcc", f.says.en)
}

func TestVersions(t *testing.T) {
	for v, want := range map[string]bool{
		"go1.25.9": true, "go1.26rc1": true, "go1.26.0": false, "go1.26.8 X:jsonv2": false, "go1.27.1": false,
		"go1.25.9-custom": true, "devel go1.27-0123456": false,
		"go1.27rc1": false, "go1.27.3": false, "go1.27-devel_0123456": false,
	} {
		assert.Equal(t, want, older(v, "go1.26.0"), v)
	}
}

func TestNeededGo(t *testing.T) {
	for goMod, needs := range map[string]string{
		"module websocket-chat-steps\n\ngo 1.26.0\n":                                 "go1.26.0",
		"module websocket-chat-steps\r\n\r\ngo 1.26.0\r\n\r\nrequire (\r\n)\r\n":     "go1.26.0",
		"module websocket-chat-steps\n\ngo 1.27 // or later\n\ntoolchain go1.27.3\n": "go1.27",
		"module websocket-chat-steps\n\ngo 1.27rc1\n":                                "go1.27rc1",
		"module websocket-chat-steps\n":                                              "",
	} {
		got, err := neededGo([]byte(goMod))
		assert.Equal(t, needs, got, "%q", goMod)
		assert.Equal(t, needs == "", err != nil, "%q: %v", goMod, err)
	}
}

func TestSystemLang(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "en"},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, "ja"},
		{map[string]string{"LANG": "C.UTF-8"}, "en"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"},
		{map[string]string{"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"},
		{map[string]string{"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"},
	} {
		assert.Equal(t, tt.want, systemLang(func(name string) string { return tt.env[name] }), "%v", tt.env)
	}
}

var verb = regexp.MustCompile(`%\w`)

// TestBothLanguages reads this program's source. Each text must be there in both
// languages, with the same arguments, and fit on the screen.
func TestBothLanguages(t *testing.T) {
	said := 0
	says := map[ast.Node]bool{} // texts after the name, where there is less room
	for _, name := range []string{"checks.go", "main.go"} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			var words []ast.Expr
			switch n := n.(type) {
			case *ast.AssignStmt:
				if to, isField := n.Lhs[0].(*ast.SelectorExpr); isField && to.Sel.Name == "says" {
					says[n.Rhs[0]] = true
				}
			case *ast.CompositeLit:
				if id, isText := n.Type.(*ast.Ident); n.Type == nil || isText && id.Name == "text" {
					words = n.Elts // a text, or an element of a list of texts
				}
			case *ast.CallExpr:
				if id, isName := n.Fun.(*ast.Ident); isName && id.Name == "both" {
					words = n.Args[:2]
				}
			}
			if len(words) != 2 {
				return true
			}
			en, isEn := words[0].(*ast.BasicLit)
			ja, isJa := words[1].(*ast.BasicLit)
			if !isEn || !isJa {
				return true
			}
			said++
			at := fset.Position(n.Pos())
			english, err := strconv.Unquote(en.Value)
			require.NoError(t, err, "%v", at)
			japanese, err := strconv.Unquote(ja.Value)
			require.NoError(t, err, "%v", at)
			assert.NotEmpty(t, english, "%v", at)
			assert.NotEmpty(t, japanese, "%v", at)
			room := 80 // of main.go, a whole line
			if name == "checks.go" {
				room -= nameAt + len(remedy)
			}
			if says[n] {
				room = saysWidth
			}
			assert.LessOrEqual(t, max(width(english), width(japanese)), room, "%v: columns", at)
			assert.Equal(t, verb.FindAllString(english, -1), verb.FindAllString(japanese, -1), "%v: the same arguments", at)
			assert.False(t, strings.ContainsFunc(english, isJapanese), "%v: %s", at, english)
			if english != japanese {
				assert.True(t, strings.ContainsFunc(japanese, isJapanese), "%v: %s", at, japanese)
			}
			return true
		})
	}
	assert.Greater(t, said, 60, "texts found in the source")
}

func isJapanese(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// TestSameBrowsers compares the list of browsers with the one of tools/browser.
func TestSameBrowsers(t *testing.T) {
	theirs, err := os.ReadFile(filepath.Join("..", "..", "tools", "browser", "browser_test.go"))
	require.NoError(t, err)
	_, find, found := strings.Cut(string(theirs), "func findBrowser()")
	require.True(t, found, "tools/browser/browser_test.go has no findBrowser any more")
	ours, err := os.ReadFile("checks.go")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(ours), ") chromiums()")

	literal := regexp.MustCompile(`"[^"\n]+"`)
	inList := func(s string) (names []string) {
		_, s, _ = strings.Cut(s, "[]string{")
		s, _, _ = strings.Cut(s, "\n\t}\n\treturn")
		for _, name := range literal.FindAllString(s, -1) {
			names = append(names, strings.Trim(name, `"`))
		}
		return names
	}
	find, _, _ = strings.Cut(find, "\tfor _, candidate")
	assert.Equal(t, inList(find), inList(list), "the doctor looks for the browsers that the tests of the page look for")
}

// build builds the command, for the tests that run it.
func build(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build the doctor with: ", err)
	}
	path := filepath.Join(t.TempDir(), "doctor.exe")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// runIn runs the command in dir, with env added, and waits until it ends.
func runIn(t *testing.T, dir string, env []string, path string, args ...string) (status int, out string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	b, err := cmd.CombinedOutput()
	require.NoError(t, ctx.Err(), "waited for the doctor to end; it printed:\n%s", b)
	if exit := new(exec.ExitError); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), string(b)
}

func TestCommand(t *testing.T) {
	notShort(t)
	doctor := build(t)

	t.Run("this machine", func(t *testing.T) {
		status, out := runIn(t, ".", nil, doctor, "-lang", "en")
		fits(t, out)
		if strings.Contains(out, "\nmissing ") || strings.HasPrefix(out, "missing ") {
			assert.Equal(t, 1, status, out)
		} else {
			assert.Equal(t, 0, status, out)
		}
		assert.Regexp(t, `(?m)^(ok|note) +Go +`+regexp.QuoteMeta(strings.Fields(runtime.Version())[0]), out)
	})
	t.Run("nothing in PATH", func(t *testing.T) {
		for lang, verdict := range map[string]string{"en_US.UTF-8": "Not ready", "ja_JP.UTF-8": "まだ足りない"} {
			status, out := runIn(t, ".", []string{"PATH=" + t.TempDir(), "LC_ALL=" + lang}, doctor)
			assert.Equal(t, 1, status, out)
			assert.Regexp(t, `(?m)^missing +Go `, out)
			assert.Regexp(t, `(?m)^missing +git `, out)
			assert.Contains(t, out, verdict)
			fits(t, out)
		}
	})
	t.Run("no module cache", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join("..", "..", "vendor")); err == nil {
			t.Skip("the modules are in vendor")
		}
		// -modcacherw: the test must be able to delete what Go puts there.
		status, out := runIn(t, ".", []string{"GOMODCACHE=" + filepath.Join(t.TempDir(), "none"), "GOFLAGS=-modcacherw"}, doctor, "-lang=en")
		assert.Equal(t, 1, status, out)
		assert.Regexp(t, `(?m)^missing +modules +some are not here yet$`, out)
	})
	t.Run("cgo turned off", func(t *testing.T) {
		if runtime.GOOS == "darwin" {
			t.Skip("-race needs no cgo on macOS")
		}
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("no gcc: that line would come first")
		}
		status, out := runIn(t, ".", []string{"CGO_ENABLED=0"}, doctor, "-lang=en")
		assert.Equal(t, 1, status, out)
		assert.Regexp(t, `(?m)^missing +C compiler +gcc is here, but CGO_ENABLED is 0$`, out)
		assert.Regexp(t, `(?m)^missing +race detector +needs the C compiler$`, out)
	})
	t.Run("wrong arguments", func(t *testing.T) {
		for _, args := range [][]string{{"-lang", "de"}, {"-nosuchflag"}, {"please"}} {
			status, out := runIn(t, ".", nil, doctor, args...)
			assert.Equal(t, 2, status, "%q: %s", args, out)
			assert.Contains(t, out, "-lang", "%q: it says which arguments there are", args)
		}
	})
	t.Run("help", func(t *testing.T) {
		status, out := runIn(t, ".", nil, doctor, "-h")
		assert.Equal(t, 0, status, out)
		assert.Contains(t, out, "-lang")
	})
	t.Run("elsewhere", func(t *testing.T) {
		status, out := runIn(t, t.TempDir(), nil, doctor)
		assert.Equal(t, 1, status, out)
		assert.Contains(t, out, "this is not the repository")
	})
}

// repository makes a module of the name that the doctor looks for, with a program.
func repository(t *testing.T, goMod string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o600))
	return dir
}

// TestAnotherUsersClone lets the real git refuse the directory. The line on the modules
// must still be about the modules.
func TestAnotherUsersClone(t *testing.T) {
	notShort(t)
	dir := repository(t, "module websocket-chat-steps\n\ngo 1.26.0\n")
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Skipf("no git to make a repository with: %v %s", err, out)
	}
	// The variable is git's, for its own tests.
	env := []string{"GIT_TEST_ASSUME_DIFFERENT_OWNER=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GOFLAGS=-buildvcs=auto"}
	if status, out := runIn(t, dir, env, "git", "status"); status == 0 {
		t.Skip("this git takes any directory: ", out)
	}
	_, out := runIn(t, dir, env, build(t), "-lang=en")
	assert.Regexp(t, `(?m)^ok +modules +all here`, out)
	path := filepath.Base(filepath.Dir(dir)) + "/" + filepath.Base(dir) // its end: the rest may be a link
	assert.Regexp(t, `(?m)^missing +git +refuses .*\n +-> git config --global --add safe\.directory \S+`+regexp.QuoteMeta(path)+`'?$`, out)
}

// TestGoRun: go run puts its own go into PATH. The doctor must not take it for the
// user's.
func TestGoRun(t *testing.T) {
	notShort(t)
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command: ", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		t.Fatal(err)
	}
	status, out := runIn(t, ".", []string{"PATH=" + t.TempDir(), "CGO_ENABLED=0"}, path, "run", ".", "-lang=en")
	assert.Equal(t, 1, status, out)
	assert.Regexp(t, `(?m)^missing +Go +go1\S+ runs this, but no go is in PATH$`, out)
}

// From the second time on, go run has the program in its cache, which may be in any
// directory. In other places a person runs the program, and all of PATH is the user's.
func TestGoRunFromCache(t *testing.T) {
	notShort(t)
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command: ", err)
	}
	if path, err = filepath.Abs(path); err != nil {
		t.Fatal(err)
	}
	doctor, err := os.ReadFile(build(t))
	require.NoError(t, err)
	for dir, want := range map[string]string{
		strings.Repeat("0a", 32) + "-d": `missing +Go .* no go is in PATH$`,
		"go-build123":                   `missing +Go .* no go is in PATH$`,
		"go-builds":                     `(ok|note) +Go .*$`,
	} {
		self := filepath.Join(t.TempDir(), dir, "doctor.exe")
		require.NoError(t, os.Mkdir(filepath.Dir(self), 0o700))
		require.NoError(t, os.WriteFile(self, doctor, 0o700))
		_, out := runIn(t, ".", []string{"PATH=" + filepath.Dir(path) + string(os.PathListSeparator) + t.TempDir(), "CGO_ENABLED=0"}, self, "-lang=en")
		assert.Regexp(t, `(?m)^`+want, out, dir)
	}
}

// The command to begin with must work: its port must not be taken.
func TestBeginsOnAFreePort(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "Ready. Begin with: go run ./01-original -addr localhost:8081\n",
		"ja": "準備完了です。go run ./01-original -addr localhost:8081 から始めます。\n",
	} {
		w := newWell("linux")
		w.taken["127.0.0.1:8080"] = true
		var out bytes.Buffer
		assert.Equal(t, 0, examine(w.machine, lang, &out))
		assert.True(t, strings.HasSuffix(out.String(), want), "%s", &out)
	}
}

// If cgo is off or there is no C compiler, that line says what to do, and the race
// detector's line points to it.
func TestRaceWithoutCgo(t *testing.T) {
	for _, printed := range []string{
		"go: -race requires cgo; enable cgo by setting CGO_ENABLED=1\n",
		"go: CC environment variable could not be parsed: unterminated \" string\n",
		"# runtime/cgo\ncgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH\n",
	} {
		w := newWell("linux")
		w.answers["go build"] = answer{printed, errStatus}
		f := checkRace(w.machine)
		assert.Equal(t, missing, f.status)
		assert.Equal(t, "needs the C compiler", f.says.en)
		assert.Equal(t, []text{{"see the line on the C compiler above", "上の C コンパイラの行を見てください"}}, f.do)
	}
}

func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out tests that build programs")
	}
}
