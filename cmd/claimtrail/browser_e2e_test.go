//go:build e2e

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// stepTime bounds one action in the browser.
const stepTime = 45 * time.Second

// demo starts the demonstration in this process on a free port and gives its
// address. It is stopped, and waited for, at the end of the test.
func demo(t *testing.T, folder string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, []string{"demo", "--addr", "127.0.0.1:0", "--data", folder, "--log-format", "text"}, os.Getenv, strings.NewReader(""), in, os.Stderr)
		in.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-exit; code != 0 {
			t.Errorf("the demo exited with %d", code)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Claimtrail is at "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return address
		}
	}
	t.Fatal("the demo did not say where it is")
	return ""
}

// browsers gives a running Chromium; its tabs are opened by newTab.
func browsers(t *testing.T) context.Context {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU, chromedp.Headless, chromedp.WindowSize(1280, 1000),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()),
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// tab is one person at the browser.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

// newTab opens a tab, with or without scripts.
func newTab(t *testing.T, browser context.Context, base string, scripts bool) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{t, ctx, base}
	b.prepare(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
			return err
		}
		if err := emulate(ctx, target, "light"); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
		return err
	}))
	return b
}

// emulate chooses the colour scheme. Nothing moves: a click would miss what is
// still being scrolled to.
func emulate(ctx context.Context, target *chromedp.Target, scheme string) error {
	_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return err
}

// prepare sets a fresh tab up.
func (b *tab) prepare(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate("about:blank")); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// open goes to an address and gives the status of the answer.
func (b *tab) open(path string) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	address := path
	if strings.HasPrefix(path, "/") {
		address = b.base + path
	}
	response, err := chromedp.RunResponse(ctx, chromedp.Navigate(address))
	if err != nil {
		b.t.Fatalf("open %s: %v", path, err)
	}
	return response.Status
}

// press clicks what carries the words and waits for the page that follows.
func (b *tab) press(words string) int64 {
	b.t.Helper()
	return b.click(fmt.Sprintf("//main//*[self::button or self::a][normalize-space()=%q]", words))
}

func (b *tab) click(path string) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(path))
	if err != nil {
		b.t.Fatalf("click %s at %s: %v\n%s", path, b.path(), err, clip(b.text()))
	}
	return response.Status
}

// fill types into the fields of the names; the unfolded parts of a form hide
// nothing.
func (b *tab) fill(fields map[string]string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	for name, value := range fields {
		field := chromedp.CSS(fmt.Sprintf("main [name=%q]", name))
		if err := chromedp.Do(ctx, chromedp.SetValue(field, value)); err != nil {
			b.t.Fatalf("fill %s at %s: %v", name, b.path(), err)
		}
	}
}

// choose selects the option of a field whose label contains the words.
func (b *tab) choose(name, words string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	option := fmt.Sprintf("//main//select[@name=%q]/option[contains(., %q)]", name, words)
	value, err := chromedp.Run(ctx, chromedp.AttributeValue(option, "value"))
	if err != nil {
		b.t.Fatalf("choose %s in %s: %v", words, name, err)
	}
	b.fill(map[string]string{name: value.Value})
}

func (b *tab) text() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		b.t.Error(err)
	}
	return text
}

func (b *tab) path() string {
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Error(err)
	}
	at = strings.TrimPrefix(at, b.base)
	at, _, _ = strings.Cut(at, "#")
	return at
}

func (b *tab) sees(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Errorf("%s does not show %q:\n%s", b.path(), w, clip(text))
		}
	}
}

func (b *tab) doesNotSee(words string) {
	b.t.Helper()
	if strings.Contains(b.text(), words) {
		b.t.Errorf("%s shows %q", b.path(), words)
	}
}

func (b *tab) signIn(email, password string) {
	b.t.Helper()
	b.open("/login")
	b.fill(map[string]string{"email": email, "password": password})
	b.press("Sign in")
	if b.path() != "/desk" {
		b.t.Fatalf("signing in as %s led to %s:\n%s", email, b.path(), clip(b.text()))
	}
}

func (b *tab) signOut() {
	b.t.Helper()
	b.open("/desk")
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".menu summary"))); err != nil {
		b.t.Fatalf("open the menu: %v", err)
	}
	b.click("//button[normalize-space()='Sign out']")
}

// screenshot keeps a picture of a failed page where CLAIMTRAIL_SCREENSHOTS says.
func (b *tab) screenshot(name string) {
	folder := os.Getenv("CLAIMTRAIL_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Error(err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600); err != nil {
		b.t.Error(err)
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 1500 {
		return string(r[:1500]) + "…"
	}
	return s
}
