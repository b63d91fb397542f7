package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"go/version"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/steps"
)

// checks are all checks, in the order in which they are printed.
var checks = []func(*machine) finding{
	checkGo, checkModules, checkGit, checkCompiler, checkRace, checkPort, checkBrowser, checkProcessors,
}

// perSystem picks what to do: on Linux (with Debian's names), on macOS, or on Windows.
func (m *machine) perSystem(linux, darwin, windows text) text {
	switch m.goos {
	case "darwin":
		return darwin
	case "windows":
		return windows
	}
	return linux
}

func checkGo(m *machine) finding {
	f := finding{status: missing, name: text{"Go", "Go"}}
	newer := both("install Go %s or later from https://go.dev/dl/",
		"Go %s 以降を https://go.dev/dl/ からインストールしてください", strings.TrimPrefix(m.needs, "go"))
	inPath := m.perSystem(
		text{"and add its bin to PATH: export PATH=$PATH:/usr/local/go/bin", "bin を PATH に足します: export PATH=$PATH:/usr/local/go/bin"},
		text{"and open a new terminal, where it is in PATH", "新しいターミナルを開くと PATH に入っています"},
		text{"and open a new terminal, where it is in PATH", "新しいターミナルを開くと PATH に入っています"})

	if older(m.runs, m.needs) {
		f.says = both("%s runs this; go.mod asks for %s", "%s で動いています。必要なのは %s 以降です", m.runs, m.needs)
		f.do = []text{newer}
		return f
	}
	path, err := m.typed()
	if err != nil {
		f.says = both("%s runs this, but no go is in PATH", "%s で動いていますが、PATH に go がありません", m.runs)
		f.do = []text{newer, inPath}
		return f
	}
	// local: the version that is installed, not one that it would fetch.
	out, err := m.command(os.TempDir(), []string{"GOTOOLCHAIN=local"}, path, "version")
	fields := strings.Fields(out)
	if err != nil || len(fields) < 3 {
		f.says = both("the go in PATH doesn't say its version: %s", "PATH の go のバージョンがわかりません: %s", firstLine(out, err))
		f.do = []text{newer}
		return f
	}
	switch installed := fields[2]; {
	case older(installed, "go1.21"): // it can't fetch another version
		f.says = both("%s runs this, but the go in PATH is %s", "%s で動いていますが、PATH の go は %s です", m.runs, installed)
		f.do = []text{newer}
	case older(installed, m.needs):
		f.status = note
		f.says = both("%s in PATH fetched %s, and keeps it", "PATH の %s で %s を取得済みです", installed, m.runs)
	case installed == m.runs:
		f.status = ok
		f.says = both("%s, the one in PATH", "%s（PATH の go）", installed)
	default:
		f.status = ok
		f.says = both("%s, and %s in PATH", "%s、PATH の go は %s", m.runs, installed)
	}
	return f
}

// older compares versions such as go1.26.8. A development version, which has no such
// number, is not older.
func older(v, than string) bool {
	v, _, _ = strings.Cut(v, " ") // a build's experiments
	return version.IsValid(v) && version.Compare(v, than) < 0
}

func checkModules(m *machine) finding {
	f := finding{status: missing, name: text{"modules", "モジュール"}}
	// All modules that go build, vet and test need must be on this machine. The next
	// check is about git.
	out, err := m.command(m.root, []string{"GOPROXY=off", "GONOPROXY=none"}, "go", "list", "-buildvcs=false", "-deps", "-test", "./...")
	switch {
	case err == nil && m.exists(filepath.Join(m.root, "vendor", "modules.txt")):
		f.status = ok
		f.says = text{"all in vendor; no network needed", "すべて vendor にあり、ネットワークは不要です"}
	case err == nil:
		f.status = ok
		f.says = text{"all here; no network needed", "すべて手元にあり、ネットワークは不要です"}
	case strings.Contains(out, "inconsistent vendoring"):
		f.says = text{"vendor doesn't fit go.mod", "vendor が go.mod と合っていません"}
		f.do = []text{{"with a network: go mod vendor; or delete the directory vendor", "ネットワークのある所で go mod vendor を実行するか、vendor を消します"}}
	case strings.Contains(out, "GOPROXY=off"):
		f.says = text{"some are not here yet", "まだ手元にないものがあります"}
		f.do = []text{
			{"with a network: go mod download", "ネットワークのある所で go mod download を実行してください"},
			{"without: copy the directory vendor from a machine that has it", "ネットワークがなければ、ほかのマシンから vendor をコピーします"},
		}
	default:
		f.says = both("go list fails: %s", "go list に失敗しました: %s", firstLine(out, err))
		f.do = []text{{"was the code changed? see git status; undo with git checkout .", "コードを変更したなら、git status で確認し、git checkout . で戻せます"}}
	}
	return f
}

func checkGit(m *machine) finding {
	f := finding{status: missing, name: text{"git", "git"}}
	install := m.perSystem(
		text{"sudo apt install git", "sudo apt install git"},
		text{"xcode-select --install", "xcode-select --install"},
		text{"install it from https://git-scm.com/", "https://git-scm.com/ からインストールしてください"})
	if _, err := m.lookPath("git"); err != nil {
		f.says = text{"not in PATH; it shows diffs and undoes exercises", "PATH にありません。差分の表示と演習の取り消しに使います"}
		f.do = []text{install}
		return f
	}
	// git log shows whether git accepts this directory. With C it answers in English.
	out, err := m.command(m.root, []string{"LC_ALL=C"}, "git", "log", "-1", "--format=%h", "--no-show-signature")
	switch allow := lineOf(out, "git config --global --add safe.directory "); {
	case err != nil && allow != "":
		f.says = text{"refuses this directory: another user owns it", "所有者が別のユーザーなので、git で扱えません"}
		f.do = []text{{allow, allow}}
	case err != nil && !strings.Contains(out, "fatal: "):
		f.says = both("doesn't run: %s", "動きません: %s", firstLine(out, err))
		f.do = []text{install}
	case !m.exists(filepath.Join(m.root, ".git")):
		f.status = note
		f.says = text{"here, but this directory is no clone", "ありますが、このディレクトリはクローンではありません"}
		f.do = []text{{"git checkout can undo nothing here: keep a copy, or use git clone", "git checkout では戻せません。コピーを取るか、git clone してください"}}
	case err != nil:
		f.says = both("can't read this clone: %s", "このクローンを読めません: %s", firstLine(out, err))
		f.do = []text{{"git clone it again, and work in the new one", "git clone し直して、新しいほうを使ってください"}}
	default:
		f.status = ok
		f.says = text{"here, and this is a clone", "あります。このディレクトリはクローンです"}
	}
	return f
}

func checkCompiler(m *machine) finding {
	f := finding{status: ok, name: text{"C compiler", "C コンパイラ"}}
	if m.goos == "darwin" {
		f.says = text{"-race needs none on macOS", "macOS の -race には不要です"}
		return f
	}
	out, err := m.command(m.root, nil, "go", "env", "CGO_ENABLED", "CC")
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(out, "\r\n", "\n"), "\n"), "\n")
	if err != nil || len(lines) != 2 {
		f.status = missing
		f.says = both("go env doesn't say which: %s", "go env でわかりません: %s", firstLine(out, err))
		f.do = []text{{"see the line on Go above", "上の Go の行を見てください"}}
		return f
	}
	cgo, cc := lines[0], compiler(lines[1])
	if _, err := m.lookPath(cc); err != nil && cc != "gcc" { // the user has set it
		f.status = missing
		f.says = both("CC names a program that isn't here: %s", "CC に指定されたプログラムがありません: %s", cmp.Or(cc, lines[1]))
		f.do = []text{m.perSystem(
			text{"unset CC; go env -u CC", "unset CC; go env -u CC"},
			text{},
			text{"set CC=", "set CC="})}
		if m.goos == "windows" {
			f.do = append(f.do, text{"go env -u CC", "go env -u CC"})
		}
		return f
	} else if err != nil {
		f.status = missing
		f.says = text{"-race needs gcc, and it is not in PATH", "gcc が PATH にありません。-race に必要です"}
		f.do = []text{m.perSystem(
			text{"sudo apt install gcc libc6-dev", "sudo apt install gcc libc6-dev"},
			text{},
			text{"install https://www.msys2.org/, then in its shell:", "https://www.msys2.org/ を入れ、そのシェルで"})}
		if m.goos == "windows" {
			f.do = append(f.do,
				text{"pacman -S mingw-w64-ucrt-x86_64-gcc", "pacman -S mingw-w64-ucrt-x86_64-gcc"},
				text{`and add C:\msys64\ucrt64\bin to PATH`, `C:\msys64\ucrt64\bin を PATH に足します`})
		}
		return f
	}
	if cgo != "1" {
		f.status = missing
		f.says = both("%s is here, but CGO_ENABLED is %s", "%s はありますが、CGO_ENABLED が %s です", cc, cgo)
		f.do = []text{m.perSystem(
			text{"unset CGO_ENABLED; go env -u CGO_ENABLED", "unset CGO_ENABLED; go env -u CGO_ENABLED"},
			text{},
			text{"set CGO_ENABLED=1", "set CGO_ENABLED=1"})}
		return f
	}
	f.says = both("%s", "%s", cc)
	return f
}

// compiler returns the program that CC names, its first field. As with the go command, a
// field may be in quotes of either kind, and no character in them is special.
func compiler(cc string) string {
	cc = strings.TrimLeft(cc, " \t")
	if cc != "" && strings.Contains(`"'`, cc[:1]) {
		name, _, closed := strings.Cut(cc[1:], cc[:1])
		if !closed {
			return cc // this names no program, and the go command will say so
		}
		return name
	}
	name, _, _ := strings.Cut(strings.ReplaceAll(cc, "\t", " "), " ")
	return name
}

// racy is a program in which two goroutines write to one variable, in no order.
//
//go:embed testdata/racy.go
var racy []byte

// checkRace really builds a program with -race, and runs it. Only that shows whether the
// compiler has its headers, whether the system supports -race, and whether programs may
// run in the directory.
func checkRace(m *machine) finding {
	f := finding{status: missing, name: text{"race detector", "race detector"}}
	dir, err := os.MkdirTemp("", "doctor-")
	if err != nil {
		f.says = both("no place for a trial: %s", "確認用のディレクトリを作れません: %s", err)
		f.do = []text{{"free the directory for temporary files, or set TMPDIR (Windows: TMP)", "一時ディレクトリを空けるか、TMPDIR（Windows は TMP）を変えてください"}}
		return f
	}
	defer os.RemoveAll(dir)
	source, program := filepath.Join(dir, "racy.go"), filepath.Join(dir, "racy.exe")
	if err := os.WriteFile(source, racy, 0o600); err != nil {
		f.says = both("no place for a trial: %s", "確認用のファイルを書けません: %s", err)
		f.do = []text{{"free the directory for temporary files, or set TMPDIR (Windows: TMP)", "一時ディレクトリを空けるか、TMPDIR（Windows は TMP）を変えてください"}}
		return f
	}
	// It runs in the repository, so its go.mod picks the version of Go. The user's own
	// flags are for other builds.
	out, err := m.command(m.root, []string{"GOFLAGS=-trimpath=false"}, "go", "build", "-race", "-o", program, source)
	if err != nil {
		if strings.Contains(out, "-race is not supported") {
			f.says = both("%s", "%s", firstLine(out, err))
			f.do = []text{{"use another machine or a container; the rest works without -race", "別のマシンかコンテナを使ってください。-race 以外は動きます"}}
			return f
		}
		if strings.Contains(out, "-race requires cgo") || strings.Contains(out, "C compiler") || strings.Contains(out, "CC environment variable") {
			f.says = text{"needs the C compiler", "C コンパイラが要ります"}
			f.do = []text{{"see the line on the C compiler above", "上の C コンパイラの行を見てください"}}
			return f
		}
		f.says = both("can't build: %s", "ビルドできません: %s", firstLine(out, err))
		f.do = []text{m.perSystem(
			text{"repair the C compiler first: sudo apt install gcc libc6-dev", "C コンパイラを入れ直します: sudo apt install gcc libc6-dev"},
			text{"install Go again from https://go.dev/dl/", "Go を https://go.dev/dl/ から入れ直してください"},
			text{"repair the C compiler first; mingw-w64 has to be version 8 or later", "まず C コンパイラを入れ直します。mingw-w64 は 8 以降が必要です"})}
		return f
	}
	out, err = m.command(dir, []string{"GORACE="}, program)
	if !strings.Contains(out, "WARNING: DATA RACE") {
		f.says = both("builds, but reports nothing: %s", "ビルドできますが、レポートが出ません: %s", firstLine(out, err))
		f.do = []text{{"use another machine or a container; the rest works without -race", "別のマシンかコンテナを使ってください。-race 以外は動きます"}}
		return f
	}
	f.status = ok
	f.says = text{"built a racy program, ran it, saw its report", "データ競合のあるプログラムでレポートを確認しました"}
	return f
}

func checkPort(m *machine) finding {
	const first, last = 8080, 8090
	f := finding{status: ok, name: both("port %d", "ポート %d", first)}
	addresses, err := m.localhost()
	if err != nil {
		f.status = missing
		f.says = both("%s", "%s", err)
		f.do = []text{{"let programs listen on localhost: see the firewall, and /etc/hosts", "ファイアウォールと hosts で、localhost の待ち受けを許可してください"}}
		return f
	}
	switch taken := m.taken(addresses, first); {
	case len(taken) == 0:
		f.says = both("free on %s", "%s で空いています", strings.Join(addresses, ", "))
		return f
	case len(taken) == len(addresses):
		f.says = text{"taken, perhaps by a step that still runs", "使用中です。ステップが動いたままかもしれません"}
	case slices.Contains(taken, "127.0.0.1"): // a step listens there, unless -addr says something else
		f.says = text{"taken on 127.0.0.1, perhaps by a step that still runs", "127.0.0.1 で使用中。ステップが動いたままかもしれません"}
	default:
		f.says = both("another program has it on %s", "%s では別のプログラムが使用中です", strings.Join(taken, ", "))
		f.do = []text{{"at localhost a browser may open that one; so use another port:", "localhost ではそちらにつながりかねないので、別のポートを使います:"}}
	}
	f.status = note
	for port := first + 1; port <= last; port++ {
		if len(m.taken(addresses, port)) == 0 {
			f.begin = fmt.Sprintf("%s -addr localhost:%d", steps.All[0].Run(), port)
			f.do = append(f.do, text{f.begin, f.begin})
			return f
		}
	}
	f.status = missing
	f.says = both("taken, and so is every other up to %d", "%d まで、すべてのポートが使用中です", last)
	f.do = []text{{"end a program that has one, or find a free one, for -addr", "使用中のプログラムを終了するか、空きポートを -addr で指定します"}}
	return f
}

// localhost returns every address that localhost can be on this machine. Browsers try
// both loopbacks, also if the system doesn't.
func (m *machine) localhost() (addresses []string, err error) {
	if err := m.listen("localhost:0"); err != nil {
		return nil, err
	}
	found, err := m.lookup("localhost")
	if err != nil {
		return nil, err
	}
	for _, address := range append([]string{"127.0.0.1", "::1"}, found...) {
		// Without IPv6 no program at all can listen on ::1.
		if !slices.Contains(addresses, address) && m.listen(net.JoinHostPort(address, "0")) == nil {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}

// taken returns the addresses on which the port isn't free.
func (m *machine) taken(addresses []string, port int) (taken []string) {
	for _, address := range addresses {
		if m.listen(net.JoinHostPort(address, strconv.Itoa(port))) != nil {
			taken = append(taken, address)
		}
	}
	return taken
}

func checkBrowser(m *machine) finding {
	f := finding{status: note, name: text{"browser", "ブラウザ"}}
	chromium := m.perSystem(
		text{"for those too: sudo apt install chromium", "テストも動かすには sudo apt install chromium"},
		text{"for those too: install Google Chrome", "テストも動かすには Google Chrome をインストールしてください"},
		text{"for those too: install Google Chrome", "テストも動かすには Google Chrome をインストールしてください"})
	if path := m.getenv("CHROME_PATH"); path != "" {
		if _, err := m.lookPath(path); err != nil {
			f.says = text{"CHROME_PATH names no program: go test would fail", "CHROME_PATH に何もなく、go test が失敗します"}
			f.do = []text{m.perSystem(
				text{"unset CHROME_PATH", "unset CHROME_PATH"},
				text{"unset CHROME_PATH", "unset CHROME_PATH"},
				text{"set CHROME_PATH=", "set CHROME_PATH="})}
			return f
		}
		f.status = ok
		f.says = text{"CHROME_PATH, for the chat and for the page's tests", "CHROME_PATH。チャットにも画面のテストにも使えます"}
		return f
	}
	for _, name := range m.chromiums() {
		if path, err := m.lookPath(name); err == nil {
			f.status = ok
			f.says = both("%s, for the chat and for the page's tests", "%s。チャットにも画面のテストにも使えます", base(path))
			return f
		}
	}
	some := m.goos == "darwin" || m.goos == "windows" // each system comes with a browser
	for _, name := range []string{"firefox", "firefox-esr", "epiphany-browser", "x-www-browser", "wslview", "xdg-open"} {
		if _, err := m.lookPath(name); err == nil {
			some = true
		}
	}
	if some {
		f.says = text{"for the chat; the page's tests, with Chromium, skip", "チャットは使えます。画面のテストはスキップされます"}
		f.do = []text{chromium}
		return f
	}
	f.says = text{"none found; the page's tests will skip", "見つかりません。画面のテストはスキップされます"}
	f.do = []text{{"for the chat, open the address that the step prints in any browser", "チャットは、表示されたアドレスを手元のブラウザで開いてください"}}
	return f
}

// chromiums are the browsers that the tests of tools/browser look for.
func (m *machine) chromiums() []string {
	names := []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"headless-shell", "headless_shell", "msedge",
	}
	switch m.goos {
	case "darwin":
		names = append(names,
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
	case "windows":
		for _, variable := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
			if dir := m.getenv(variable); dir != "" {
				names = append(names,
					filepath.Join(dir, "Google", "Chrome", "Application", "chrome.exe"),
					filepath.Join(dir, "Chromium", "Application", "chrome.exe"),
					filepath.Join(dir, "Microsoft", "Edge", "Application", "msedge.exe"))
			}
		}
	}
	return names
}

func checkProcessors(m *machine) finding {
	f := finding{status: ok, name: text{"processors", "プロセッサ"}}
	f.says = both("%d", "%d 個", m.processors)
	if m.processors < 2 {
		f.status = note
		f.says = text{"1: races are still reported", "1 個です。データ競合は同じように報告されます"}
		f.do = []text{{"two clients with one id are rare; see GOMAXPROCS, or the container", "id の重複はまれです。GOMAXPROCS かコンテナの制限を確認します"}}
	}
	return f
}

// base returns the program's name without its directory, on any system.
func base(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// lineOf returns the line of a program's output that begins with these words.
func lineOf(out, words string) string {
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, words) {
			return line
		}
	}
	return ""
}

// firstLine returns the first line of a program's output, or why there is none.
func firstLine(out string, err error) string {
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go: downloading") {
			return line
		}
	}
	if err != nil {
		return err.Error()
	}
	return "..."
}
