//go:build e2e

package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/seed"
)

// pinned cards say what the ruling was when the article quoted it.
func (c *cards) pinned(t *testing.T) {
	b := newTab(t, c.browser, c.base, true)
	b.open(c.card(c.corrected, "?rev=1"))
	b.sees("Mostly false", "Changed on", "When this article quoted it: False")
	b.open(c.card(c.overtaken, "?rev=1"))
	b.sees("Outdated", "Changed on", "When this article quoted it: Mostly true")
	for _, claim := range []string{c.corrected, c.overtaken} {
		b.open(c.card(claim, "?rev=2"))
		b.doesNotSee("When this article quoted it")
	}
	for _, query := range []string{"", "?rev=1", "?rev=2"} {
		b.open(c.card(c.retracted, query))
		b.sees("Retracted on", "We retract this ruling")
		if struck := eval[string](b, `[...document.querySelectorAll("del")].map((d) => d.innerText + " " + getComputedStyle(d).textDecorationLine).join()`); struck != "Mostly true line-through" {
			t.Errorf("the retracted rating is shown as %q", struck)
		}
	}
}

// life embeds a claim when it is published. The article stays as it is; its card
// says what becomes of the ruling.
func (c *cards) life(t *testing.T) {
	d := c.signIn(t)
	claim := d.publish("The bakery of Quillmouth is open on Sundays. (Invented for a test.)")
	address := c.paper.publish(article{body: c.snippet(t, claim)})
	b := newTab(t, c.browser, c.base, true)
	says := func(words ...string) string {
		t.Helper()
		b.open(address)
		b.revealed(1)
		said := inside[string](b.frames()[0], "document.body.innerText")
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("the card does not say %q:\n%s", w, said)
			}
		}
		return said
	}
	if said := says("The bakery of Quillmouth", "Mostly true", "Full evidence trail"); strings.Contains(said, "quoted it") {
		t.Errorf("the card of a new ruling says:\n%s", said)
	}
	d.change("false")
	says("False", "Changed on", "When this article quoted it: Mostly true", "What changed")
	d.retract()
	said := says("Retracted on", "The baker has moved away.", "What changed")
	if struck := inside[string](b.frames()[0], `document.querySelector("del").innerText`); struck != "False" || strings.Contains(said, "Full evidence trail") {
		t.Errorf("struck is %q in\n%s", struck, said)
	}
}

// newsdesk takes one claim through its life.
type newsdesk struct {
	t                        *testing.T
	base, claim              string
	editor, reviewer, second *http.Client
}

// deskTwo is the second publisher of the demonstration: who asks for a
// retraction does not approve it.
const deskTwo = 3

func (c *cards) signIn(t *testing.T) *newsdesk {
	t.Helper()
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	d := &newsdesk{t: t, base: c.base}
	for n, client := range map[int]**http.Client{editor: &d.editor, reviewer: &d.reviewer, deskTwo: &d.second} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		*client = &http.Client{Jar: jar, Timeout: stepTime}
		d.post(*client, "/login", url.Values{"email": {accounts[n].Email}, "password": {accounts[n].Password}})
	}
	return d
}

// post sends a form, follows to the page that comes next and gives its address.
func (d *newsdesk) post(client *http.Client, path string, values url.Values) string {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	at, _ := d.do(client, request)
	return at
}

// do sends a request and gives the address and the body of the page that it
// leads to.
func (d *newsdesk) do(client *http.Client, request *http.Request) (at, page string) {
	d.t.Helper()
	answer, err := client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		d.t.Fatalf("%s: %s, %v\n%s", request.URL.Path, answer.Status, err, clip(string(body)))
	}
	return answer.Request.URL.Path, string(body)
}

// find gives what a page of the desk has in the group of a pattern.
func (d *newsdesk) find(client *http.Client, path, pattern string) string {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.base+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	_, body := d.do(client, request)
	found := regexp.MustCompile(pattern).FindStringSubmatch(body)
	if found == nil {
		d.t.Fatalf("%s has no %s:\n%s", path, pattern, clip(body))
	}
	return found[1]
}

// publish logs a claim, rates it "mostly true" and publishes it, with an
// exception from every rule that stands in the way. It gives the claim's address.
func (d *newsdesk) publish(words string) string {
	d.t.Helper()
	d.claim = d.post(d.editor, "/desk/claims/new", url.Values{"text": {words}, "language": {"en"}, "kind": {"other"}, "checkability": {"checkable"}})
	for _, g := range kb.Gates {
		if !g.Fixed {
			d.post(d.editor, d.claim+"/exceptions/"+g.Key, url.Values{"reason": {"A trial."}})
		}
	}
	d.rule("mostly-true")
	d.post(d.editor, d.claim+"/steps/submit", nil)
	d.approve(d.reviewer)
	return d.base + strings.TrimPrefix(d.claim, "/desk")
}

// rule saves a ruling with a rating, given by its key.
func (d *newsdesk) rule(rating string) {
	d.t.Helper()
	form := d.claim + "/ruling"
	d.post(d.editor, form, url.Values{
		"version": {d.find(d.editor, form, `name="version" value="(\d+)"`)}, "outcome": {"rated"}, "rating": {d.find(d.editor, form, `<option value="([^"]+/`+rating+`)"`)},
		"summary": {"The sign in the window says " + rating + "."}, "reasoning": {"We went there."}, "as_of": {"2026-11-20"},
		"cause": {"our-error"}, "public_note": {"We had read the sign of the shop next door."},
	})
}

// approve publishes what is under review as the second person.
func (d *newsdesk) approve(by *http.Client) {
	d.t.Helper()
	d.post(by, d.claim+"/approve", url.Values{"hash": {d.find(by, d.claim+"/review", `name="hash" value="([0-9a-f]{64})"`)}})
	d.post(by, d.claim+"/steps/publish", nil)
}

func (d *newsdesk) change(rating string) {
	d.t.Helper()
	d.post(d.editor, d.claim+"/steps/revise", nil)
	d.rule(rating)
	d.post(d.editor, d.claim+"/steps/submit", nil)
	d.approve(d.reviewer)
}

func (d *newsdesk) retract() {
	d.t.Helper()
	d.post(d.reviewer, d.claim+"/retract", url.Values{"cause": {"our-error"}, "note": {"The baker has moved away."}})
	d.approve(d.second)
}
