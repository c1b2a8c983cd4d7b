package desk_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// message is what a receiver got.
type message struct {
	id, at, signature string
	body              []byte
}

// receiver is somebody else's server, which answers what the test says.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc // nil: 200
	got    []message
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		r.got = append(r.got, message{q.Header.Get("Webhook-Id"), q.Header.Get("Webhook-Timestamp"), q.Header.Get("Webhook-Signature"), body})
		answer := r.answer
		r.mu.Unlock()
		if q.Header.Get("Content-Type") != "application/json" || q.Method != http.MethodPost {
			t.Errorf("%s of %s", q.Method, q.Header.Get("Content-Type"))
		}
		if answer != nil {
			answer(w, q)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// answers lets the receiver answer so from now on.
func (r *receiver) answers(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// wire is a newsroom with a webhook and its receiver.
type wire struct {
	*press

	admin    kb.Actor
	receiver *receiver
	hook     kb.ID
}

// posting gives a client that reaches the loopback.
func posting(timeout time.Duration) desk.Poster {
	return outbound.New(outbound.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Timeout: timeout})
}

func (p *press) deskThatPosts(db *store.DB, poster desk.Poster) *desk.Desk {
	return desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Signer: p.signer, Memory: p.memory, Poster: poster})
}

func newWire(t *testing.T, p *press) *wire {
	t.Helper()
	w := &wire{press: p, receiver: newReceiver(t)}
	w.desk = p.deskThatPosts(p.db, posting(0))
	w.admin = p.person(t, "Ada", kb.Admin)
	w.hook = w.added(t, w.receiver.URL+"/hook")
	return w
}

// eachWire runs f in a newsroom with a webhook on each engine, in parallel.
func eachWire(t *testing.T, f func(t *testing.T, w *wire)) {
	t.Helper()
	eachPress(t, func(t *testing.T, p *press) { f(t, newWire(t, p)) })
}

var allEvents = kb.Strings{kb.EventPublished, kb.EventCorrected, kb.EventRetracted}

func (w *wire) added(t *testing.T, address string, events ...string) kb.ID {
	t.Helper()
	if len(events) == 0 {
		events = slices.Clone(allEvents)
	}
	return must(w.desk.AddWebhook(t.Context(), w.admin, kb.WebhookInput{URL: address, Events: events}))(t)
}

// published publishes a new claim.
func (w *wire) published(t *testing.T) file {
	t.Helper()
	f := w.approved(t)
	must(w.desk.Publish(t.Context(), w.publisher, f.claim))(t)
	return f
}

// queued queues messages that stand for publications.
func (w *wire) queued(t *testing.T, n int) {
	t.Helper()
	ok(t, w.db.Write(t.Context(), w.admin, func(tx *store.Tx) error {
		hook, err := tx.Webhook(w.hook)
		for i := range n {
			body := fmt.Appendf(nil, `{"n":%d}`, i)
			err = errors.Join(err, tx.QueueDeliveries([]kb.Webhook{hook}, kb.WebhookDelivery{Event: kb.EventPublished, ClaimID: "c1aim000", Revision: i + 1, Body: body}))
		}
		return errors.Join(err, tx.PauseWebhook("resume", w.hook, false)) // it leaves the audit entry that is asked for
	}))
}

// sends runs the next delivery if there is one that is due.
func (w *wire) sends(t *testing.T, due bool) {
	t.Helper()
	if busy := must(w.desk.RunWebhook(t.Context()))(t); busy != due {
		t.Fatalf("a message was due: %v, want %v", busy, due)
	}
}

func (w *wire) deliveries(t *testing.T, hook kb.ID) []kb.WebhookDelivery {
	t.Helper()
	return must(w.reads(t).Deliveries(hook, 100))(t)
}

// last gives the newest delivery.
func (w *wire) last(t *testing.T) kb.WebhookDelivery {
	t.Helper()
	all := w.deliveries(t, w.hook)
	if len(all) == 0 {
		t.Fatal("there is no delivery")
	}
	return all[0]
}

// verify checks a message as a receiver does, from the specification alone.
func (w *wire) verify(t *testing.T, m message) {
	t.Helper()
	secret := must(w.reads(t).Webhook(w.hook))(t).Secret
	key := must(base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")))(t)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(m.id + "." + m.at + "." + string(m.body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); m.signature != want || len(key) != 32 {
		t.Errorf("signature %s, want %s", m.signature, want)
	}
	if want := strconv.FormatInt(w.clock.now().Unix(), 10); m.at != want {
		t.Errorf("sent at %s, want %s", m.at, want)
	}
}

// TestWebhookDelivered follows a publication to its receiver.
func TestWebhookDelivered(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.sends(t, false)
		f := w.published(t)
		w.sends(t, true)
		w.sends(t, false)
		got := w.receiver.messages()
		if len(got) != 1 {
			t.Fatalf("%d messages", len(got))
		}
		w.verify(t, got[0])
		revision := must(w.reads(t).Revisions(f.claim))(t)[0]
		document := w.newest(t, f.claim)
		address := "https://claims.example/claims/" + string(f.claim)
		want := map[string]any{
			"type": "claim.published", "timestamp": "2026-11-20T09:00:00.000000Z", "data": map[string]any{
				"claim": string(f.claim), "revision": 1.0, "url": address, "revision_url": address + "/revisions/1",
				"document_url": address + "/revisions/1.json", "sha256": revision.Hash, "text": "The moon is made of rock.", "language": "en",
				"rating": map[string]any{"key": "unproven", "label": "Unproven"}, "outcome": "rated", "class": "", "note": "", "published_at": document.PublishedAt,
			},
		}
		if diff := cmp.Diff(want, decoded(t, got[0].body)); diff != "" {
			t.Errorf("the message (-want +got):\n%s", diff)
		}
		if again := must(record.Canonical(json.RawMessage(got[0].body)))(t); string(again) != string(got[0].body) {
			t.Error("the message is not canonical")
		}
		d := w.last(t)
		if d.State != kb.Delivered || d.Status != http.StatusOK || d.Attempt != 1 || d.Words != "The receiver answered 200 OK." || d.FinishedAt == nil || d.LeaseUntil != nil {
			t.Errorf("delivered: %+v", d)
		}
	})
}

func decoded(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var m map[string]any
	ok(t, json.Unmarshal(body, &m))
	return m
}

// TestWebhookEvents: each webhook is told of what it chose; a change of form is
// no event.
func TestWebhookEvents(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		corrections := w.added(t, w.receiver.URL+"/corrections", kb.EventCorrected)
		f, g := w.published(t), w.published(t)
		w.revise(t, f, "One paper says so!")
		draft := must(w.desk.Draft(ctx, f.claim))(t)
		draft.Class = "clarification"
		ok(t, w.desk.SaveDraft(ctx, w.editor, draft))
		w.republished(t, f.claim)
		w.revise(t, f, "One paper says so.") // the punctuation alone
		w.republished(t, f.claim)
		if class := must(w.reads(t).Revisions(f.claim))(t)[0].Class; class != "typo" {
			t.Fatalf("the third revision is a %s", class)
		}
		merge := must(w.desk.Absorb(ctx, w.publisher, kb.Withdrawal{ClaimID: g.claim, Into: string(f.claim), Cause: "our-error", Note: "The same."}))(t)
		ok(t, w.desk.Approve(ctx, w.reviewer, g.claim, merge, ""))
		must(w.desk.Publish(ctx, w.publisher, g.claim))(t)
		retract := must(w.desk.Retract(ctx, w.publisher, kb.Withdrawal{ClaimID: f.claim, Cause: "our-error", Note: "It was wrong."}))(t)
		ok(t, w.desk.Approve(ctx, w.reviewer, f.claim, retract, ""))
		must(w.desk.Publish(ctx, w.publisher, f.claim))(t)

		if only := w.deliveries(t, corrections); len(only) != 1 || only[0].Event != kb.EventCorrected || only[0].ClaimID != string(f.claim) || only[0].Revision != 2 {
			t.Errorf("who wants corrections is told of %+v", only)
		}
		for range 6 {
			w.sends(t, true)
		}
		w.sends(t, false)
		var got []string
		for _, m := range w.receiver.messages() {
			x := decoded(t, m.body)
			data := x["data"].(map[string]any)
			got = append(got, fmt.Sprint(x["type"], " ", data["revision"], " ", data["outcome"], " ", data["class"], " ", data["rating"] != nil, " ", data["previous"]))
		}
		slices.Sort(got)
		want := []string{
			"claim.corrected 2 rated clarification true map[key:unproven label:Unproven]",
			"claim.corrected 2 rated clarification true map[key:unproven label:Unproven]",
			"claim.published 1 rated  true <nil>",
			"claim.published 1 rated  true <nil>",
			"claim.retracted 2 merged retraction false map[key:unproven label:Unproven]",
			"claim.retracted 4 retracted retraction false map[key:unproven label:Unproven]",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestWebhookRetried: what did not arrive is sent again as it was, later.
func TestWebhookRetried(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.receiver.answers(func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusInternalServerError)
			io.WriteString(rw, "out of\x00 order\n\xff")
		})
		w.published(t)
		w.sends(t, true)
		d := w.last(t)
		if d.State != kb.Waiting || d.Status != http.StatusInternalServerError || !d.RunAt.Equal(begun.Add(time.Minute)) || d.FinishedAt != nil || d.LeaseUntil != nil ||
			d.Words != "The receiver answered 500 Internal Server Error: “out of order \ufffd”." {
			t.Errorf("put back: %+v", d)
		}
		w.clock.pass(59 * time.Second)
		w.sends(t, false)
		w.receiver.answers(nil)
		w.clock.pass(time.Second)
		w.sends(t, true)
		got := w.receiver.messages()
		if len(got) != 2 || got[0].id != got[1].id || string(got[0].body) != string(got[1].body) || got[0].at == got[1].at || !strings.HasPrefix(got[0].id, "msg_") {
			t.Fatalf("messages %+v", got)
		}
		w.verify(t, got[1])
		if d := w.last(t); d.State != kb.Delivered || d.Attempt != 2 {
			t.Errorf("delivered: %+v", d)
		}
	})
}

// TestWebhookGivenUp: after the last pause a message has failed for good.
func TestWebhookGivenUp(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.receiver.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) })
		w.queued(t, 1)
		for _, pause := range []time.Duration{
			0, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 24 * time.Hour,
		} {
			w.clock.pass(pause - time.Microsecond)
			w.sends(t, false)
			w.clock.pass(time.Microsecond)
			w.sends(t, true)
		}
		if d := w.last(t); d.State != kb.FailedJob || d.Attempt != 8 || d.Words != "The receiver answered 503 Service Unavailable." || d.FinishedAt == nil {
			t.Errorf("given up: %+v", d)
		}
		w.clock.pass(100 * 24 * time.Hour)
		w.sends(t, false)
	})
}

// TestWebhookTrouble: what else may come of a message.
func TestWebhookTrouble(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		silent := make(chan struct{})
		t.Cleanup(func() { close(silent) })
		cases := []struct {
			name, state, words string
			address            string // "": the receiver's
			status             int
			answer             http.HandlerFunc
			timeout            time.Duration
		}{
			{"a redirect", kb.Waiting, "302 Found", "", http.StatusFound, http.RedirectHandler(w.receiver.URL+"/elsewhere", http.StatusFound).ServeHTTP, 0},
			{"gone", kb.Waiting, "410 Gone", "", http.StatusGone, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) }, 0},
			{"accepted", kb.Delivered, "202 Accepted", "", http.StatusAccepted, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusAccepted) }, 0},
			{"no answer in time", kb.Waiting, "The server does not answer in time.", "", 0, func(http.ResponseWriter, *http.Request) { <-silent }, 300 * time.Millisecond},
			{"a private address", kb.FailedJob, "The address leads into a private network or to an unusual port.", "http://10.0.0.1/hook", 0, nil, 0},
			{"another address of the loopback", kb.FailedJob, "The address leads into a private network or to an unusual port.", "http://127.0.0.2/hook", 0, nil, 0},
		}
		for _, x := range cases {
			w.receiver.answers(x.answer)
			w.desk = w.deskThatPosts(w.db, posting(x.timeout))
			hook := must(w.reads(t).Webhook(w.hook))(t)
			address := x.address
			if address == "" {
				address = w.receiver.URL + "/hook"
			}
			ok(t, w.desk.UpdateWebhook(t.Context(), w.admin, kb.WebhookInput{ID: hook.ID, URL: address, Events: hook.Events, Version: hook.Version}))
			before := len(w.receiver.messages())
			w.queued(t, 1)
			w.sends(t, true)
			if d := w.last(t); d.State != x.state || d.Status != x.status || !strings.Contains(d.Words, x.words) {
				t.Errorf("%s: %+v", x.name, d)
			}
			if n := len(w.receiver.messages()) - before; (n == 1) != (x.address == "") {
				t.Errorf("%s: %d messages arrived", x.name, n)
			}
		}
	})
}

// TestWebhookOfWhatIsNotPublished: a publication that does not take place is told
// to nobody.
func TestWebhookOfWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		f := w.ready(t)
		wantKind(t, kb.Conflict, errOf(w.desk.Publish(ctx, w.publisher, f.claim)))
		g := w.approved(t)
		source := must(w.reads(t).Source(g.source))(t)
		source.Title = "Another title"
		ok(t, w.desk.UpdateSource(ctx, w.editor, desk.SourceInput{Source: source, Publisher: "A Paper"}))
		wantKind(t, kb.Conflict, errOf(w.desk.Publish(ctx, w.publisher, g.claim)))
		gone := errors.New("rolled back")
		err := w.db.Write(ctx, w.admin, func(tx *store.Tx) error {
			hook := must(tx.Webhook(w.hook))(t)
			ok(t, tx.QueueDeliveries([]kb.Webhook{hook}, kb.WebhookDelivery{Event: kb.EventPublished, ClaimID: string(f.claim), Revision: 1, Body: []byte("{}")}))
			return gone
		})
		if !errors.Is(err, gone) {
			t.Errorf("got %v", err)
		}
		if d := w.deliveries(t, w.hook); len(d) != 0 {
			t.Errorf("deliveries %+v", d)
		}
		w.sends(t, false)
	})
}

// TestWebhookOnce: however many processes send, each message is sent once.
func TestWebhookOnce(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		const n = 12
		w.queued(t, n)
		var wg sync.WaitGroup
		for range 4 {
			d := w.deskThatPosts(w.open(t, w.clock), posting(0))
			wg.Go(func() {
				for {
					if waits, err := w.db.DeliveriesWait(t.Context()); err != nil || !waits {
						return
					}
					if _, err := d.RunWebhook(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		ids := map[string]bool{}
		for _, m := range w.receiver.messages() {
			ids[m.id] = true
		}
		if len(ids) != n || len(w.receiver.messages()) != n {
			t.Errorf("%d messages of %d ids", len(w.receiver.messages()), len(ids))
		}
		for _, d := range w.deliveries(t, w.hook) {
			if d.State != kb.Delivered || d.Attempt != 1 {
				t.Errorf("%+v", d)
			}
		}
	})
}

// TestWebhookRunnerGone: what a runner holds nobody else sends until its lease is
// over; then the first one's end counts for nothing.
func TestWebhookRunnerGone(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.queued(t, 1)
		soon, late := w.deskThatPosts(w.open(t, w.clock), posting(0)), &clock{}
		late.pass(2 * time.Minute)
		later := w.deskThatPosts(w.open(t, late), posting(0))
		var held atomic.Bool
		w.receiver.answers(func(rw http.ResponseWriter, _ *http.Request) {
			if held.Swap(true) { // the second runner's
				return
			}
			if busy := must(soon.RunWebhook(t.Context()))(t); busy {
				t.Error("it was sent although somebody holds it")
			}
			wantKind(t, kb.Conflict, w.desk.Redeliver(t.Context(), w.admin, w.hook, w.last(t).ID))
			if busy := must(later.RunWebhook(t.Context()))(t); !busy {
				t.Error("nobody took over from a runner that is gone")
			}
			rw.WriteHeader(http.StatusInternalServerError)
		})
		w.sends(t, true)
		if d := w.last(t); d.State != kb.Delivered || d.Attempt != 2 {
			t.Errorf("it is %+v", d)
		}
		if got := w.receiver.messages(); len(got) != 2 || got[0].id != got[1].id {
			t.Errorf("messages %+v", got)
		}
	})
}

// TestWebhookStopped: a process that stops leaves its message to the next.
func TestWebhookStopped(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx, stop := context.WithCancel(t.Context())
		w.queued(t, 1)
		over := make(chan struct{})
		w.receiver.answers(func(http.ResponseWriter, *http.Request) { stop(); <-over })
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.desk.RunWebhooks(ctx, func(err error) { t.Error(err) })
		}()
		<-ended
		close(over)
		if d := w.last(t); d.State != kb.Running {
			t.Errorf("it is %+v", d)
		}
		w.receiver.answers(nil)
		w.sends(t, false)
		w.clock.pass(time.Minute + time.Second)
		w.sends(t, true)
		if d := w.last(t); d.State != kb.Delivered {
			t.Errorf("it is %+v", d)
		}
	})
}

// TestWebhookPaused: what a paused webhook is to be told waits; a test does not.
func TestWebhookPaused(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		ok(t, w.desk.PauseWebhook(ctx, w.admin, w.hook, true))
		w.published(t)
		w.sends(t, false)
		ok(t, w.desk.SendTest(ctx, w.admin, w.hook))
		w.sends(t, true)
		w.sends(t, false)
		ok(t, w.desk.PauseWebhook(ctx, w.admin, w.hook, false))
		w.sends(t, true)
		got := w.receiver.messages()
		if len(got) != 2 {
			t.Fatalf("%d messages", len(got))
		}
		want := map[string]any{"type": "ping", "timestamp": "2026-11-20T09:00:00.000000Z", "data": map[string]any{"webhook": string(w.hook)}}
		if diff := cmp.Diff(want, decoded(t, got[0].body)); diff != "" {
			t.Error(diff)
		}
		for _, m := range got {
			w.verify(t, m)
		}
	})
}

// TestWebhookTestOnce: a test that fails is not tried again.
func TestWebhookTestOnce(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.receiver.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) })
		for range 5 {
			ok(t, w.desk.SendTest(t.Context(), w.admin, w.hook))
			w.clock.pass(time.Second)
			w.sends(t, true)
		}
		if d := w.last(t); d.State != kb.FailedJob || d.Attempt != 1 {
			t.Errorf("it is %+v", d)
		}
		if must(w.reads(t).Webhook(w.hook))(t).Paused {
			t.Error("tests that failed paused the webhook")
		}
		ids := map[string]bool{}
		for _, m := range w.receiver.messages() {
			ids[m.id] = true
		}
		if len(ids) != 5 {
			t.Errorf("5 tests have %d ids", len(ids))
		}
	})
}

// TestWebhookHopeless: a webhook that five messages in a row could not reach is
// paused, and the audit says so.
func TestWebhookHopeless(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		hook := must(w.reads(t).Webhook(w.hook))(t)
		ok(t, w.desk.UpdateWebhook(t.Context(), w.admin, kb.WebhookInput{ID: hook.ID, URL: "http://10.0.0.1/", Events: hook.Events, Version: hook.Version}))
		w.queued(t, 6)
		before := w.lastAudit(t)
		for range 4 {
			w.sends(t, true)
		}
		if must(w.reads(t).Webhook(w.hook))(t).Paused {
			t.Error("it is paused after four failures")
		}
		w.sends(t, true)
		w.sends(t, false)
		if !must(w.reads(t).Webhook(w.hook))(t).Paused {
			t.Error("it is not paused after five failures")
		}
		if diff := cmp.Diff([]string{"webhook.pause-failing by "}, w.audited(t, before)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWebhookRedeliver: a message can be sent once more, under its id.
func TestWebhookRedeliver(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		other := w.added(t, w.receiver.URL+"/other", kb.EventRetracted)
		w.queued(t, 1)
		w.sends(t, true)
		d := w.last(t)
		wantKind(t, kb.NotFound, w.desk.Redeliver(ctx, w.admin, other, d.ID))
		wantKind(t, kb.NotFound, w.desk.Redeliver(ctx, w.admin, w.hook, d.ID+1))
		ok(t, w.desk.Redeliver(ctx, w.admin, w.hook, d.ID))
		if d := w.last(t); d.State != kb.Waiting || d.FinishedAt != nil {
			t.Errorf("it is %+v", d)
		}
		w.sends(t, true)
		if got := w.receiver.messages(); len(got) != 2 || got[0].id != got[1].id || w.last(t).State != kb.Delivered {
			t.Errorf("messages %+v", got)
		}
	})
}

// TestWebhookOfWhatIsRedacted: nothing repeats the words of a redacted claim,
// neither what waits nor what could be sent again.
func TestWebhookOfWhatIsRedacted(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		w.receiver.answers(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
		f := w.published(t)
		w.sends(t, true)
		g := w.published(t)
		id := must(w.desk.AskRedaction(ctx, w.publisher, kb.RedactionRequest{ClaimID: f.claim, Basis: "court-order", Reason: "An order."}))(t)
		must(w.desk.Redact(ctx, w.person(t, "Pam", kb.PublisherR), id))(t)
		if d := w.deliveries(t, w.hook); len(d) != 1 || d[0].ClaimID != string(g.claim) {
			t.Errorf("deliveries %+v", d)
		}
		w.receiver.answers(nil)
		w.clock.pass(time.Hour)
		w.sends(t, true)
		w.sends(t, false)

		w.revise(t, f, "One paper said so, and may.") // what follows has no rating to compare with
		w.republished(t, f.claim)
		w.sends(t, true)
		got := w.receiver.messages()
		if data := decoded(t, got[len(got)-1].body)["data"].(map[string]any); data["previous"] != nil || data["class"] != "correction" {
			t.Errorf("the correction says %v", data)
		}
	})
}

// TestWebhookRemoved: with a webhook goes all that it was to be told.
func TestWebhookRemoved(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		w.queued(t, 2)
		ok(t, w.desk.RemoveWebhook(ctx, w.admin, w.hook))
		w.sends(t, false)
		if d := w.deliveries(t, w.hook); len(d) != 0 {
			t.Errorf("deliveries %+v", d)
		}
		for _, err := range []error{
			w.desk.RemoveWebhook(ctx, w.admin, w.hook), w.desk.PauseWebhook(ctx, w.admin, w.hook, true), w.desk.SendTest(ctx, w.admin, w.hook),
			w.desk.UpdateWebhook(ctx, w.admin, kb.WebhookInput{ID: w.hook, URL: "https://example.org/", Events: allEvents, Version: 1}),
		} {
			wantKind(t, kb.NotFound, err)
		}
		w.published(t) // and nothing stands in the way of it
	})
}

// TestWebhookSaved: what is wrong is said at its field, and two who save do not
// overwrite each other; the secret stays.
func TestWebhookSaved(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		before := must(w.reads(t).Webhook(w.hook))(t)
		if before.CreatedBy != w.admin.Person || before.Version != 1 || before.Paused || !strings.HasPrefix(before.Secret, "whsec_") {
			t.Errorf("added: %+v", before)
		}
		w.unwritten(t, "a bad webhook", func() {
			wantField(t, "url", errOf(w.desk.AddWebhook(ctx, w.admin, kb.WebhookInput{URL: "ftp://example.org/", Events: allEvents})))
			wantField(t, "events", w.desk.UpdateWebhook(ctx, w.admin, kb.WebhookInput{ID: w.hook, URL: "https://example.org/", Version: 1}))
		})
		in := kb.WebhookInput{ID: w.hook, URL: "https://example.org/", Events: kb.Strings{kb.EventRetracted}, Note: "Moved.", Version: 1}
		ok(t, w.desk.PauseWebhook(ctx, w.admin, w.hook, true))
		ok(t, w.desk.UpdateWebhook(ctx, w.admin, in))
		if err := w.desk.UpdateWebhook(ctx, w.admin, in); !errors.Is(err, kb.ErrSavedFirst) {
			t.Errorf("got %v", err)
		}
		after := must(w.reads(t).Webhook(w.hook))(t)
		if after.URL != in.URL || after.Note != in.Note || !slices.Equal(after.Events, in.Events) || after.Secret != before.Secret || !after.Paused || after.Version != 2 {
			t.Errorf("saved: %+v", after)
		}
	})
}

// TestWebhookRoles: nobody but an administrator does anything with webhooks.
func TestWebhookRoles(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		ctx := t.Context()
		in := kb.WebhookInput{ID: w.hook, URL: "https://example.org/", Events: slices.Clone(allEvents), Version: 1}
		w.queued(t, 1)
		delivery := w.last(t).ID
		for name, act := range map[string]func(kb.Actor) error{
			"add":       func(a kb.Actor) error { return errOf(w.desk.AddWebhook(ctx, a, in)) },
			"update":    func(a kb.Actor) error { return w.desk.UpdateWebhook(ctx, a, in) },
			"pause":     func(a kb.Actor) error { return w.desk.PauseWebhook(ctx, a, w.hook, true) },
			"test":      func(a kb.Actor) error { return w.desk.SendTest(ctx, a, w.hook) },
			"redeliver": func(a kb.Actor) error { return w.desk.Redeliver(ctx, a, w.hook, delivery) },
			"remove":    func(a kb.Actor) error { return w.desk.RemoveWebhook(ctx, a, w.hook) },
		} {
			w.unwritten(t, name, func() {
				wantKind(t, kb.Unauthenticated, act(kb.Actor{}))
				for _, o := range kb.AllRoles {
					if role := kb.Role(o.Value); role != kb.Admin {
						wantKind(t, kb.Forbidden, act(kb.Actor{Account: w.editor.Account, Person: w.editor.Person, Roles: kb.Roles{role}}))
					}
				}
			})
		}
		before := w.lastAudit(t)
		ok(t, w.desk.Redeliver(ctx, w.admin, w.hook, delivery))
		ok(t, w.desk.SendTest(ctx, w.admin, w.hook))
		ok(t, w.desk.UpdateWebhook(ctx, w.admin, in))
		ok(t, w.desk.RemoveWebhook(ctx, w.admin, w.hook))
		want := []string{"webhook.redeliver by Ada", "webhook.test by Ada", "webhook.change by Ada", "webhook.remove by Ada"}
		if diff := cmp.Diff(want, w.audited(t, before)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWebhookNobodySends: a program that sends nothing leaves what waits.
func TestWebhookNobodySends(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.queued(t, 1)
		w.desk = w.deskOn(w.db, nil)
		w.sends(t, false)
		if d := w.last(t); d.State != kb.Waiting {
			t.Errorf("it is %+v", d)
		}
	})
}

// TestWebhookSwept: the log of a webhook goes back for thirty days.
func TestWebhookSwept(t *testing.T) {
	t.Parallel()
	eachWire(t, func(t *testing.T, w *wire) {
		w.queued(t, 1)
		w.sends(t, true)
		w.clock.pass(30 * 24 * time.Hour)
		w.queued(t, 1)
		ok(t, w.desk.SweepWebhooks(t.Context()))
		if n := len(w.deliveries(t, w.hook)); n != 2 {
			t.Errorf("%d deliveries after thirty days", n)
		}
		w.clock.pass(time.Second)
		ok(t, w.desk.SweepWebhooks(t.Context()))
		if d := w.deliveries(t, w.hook); len(d) != 1 || d[0].State != kb.Waiting {
			t.Errorf("deliveries %+v", d)
		}
	})
}
