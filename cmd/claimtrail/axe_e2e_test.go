//go:build e2e

package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/claimtrail/claimtrail/seed"
)

// violation is what axe reports about one rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// TestAccessibility runs axe on the pages that people meet, wide and narrow,
// light and dark, and wants nothing found; nothing may need sideways scrolling
// at 320 pixels either.
func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe is missing; make test installs it: %v", err)
	}
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	base := demo(t, t.TempDir())
	b := newTab(t, browsers(t), base, true)
	b.prepare(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}) // to bring axe in
		return err
	}))
	b.signIn(accounts[editor].Email, accounts[editor].Password)
	b.open("/claims")
	claim := b.link("a[href^='/claims/'][href*='-the-treaty-that-russia']")
	b.open("/desk")
	work := b.link("table a[href^='/desk/claims/']")
	b.open("/desk/sources?q=sailors")
	source := b.link("table a[href^='/desk/sources/']")
	b.open(source)
	copied, noticed := b.link("#captures a[href*='/snapshots/']"), b.link("#suggestions a[href^='/desk/suggestions/']")
	b.open("/claims")
	circle := b.link("a[href^='/claims/'][href*='-the-lighthouse-of']")
	b.open(circle)
	archived := b.link("a[href*='/snapshots/']")
	b.open("/corrections")
	compared := b.link("a[href*='/compare/']")
	b.open("/corrections?class=retraction")
	retracted := b.link("ol.register h2 a")
	b.open("/claims")
	reviewed := b.link("li:has(.chip.review) h3 a")
	pages := map[string]string{
		"source": source, "copy": copied, "suggestion": noticed, "tasks": "/desk/tasks", "trail": work + "/trail", "paste": source + "/captures/new",
		"circle": circle, "archived": archived,
		"front": "/", "list": "/claims", "claim": claim, "sign-in": "/login", "claim form": "/desk/claims/new", "queue": "/desk",
		"log": "/log", "corrections": "/corrections", "disputes": "/disputes", "tip": "/tips", "dispute": "/disputes/new?claim=" + idOf(claim), "compare": compared,
		"retracted": retracted, "under review": reviewed,
		"api": "/api/docs", "lint": "/lint", "tokens": "/desk/account/tokens", "token form": "/desk/account/tokens/new", "bookmark": "/desk/account/bookmarklet",
		"case": work, "ruling": work + "/ruling", "sources": "/desk/sources", "methodology": "/methodology", "revisions": b.base + strings.TrimPrefix(claim, b.base) + "/revisions",
	}
	b.everywhere(pages, string(axe))
	b.look("light", 1280)
	b.signOut()
	b.signIn(accounts[reviewer].Email, accounts[reviewer].Password)
	b.open("/desk/disputes")
	at := "/desk/claims/" + idOf(claim)
	b.everywhere(map[string]string{
		"desk disputes": "/desk/disputes", "desk dispute": b.link("main a[href^='/desk/disputes/']"), "redactions": "/desk/redactions",
		"published": at, "schedule": at + "/schedule", "retract": at + "/retract", "absorb": at + "/absorb", "banner": at + "/banner", "redact": at + "/redact",
	}, string(axe))
	b.look("light", 1280)
	b.signOut()
	b.signIn(accounts[admin].Email, accounts[admin].Password)
	b.everywhere(map[string]string{"audit": "/desk/audit", "policy": "/desk/settings/policy", "settings": "/desk/settings", "webhooks": "/desk/settings/webhooks", "webhook form": "/desk/settings/webhooks/new", "tips": "/desk/tips"}, string(axe))
}

// idOf takes the id from the address of a claim.
func idOf(address string) string {
	_, rest, _ := strings.Cut(address, "/claims/")
	id, _, _ := strings.Cut(rest, "-")
	return id
}

// everywhere looks at pages wide and narrow, light and dark.
func (b *tab) everywhere(pages map[string]string, axe string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 320} {
			b.look(scheme, width)
			for name, path := range pages {
				b.open(path)
				b.screenshot(name + "-" + scheme + "-" + map[int64]string{1280: "wide", 320: "narrow"}[width])
				b.accessible(name+", "+scheme, axe)
				if width == 320 {
					b.fits(name)
				}
			}
		}
	}
}

// look sets colour scheme and width of the page.
func (b *tab) look(scheme string, width int64) {
	b.prepare(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		return emulate(ctx, target, scheme)
	}))
}

func (b *tab) link(selector string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	href, err := chromedp.Run(ctx, chromedp.AttributeValue(chromedp.CSS(selector), "href"))
	if err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
	return href.Value
}

func (b *tab) accessible(name, axe string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe+";0")); err != nil {
		b.t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Poll[string](
		`window.axeDone ?? (window.axeRun ??= axe.run({resultTypes: ["violations"]}).then(r => { window.axeDone = JSON.stringify(r.violations) }), null)`))
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s (%s): %s %s", name, v.ID, v.Help, clip(n.HTML), n.Summary)
		}
	}
}

// fits checks that the page is no wider than the window.
func (b *tab) fits(name string) {
	b.t.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
	if err != nil || wide > 0 {
		b.t.Errorf("%s is %d pixels wider than the window: %v", name, wide, err)
	}
}
