package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// keyed sends a write with an Idempotency-Key.
func (p *program) keyed(key, path string, body any, header ...string) reply {
	p.t.Helper()
	return p.send(http.MethodPost, drafts+path, body, append([]string{"Idempotency-Key", key}, header...)...)
}

// replayed checks that a reply is the first one again.
func (r reply) replayed(t testing.TB, what string, first reply) {
	t.Helper()
	if r.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%s: it is not said to be a replay: %d %s", what, r.status, r.body)
	}
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if r.header.Get(name) != first.header.Get(name) {
			t.Errorf("%s: %s is %q, was %q", what, name, r.header.Get(name), first.header.Get(name))
		}
	}
	if r.status != first.status || !bytes.Equal(r.body, first.body) {
		t.Errorf("%s: %d %s, was %d %s", what, r.status, r.body, first.status, first.body)
	}
}

// TestAPIOnce: what has an Idempotency-Key is carried out once, however often
// and by however many it is sent.
func TestAPIOnce(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p, other := s.researcher(t), s.researcher(t)
		f := p.research()

		for _, w := range p.writes(f) { // every write, sent twice
			key := another(w.operation)
			first := p.carryOut(w, "Idempotency-Key", key)
			before := s.newest(t)
			if first.status >= http.StatusMultipleChoices {
				t.Fatalf("%s with a key: %d %s", w.operation, first.status, first.body)
			}
			p.carryOut(w, "Idempotency-Key", key).replayed(t, w.operation, first)
			if s.newest(t) != before {
				t.Errorf("%s was carried out twice", w.operation)
			}
		}

		speakers := func() int { return s.written(t, "speaker.add") }
		before, body := speakers(), object{"name": another("A speaker")}
		first := p.keyed("once", "/speakers", body)
		p.keyed("once", "/speakers", object{"name": another("Another speaker")}).problem(t, "the key with another body", http.StatusUnprocessableEntity)
		p.keyed("once", "/publishers", body).problem(t, "the key at another address", http.StatusUnprocessableEntity)
		p.keyed("once", "/speakers", body, "Content-Type", "application/json; charset=utf-8").problem(t, "the key with another type", http.StatusUnprocessableEntity)
		p.keyed("once", "/speakers?x=1", body).problem(t, "the key with another query", http.StatusUnprocessableEntity)
		if speakers() != before+1 {
			t.Errorf("%d speakers were added, want 1", speakers()-before)
		}
		theirs := other.keyed("once", "/speakers", object{"name": another("A speaker of others")})
		if theirs.status != http.StatusCreated || theirs.header.Get("Idempotency-Replayed") != "" || bytes.Equal(theirs.body, first.body) {
			t.Errorf("the key of another account: %d %s", theirs.status, theirs.body)
		}
		stolen := other.keyed("mine alone", "/sources", object{"title": another("A work")})
		if p.keyed("mine alone", "/sources", object{"title": "x"}).word(t, "id") == stolen.word(t, "id") {
			t.Error("another account's answer was replayed")
		}
		s.program(t, p.as, everyScope()...).keyed("once", "/speakers", body).replayed(t, "another token of the account", first)

		put := func(header ...string) reply {
			return p.send(http.MethodPut, drafts+"/sources/"+f.origin, object{"title": "Its title"}, append([]string{"Idempotency-Key", "put"}, header...)...)
		}
		tag := p.get(drafts + "/sources/" + f.origin).header.Get("ETag")
		saved := put("If-Match", tag)
		put("If-Match", tag).replayed(t, "a change", saved)
		put("If-Match", saved.header.Get("ETag")).problem(t, "the key with another If-Match", http.StatusUnprocessableEntity)
		if now := p.get(drafts + "/sources/" + f.origin).header.Get("ETag"); now != saved.header.Get("ETag") {
			t.Errorf("it is %s, and was saved as %s", now, saved.header.Get("ETag"))
		}

		for _, wrong := range []object{{"name": ""}, {"name": 7}, {"name": "x", "kind": "none"}} {
			p.keyed("mended", "/speakers", wrong).problem(t, "what cannot be saved", http.StatusUnprocessableEntity)
		}
		if r := p.keyed("mended", "/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("sent again, mended: %d %s", r.status, r.body)
		}

		check(t, storetest.Exec(t, address, "UPDATE idempotency_key SET status = 0, headers = '', answer = NULL WHERE key = 'once'"))
		before = speakers()
		p.keyed("once", "/speakers", body).problem(t, "a request whose answer was lost", http.StatusConflict)
		p.keyed("once", "/speakers", object{"name": "x"}).problem(t, "another one under its key", http.StatusUnprocessableEntity)
		if speakers() != before {
			t.Error("it was carried out again")
		}

		for name, key := range map[string]string{"256 characters": strings.Repeat("k", 256), "10 kB": strings.Repeat("k", 10_000), "umlaut": "schlüssel", "empty": "", "tab": "a\tb"} {
			p.keyed(key, "/speakers", body).problem(t, "a key: "+name, http.StatusBadRequest)
		}
		if r := p.keyed(strings.Repeat("k", 255), "/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated {
			t.Errorf("a key of 255 characters: %d %s", r.status, r.body)
		}
		twice := p.request(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
		twice.Header["Idempotency-Key"] = []string{"a", "b"}
		p.do(twice).problem(t, "two keys", http.StatusBadRequest)

		check(t, s.desk.SetDisabled(t.Context(), kb.System, other.as.Account, true))
		gone := other.keyed("mine alone", "/sources", object{"title": "x"})
		gone.problem(t, "a replay of a closed account", http.StatusUnauthorized)
		if strings.Contains(string(gone.body), stolen.word(t, "id")) {
			t.Error("it shows the answer")
		}
	})
}

// TestAPIOnceAtOnce: of many like requests at the same time one is carried out;
// the others are told so, or get its answer.
func TestAPIOnceAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		const many = 16
		before, requests, body := s.written(t, "claim.add"), make([]*http.Request, many), object{"text": another("A claim that is sent at once")}
		for i := range requests {
			requests[i] = p.request(http.MethodPost, drafts+"/claims", body, "Idempotency-Key", "at once")
		}
		var made []reply
		for _, r := range p.atOnce(requests...) {
			if r.status == http.StatusCreated {
				made = append(made, r)
				continue
			}
			r.problem(t, "one of many", http.StatusConflict)
		}
		firsts := 0
		for _, r := range made {
			if r.header.Get("Idempotency-Replayed") == "" {
				firsts++
			}
			if !bytes.Equal(r.body, made[0].body) {
				t.Errorf("two answers: %s and %s", r.body, made[0].body)
			}
		}
		if n := s.written(t, "claim.add") - before; firsts != 1 || n != 1 {
			t.Errorf("%d were made, by %d requests", n, firsts)
		}
		if r := p.keyed("at once", "/claims", body); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("afterwards: %d %s", r.status, r.body)
		}
	})
}

// leaving is a body at whose end the sender goes away.
type leaving struct {
	io.Reader

	leave func()
}

func (l leaving) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		l.leave()
	}
	return n, err
}

// TestAPIOnceLeft: who sends a request with a key and goes away before the
// answer gets it when it is sent again.
func TestAPIOnceLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p := s.researcher(t)
	body := object{"name": another("A speaker")}
	before := s.written(t, "speaker.add")
	ctx, leave := context.WithCancel(t.Context())
	sent := p.request(http.MethodPost, drafts+"/speakers", body, "Idempotency-Key", "left").WithContext(ctx)
	sent.Body = io.NopCloser(leaving{sent.Body, leave})
	s.Config.Handler.ServeHTTP(httptest.NewRecorder(), sent)
	if r := p.keyed("left", "/speakers", body); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("sent again: %d %s", r.status, r.body)
	}
	if n := s.written(t, "speaker.add") - before; n != 1 {
		t.Errorf("it was carried out %d times", n)
	}
}
