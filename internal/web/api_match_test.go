package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestAPIMatches: a program is told which published claims say what a text says, how
// sure that is, and why, from any page; what it sends wrongly is named.
func TestAPIMatches(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.reader(t)
		matches := published + "/matches"
		// A browser asks from somebody else's page.
		elsewhere := []string{"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}
		r := p.send(http.MethodPost, matches, object{"text": "The treaty that Russia and North Korea signed in 2024 is nearly identical to the old bilateral pact", "limit": 3}, elsewhere...)
		var found struct {
			Matches []struct {
				Claim  struct{ ID, Text string }
				Score  float64
				Surely string
				Words  []string
			}
		}
		if err := json.Unmarshal(r.body, &found); err != nil || r.status != http.StatusOK || len(found.Matches) == 0 || len(found.Matches) > 3 {
			t.Fatalf("%d %v: %.500s", r.status, err, r.body)
		}
		if r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", r.header)
		}
		best := found.Matches[0]
		if got := p.get(published + "/claims/" + best.Claim.ID); got.status != http.StatusOK || !strings.Contains(best.Claim.Text, "treaty") || best.Surely == "hardly" || len(best.Words) == 0 {
			t.Errorf("the best: %d %+v", got.status, best)
		}
		for i, m := range found.Matches[1:] {
			if m.Score > found.Matches[i].Score {
				t.Errorf("match %d is better than the one before it", i+1)
			}
		}
		if r := p.send(http.MethodPost, matches, object{"text": "Quantum chromodynamics of glazed doughnuts"}); r.status != http.StatusOK || !strings.Contains(string(r.body), `"matches":[`) {
			t.Errorf("nothing like it: %d %s", r.status, r.body)
		}
		before := p.send(http.MethodOptions, matches, nil, "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
		if before.status != http.StatusNoContent || !strings.Contains(before.header.Get("Access-Control-Allow-Methods"), "POST") || !strings.Contains(before.header.Get("Access-Control-Allow-Headers"), "Content-Type") {
			t.Errorf("asked before: %d %v", before.status, before.header)
		}
		for field, body := range map[string]object{"text": {"text": ""}, "limit": {"text": "a", "limit": 51}, "other": {"text": "a", "other": 1}} {
			wrong := p.send(http.MethodPost, matches, body)
			wrong.problem(t, field, http.StatusUnprocessableEntity)
			wrong.names(t, field, field)
		}
		p.send(http.MethodPost, matches, object{"text": strings.Repeat("a", 2001)}).names(t, "2001 characters", "text")
		p.send(http.MethodPost, matches, `{"text": `).problem(t, "no JSON", http.StatusBadRequest)
		p.get(matches).problem(t, "by GET", http.StatusMethodNotAllowed)
	})
}
