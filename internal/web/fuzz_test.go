package web_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// FuzzOEmbedURL: whatever address is asked for, the provider answers with a card
// of this site, or says that there is none.
func FuzzOEmbedURL(f *testing.F) {
	s := newSite(f, storetest.SQLite(f))
	claim := s.worded(f, changedClaim)
	for _, seed := range []string{"http://claims.example/claims/" + claim, "http://claims.example/claims/" + claim + "/revisions/1?rev=9#x", "//claims.example/claims/x", "http://claims.example:80/claims/-", "javascript:alert(1)", "http://a@claims.example/claims/" + claim, "http://claims.example/claims/%2e%2e/desk", "\x00", "http://[::1"} {
		f.Add(seed, "json", "300", "200")
		f.Add(seed, "xml", "-1", "x")
	}
	f.Fuzz(func(t *testing.T, address, format, width, height string) {
		c := s.visitor(t)
		body, got := c.bytes("/oembed?" + url.Values{"url": {address}, "format": {format}, "maxwidth": {width}, "maxheight": {height}}.Encode())
		var answer interchange.OEmbed
		switch {
		case got.StatusCode == http.StatusOK && format == "xml":
			if err := xml.Unmarshal(body, &answer); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
		case got.StatusCode == http.StatusOK:
			if err := json.Unmarshal(body, &answer); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
		case got.StatusCode >= http.StatusInternalServerError && got.StatusCode != http.StatusNotImplemented:
			t.Fatalf("%q: %d %s", address, got.StatusCode, body)
		default:
			return
		}
		if strings.Count(answer.HTML, "http://claims.example/embed/claims/") != 1 || strings.Count(answer.HTML, "<script") != 1 {
			t.Fatalf("%q: %s", address, answer.HTML)
		}
	})
}

// FuzzPublicQueries: whatever stands behind the question mark, feeds and searches
// answer in their form, or refuse.
func FuzzPublicQueries(f *testing.F) {
	s := newSite(f, storetest.SQLite(f))
	for _, seed := range []string{"", "topic=treaties&after=1", "after=-1&speaker=%00", "rating=a;b&language=<x>", "query=treaty&pageSize=1&pageToken=AAAAAAAAAA", "query=x&pageToken=%f0%28", "query=a&offset=99999999999999999999", "q=%ff&limit=0", "class=typo&cause=x&after=zzzzzzzzzzzzzzzz", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		c := s.visitor(t)
		query = strings.NewReplacer(" ", "+", "#", "%23", "\n", "", "\r", "").Replace(query)
		for _, path := range []string{"/feeds/claims.atom", "/feeds/claims.json", "/feeds/corrections.atom", "/v1alpha1/claims:search", "/api/v1/claims", "/api/v1/speakers"} {
			if _, err := url.Parse("http://x" + path + "?" + query); err != nil {
				return
			}
			body, got := c.bytes(path + "?" + query)
			if got.StatusCode >= http.StatusInternalServerError {
				t.Fatalf("%s?%s: %d %s", path, query, got.StatusCode, body)
			}
			wellFormed(t, path, body, got)
		}
	})
}

// wellFormed checks that an answer is what it says it is.
func wellFormed(t *testing.T, path string, body []byte, got answered) {
	t.Helper()
	switch kind := got.Header.Get("Content-Type"); {
	case strings.Contains(kind, "json"):
		if !json.Valid(body) {
			t.Fatalf("%s: no JSON: %s", path, body)
		}
	case strings.Contains(kind, "atom"):
		if err := xml.Unmarshal(body, new(struct{ XMLName xml.Name })); err != nil {
			t.Fatalf("%s: %v: %s", path, err, body)
		}
	}
}

// FuzzAPIBody: whatever is sent as a claim, it is logged as it is or refused in
// words, and never goes wrong.
func FuzzAPIBody(f *testing.F) {
	s := newSite(f, storetest.SQLite(f))
	writer := s.program(f, s.account(f, kb.Researcher), everyScope()...)
	for _, seed := range []string{`{"text":"A claim."}`, `{"text":"A","appearance":{"speaker":"x","saidOn":{"edtf":"2024"}},"record":{"title":"t","url":"https://a.example/"}}`, `{}`, `[]`, `null`, `{"text":"\ud800"}`, `{"text":1e999}`, `{"parts":[null]}`, "\xff", strings.Repeat("[", 20000), `{"text":"x","text":"y"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		p := *writer
		p.t = t
		r := p.request(http.MethodPost, drafts+"/claims", body)
		if answer := p.do(r); answer.status >= http.StatusInternalServerError {
			t.Fatalf("%q: %d %s", body, answer.status, answer.body)
		}
	})
}
