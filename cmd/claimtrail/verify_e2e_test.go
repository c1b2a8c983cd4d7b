//go:build e2e

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestVerifyInBrowser presses the button on a claim page: document, tree and
// signature hold. Behind a server that changes one byte of any of them, the page
// says so.
func TestVerifyInBrowser(t *testing.T) {
	base := demo(t, t.TempDir())
	browser := browsers(t)
	b := newTab(t, browser, base, true)
	b.open("/claims")
	claim := strings.TrimPrefix(b.link("ol.claims a[href^='/claims/']"), base)
	b.open(claim)
	if state, said := b.verified(); state != "good" || strings.Count(said, "✓") != 3 {
		t.Errorf("an honest site: %s, %s", state, said)
	}
	for suffix, change := range map[string][2]string{
		".json":       {`"schema":1`, `"schema":9`},
		".entry.json": {`"v":1`, `"v":2`},
		".tlog-proof": {"index ", "index 1"},
		"/log/vkey":   {"+", "+0"},
	} {
		c := newTab(t, browser, altered(t, base, suffix, change[0], change[1]), true)
		c.open(claim)
		if state, said := c.verified(); state != "bad" || !strings.Contains(said, "✗") {
			t.Errorf("with another %s: %s, %s", suffix, state, said)
		}
	}
}

// verified presses the button and waits for the outcome.
func (b *tab) verified() (state, said string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	const press = `new Promise((done) => {
		const box = document.querySelector(".verify");
		box.querySelector("button").click();
		const look = () => box.dataset.state !== "running" ? done(box.dataset.state + "\n" + box.querySelector("ol").innerText) : requestAnimationFrame(look);
		look();
	})`
	outcome, err := chromedp.Run(ctx, chromedp.Evaluate[string](press, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("verify: %v", err)
	}
	state, said, _ = strings.Cut(outcome, "\n")
	return state, said
}

// altered serves the site with one text replaced wherever an address ends so.
func altered(t *testing.T, base, suffix, old, replacement string) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	toSite := func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header.Del("Accept-Encoding") // what is replaced must be readable
	}
	proxy := &httputil.ReverseProxy{Rewrite: toSite, ModifyResponse: func(answer *http.Response) error {
		path := answer.Request.URL.Path
		if !strings.HasSuffix(path, suffix) || (suffix == ".json" && strings.HasSuffix(path, ".entry.json")) {
			return nil
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		body = bytes.Replace(body, []byte(old), []byte(replacement), 1)
		answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		answer.Header.Del("Content-Length")
		return nil
	}}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
