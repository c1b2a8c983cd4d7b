//go:build e2e

package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/claimtrail/claimtrail/seed"
)

// copySheet signs in and opens the copy of a source of the demonstration.
func copySheet(t *testing.T, b *tab) string {
	t.Helper()
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	b.signIn(accounts[editor].Email, accounts[editor].Password)
	b.open("/desk/sources?q=lighthouse")
	b.open(b.link("table a[href^='/desk/sources/']"))
	address := b.link("#captures a[href*='/snapshots/']")
	b.open(address)
	return address
}

// TestQuoteByKeyboard selects words in an archived text with the keyboard alone.
func TestQuoteByKeyboard(t *testing.T) {
	b := newTab(t, browsers(t), demo(t, t.TempDir()), true)
	copySheet(t, b)
	b.tabToID("snapshot")
	// Whatever the platform, a collapsed caret at the beginning and the arrow
	// keys with Shift select the first letters.
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void]("getSelection().setBaseAndExtent(snapshot.firstChild, 0, snapshot.firstChild, 0)")); err != nil {
		t.Fatal(err)
	}
	const letters = len("QUILLMOUTH, 2 March.")
	for range letters {
		if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(8))); err != nil {
			t.Fatal(err)
		}
	}
	b.keys("x") // the text cannot be changed
	b.keys(kb.Enter)
	if got := b.focused(); got != "stance" {
		t.Errorf("Enter leads to %q", got)
	}
	b.has("exact", "QUILLMOUTH, 2 March.")
	b.has("start", "0")
	b.tabTo("Quote")
	b.pressKey(kb.Enter)
	b.sees("QUILLMOUTH, 2 March.", "Matches the copy exactly")
}

// TestQuoteWithoutScripts anchors words with the plain form: those that stand
// nowhere come back with the nearest, and with what was typed.
func TestQuoteWithoutScripts(t *testing.T) {
	b := newTab(t, browsers(t), demo(t, t.TempDir()), false)
	copySheet(t, b)
	b.fill(map[string]string{"exact": "The lamp of the Quillmouth lighthouse was switched on for good"})
	if status := b.press("Quote"); status != 422 {
		t.Errorf("words that stand nowhere: status %d", status)
	}
	b.has("exact", "The lamp of the Quillmouth lighthouse was switched on for good")
	b.sees("do not stand in the copy", "not “on”, but “off”")
	b.press("Quote these words instead")
	b.sees("was switched off for good", "Matches the copy exactly")
}

// TestArchivedTextIsExact: the page's text is the archived text to the letter,
// since selectors count in it, and the passage that is asked for is marked.
func TestArchivedTextIsExact(t *testing.T) {
	b := newTab(t, browsers(t), demo(t, t.TempDir()), true)
	b.open("/claims")
	b.open(b.link("a[href^='/claims/'][href*='-the-lighthouse-of']"))
	b.open(b.link("a[href*='/snapshots/']"))
	marked, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.querySelector('#snapshot mark').textContent"))
	if err != nil || !strings.HasPrefix(marked, "The lamp of the Quillmouth lighthouse") {
		t.Errorf("marked is %q, %v", marked, err)
	}
	// The address ends with the hash of the text.
	same, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`crypto.subtle.digest("SHA-256", new TextEncoder().encode(snapshot.textContent)).then(
		(h) => location.pathname.endsWith([...new Uint8Array(h)].map((x) => x.toString(16).padStart(2, "0")).join("")))`, chromedp.EvalAwaitPromise))
	if err != nil || !same {
		t.Errorf("the text is not what was hashed: %v", err)
	}
}

func (b *tab) tabToID(id string) {
	b.t.Helper()
	for range 80 {
		b.keys(kb.Tab)
		at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.activeElement.id"))
		if err != nil {
			b.t.Fatal(err)
		}
		if at == id {
			return
		}
	}
	b.t.Fatalf("#%s cannot be reached by keyboard", id)
}

// has checks the value of a field.
func (b *tab) has(name, want string) {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("main [name=`+name+`]")].at(-1).value`))
	if err != nil || got != want {
		b.t.Errorf("the field %s holds %q, %v; want %q", name, got, err, want)
	}
}

// TestCaptureIsWatched asks for a capture inside our own network: it is refused,
// in words, and the page shows that without being loaded again.
func TestCaptureIsWatched(t *testing.T) {
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, browsers(t), demo(t, t.TempDir()), true)
	b.signIn(accounts[editor].Email, accounts[editor].Password)
	b.open("/desk/sources/new")
	b.fill(map[string]string{"title": "A page of our own network", "url": "http://127.0.0.1/private", "kind": "other"})
	b.press("Save")
	b.press("Capture the page now")
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.getElementById("captures").innerText.includes("leads into a private network")`)); err != nil {
		t.Errorf("the refusal is not shown: %v\n%s", err, clip(b.text()))
	}
	b.sees("failed", "refused")
}
