//go:build e2e

package main

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/claimtrail/claimtrail/seed"
)

// TestKeyboard signs in, logs a claim and reads it with the keyboard alone.
func TestKeyboard(t *testing.T) {
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, browsers(t), demo(t, t.TempDir()), true)
	b.open("/login")
	b.tabTo("email")
	b.keys(accounts[editor].Email)
	b.tabTo("password")
	b.keys(accounts[editor].Password)
	b.pressKey(kb.Enter)
	if b.path() != "/desk" {
		t.Fatalf("signing in led to %s", b.path())
	}
	b.pressKey("n")
	if b.path() != "/desk/claims/new" {
		t.Fatalf("the key n led to %s", b.path())
	}
	b.tabTo("text")
	b.keys("A claim logged without a mouse.")
	b.tabTo("Save the claim")
	b.pressKey(kb.Enter)
	b.sees("A claim logged without a mouse.", "researching")

	b.open("/claims")
	b.keys(kb.Tab)
	if got := b.focused(); got != "Skip to the content" {
		t.Errorf("the first stop of the keyboard is %q", got)
	}
	b.keys(kb.Enter)
	if got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.activeElement.id")); got != "main" || err != nil {
		t.Errorf("skipping leads to %q, %v", got, err)
	}
}

// keys types; what is typed goes to whatever has the focus.
func (b *tab) keys(text string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.KeyEvent(text)); err != nil {
		b.t.Fatalf("type %q: %v", text, err)
	}
}

// pressKey types a key that leads to another page, and waits for it.
func (b *tab) pressKey(key string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(key)); err != nil {
		b.t.Fatalf("the key %q at %s: %v", key, b.path(), err)
	}
}

// tabTo goes on with the tabulator until the field of a name, or the control of
// these words, has the focus.
func (b *tab) tabTo(target string) {
	b.t.Helper()
	const most = 80
	for range most {
		b.keys(kb.Tab)
		if b.focused() == target {
			return
		}
	}
	b.t.Fatalf("%s cannot be reached by keyboard", target)
}

func (b *tab) focused() string {
	b.t.Helper()
	name, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.activeElement.name || document.activeElement.textContent.trim()"))
	if err != nil {
		b.t.Fatal(err)
	}
	return name
}
