package web_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestAPIWriteLimit: a program that runs wild is stopped for a while.
func TestAPIWriteLimit(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		tokens, err := s.db.Desk(t.Context()).Tokens(p.as.Account)
		check(t, err)
		check(t, s.db.Platform(t.Context(), func(platform *store.Platform) error {
			for range 600 {
				if _, _, err := platform.AddFailure("token:"+string(tokens[0].ID), time.Minute); err != nil {
					return err
				}
			}
			return nil
		}))
		before := s.newest(t)
		r := p.send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
		r.problem(t, "one write too many", http.StatusTooManyRequests)
		if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 || after > 61 || s.newest(t) != before {
			t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
		}
		if r := p.get(drafts + "/claims/" + string(researched(t, s))); r.status != http.StatusOK {
			t.Errorf("reading meanwhile: %d", r.status)
		}
		if r := s.program(t, p.as, everyScope()...).send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated {
			t.Errorf("another token meanwhile: %d", r.status)
		}
	})
}

// TestAPIDocs: the page for people names every operation, and every link on it
// leads somewhere; the description for programs does not change.
func TestAPIDocs(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	page := c.get("/api/docs")
	if page.status != http.StatusOK {
		t.Fatalf("the page: %d", page.status)
	}
	for id, o := range s.operations(t) {
		if page.page.Find(`[id="`+id+`"]`).Length() != 1 || !strings.Contains(page.text, o.path) || !strings.Contains(page.text, o.Summary) {
			t.Errorf("the page does not show %s %s", id, o.path)
		}
	}
	page.page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if id, local := strings.CutPrefix(href, "#"); local {
			if page.page.Find(`[id="`+id+`"]`).Length() != 1 {
				t.Errorf("the link to %s leads nowhere", href)
			}
		} else if strings.HasPrefix(href, "https://") {
			return // the licence
		} else if r := c.get(href); r.status != http.StatusOK && r.status != http.StatusSeeOther {
			t.Errorf("the link to %s: %d", href, r.status)
		}
	})
	if r := c.post("/api/docs", nil); r.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.status)
	}
	first, answer := c.bytes("/api/openapi.json")
	other := newSite(t, storetest.SQLite(t)).visitor(t)
	if again, _ := other.bytes("/api/openapi.json"); !bytes.Equal(first, again) || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/vnd.oai.openapi+json") {
		t.Errorf("the description differs from one process to another, or is %s", answer.Header.Get("Content-Type"))
	}
}

// TestAPITricks: no way round by the address, the method or a header.
func TestAPITricks(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p, nobody := s.researcher(t), s.reader(t)
	claim := string(researched(t, s))
	before := s.newest(t)
	for _, path := range []string{
		"//api/v1/desk/claims/" + claim, "/api//v1/desk/claims/" + claim, "/api/v1//desk/claims/" + claim, "/api/v1/./desk/claims/" + claim, "/api/v1/claims/../desk/claims/" + claim, "/api/v1/%64esk/claims/" + claim,
		"/api/v1/desk%2Fclaims%2F" + claim, "/api/v1/desk/claims%2F" + claim, "/api/v1%2Fdesk/claims/" + claim, "/api/v1/DESK/claims/" + claim, "/api/v1/desk;x=1/claims/" + claim, "/api/v1/desk/claims/" + claim + "/",
		"/api/v1/../desk", "/api/v1/..%2f..%2fdesk/claims/" + claim, "/api/v1/claims/..%2fdesk%2fclaims%2f" + claim, "/api/v1/desk\\claims\\" + claim, "/api/v2/desk/claims/" + claim, "/api/v1/desk/claims/" + claim + "?_method=PUT",
		"/api/../../etc/passwd", "/api/v1/openapi.json/../desk/claims/" + claim, "/api/docs/../v1/desk/claims/" + claim,
	} {
		r := nobody.raw(http.MethodGet, path)
		if r.status == http.StatusOK || strings.Contains(string(r.body), "appearances") {
			t.Errorf("%s without a token: %d %.200s", path, r.status, r.body)
		}
		if to := r.header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\")) {
			t.Errorf("%s leads to %s", path, to)
		}
		if r := nobody.raw(http.MethodPost, path); r.status < 300 {
			t.Errorf("POST %s without a token: %d", path, r.status)
		}
	}
	for _, method := range []string{http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect, "PROPFIND", "put"} {
		for _, path := range []string{"/claims/" + claim, "/claims", "/sources", "/claims/" + claim + "/draft"} {
			if r := p.send(method, drafts+path, nil); r.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d %.200s", method, path, r.status, r.body)
			}
		}
	}
	r := p.send(http.MethodDelete, drafts+"/claims/"+claim, nil)
	r.problem(t, "deleting a claim", http.StatusMethodNotAllowed)
	if r.header.Get("Allow") != "GET, PUT" {
		t.Errorf("allowed is %q", r.header.Get("Allow"))
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		p.send(http.MethodPost, drafts+"/claims/"+claim, object{"text": "x"}, name, "PUT", "If-Match", "*").problem(t, name, http.StatusMethodNotAllowed)
		if r := p.get(drafts+"/claims/"+claim, name, "PUT"); r.status != http.StatusOK {
			t.Errorf("%s on GET: %d", name, r.status)
		}
	}
	for _, header := range [][]string{{"X-Original-Url", "/api/v1/desk/claims"}, {"X-Rewrite-Url", "/api/v1/desk/claims"}, {"X-Forwarded-Prefix", "/api/v1/desk"}, {"X-Forwarded-User", "admin"}} {
		if r := nobody.get(drafts+"/claims/"+claim, header...); r.status != http.StatusUnauthorized {
			t.Errorf("%v: %d", header, r.status)
		}
	}
	for _, header := range [][]string{{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}} {
		if r := p.send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")}, header...); r.status != http.StatusForbidden {
			t.Errorf("a write from another site's page (%v): %d", header, r.status)
		}
	}
	if s.newest(t) != before {
		t.Error("something was written")
	}
	chunked := p.request(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
	chunked.Body, chunked.ContentLength, chunked.GetBody = io.NopCloser(io.MultiReader(chunked.Body)), -1, nil
	if r := p.do(chunked); r.status != http.StatusCreated {
		t.Errorf("in chunks: %d %s", r.status, r.body)
	}
}

// raw asks for an address exactly as it is spelt.
func (p *program) raw(method, path string) reply {
	p.t.Helper()
	r := p.request(method, "/", nil)
	r.URL.Opaque = path
	if strings.HasPrefix(path, "//") {
		r.URL.Opaque = "http:" + strings.Replace(p.site.URL, "http:", "", 1) + path
	}
	return p.do(r)
}
