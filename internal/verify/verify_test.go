package verify_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/verify"
)

// TestGoodSite: nothing is found where nothing is wrong, on both engines.
func TestGoodSite(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		if strings.HasPrefix(address, "sqlite:") {
			address = good(t)
		} else {
			check(t, prepare(t.Context(), address))
		}
		s := serve(t, address)
		note := newestNote(t, s.db)
		found, r := run(t, s, nil)
		if found != "" || !r.Good() {
			t.Errorf("found %v", r.Findings)
		}
		claims := must(rulings(t.Context(), s.db))(t)
		if r.Claims != len(claims) || r.Revisions <= r.Claims || r.Documents != int(r.Size) || r.Pages < 2*r.Claims || r.Compared != 0 || !bytes.Equal(r.Checkpoint, note) {
			t.Errorf("the report of %d claims: %+v", len(claims), r)
		}
		if found, r := run(t, s, note); found != "" || r.Compared != r.Size {
			t.Errorf("with the checkpoint of now: found %v, compared %d of %d", r.Findings, r.Compared, r.Size)
		}
	})
}

// TestSiteGrew: a site that went on after it was last looked at is good, and
// every checkpoint that it ever signed is a beginning of what it is now.
func TestSiteGrew(t *testing.T) {
	t.Parallel()
	address := good(t)
	o, s := own(t, address), &kept{site: serve(t, address)}
	notes := column[[]byte](o, "SELECT note FROM checkpoint ORDER BY size")
	if len(notes) < 5 {
		t.Fatalf("only %d checkpoints were signed", len(notes))
	}
	for _, note := range notes {
		c := must(signer().Open(note))(t)
		if found, r := run(t, s, note); found != "" || r.Compared != c.Size || r.Size < c.Size {
			t.Errorf("remembered at %d entries: found %v, compared %d", c.Size, r.Findings, r.Compared)
		}
	}
}

// TestHonestSteps: what a newsroom does in public, withdrawals and redactions by
// law included, is no fault.
func TestHonestSteps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	address := good(t)
	n := must(openNewsroom(ctx, address))(t)
	t.Cleanup(func() { check(t, n.db.Close()) })
	check(t, n.staff(ctx))
	before := newestNote(t, n.db)
	var plain []ruling
	for _, c := range must(rulings(ctx, n.db))(t) {
		if c.plain() {
			plain = append(plain, c)
		}
	}
	redacted := 0
	for i, step := range []struct {
		name string
		take func() error
	}{
		{"a second revision", func() error { return n.republish(ctx, plain[0].id, "A second look changed nothing.") }},
		{"a sign", func() error {
			_, err := n.SetBanner(ctx, n.reviewer, kb.BannerInput{ClaimID: plain[0].id, Up: true, Reason: "We look again."})
			return err
		}},
		{"a sign taken away", func() error {
			_, err := n.SetBanner(ctx, n.reviewer, kb.BannerInput{ClaimID: plain[0].id, Reason: "We looked."})
			return err
		}},
		{"a redaction of the first revision", func() error {
			redacted++
			return n.redact(ctx, kb.RedactionRequest{ClaimID: plain[0].id, Revisions: "1", Basis: "court-order", Reason: "A court ordered it."})
		}},
		{"a redaction of the claim", func() error {
			redacted++
			return n.redact(ctx, kb.RedactionRequest{ClaimID: plain[1].id, Basis: "data-protection", Reason: "A person asked for it."})
		}},
		{"a retraction", func() error {
			hash, err := n.Retract(ctx, n.reviewer, kb.Withdrawal{ClaimID: plain[2].id, Cause: "our-error", Note: "We were wrong."})
			return errors.Join(err, n.approve(ctx, plain[2].id, hash))
		}},
		{"a merger", func() error {
			hash, err := n.Absorb(ctx, n.reviewer, kb.Withdrawal{ClaimID: plain[3].id, Into: string(plain[4].id), Cause: "our-error", Note: "It says the same."})
			return errors.Join(err, n.approve(ctx, plain[3].id, hash))
		}},
	} {
		if err := step.take(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		found, r := run(t, serve(t, address), before)
		if found != "" || r.Redacted != redacted {
			t.Errorf("step %d, %s: %d redacted, found %v", i+1, step.name, r.Redacted, r.Findings)
		}
	}
}

// redact lets one publisher ask and another confirm.
func (n *newsroom) redact(ctx context.Context, r kb.RedactionRequest) error {
	id, err := n.AskRedaction(ctx, n.reviewer, r)
	if err != nil {
		return err
	}
	_, err = n.Redact(ctx, n.another, id)
	return err
}

// TestSiteGrowsMeanwhile: what is published while a site is being read is no
// fault, and a lie is not excused by it.
func TestSiteGrowsMeanwhile(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	address := good(t)
	n := must(openNewsroom(ctx, address))(t)
	t.Cleanup(func() { check(t, n.db.Close()) })
	check(t, n.staff(ctx))
	c := choose(t, n.db)
	at := "/claims/" + string(c.plain.id)
	current, published := verify.Site(serve(t, address)), 0
	// whenRead publishes when the document of a claim is asked for first.
	whenRead := func(times int, lie bool) verify.Site {
		return getter(func(ctx context.Context, path string) (int, []byte, error) {
			if path == at+".json" && published < times {
				published++
				check(t, n.republish(ctx, c.plain.id, fmt.Sprintf("Look number %d.", published)))
				current = serve(t, address)
			}
			status, body, err := current.Get(ctx, path)
			if lie && path == at {
				body = page(t, body, func(d *goquery.Document) { d.Find(".ruling .sum").SetText("Otherwise.") })
			}
			return status, body, err
		})
	}
	before := newestNote(t, n.db)
	if found, r := run(t, whenRead(1, false), before); found != "" || published != 1 || r.Size <= must(signer().Open(before))(t).Size {
		t.Errorf("published %d times meanwhile: found %v in %d entries", published, r.Findings, r.Size)
	}
	if found, r := run(t, whenRead(2, true), before); found != "page" {
		t.Errorf("a lie while something was published: found %v", r.Findings)
	}
}

// getter is a site that is a function.
type getter func(ctx context.Context, path string) (int, []byte, error)

// Get calls it.
func (g getter) Get(ctx context.Context, path string) (int, []byte, error) { return g(ctx, path) }

// rulingsOf gives rulings by what they are good for.
type rulingsOf struct {
	plain   ruling // one revision, early in the log
	revised ruling // whose second revision is the last entry
	banner  ruling
}

func choose(t testing.TB, db *store.DB) rulingsOf {
	t.Helper()
	var c rulingsOf
	list := must(rulings(t.Context(), db))(t)
	i := slices.IndexFunc(list, ruling.plain)
	j := slices.IndexFunc(list, func(r ruling) bool { return r.banner && len(r.revisions) == 1 })
	if i < 0 || j < 0 {
		t.Fatal("the data set has no such rulings")
	}
	c.plain, c.banner = list[i], list[j]
	c.revised = slices.MaxFunc(list, func(a, b ruling) int { return cmp.Compare(a.newest().EventIdx, b.newest().EventIdx) })
	return c
}

// reworded replaces the first word of a summary in a document.
func reworded(t testing.TB, summary string) func([]byte) []byte {
	t.Helper()
	was, is := must(record.Canonical(summary))(t), must(record.Canonical("Not so: "+summary))(t)
	return func(body []byte) []byte { return bytes.Replace(body, was, is, 1) }
}

// TestTamperedDatabase: the owner of the database does as he likes, with the
// signing key or without it. Whoever remembers a checkpoint sees all of it.
func TestTamperedDatabase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		tamper        func(t testing.TB, o owner, c rulingsOf)
		without, with string // kinds found without and with a remembered checkpoint
	}{
		{"nothing", func(testing.TB, owner, rulingsOf) {}, "", ""},
		{"the words of the newest document", func(t testing.TB, o owner, c rulingsOf) {
			o.change(c.plain.newest().Hash, reworded(t, c.plain.content.Ruling.Summary))
		}, "document unlogged", "document unlogged"},
		{"the words of an older document", func(_ testing.TB, o owner, c rulingsOf) {
			o.change(c.revised.revisions[1].Hash, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("the"), []byte("The")) })
		}, "document", "document"},
		{"a document and every hash of it", func(t testing.TB, o owner, c rulingsOf) {
			o.rewrite(c.plain.newest().EventIdx, reworded(t, c.plain.content.Ruling.Summary))
		}, "entry", "consistency entry"},
		{"a document, every hash of it and the signature", func(t testing.TB, o owner, c rulingsOf) {
			o.rewrite(c.plain.newest().EventIdx, reworded(t, c.plain.content.Ruling.Summary))
			o.sign(signer())
		}, "", "consistency"},
		{"the same, signed by another key", func(t testing.TB, o owner, c rulingsOf) {
			o.rewrite(c.plain.newest().EventIdx, reworded(t, c.plain.content.Ruling.Summary))
			o.sign(must(newSigner())(t))
		}, "checkpoint", "checkpoint"},
		{"the newest revision dropped, the checkpoint left", func(_ testing.TB, o owner, c rulingsOf) {
			o.truncate(c.revised.newest().EventIdx)
		}, "entry unlogged", "entry unlogged"},
		{"the newest revision dropped, the checkpoint with it", func(_ testing.TB, o owner, c rulingsOf) {
			o.truncate(c.revised.newest().EventIdx)
			o.exec("DELETE FROM checkpoint WHERE size > ?", c.revised.newest().EventIdx)
		}, "", "consistency"},
		{"a claim dropped from the middle", func(_ testing.TB, o owner, c rulingsOf) {
			o.drop(c.plain.newest().EventIdx)
		}, "entry unlogged", "entry unlogged"},
		{"a claim dropped from the middle, and signed again", func(_ testing.TB, o owner, c rulingsOf) {
			o.drop(c.plain.newest().EventIdx)
			o.sign(signer())
		}, "", "consistency"},
		{"a claim dropped, and grown again to the same size", func(_ testing.TB, o owner, c rulingsOf) {
			o.drop(c.plain.newest().EventIdx)
			document := []byte(`{"at":"2026-01-01T00:00:00.000000Z"}`)
			o.exec("INSERT INTO document_body (hash, bytes) VALUES (?, ?)", record.Hash(document), document)
			leaf := record.Leaf{V: 1, Kind: record.KindMasthead, Subject: "another", PublishedAt: "2026-01-01T00:00:00.000000Z", SHA256: record.Hash(document)}
			o.exec("INSERT INTO record_event (idx, kind, subject, hash, leaf, at) SELECT COUNT(*), ?, ?, ?, ?, '2026-01-01 00:00:00+00:00' FROM record_event",
				leaf.Kind, leaf.Subject, leaf.SHA256, must(record.Canonical(leaf))(o.t))
			o.rehash()
			o.sign(signer())
		}, "", "consistency"},
		{"an entry backdated, and signed again", func(_ testing.TB, o owner, c rulingsOf) {
			leaf := column[[]byte](o, "SELECT leaf FROM record_event WHERE idx = ?", c.plain.newest().EventIdx)[0]
			at := []byte(record.Stamp(c.plain.newest().PublishedAt)[:4])
			o.exec("UPDATE record_event SET leaf = ? WHERE idx = ?", bytes.Replace(leaf, append([]byte(`"publishedAt":"`), at...), []byte(`"publishedAt":"1999`), 1), c.plain.newest().EventIdx)
			o.rehash()
			o.sign(signer())
		}, "document", "consistency document"},
		{"the revision that a revision follows, and signed again", func(_ testing.TB, o owner, c rulingsOf) {
			o.rewrite(c.revised.revisions[1].EventIdx, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("the"), []byte("The")) })
			o.sign(signer())
		}, "chain", "chain consistency"},
		{"the sign “under review” taken away, and signed again", func(_ testing.TB, o owner, c rulingsOf) {
			at := column[int64](o, "SELECT MAX(idx) FROM record_event WHERE kind = 'banner' AND claim_id = ?", string(c.banner.id))[0]
			o.rewrite(at, func(b []byte) []byte { return bytes.Replace(b, []byte(`"up":true`), []byte(`"up":false`), 1) })
			o.sign(signer())
		}, "", "consistency"},
		{"a document taken away without a redaction", func(_ testing.TB, o owner, c rulingsOf) {
			o.exec("DELETE FROM document_body WHERE hash = ?", c.plain.newest().Hash)
		}, "hidden", "hidden"},
		{"a claim's revisions taken away, its entries left", func(_ testing.TB, o owner, c rulingsOf) {
			o.exec("DELETE FROM revision WHERE claim_id = ?", string(c.plain.id))
		}, "hidden", "hidden"},
		{"the rating in what lists are made of", func(_ testing.TB, o owner, c rulingsOf) {
			body := column[[]byte](o, "SELECT body FROM digest WHERE claim_id = ?", string(c.plain.id))[0]
			was := c.plain.content.Ruling.Rating.Texts.In("en").Label
			o.exec("UPDATE digest SET body = ? WHERE claim_id = ?", bytes.ReplaceAll(body, []byte(was), []byte("Otherwise")), string(c.plain.id))
		}, "page", "page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := good(t)
			db := must(store.Open(t.Context(), address, store.Options{}))(t)
			note, c := newestNote(t, db), choose(t, db)
			check(t, db.Close())
			tt.tamper(t, own(t, address), c)
			expect(t, serve(t, address), note, tt.without, tt.with)
		})
	}
}

// expect verifies a site twice: by somebody who looks for the first time, and by
// somebody who looked before.
func expect(t testing.TB, s verify.Site, remembered []byte, without, with string) {
	t.Helper()
	s = &kept{site: s}
	if got, r := run(t, s, nil); got != without {
		t.Errorf("without a remembered checkpoint: found %q, want %q: %+v", got, without, r.Findings)
	}
	if got, r := run(t, s, remembered); got != with {
		t.Errorf("with a remembered checkpoint: found %q, want %q: %+v", got, with, r.Findings)
	}
}

// TestLyingPages: record and log are as they should be, and readers are shown
// something else. No checkpoint is needed to see that.
func TestLyingPages(t *testing.T) {
	t.Parallel()
	s := serve(t, good(t))
	answers := &kept{site: s}
	note, c := newestNote(t, s.db), choose(t, s.db)
	at, under := "/claims/"+string(c.plain.id), "/claims/"+string(c.plain.id)+"/"
	older := must(signer().Open(note))(t).Size - 1
	// on changes the page at one address.
	on := func(address string, change func(*goquery.Document)) func(testing.TB, string, int, []byte) (int, []byte) {
		return func(t testing.TB, path string, status int, body []byte) (int, []byte) {
			t.Helper()
			if path != address {
				return status, body
			}
			return status, page(t, body, change)
		}
	}
	// row finds a claim in a list; lists go on over several pages.
	row := func(d *goquery.Document) *goquery.Selection {
		return d.Find("ol.claims > li").FilterFunction(func(_ int, li *goquery.Selection) bool {
			return strings.HasPrefix(li.Find("h3 a").AttrOr("href", ""), at)
		})
	}
	listed := func(change func(*goquery.Selection)) func(testing.TB, string, int, []byte) (int, []byte) {
		return func(t testing.TB, path string, status int, body []byte) (int, []byte) {
			t.Helper()
			d := must(goquery.NewDocumentFromReader(bytes.NewReader(body)))(t)
			if p, _, _ := strings.Cut(path, "?"); p != "/claims" || row(d).Length() == 0 {
				return status, body
			}
			return status, page(t, body, func(d *goquery.Document) { change(row(d)) })
		}
	}
	replaced := func(selector, with string) func(*goquery.Document) {
		return func(d *goquery.Document) { d.Find(selector).First().SetText(with) }
	}
	answering := func(chosen func(path string) bool, status int, body string) func(testing.TB, string, int, []byte) (int, []byte) {
		return func(_ testing.TB, path string, was int, b []byte) (int, []byte) {
			if chosen(path) {
				return status, []byte(body)
			}
			return was, b
		}
	}
	exactly := func(addresses ...string) func(string) bool {
		return func(path string) bool { return slices.Contains(addresses, path) }
	}
	all := func(path string) bool { return path == at || path == at+".json" || strings.HasPrefix(path, under) }
	for _, tt := range []struct {
		name   string
		answer func(t testing.TB, path string, status int, body []byte) (int, []byte)
		want   string
	}{
		{"nothing", func(_ testing.TB, _ string, status int, body []byte) (int, []byte) { return status, body }, ""},
		{"a claim that is not found", answering(all, 404, ""), "hidden"},
		{"the page of a claim that is not found", answering(exactly(at), 404, ""), "hidden"},
		{"the document of a claim that is not found", answering(exactly(at+".json"), 404, ""), "hidden"},
		{"a claim that leads elsewhere", answering(exactly(at), 301, ""), "hidden"},
		{"a claim that was redacted without an entry", answering(all, 410, ""), "hidden"},
		{"the page of a claim redacted without an entry", answering(exactly(at), 410, ""), "hidden"},
		{"a claim that is not in the list", listed(func(li *goquery.Selection) { li.Remove() }), "hidden"},
		{"a claim that is in the list twice", listed(func(li *goquery.Selection) { li.AfterSelection(li.Clone()) }), "unlogged"},
		{"a claim in the list that was never logged", listed(func(li *goquery.Selection) {
			other := li.Clone()
			other.Find("h3 a").SetAttr("href", "/claims/00000000-never-logged")
			li.AfterSelection(other)
		}), "unlogged"},
		{"no list of claims", answering(exactly("/claims"), 404, ""), "hidden"},
		{"another rating in the list", listed(func(li *goquery.Selection) { li.Find(".rating").SetText("Otherwise") }), "page"},
		{"another wording in the list", listed(func(li *goquery.Selection) { li.Find("h3 a").SetText("Otherwise") }), "page"},
		{"another wording", on(at, replaced("main h1", "Otherwise")), "page"},
		{"another rating", on(at, replaced("#rated .rating", "Otherwise")), "page"},
		{"another summary", on(at, replaced(".ruling .sum", "Otherwise.")), "page"},
		{"another word in the reasoning", on(at, func(d *goquery.Document) {
			p := d.Find("section[aria-labelledby=why] p").First()
			first, rest, _ := strings.Cut(p.Text(), " ")
			p.SetText(first + " never " + rest)
		}), "page"},
		{"a paragraph less in the reasoning", on(at, func(d *goquery.Document) { d.Find("section[aria-labelledby=why] p").Last().Remove() }), "page"},
		{"another quotation", on(at, replaced("section[aria-labelledby=evidence] blockquote p", "Otherwise.")), "page"},
		{"no quotation", on(at, func(d *goquery.Document) { d.Find("section[aria-labelledby=evidence] blockquote").First().Remove() }), "page"},
		{"other words of the speaker", on(at, replaced(".app blockquote p", "Otherwise.")), "page"},
		{"another speaker", on(at, func(d *goquery.Document) {
			name := c.plain.content.Appearances[0].Speaker.ShownAs
			d.Find("main").SetHtml(strings.ReplaceAll(must(d.Find("main").Html())(t), name, "Somebody Else"))
		}), "page"},
		{"no notice of a correction", on("/claims/"+string(c.revised.id), func(d *goquery.Document) {
			d.Find("section.correction, p.note").Remove() // the history beside it still has the words
		}), "page"},
		{"another wording for people, the true one hidden", on(at, func(d *goquery.Document) {
			d.Find("main h1").First().SetAttr("hidden", "").AfterHtml("<h1>Quite another claim.</h1>")
		}), "page"},
		{"another rating before the true one", on(at, func(d *goquery.Document) {
			d.Find("#rated").First().BeforeHtml(`<h2 id="rated">Quite another rating</h2>`)
		}), "page"},
		{"words of the reasoning run together", on(at, func(d *goquery.Document) {
			p := d.Find("section[aria-labelledby=why] p").First()
			p.SetText(strings.Replace(p.Text(), " ", "", 1))
		}), "page"},
		{"a list that never ends", func(t testing.TB, path string, status int, body []byte) (int, []byte) {
			t.Helper()
			if strings.HasPrefix(path, "/claims?more=") {
				return 200, []byte(`<main><a rel="next" href="/claims?more=` + path[len("/claims?more="):] + `1">Older</a></main>`)
			}
			if path == "/claims" {
				return status, page(t, body, func(d *goquery.Document) { d.Find("main").AppendHtml(`<a rel="next" href="/claims?more=1">Older</a>`) })
			}
			return status, body
		}, "unlogged"},
		{"no sign that it is under review", on("/claims/"+string(c.banner.id), func(d *goquery.Document) { d.Find(".under-review").Remove() }), "page"},
		{"another reason why it is under review", on("/claims/"+string(c.banner.id), replaced(".under-review p", "For no reason.")), "page"},
		{"a sign that it is under review when it is not", on(at, func(d *goquery.Document) {
			d.Find(".head").AfterHtml(`<section class="notice under-review"><h2>Under review</h2></section>`)
		}), "unlogged"},
		{"another document", answering(exactly(at+".json"), 200, `{"schema":1}`), "unlogged"},
		{"another document of a revision", answering(exactly(under+"revisions/1.json"), 200, `{"schema":1}`), "document"},
		{"a revision that is not in the list", on("/claims/"+string(c.revised.id)+"/revisions", func(d *goquery.Document) { d.Find("[data-sha256]").Last().Remove() }), "hidden"},
		{"a revision in the list that was never logged", on(under+"revisions", func(d *goquery.Document) {
			li := d.Find("li[data-sha256]").First()
			li.AfterSelection(li.Clone().SetAttr("data-sha256", record.Hash([]byte("another"))))
		}), "unlogged"},
		{"no list of revisions", answering(exactly(under+"revisions"), 404, ""), "hidden"},
		{"no documents of events", answering(func(path string) bool { return strings.HasPrefix(path, "/log/documents/") }, 404, ""), "hidden unlogged"},
		{"other documents of events", answering(func(path string) bool { return strings.HasPrefix(path, "/log/documents/") }, 200, "{}"), "document unlogged"},
		{"documents of events redacted without an entry", answering(func(path string) bool { return strings.HasPrefix(path, "/log/documents/") }, 410, ""), "hidden unlogged"},
		{"no checkpoint", answering(exactly("/log/checkpoint"), 404, ""), "checkpoint"},
		{"a checkpoint that cannot be read", answering(exactly("/log/checkpoint"), 200, "checkpoint\n"), "checkpoint"},
		{"no entries", answering(func(path string) bool { return strings.HasPrefix(path, "/log/tile/entries/") }, 404, ""), "entry unlogged"},
		{"entries that cannot be read", answering(func(path string) bool { return strings.HasPrefix(path, "/log/tile/entries/") }, 200, "\xff\xff"), "entry unlogged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := lying{answers, func(path string, status int, body []byte) (int, []byte) { return tt.answer(t, path, status, body) }}
			expect(t, l, note, tt.want, tt.want)
		})
	}
	t.Run("the log as it was before the last revision, under the pages of now", func(t *testing.T) {
		t.Parallel()
		old := olderNote(t, s.db, older)
		l := lying{answers, func(path string, status int, body []byte) (int, []byte) {
			if path == "/log/checkpoint" {
				return status, old
			}
			return status, body
		}}
		expect(t, l, note, "page unlogged", "consistency page unlogged")
	})
}

// olderNote signs the tree as it was at a size.
func olderNote(t testing.TB, db *store.DB, size int64) []byte {
	t.Helper()
	var tree record.Range
	for _, leaf := range must(db.Public().Leaves(t.Context(), 0, int(size)))(t) {
		tree.Add(leaf)
	}
	return must(signer().Sign(size, tree.Root()))(t)
}

// TestKeysAndMemory: what is given to verify with may be wrong too.
func TestKeysAndMemory(t *testing.T) {
	t.Parallel()
	s := serve(t, good(t))
	note := newestNote(t, s.db)
	other := must(newSigner())(t)
	check := func(name string, o verify.Options, want string, fails bool) {
		t.Helper()
		r, err := verify.Verify(t.Context(), s, o)
		kinds := ""
		for _, f := range r.Findings {
			kinds += f.Kind
		}
		if kinds != want || (err != nil) != fails {
			t.Errorf("%s: found %q, %v", name, kinds, err)
		}
	}
	check("another key", verify.Options{Keys: other.VerifierKeys()}, "checkpoint", false)
	check("no key", verify.Options{}, "checkpoint", false)
	check("another key beside the right one", verify.Options{Keys: append(other.VerifierKeys(), signer().VerifierKeys()...)}, "", false)
	check("something that is no key", verify.Options{Keys: []string{"no key"}}, "checkpoint", false)
	check("a memory that cannot be read", verify.Options{Keys: signer().VerifierKeys(), Remembered: []byte("nothing")}, "", true)
	check("an empty memory", verify.Options{Keys: signer().VerifierKeys(), Remembered: []byte{}}, "", true)
	check("a memory of another key", verify.Options{Keys: signer().VerifierKeys(), Remembered: must(other.Sign(1, record.EmptyRoot))(t)}, "", true)
	check("a memory of more than there is", verify.Options{Keys: signer().VerifierKeys(), Remembered: must(signer().Sign(1<<40, record.EmptyRoot))(t)}, "consistency", false)
	check("the memory of another history", verify.Options{Keys: signer().VerifierKeys(), Remembered: must(signer().Sign(3, record.EmptyRoot))(t)}, "consistency", false)
	check("the memory of an empty log", verify.Options{Keys: signer().VerifierKeys(), Remembered: must(signer().Sign(0, record.EmptyRoot))(t)}, "", false)
	unreachable := unreadable{s, "/log/tile/"}
	if _, err := verify.Verify(t.Context(), unreachable, verify.Options{Keys: signer().VerifierKeys(), Remembered: note}); err == nil {
		t.Error("a site that cannot be reached has a report")
	}
}

// unreadable is a site of which a part cannot be reached.
type unreadable struct {
	verify.Site

	under string
}

// Get fails under one address.
func (u unreadable) Get(ctx context.Context, path string) (int, []byte, error) {
	if strings.HasPrefix(path, u.under) {
		return 0, nil, fmt.Errorf("%s cannot be reached", path)
	}
	return u.Site.Get(ctx, path)
}
