package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/brotli"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// raw sends a request as it is: nothing is added and nothing unpacked.
func raw(t *testing.T, s *site, method, path string, header ...string) ([]byte, answered) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
	check(t, err)
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	check(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	return body, answered{answer.StatusCode, answer.Header}
}

// TestHitsAskNothing: once a page was made, the same page is answered in every
// encoding, as a head and as 304 without one statement to the database.
func TestHitsAskNothing(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := "/claims/" + n.published(t)
		for _, path := range []string{
			claim, claim + ".json", claim + "/revisions", claim + "/cite", claim + "/claimreview.json", "/embed" + claim, "/embed" + claim + "?rev=1&lang=de",
			"/", "/claims", "/claims?rating=false", "/corrections", "/feeds/claims.atom", "/disputes", "/methodology",
			"/oembed?url=" + url.QueryEscape("http://claims.example"+claim),
		} {
			_, first := raw(t, n.site, http.MethodGet, path)
			if key := first.Header.Get("Surrogate-Key"); !strings.HasPrefix(key, "site ") || strings.Contains(key, "record") == strings.Contains(key, "claim-") {
				t.Errorf("%s is purged by %q", path, key)
			}
			start := n.statements.Load()
			for _, encoding := range []string{"identity", "gzip", "br"} {
				_, full := raw(t, n.site, http.MethodGet, path, "Accept-Encoding", encoding)
				_, head := raw(t, n.site, http.MethodHead, path, "Accept-Encoding", encoding)
				_, same := raw(t, n.site, http.MethodGet, path, "Accept-Encoding", encoding, "If-None-Match", full.Header.Get("ETag"))
				if first.StatusCode != http.StatusOK || full.StatusCode != http.StatusOK || head.StatusCode != http.StatusOK || same.StatusCode != http.StatusNotModified {
					t.Errorf("%s as %s: %d, then %d, head %d, asked with its tag %d", path, encoding, first.StatusCode, full.StatusCode, head.StatusCode, same.StatusCode)
				}
			}
			if asking := n.statements.Load() - start; asking != 0 {
				t.Errorf("%s: %d statements for pages that were made before", path, asking)
			}
		}
	})
}

// TestEncodings: each encoding holds the same bytes under a tag of its own, a
// head says the same without them, and a tag of one is not taken for another.
func TestEncodings(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	path := "/claims/" + n.published(t)
	plain, first := raw(t, n.site, http.MethodGet, path)
	uncached, made := raw(t, newSiteOf(t, storetest.SQLite(t), 0), http.MethodGet, path)
	if string(uncached) != string(plain) || made.Header.Get("Link") != first.Header.Get("Link") || made.Header.Get("Cache-Control") != first.Header.Get("Cache-Control") {
		t.Errorf("a kept page differs from one that is not: %v, %v", first.Header, made.Header)
	}
	tags := map[string]string{"": first.Header.Get("ETag")}
	unpack := map[string]func(r io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	}
	for accepted, want := range map[string]string{
		"gzip": "gzip", "gzip, deflate, br, zstd": "br", "br;q=0, gzip;q=0.5": "gzip", "br;q=0.0, gzip;q=0": "", "BR": "br", "deflate": "", "br;q=x": "",
	} {
		body, full := raw(t, n.site, http.MethodGet, path, "Accept-Encoding", accepted)
		if got := full.Header.Get("Content-Encoding"); got != want || !strings.Contains(strings.Join(full.Header.Values("Vary"), ", "), "Accept-Encoding") {
			t.Errorf("%q gets %q, varying with %q", accepted, got, full.Header.Values("Vary"))
			continue
		}
		if length := full.Header.Get("Content-Length"); length != strconv.Itoa(len(body)) {
			t.Errorf("%q: %d bytes, length %s", accepted, len(body), length)
		}
		if want != "" {
			r, err := unpack[want](strings.NewReader(string(body)))
			check(t, err)
			body, err = io.ReadAll(r)
			check(t, err)
		}
		if string(body) != string(plain) {
			t.Errorf("%q gets another page", accepted)
		}
		nothing, head := raw(t, n.site, http.MethodHead, path, "Accept-Encoding", accepted)
		for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Type", "ETag", "Cache-Control", "Link"} {
			if head.Header.Get(name) != full.Header.Get(name) {
				t.Errorf("%q: the head says %s %q, the page %q", accepted, name, head.Header.Get(name), full.Header.Get(name))
			}
		}
		if len(nothing) != 0 {
			t.Errorf("%q: a head with a body", accepted)
		}
		tags[want] = full.Header.Get("ETag")
	}
	if tags[""] == tags["gzip"] || tags["gzip"] == tags["br"] || tags[""] == tags["br"] {
		t.Errorf("encodings share tags: %v", tags)
	}
	if _, r := raw(t, n.site, http.MethodGet, path, "If-None-Match", tags["gzip"]); r.StatusCode != http.StatusOK {
		t.Errorf("the tag of another encoding: %d", r.StatusCode)
	}
}

// TestKeptPagesFollow: pages that were made before a change show it at the next
// request: those of the claim, of its relatives, and lists.
func TestKeptPagesFollow(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim, relative := n.relatives(t)
		page := "/claims/" + claim
		for _, path := range []string{page, "/claims/" + relative, "/embed/claims/" + relative, "/corrections", "/claims", "/feeds/corrections.atom"} {
			n.reader.get(path)
		}
		n.rerate(t, relative)
		rating := n.rating(t, relative)
		for _, path := range []string{"/claims/" + relative, "/corrections", "/feeds/corrections.atom"} {
			if body, _ := n.reader.bytes(path); !strings.Contains(string(body), rerated) {
				t.Errorf("%s does not show the correction", path)
			}
		}
		for path, where := range map[string]string{page: ".box li:has(a[href^='/claims/" + relative + "'])", "/embed/claims/" + relative: "body"} {
			if text := n.reader.get(path).page.Find(where).Text(); !strings.Contains(text, rating) {
				t.Errorf("%s does not show the new rating %q, but %q", path, rating, text)
			}
		}
		went(t, n.reviewer.post("/desk"+page+"/banner", url.Values{"reason": {"Somebody has doubts, and says which."}}))
		for _, path := range []string{page, "/embed" + page} {
			if text := strings.ToLower(n.reader.get(path).text); !strings.Contains(text, "under review") {
				t.Errorf("%s does not say that it is under review", path)
			}
		}
	})
}

// relatives gives a published claim and one that its page shows as related, which
// nobody works on.
func (n *newsroom) relatives(t *testing.T) (claim, relative string) {
	t.Helper()
	page, err := n.follower.Claims(t.Context(), follow.Query{Limit: 50})
	check(t, err)
	idle := map[string]bool{}
	for _, d := range page.Digests {
		c, err := n.db.Desk(t.Context()).Claim(kb.ID(d.Claim))
		check(t, err)
		_, up := n.follower.Banner(d.Claim)
		idle[d.Claim] = c.State == kb.Published && d.Rating != nil && !up
	}
	for claim := range idle {
		n.reader.get("/claims/" + claim).page.Find(".box a[href^='/claims/']").Each(func(_ int, a *goquery.Selection) {
			id, _, _ := strings.Cut(strings.TrimPrefix(a.AttrOr("href", ""), "/claims/"), "-")
			if idle[claim] && idle[id] && id != claim {
				relative = id
			}
		})
		if relative != "" {
			return claim, relative
		}
	}
	t.Fatal("the demonstration has no such claims")
	return "", ""
}

// rating gives the words of a claim's rating.
func (n *newsroom) rating(t *testing.T, claim string) string {
	t.Helper()
	digests, err := n.follower.Newest(t.Context(), []string{claim})
	check(t, err)
	return digests[claim].Rating.Texts["en"].Label
}

// TestOldFillsAreNotKept: a page that was begun before a correction, wherever in
// its making the correction falls, is not what the next reader gets.
func TestOldFillsAreNotKept(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		start := n.statements.Load()
		n.reader.get("/claims/" + claim)
		steps := int(n.statements.Load() - start)
		if steps == 0 {
			t.Fatal("a page without a statement")
		}
		for step := 1; step <= steps; step++ {
			path := "/claims/" + claim + "?step=" + strconv.Itoa(step) // not made before
			begun, corrected, answered := make(chan struct{}), make(chan struct{}), make(chan struct{})
			n.pauseAt(step, func() { close(begun); <-corrected })
			go func() {
				defer close(answered)
				_, _ = n.reader.bytes(path)
			}()
			select {
			case <-begun:
			case <-answered:
				t.Fatalf("a page with fewer than %d statements", step)
			}
			summary := "Summary number " + strconv.Itoa(step) + ", never seen before."
			n.correct(t, claim, url.Values{"summary": {summary}, "cause": {"our-error"}, "public_note": {"Better words."}})
			close(corrected)
			<-answered
			if got := strings.TrimSpace(n.reader.get(path).page.Find(".ruling .sum").Text()); got != summary {
				t.Errorf("after statement %d of %d: the next reader gets %q", step, steps, got)
			}
		}
	})
}
