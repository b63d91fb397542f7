package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"websocket-chat-steps/internal/live"
)

// browser is the real browser of this test binary. It has no window. It starts when the
// first test opens a tab, and ends after the last test.
var browser struct {
	once  sync.Once
	ctx   context.Context // chromedp's; tabs are made from it
	close func() error    // nil if no browser was started
	err   error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if browser.close != nil {
		if err := browser.close(); err != nil {
			fmt.Fprintln(os.Stderr, "closing the browser:", err)
			status = 1
		}
	}
	if err := live.Clean(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// theBrowser returns the browser's context. If there is no browser, it skips the test.
// If CHROME_PATH names one, or in CI, where nobody would notice the skip, the test
// fails.
func theBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := findBrowser()
	if err != nil {
		if os.Getenv("CI") != "" || os.Getenv("CHROME_PATH") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	browser.once.Do(func() { startBrowser(path) })
	if browser.err != nil {
		t.Fatalf("%s doesn't start: %v", path, browser.err)
	}
	return browser.ctx
}

func startBrowser(path string) {
	// All files of the browser are in one directory, which is deleted at the end.
	dir, err := os.MkdirTemp("", "webpage-browser-")
	if err != nil {
		browser.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.IgnoreCertErrors, // for the test that serves https with its own certificate
		chromedp.Env("TMPDIR="+dir, "TMP="+dir, "TEMP="+dir, "XDG_CONFIG_HOME="+dir, "XDG_CACHE_HOME="+dir),
		// Chromium's sandbox doesn't work as root, nor in the containers of most CI. The
		// browser opens only our own page. Elsewhere the sandbox stays on.
		chromedp.Flag("no-sandbox", runtime.GOOS == "linux" && (os.Geteuid() == 0 || os.Getenv("CI") != "")),
	)
	allocator, freeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	browser.ctx = ctx
	browser.close = func() error {
		err := chromedp.Cancel(ctx) // asks it to close, and waits
		freeAllocator()
		if removeErr := os.RemoveAll(dir); err == nil {
			err = removeErr
		}
		return err
	}

	// The browser lives as long as the context of this first call, so the deadline can't
	// be in that context.
	tooLong := time.AfterFunc(time.Minute, cancel)
	defer tooLong.Stop()
	browser.err = chromedp.Do(ctx)
}

// findBrowser returns the path of a browser that chromedp can drive. It uses
// $CHROME_PATH if that is set.
func findBrowser() (string, error) {
	if path := os.Getenv("CHROME_PATH"); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("$CHROME_PATH: %w", err)
		}
		return found, nil
	}
	candidates := []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"headless-shell", "headless_shell", "msedge",
	}
	switch runtime.GOOS {
	case "darwin":
		candidates = append(candidates,
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
	case "windows":
		for _, variable := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
			if dir := os.Getenv(variable); dir != "" {
				candidates = append(candidates,
					filepath.Join(dir, "Google", "Chrome", "Application", "chrome.exe"),
					filepath.Join(dir, "Chromium", "Application", "chrome.exe"),
					filepath.Join(dir, "Microsoft", "Edge", "Application", "msedge.exe"))
			}
		}
	}
	for _, candidate := range candidates {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no browser to test the page in: install Chromium or Google Chrome, or set CHROME_PATH to one")
}
