package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const better = "A summary that nobody has seen before."

// summary gives what a claim's page says, as somebody sees it.
func (c *client) summary(claim string) string {
	c.t.Helper()
	return c.get("/claims/" + claim).page.Find(".ruling .sum").Text()
}

// TestOwnWrites: who published at one process sees it at another at once, though that
// has not read on and keeps the page; others see it when it has.
func TestOwnWrites(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		other := serve(t, address, "", pageCacheSize)
		stranger, before := other.visitor(t), ""
		for range 2 { // the page is kept then
			before = stranger.summary(claim)
		}
		n.correct(t, claim, url.Values{"summary": {better}, "cause": {"our-error"}, "public_note": {"Better words."}})

		if got := stranger.summary(claim); got != before || got == better {
			t.Errorf("a stranger sees %q, not %q", got, before)
		}
		there := other.visitor(t)
		home, err := url.Parse(n.URL)
		check(t, err)
		elsewhere, err := url.Parse(other.URL)
		check(t, err)
		there.http.Jar.SetCookies(elsewhere, n.reviewer.http.Jar.Cookies(home))
		if got := there.summary(claim); got != better {
			t.Errorf("who published it sees %q", got)
		}
		if got := stranger.summary(claim); got != better {
			t.Errorf("afterwards a stranger sees %q", got)
		}
		for _, made := range []string{"-7", "x", "9223372036854775807", "99999999999999999999"} {
			body, r := raw(t, other, http.MethodGet, "/claims/"+claim, "Cookie", "claimtrail_seen="+made)
			if r.StatusCode != http.StatusOK || len(body) == 0 {
				t.Errorf("with the cookie %s: %d", made, r.StatusCode)
			}
		}
	})
}

// TestPausedReplica: pages come from the replica, but none is made from less of the
// record than the process has read.
func TestPausedReplica(t *testing.T) {
	t.Parallel()
	replica, address := storetest.NewReplica(t), storetest.Postgres(t)
	load(t, address)
	replica.CatchUp(t)
	s := serve(t, address, replica.Address(address), pageCacheSize)
	n := &newsroom{s, s.signedIn(t, editor), s.signedIn(t, reviewer), s.visitor(t)}
	claim := n.published(t)
	before := n.reader.summary(claim)
	if use, _ := n.db.ReplicaUse(); use.Served == 0 || use.Behind != 0 || use.Failed != 0 {
		t.Errorf("the replica was used %+v times", use)
	}
	for _, page := range []string{"/", "/claims", "/claims?q=opinion", "/corrections", "/feeds/claims.atom", "/api/v1/claims/" + claim, "/claims/" + claim + ".json"} {
		served, _ := n.db.ReplicaUse()
		if body, r := raw(t, s, http.MethodGet, page); r.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: %d", page, r.StatusCode)
		}
		if now, _ := n.db.ReplicaUse(); now.Failed != 0 || now.Behind != 0 || now.Served == served.Served {
			t.Errorf("%s was not read from the replica: %+v, %+v", page, served, now)
		}
	}
	replica.Pause(t)
	n.correct(t, claim, url.Values{"summary": {better}, "cause": {"our-error"}, "public_note": {"Better words."}})
	if got := n.reader.summary(claim); got != better {
		t.Errorf("a paused replica makes the page say %q, as before %q", got, before)
	}
	paused, _ := n.db.ReplicaUse()
	if paused.Behind == 0 {
		t.Error("the paused replica was not found to be behind")
	}
	replica.Resume(t)
	replica.CatchUp(t)
	if got := n.reader.get("/claims/" + claim + "?again").page.Find(".ruling .sum").Text(); got != better {
		t.Errorf("a replica that has caught up makes the page say %q", got)
	}
	if use, _ := n.db.ReplicaUse(); use.Served == paused.Served {
		t.Error("the replica is not used again")
	}
}
