package outbound_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/outbound"
)

func TestRobots(t *testing.T) {
	t.Parallel()
	const all = "User-agent: *\n"
	tests := []struct {
		name, robots, path string
		allowed            bool
	}{
		{"nothing", "", "/page", true},
		{"no rules", all, "/page", true},
		{"all is forbidden", all + "Disallow: /\n", "/page", false},
		{"nothing is forbidden", all + "Disallow:\n", "/page", true},
		{"this is forbidden", all + "Disallow: /page\n", "/page", false},
		{"another is forbidden", all + "Disallow: /private\n", "/page", true},
		{"the longer rule", all + "Disallow: /\nAllow: /page\n", "/page/1", true},
		{"the query", all + "Disallow: /page?print=\n", "/page?print=1", false},
		{"without the query", all + "Disallow: /page?print=\n", "/page", true},
		{"a wildcard", all + "Disallow: /*.pdf$\n", "/a/b.pdf", false},
		{"a wildcard and more", all + "Disallow: /*.pdf$\n", "/a/b.pdf.html", true},
		{"an escape", all + "Disallow: /caf%C3%A9\n", "/caf%C3%A9", false},
		{"us by name", "User-agent: ClaimtrailBot\nDisallow: /\n", "/page", false},
		{"us by name, small", "user-agent: claimtrailbot\ndisallow: /\n", "/page", false},
		{"all but us", all + "Disallow: /\n\nUser-agent: ClaimtrailBot\nAllow: /\n", "/page", true},
		{"somebody else", "User-agent: OtherBot\nDisallow: /\n", "/page", true},
		{"us among others", "User-agent: OtherBot\nUser-agent: ClaimtrailBot\nDisallow: /\n", "/page", false},
		{"comments", "# we\n" + all + "Disallow: /page#not the print\n", "/page", false},
		{"a mark at the beginning", "\ufeff" + all + "Disallow: /\n", "/page", false},
		{"blanks", "  User-agent : *\r\n\tDisallow : /page \r\n", "/page", false},
		{"old line ends", "User-agent: *\rDisallow: /\r", "/page", false},
		{"a delay that is no number", all + "Crawl-delay: 1,5\nDisallow: /\n", "/page", false},
		{"a delay for nobody", "Crawl-delay: 10\n" + all + "Disallow: /\n", "/page", false},
		{"rules for nobody", "Disallow: /private\n" + all + "Disallow: /\n", "/page", false},
		{"only rules for nobody", "Disallow: /\n", "/page", true},
		{"other lines", "Sitemap: https://site.example/map.xml\n" + all + "Host: site.example\nNoindex: /\nDisallow: /\n", "/page", false},
		{"a page", "<!DOCTYPE html>\n<title>Welcome</title>\n<p>Disallow: nothing", "/page", true},
		{"no text", "\x00\xff\xfe" + strings.Repeat("\x80", 100), "/page", true},
		{"more than anybody reads", all + "Disallow: /page\n" + strings.Repeat("# a long story\n", 100_000), "/page", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					io.WriteString(w, tt.robots)
				}
			})
			answer, err := client(outbound.Options{}).Get(t.Context(), s.URL+tt.path, limit)
			if tt.allowed {
				if err != nil || answer.Status != http.StatusOK {
					t.Errorf("got %d, %v", answer.Status, err)
				}
				return
			}
			failed(t, answer, err, outbound.Forbidden, "robots.txt")
			if diff := cmp.Diff([]string{"/robots.txt"}, s.asked()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRobotsStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		reason outbound.Reason // none: it allows
	}{
		{http.StatusNoContent, ""},
		{http.StatusNotModified, ""},
		{http.StatusUnauthorized, ""},
		{http.StatusForbidden, ""},
		{http.StatusNotFound, ""},
		{http.StatusGone, ""},
		{http.StatusInternalServerError, outbound.Unreachable},
		{http.StatusServiceUnavailable, outbound.Unreachable},
	}
	for _, tt := range tests {
		t.Run(http.StatusText(tt.status), func(t *testing.T) {
			t.Parallel()
			s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					w.WriteHeader(tt.status)
				}
			})
			answer, err := client(outbound.Options{}).Get(t.Context(), s.URL+"/page", limit)
			if tt.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			failed(t, answer, err, tt.reason, "trouble of its own")
		})
	}
}

// TestRobotsMemory holds that an answer is remembered, and that trouble is not.
func TestRobotsMemory(t *testing.T) {
	t.Parallel()
	var healthy atomic.Bool
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		if !healthy.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if r.URL.Path == "/robots.txt" {
			io.WriteString(w, "User-agent: *\nDisallow: /private\n")
		}
	})
	c := client(outbound.Options{})
	answer, err := c.Get(t.Context(), s.URL+"/page", limit)
	failed(t, answer, err, outbound.Unreachable, "trouble of its own")
	healthy.Store(true)
	for _, path := range []string{"/page", "/page"} {
		if _, err := c.Get(t.Context(), s.URL+path, limit); err != nil {
			t.Error(err)
		}
	}
	answer, err = c.Get(t.Context(), s.URL+"/private", limit)
	failed(t, answer, err, outbound.Forbidden, "robots.txt")
	if diff := cmp.Diff([]string{"/robots.txt", "/robots.txt", "/page", "/page"}, s.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestRobotsRedirect(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.Redirect(w, r, "/rules", http.StatusFound)
		case "/rules":
			io.WriteString(w, "User-agent: *\nDisallow: /page\nDisallow: /rules\n")
		}
	})
	c := client(outbound.Options{})
	answer, err := c.Get(t.Context(), s.URL+"/page", limit)
	failed(t, answer, err, outbound.Forbidden, "robots.txt")

	loop := serve(t, one, http.RedirectHandler("/robots.txt", http.StatusFound).ServeHTTP)
	answer, err = c.Get(t.Context(), loop.URL+"/page", limit)
	failed(t, answer, err, outbound.Refused, "more than 5 times")
}

// TestRobotsAfterRedirect holds that where a redirect leads is asked too.
func TestRobotsAfterRedirect(t *testing.T) {
	t.Parallel()
	target := serve(t, one, pages(map[string]string{"/robots.txt": "User-agent: *\nDisallow: /private\n", "/page": "hello"}))
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			io.WriteString(w, "User-agent: *\nDisallow: /here\n")
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	c := client(outbound.Options{})
	for _, to := range []string{target.URL + "/private", "/here"} {
		answer, err := c.Get(t.Context(), s.URL+"/short?to="+to, limit)
		failed(t, answer, err, outbound.Forbidden, "robots.txt")
	}
	answer, err := c.Get(t.Context(), s.URL+"/short?to="+target.URL+"/page", limit)
	if err != nil || string(answer.Body) != "hello" {
		t.Errorf("got %q, %v", answer.Body, err)
	}
	if diff := cmp.Diff([]string{"/robots.txt", "/page"}, target.asked()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/robots.txt", "/short", "/short", "/short"}, s.asked()); diff != "" {
		t.Error(diff)
	}
}

// TestPace waits for nothing: with an hour between two requests, one that would
// have to wait is known to come too late at once.
func TestPace(t *testing.T) {
	t.Parallel()
	site := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/moved":
			http.Redirect(w, r, "/page", http.StatusFound)
		}
	}
	c := client(outbound.Options{Pace: time.Hour})
	for _, path := range []string{"/page", "/moved"} {
		s := serve(t, one, site) // another port is another host
		if path == "/page" {
			if _, err := c.Get(t.Context(), s.URL+path, limit); err != nil {
				t.Error(err)
			}
		}
		answer, err := c.Get(t.Context(), s.URL+path, limit)
		failed(t, answer, err, outbound.Unreachable, "given a rest")
		if diff := cmp.Diff([]string{"/robots.txt", path}, s.asked()); diff != "" {
			t.Error(diff)
		}
	}
}
