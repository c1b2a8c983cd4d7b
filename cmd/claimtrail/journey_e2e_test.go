//go:build e2e

package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/claimtrail/claimtrail/seed"
)

// The accounts of the demonstration, in its order.
const (
	editor = iota
	reviewer
	admin
)

// TestJourney is the main job, from logging a claim to reading it, in a real
// browser: once with scripts and once without.
func TestJourney(t *testing.T) {
	browser := browsers(t)
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			base := demo(t, t.TempDir())
			desk := newTab(t, browser, base, scripts)
			reader := newTab(t, browser, base, scripts)
			j := &journey{desk: desk, reader: reader, accounts: accounts}
			j.logClaim()
			j.quote()
			j.rule()
			j.submit()
			j.contributorCannotApprove()
			j.review()
			j.read()
			j.reviseInPrivate()
		})
	}
}

type journey struct {
	desk, reader *tab
	accounts     []seed.Account
	claim        string // its page on the desk
	public       string
	tass         string // page of the source on the desk
}

const (
	wording = "The treaty between Russia and North Korea is almost identical to the pact that previously expired (logged by hand)."
	words   = "Putin said the treaty between Russia and North Korea is almost identical to the bilateral pact that previously expired."
)

func (j *journey) signIn(n int) {
	j.desk.t.Helper()
	j.desk.signIn(j.accounts[n].Email, j.accounts[n].Password)
}

// logClaim logs the claim on one screen: speaker, Hanoi, the date, and the wire
// report that records it, by its address.
func (j *journey) logClaim() {
	b := j.desk
	b.t.Helper()
	j.signIn(editor)
	b.click("//a[normalize-space()='New claim']")
	b.fill(map[string]string{
		"text": wording, "speaker": "Vladimir Putin", "speaker_role": "President of Russia", "words": words, "place": "Hanoi", "said_on": "20 June 2024",
		"said_on_basis": "inferred", "said_on_note": "the report gives no year", "directness": "indirect", "translation": "translated",
		"record_title": "A wire report that does not matter here", "record_url": "https://tass.com/politics/1806207", "record_publisher": "TASS",
		"record_kind": "wire",
	})
	if status := b.press("Save the claim"); status != 200 {
		b.t.Fatalf("saving the claim: %d\n%s", status, clip(b.text()))
	}
	j.claim = b.path()
	b.sees(wording, "Vladimir Putin, President of Russia", "Hanoi", "20 June 2024", "researching")
	j.public = strings.Replace(j.claim, "/desk", "", 1)
	if status := j.reader.open(j.public); status != 404 {
		b.t.Errorf("a reader gets %d for a draft, want 404", status)
	}
}

// quote adds the comment that carries the report and the page that it stands
// on, says that the report was seen only there, and quotes it.
func (j *journey) quote() {
	b := j.desk
	b.t.Helper()
	b.open("/desk/sources/new")
	b.fill(map[string]string{"title": "An analysis of the visit, with comments (by hand)", "kind": "commentary"})
	b.press("Save")
	b.open("/desk/sources/new")
	b.fill(map[string]string{
		"title": "Comment that pastes the report (by hand)", "kind": "comment", "part_of": "An analysis of the visit, with comments (by hand)", "locator": "comment 4",
	})
	b.press("Save")
	b.sees("Part of", "An analysis of the visit, with comments (by hand)")
	b.press("Add a derivation")
	b.fill(map[string]string{"kind": "republishes", "to": "https://tass.com/politics/1806207", "basis": "HANOI, June 20. /TASS/."})
	b.press("Save")
	b.sees("This source republishes")
	b.open(j.claim)
	b.click("//section[@id='appearances']//a[contains(., 'Recorded in')]")
	j.tass = b.path()
	b.press("Copy one by hand")
	b.fill(map[string]string{"exact": words, "suffix": ` "So, there is nothing new here," the president said.`, "via": "Comment that pastes the report (by hand)"})
	b.press("Save")
	b.sees(words, "original not seen", "Attested by nobody yet")
}

func (j *journey) rule() {
	b := j.desk
	b.t.Helper()
	b.open(j.claim)
	b.press("Add evidence")
	b.choose("excerpt", "Putin said the treaty between Russia and North Korea is almost ident")
	b.fill(map[string]string{"stance": "supports"})
	b.press("Save")
	b.sees("supports", words)
	b.press("Write the ruling")
	cite := textOf(b, "aside code")
	b.choose("rating", "Unproven")
	b.fill(map[string]string{
		"summary": "Known from one agency only; neither treaty was seen whole.", "reasoning": "The words come from one report of one agency. " + cite,
		"as_of": "2026-11-20",
	})
	b.press("Save the draft")
	b.sees("Unproven", "Known from one agency only")
	b.open(j.claim + "/replies/new")
	b.fill(map[string]string{"asked_of": "The Kremlin", "outcome": "not-asked", "text": "This is a demonstration."})
	b.press("Save")
}

// submit meets the house rules: a quotation that nobody attested holds it back,
// a second person attests, and it goes to review.
func (j *journey) submit() {
	b := j.desk
	b.t.Helper()
	b.open(j.claim)
	if status := b.press("Submit for review"); status != 422 {
		b.t.Errorf("submitting with an unattested quotation: %d, want 422", status)
	}
	b.sees("attested by a second person")
	b.signOut()
	j.signIn(reviewer)
	b.open(j.tass)
	b.click("(//button[normalize-space()='I compared it with the work: attest'])[last()]")
	b.signOut()
	j.signIn(editor)
	b.open(j.claim)
	if status := b.press("Submit for review"); status != 200 {
		b.t.Fatalf("submitting: %d\n%s", status, clip(b.text()))
	}
	b.sees("in review")
}

func (j *journey) contributorCannotApprove() {
	b := j.desk
	b.t.Helper()
	b.open(j.claim + "/review")
	b.doesNotSee("Approve this content")
	b.signOut()
}

func (j *journey) review() {
	b := j.desk
	b.t.Helper()
	j.signIn(reviewer)
	b.open(j.claim + "/review")
	b.sees("first revision", wording)
	b.screenshot("review")
	b.press("Approve this content")
	b.sees("approved")
	if status := j.reader.open(j.public); status != 404 {
		b.t.Errorf("a reader gets %d for what is only approved, want 404", status)
	}
	b.press("Publish")
	b.sees("published", "Revision 1 is live")
}

// read is the very next request of a reader.
func (j *journey) read() {
	b := j.reader
	b.t.Helper()
	if status := b.open(j.public); status != 200 {
		b.t.Fatalf("a reader gets %d after publishing", status)
	}
	b.sees(wording, "Vladimir Putin", "President of Russia", "Hanoi", "20 June 2024", "Unproven", words,
		"Copied by hand, attested by "+j.accounts[reviewer].Name, "original not seen", "independent origin", "TASS")
	b.screenshot("published")
	b.open("/")
	b.sees(wording)
}

// reviseInPrivate changes the draft after publication: readers see nothing of it
// until it is published in its turn.
func (j *journey) reviseInPrivate() {
	b := j.desk
	b.t.Helper()
	const changed = "Known from one agency only, and at second hand."
	b.signOut()
	j.signIn(editor)
	b.open(j.claim)
	b.press("Start a revision")
	b.open(j.claim + "/ruling")
	b.fill(map[string]string{"summary": changed, "cause": "our-error", "public_note": "Said that it was seen at second hand."})
	b.press("Save the draft")
	j.reader.open(j.public)
	j.reader.doesNotSee(changed)
	b.open(j.claim)
	b.press("Submit for review")
	b.sees("in review")
	b.signOut()
	j.signIn(reviewer)
	b.open(j.claim + "/review")
	b.sees("What changes against the published revision", "at second hand", "Said that it was seen at second hand.")
	b.screenshot("review of a change")
	b.press("Approve this content")
	b.press("Publish")
	j.reader.open(j.public)
	j.reader.sees(changed, "Said that it was seen at second hand.")
	j.reader.open(j.public + "/revisions/1")
	j.reader.doesNotSee(changed)
	j.reader.sees("This is revision 1")
}

func textOf(b *tab, selector string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// TestDemoKeepsData: a second start on the same folder keeps what was entered.
func TestDemoKeepsData(t *testing.T) {
	browser := browsers(t)
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	t.Run("first", func(t *testing.T) {
		b := newTab(t, browser, demo(t, folder), true)
		b.signIn(accounts[editor].Email, accounts[editor].Password)
		b.open("/desk/claims/new")
		b.fill(map[string]string{"text": "A claim entered between two starts."})
		b.press("Save the claim")
	})
	t.Run("second", func(t *testing.T) {
		b := newTab(t, browser, demo(t, folder), true)
		b.signIn(accounts[editor].Email, accounts[editor].Password)
		b.sees("A claim entered between two starts.")
	})
	if _, err := os.Stat(folder + "/log.checkpoint"); err != nil {
		t.Error(err)
	}
}
