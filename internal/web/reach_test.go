package web_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// worded gives the published claim whose text begins so.
func (s *site) worded(t testing.TB, text string) string {
	t.Helper()
	for _, r := range s.follower.Rulings(follow.Query{}) {
		newest, err := s.follower.Newest(t.Context(), []string{r.Claim})
		check(t, err)
		if strings.HasPrefix(newest[r.Claim].Text, text) {
			return r.Claim
		}
	}
	t.Fatalf("no claim is worded %q", text)
	return ""
}

// claims of the demonstration that something happened to.
const (
	retractedClaim = "A land mine went off"
	changedClaim   = "Because of the pact between Russia"
	updatedClaim   = "Neither Russia nor North Korea has released"
)

// strip gives what a card says of what became of its ruling.
func (c *client) strip(path string) string {
	c.t.Helper()
	r := c.get(path)
	if r.status != http.StatusOK || r.page.Find("main.card h1 a").Length() != 1 {
		c.t.Fatalf("%s: %d %s", path, r.status, r.text)
	}
	return strings.TrimSpace(r.page.Find(".strip").Text())
}

// TestCardRemembers: the same address of a card, through a correction, a change of
// the rating and a retraction; each is seen at the next request.
func TestCardRemembers(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		pinned := "/embed/claims/" + claim + "?rev=1"
		was := strings.TrimSpace(n.reader.get(pinned).page.Find(".rating").Text())
		if s := n.reader.strip(pinned); s != "" {
			t.Errorf("before anything changed it says %q", s)
		}
		n.correct(t, claim, url.Values{"summary": {"The number was 14."}, "cause": {"our-error"}, "public_note": {"We had a number wrong."}})
		if s := n.reader.strip(pinned); !strings.HasPrefix(s, "Corrected on ") {
			t.Errorf("after a correction it says %q", s)
		}
		n.rerate(t, claim)
		if s := n.reader.strip(pinned); !strings.HasPrefix(s, "Changed on ") || !strings.HasSuffix(s, "When this article quoted it: "+was) {
			t.Errorf("after another rating it says %q", s)
		}
		for _, fresh := range []string{"?rev=3", "", "?rev=99", "?rev=x", "?rev=-1"} {
			if s := n.reader.strip("/embed/claims/" + claim + fresh); s != "" {
				t.Errorf("%s: it says %q", fresh, s)
			}
		}
		if s := n.reader.strip(pinned + "&lang=de"); !strings.HasPrefix(s, "Geändert am ") {
			t.Errorf("in German it says %q", s)
		}
	})
}

// rerated is what a correction by rerate says.
const rerated = "We rated it wrongly."

// rerate publishes the next revision with another rating.
func (n *newsroom) rerate(t *testing.T, claim string) {
	t.Helper()
	page := n.editor.get("/desk/claims/" + claim + "/ruling").page
	other := ""
	page.Find("select[name=rating] option").Each(func(_ int, o *goquery.Selection) {
		if _, selected := o.Attr("selected"); !selected && o.AttrOr("value", "") != "" {
			other = o.AttrOr("value", "")
		}
	})
	n.correct(t, claim, url.Values{"rating": {other}, "cause": {"our-error"}, "public_note": {rerated}})
}

// TestCardOfWhatWasTakenBack: a retracted claim says so, with the rating that it
// had; where there is none, a note does; nothing is ever blank.
func TestCardOfWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	for _, rev := range []string{"", "?rev=1", "?rev=2"} {
		path := "/embed/claims/" + s.worded(t, retractedClaim) + rev
		if strip := c.strip(path); !strings.HasPrefix(strip, "Retracted on ") {
			t.Errorf("%s says %q", path, strip)
		}
		if old := c.get(path).page.Find("del").Text(); old != "Mostly true" {
			t.Errorf("%s strikes %q", path, old)
		}
	}
	if strip := c.strip("/embed/claims/" + s.worded(t, updatedClaim) + "?rev=1"); !strings.Contains(strip, "When this article quoted it: Mostly true") {
		t.Errorf("an update says %q", strip)
	}
	draft := s.signedIn(t, editor).newClaim(url.Values{"text": {"A draft that nobody may see."}})
	for _, id := range []string{"00000000", "x", string(draft), "%3Cscript%3E"} {
		r := c.get("/embed/claims/" + id)
		if r.status != http.StatusNotFound || !strings.Contains(r.text, "There is no published claim") || strings.Contains(r.text, "draft that") {
			t.Errorf("%s: %d %s", id, r.status, r.text)
		}
	}
}

// TestCardHeaders: anybody may frame a card, and only a card; it brings nothing
// but itself.
func TestCardHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	claim := s.worded(t, changedClaim)
	r := c.get("/embed/claims/" + claim + "?rev=1&theme=dark&lang=ru")
	policy := r.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors *") || !strings.Contains(policy, "default-src 'none'") || r.header.Get("X-Frame-Options") != "" || r.header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", r.header)
	}
	if r.page.Find("html").AttrOr("data-theme", "") != "dark" || r.page.Find("html").AttrOr("lang", "") != "ru" || r.page.Find(".rating").AttrOr("lang", "") != "en" {
		t.Error("theme or language are others")
	}
	if r.page.Find(`meta[name=robots][content=noindex]`).Length() != 1 || r.page.Find(`script[type="application/ld+json"]`).Length() > 0 || r.page.Find("a").Length() != 1 {
		t.Error("the card holds more than it should, or less")
	}
	for _, path := range []string{"/claims/" + claim, "/claims/" + claim + "/embed", "/"} {
		if h := c.get(path).header; h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s may be framed", path)
		}
	}
	loader, got := c.bytes("/embed.js")
	if len(loader) > 2048 || got.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("the loader has %d bytes, headers %v", len(loader), got.Header)
	}
}

// TestOEmbedProvider: what the provider answers to good and bad requests.
func TestOEmbedProvider(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	claim := s.worded(t, changedClaim)
	draft := string(s.signedIn(t, editor).newClaim(url.Values{"text": {"A draft that nobody may embed."}}))
	page := "http://claims.example/claims/" + claim
	for _, tt := range []struct {
		query url.Values
		want  int
		has   string
	}{
		{url.Values{"url": {page}}, 200, "?rev=2"},
		{url.Values{"url": {page + "?rev=1#x"}}, 200, "?rev=1"},
		{url.Values{"url": {page + "-a-slug/?utm_source=x"}}, 200, "?rev=2"},
		{url.Values{"url": {page + "/revisions/1"}, "dnt": {"1"}}, 200, "?rev=1"},
		{url.Values{"url": {"HTTPS://CLAIMS.EXAMPLE/claims/" + claim}}, 200, "?rev=2"},
		{url.Values{"url": {page}, "format": {"xml"}}, 200, "<oembed>"},
		{url.Values{"url": {page}, "maxwidth": {"300"}}, 200, `"width":300`},
		{url.Values{"url": {page}, "maxwidth": {"wide"}}, 400, "maxwidth"},
		{url.Values{"url": {page}, "maxheight": {"-1"}}, 400, "maxheight"},
		{url.Values{"url": {page}, "format": {"yaml"}}, 501, "json and xml"},
		{url.Values{}, 400, "url"},
		{url.Values{"url": {"http://claims.example/claims/00000000"}}, 404, ""},
		{url.Values{"url": {"http://claims.example/claims/" + draft}}, 404, ""},
		{url.Values{"url": {"http://claims.example/"}}, 404, ""},
		{url.Values{"url": {page + "/revisions/1/compare"}}, 404, ""},
		{url.Values{"url": {page + ".json"}}, 404, ""},
		{url.Values{"url": {"http://other.example/claims/" + claim}}, 404, ""},
		{url.Values{"url": {"http://claims.example@other.example/claims/" + claim}}, 404, ""},
		{url.Values{"url": {"http://claims.example:99/claims/" + claim}}, 404, ""},
		{url.Values{"url": {"javascript://claims.example/claims/" + claim}}, 404, ""},
		{url.Values{"url": {"http://[::1"}}, 404, ""},
		{url.Values{"url": {strings.Repeat("x", 5000)}}, 404, ""},
	} {
		body, got := c.bytes("/oembed?" + tt.query.Encode())
		if got.StatusCode != tt.want || !strings.Contains(string(body), tt.has) || got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%v: %d %s", tt.query, got.StatusCode, body)
		}
	}
}

// TestHeadOfClaimPage: what other programs find on a claim's page, and that each
// of it is there; that old revisions, lists and cards say none of it.
func TestHeadOfClaimPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	claim := s.worded(t, changedClaim)
	r := c.get("/claims/" + claim)
	if r.page.Find("head").Find(`script[type="application/ld+json"]`).Length() != 1 {
		t.Error("the page has not one ClaimReview")
	}
	for _, name := range []string{"og:title", "og:description", "og:image", "og:url", "article:published_time"} {
		if r.page.Find(`meta[property="`+name+`"]`).AttrOr("content", "") == "" {
			t.Errorf("%s is missing", name)
		}
	}
	if image := r.page.Find(`meta[property="og:image"]`).AttrOr("content", ""); image != "http://claims.example/claims/"+claim+"/revisions/2/card.png" {
		t.Errorf("the picture is at %s", image)
	}
	kinds := map[string]bool{}
	r.page.Find(`link[rel=alternate]`).Each(func(_ int, l *goquery.Selection) {
		kinds[l.AttrOr("type", "")] = true
		path := strings.TrimPrefix(l.AttrOr("href", ""), "http://claims.example")
		if got := c.get(path); got.status != http.StatusOK || !strings.HasPrefix(l.AttrOr("type", ""), strings.Split(strings.Split(got.header.Get("Content-Type"), ";")[0], "+oembed")[0]) && !strings.Contains(l.AttrOr("type", ""), "oembed") {
			t.Errorf("%s: %d %s, announced as %s", path, got.status, got.header.Get("Content-Type"), l.AttrOr("type", ""))
		}
	})
	for _, want := range []string{"application/json+oembed", "text/xml+oembed", "application/atom+xml", "application/feed+json", "application/ld+json", "application/x-bibtex", "application/x-research-info-systems", "application/vnd.citationstyles.csl+json"} {
		if !kinds[want] {
			t.Errorf("the page does not lead to %s", want)
		}
	}
	if links := strings.Join(r.header.Values("Link"), " "); !strings.Contains(links, "application/json+oembed") || !strings.Contains(links, "text/xml+oembed") {
		t.Errorf("headers %s", links)
	}
	for _, path := range []string{"/claims/" + claim + "/revisions/1", "/claims", "/", "/topics/treaties", "/claims/" + claim + "/embed"} {
		if n := c.get(path).page.Find(`script[type="application/ld+json"], link[type="application/json+oembed"]`).Length(); n > 0 {
			t.Errorf("%s carries a ClaimReview or a card too", path)
		}
	}
}

// TestSurfacesAgree: after a change of the rating every surface says the same at
// the next request.
func TestSurfacesAgree(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		n.rerate(t, claim)
		now := strings.TrimSpace(n.reader.get("/claims/" + claim).page.Find("#rated").Text())
		newest, err := n.follower.Newest(t.Context(), []string{claim})
		check(t, err)
		words := url.Values{"query": {newest[claim].Text}, "pageSize": {"50"}}
		for _, path := range []string{
			"/embed/claims/" + claim, "/oembed?url=http://claims.example/claims/" + claim, "/claims/" + claim + "/claimreview.json", "/feeds/claimreview.json",
			"/feeds/claims.atom", "/feeds/claims.json", "/feeds/corrections.atom", "/feeds/corrections.json", "/v1alpha1/claims:search?" + words.Encode(), "/api/v1/claims/" + claim, "/api/v1/claims", "/claims/" + claim + "/cite.bib",
		} {
			body, got := n.reader.bytes(path)
			if got.StatusCode != http.StatusOK || !strings.Contains(string(body), now) || !strings.Contains(string(body), claim) {
				t.Errorf("%s: %d does not say %q", path, got.StatusCode, now)
			}
			if _, again := n.reader.bytes(path, "If-None-Match", got.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
				t.Errorf("%s with its own tag: %d", path, again.StatusCode)
			}
		}
	})
}

// TestClaimReviewFeed: every ruling in force, once; none that was taken back.
func TestClaimReviewFeed(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	body, _ := s.visitor(t).bytes("/feeds/claimreview.json")
	found := map[string]int{}
	check(t, interchange.ReadClaimReviews(bytes.NewReader(body), func(i interchange.Item) error {
		found[i.Review.URL]++
		for _, d := range interchange.Lint(i.Review, i.Raw, "2999-01-01") {
			if d.Severity == interchange.Fault {
				t.Errorf("%s: %+v", i.Review.URL, d)
			}
		}
		return i.Err
	}))
	rulings := s.follower.Rulings(follow.Query{InForce: true})
	if len(found) != len(rulings) {
		t.Errorf("%d reviews of %d rulings", len(found), len(rulings))
	}
	for _, r := range rulings {
		if found["http://claims.example/claims/"+r.Claim] != 1 {
			t.Errorf("%s is there %d times", r.Claim, found["http://claims.example/claims/"+r.Claim])
		}
	}
	var review map[string]any
	body, _ = s.visitor(t).bytes("/claims/" + s.worded(t, retractedClaim) + "/claimreview.json")
	check(t, json.Unmarshal(body, &review))
	if _, rated := review["reviewRating"]; rated || review["creativeWorkStatus"] != "Retracted" {
		t.Errorf("a retracted one says %s", body)
	}
}

// TestFactCheckParameters: what the search of the fact-check API takes, and how it
// refuses.
func TestFactCheckParameters(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	for query, want := range map[string]int{
		"query=treaty": 200, "reviewPublisherSiteFilter=claims.example": 200, "reviewPublisherSiteFilter=https://www.claims.example/x&key=any&alt=json&fields=claims": 200,
		"query=treaty&languageCode=en-GB": 200, "query=treaty&languageCode=pt_BR": 200, "query=treaty&maxAgeDays=2147483647": 200, "query=treaty&pageSize=1000": 200, "query=treaty&offset=2147483647": 200,
		"": 400, "query=%20": 400, "query=x&pageSize=-1": 400, "query=x&pageSize=x": 400, "query=x&maxAgeDays=9999999999": 400, "query=x&pageToken=x": 400, "query=x&pageToken=AAAAAAAAAAA": 400,
	} {
		body, got := c.bytes("/v1alpha1/claims:search?" + query)
		var answer struct {
			Error *struct {
				Code            int
				Message, Status string
			}
		}
		check(t, json.Unmarshal(body, &answer))
		if got.StatusCode != want || (want == 400) != (answer.Error != nil) || (answer.Error != nil && (answer.Error.Code != 400 || answer.Error.Status != "INVALID_ARGUMENT" || answer.Error.Message == "")) {
			t.Errorf("%s: %d %s", query, got.StatusCode, body)
		}
	}
	for _, path := range []string{"/v1alpha1/claims:imageSearch", "/v1alpha1/claimsXYZ", "/v1alpha1/pages"} {
		if body, got := c.bytes(path); got.StatusCode != http.StatusNotFound || !strings.Contains(string(body), `"NOT_FOUND"`) {
			t.Errorf("%s: %d %s", path, got.StatusCode, body)
		}
	}
	if body, _ := c.bytes("/v1alpha1/claims:search?query=treaty&languageCode=de"); strings.TrimSpace(string(body)) != "{}" {
		t.Errorf("in another language: %s", body)
	}
}

// TestFilteredFeeds: a feed of one topic, speaker or rating has only those, and
// says what it is of; pages lead on until all were seen.
func TestFilteredFeeds(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	for filter, want := range map[string]int{"": 18, "rating=unproven": 7, "topic=treaties": 6, "rating=none-such": 0} {
		body, got := c.bytes("/feeds/claims.json?" + filter)
		var feed struct {
			Title string
			Items []struct{ ID string }
		}
		check(t, json.Unmarshal(body, &feed))
		if got.StatusCode != http.StatusOK || len(feed.Items) != want || (filter != "" && !strings.Contains(feed.Title, strings.Split(filter, "=")[0])) {
			t.Errorf("%s: %d, %d items, %s", filter, got.StatusCode, len(feed.Items), feed.Title)
		}
	}
	if _, got := c.bytes("/feeds/claims.atom?after=!"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a cursor that is none: %d", got.StatusCode)
	}
}

// TestSitemaps: every public page that lasts is in one of them, drafts are in
// none, and robots.txt leads there.
func TestSitemaps(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	robots, _ := c.bytes("/robots.txt")
	if !strings.Contains(string(robots), "Sitemap: http://claims.example/sitemap.xml") || !strings.Contains(string(robots), "Disallow: /desk") {
		t.Errorf("robots.txt says %s", robots)
	}
	locations := func(path string) []string {
		var list []string
		c.get(path).page.Find("loc").Each(func(_ int, l *goquery.Selection) {
			list = append(list, strings.TrimPrefix(l.Text(), "http://claims.example"))
		})
		return list
	}
	claims := 0
	for _, sitemap := range locations("/sitemap.xml") {
		for _, page := range locations(sitemap) {
			if r := c.get(page); r.status != http.StatusOK || r.page.Find(`meta[name=robots]`).Length() > 0 {
				t.Errorf("%s: %d", page, r.status)
			}
			if strings.HasPrefix(page, "/claims/") && strings.HasPrefix(sitemap, "/sitemaps/claims-") {
				claims++
			}
		}
	}
	if claims != 18 {
		t.Errorf("%d claims", claims)
	}
	for _, none := range []string{"claims-0.xml", "claims-2.xml", "claims-x.xml", "claims-01.xml", "claims-9223372036854775807.xml", "claims-368934881474192.xml", "claims--1.xml", "x"} {
		if r := c.get("/sitemaps/" + none); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", none, r.status)
		}
	}
}

// TestPicture: each revision has its picture, at an address of its own.
func TestPicture(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	at := "/claims/" + s.worded(t, changedClaim) + "/revisions/"
	first, _ := c.bytes(at + "1/card.png")
	second, got := c.bytes(at + "2/card.png")
	if bytes.Equal(first, second) || got.Header.Get("Content-Type") != "image/png" {
		t.Error("the two revisions have one picture")
	}
	picture, err := png.Decode(bytes.NewReader(second))
	check(t, err)
	if size := picture.Bounds().Size(); size.X != interchange.PictureWidth || size.Y != interchange.PictureHeight {
		t.Errorf("it measures %v", size)
	}
	for _, path := range []string{at + "3/card.png", at + "x/card.png", "/claims/00000000/revisions/1/card.png"} {
		if r := c.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

// TestLintPage: what is pasted is looked at, kept in the form, and never becomes
// part of the page.
func TestLintPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	for _, tt := range []struct {
		text   string
		status int
		has    string
	}{
		{`{"@type":"ClaimReview","claimReviewed":"<script>alert(1)</script>","reviewRating":{"ratingValue":""}}`, 200, "rating-empty"},
		{"", 422, "Paste a ClaimReview"},
		{"nonsense", 422, "Byte"},
		{"<p>A page</p>", 422, "carries no ClaimReview"},
		{"[" + strings.Repeat(`{"@type":"ClaimReview"},`, 150) + "1]", 200, "Item 100"},
	} {
		r := c.post("/lint", url.Values{"text": {tt.text}})
		if r.status != tt.status || !strings.Contains(r.text, tt.has) || r.page.Find("textarea").Text() != tt.text || r.page.Find("main script").Length() > 0 {
			t.Errorf("%.40s: %d %.200s", tt.text, r.status, strings.Join(strings.Fields(r.text), " "))
		}
	}
}

// TestBookmark: the bookmark leads to the form for a new claim with what it
// brings, and what it brings stays text.
func TestBookmark(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.signedIn(t, editor)
	if href := c.get("/desk/account/bookmarklet").page.Find("a.btn.primary").AttrOr("href", ""); !strings.HasPrefix(href, "javascript:") || !strings.Contains(href, "http://claims.example/desk/claims/new?") {
		t.Errorf("the bookmark is %s", href)
	}
	brought := url.Values{"text": {`He said "<b>it</b>".`}, "url": {"https://paper.example/a?b=c&d"}, "title": {"A <title>"}, "lang": {"fr"}}
	page := c.get("/desk/claims/new?" + brought.Encode()).page
	for field, want := range map[string]string{"text": brought.Get("text"), "record_url": brought.Get("url"), "record_title": brought.Get("title"), "words": ""} {
		x := page.Find(`[name="` + field + `"]`)
		if got := x.AttrOr("value", strings.TrimPrefix(x.Text(), "\n")); got != want {
			t.Errorf("%s is %q", field, got)
		}
	}
}

// TestImportedStaysAtTheDesk: what others ruled is shown there as theirs, and
// nowhere in public.
func TestImportedStaysAtTheDesk(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	actor, err := s.desk.FindAccount(t.Context(), s.accounts[editor].Email)
	check(t, err)
	const words = "The lake of Quillmouth is a mile deep."
	_, err = s.desk.Import(t.Context(), actor, importedClaim(words), false)
	check(t, err)
	c, err := s.db.Desk(t.Context()).ClaimWorded(words)
	check(t, err)
	page := s.signedIn(t, editor).get("/desk/claims/" + string(c.ID))
	if !strings.Contains(page.text, "Ruled elsewhere: imported, not reviewed here") || !strings.Contains(page.text, "Elsewhere Checks") {
		t.Error("the desk does not show it as theirs")
	}
	reader := s.visitor(t)
	for _, path := range []string{"/feeds/claims.json", "/feeds/claimreview.json", "/v1alpha1/claims:search?query=mile+deep", "/api/v1/claims?q=mile", "/sitemaps/claims-1.xml"} {
		if body, _ := reader.bytes(path); strings.Contains(string(body), "mile deep") || strings.Contains(string(body), string(c.ID)) {
			t.Errorf("%s shows it", path)
		}
	}
	for _, path := range []string{"/claims/", "/embed/claims/", "/api/v1/claims/"} {
		if r := reader.get(path + string(c.ID)); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if c.State != kb.Parked {
		t.Errorf("it is %s", c.State)
	}
}

// importedClaim is one that somebody else ruled on.
func importedClaim(words string) []desk.ImportedClaim {
	return []desk.ImportedClaim{{
		Number: 1,
		Claim: kb.ClaimInput{Claim: kb.Claim{
			Text: words, Language: "en", Kind: "other", Checkability: "checkable", ValidFrom: kb.UnknownDate(), ValidTo: kb.UnknownDate(), PredictionDue: kb.UnknownDate(),
		}},
		Ruling: &kb.ImportedRuling{Key: "k", URL: "https://checks.example/1", Publisher: "Elsewhere Checks", Rating: "False", ReviewedOn: "2025-01-01", Fields: "{}", Format: "csv", Origin: "a.csv"},
	}}
}
