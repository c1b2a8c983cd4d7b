//go:build e2e

package main

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/claimtrail/claimtrail/seed"
)

// waitFor waits until the page shows words anywhere.
func (b *tab) waitFor(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.WaitVisible(path)); err != nil {
		b.t.Fatalf("%s at %s: %v\n%s", path, b.path(), err, clip(b.text()))
	}
}

// TestTyping: results follow the typing, and so does the address; without scripts the
// form does the same. A claim that is typed is looked up, and what is not the same
// goes away and stays away.
func TestTyping(t *testing.T) {
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	site, browser := demo(t, t.TempDir()), browsers(t)

	b := newTab(t, browser, site, true)
	b.open("/claims")
	b.tabTo("q")
	b.keys("treaty ident")
	b.waitFor(`//main//mark[.="identical"]`)
	if b.path() != "/claims?q=treaty+ident" {
		t.Errorf("the address is %s", b.path())
	}
	plain := newTab(t, browser, site, false)
	plain.open("/")
	plain.fill(map[string]string{"q": "treaty identicla"})
	plain.press("Search")
	plain.sees("these have “identical”", "almost identical")

	b.signIn(accounts[editor].Email, accounts[editor].Password)
	b.open("/desk/claims/new")
	b.tabTo("text")
	b.keys("The treaty that Russia and North Korea signed is nearly identical to the old pact")
	b.waitFor(`//*[@data-matches]//li[contains(., "almost identical")]`)
	b.sees("Probably the same", "Both have:")
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	err = chromedp.Do(ctx,
		chromedp.Click(`(//*[@data-matches]//li[contains(., "almost identical")]//button[.="Not the same"])[1]`),
		chromedp.WaitNotPresent(`//*[@data-matches]//li[contains(., "almost identical")]`),
	)
	if err != nil {
		t.Fatal(err)
	}
	if b.path() != "/desk/claims/new" {
		t.Errorf("judging led to %s", b.path())
	}
	b.open("/desk/matches?text=The+treaty+that+Russia+and+North+Korea+signed+is+nearly+identical+to+the+old+pact")
	b.doesNotSee("is almost identical to the bilateral pact")

	plain.open("/matches?text=The+treaty+that+Russia+and+North+Korea+signed+is+nearly+identical+to+the+old+pact")
	plain.sees("Probably the same", "almost identical")
}
