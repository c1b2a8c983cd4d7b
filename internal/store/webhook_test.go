package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// webhook adds a webhook.
func (w *world) webhook(t *testing.T) kb.Webhook {
	t.Helper()
	var hook kb.Webhook
	w.write(t, func(tx *store.Tx) error {
		id, err := tx.InsertWebhook(kb.Webhook{URL: "https://example.org/", Events: kb.Strings{kb.EventPublished, kb.EventRetracted}, Secret: hookSecret})
		if err != nil {
			return err
		}
		hook, err = tx.Webhook(id)
		return err
	})
	return hook
}

// queue queues messages about a claim, each for all of the webhooks.
func (w *world) queue(t *testing.T, n int, claim string, to ...kb.Webhook) {
	t.Helper()
	w.write(t, func(tx *store.Tx) error {
		for i := range n {
			d := kb.WebhookDelivery{Event: kb.EventPublished, ClaimID: claim, Revision: i + 1, Body: fmt.Appendf(nil, "%s %d", claim, i+1)}
			if err := tx.QueueDeliveries(to, d); err != nil {
				return err
			}
		}
		return tx.PauseWebhook("resume", to[0].ID, false) // the audit entry that a write must leave
	})
}

func (w *world) platform(t *testing.T, f func(*store.Platform) error) {
	t.Helper()
	if err := w.db.Platform(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// leaseDelivery takes the next delivery, nil when there is none.
func (w *world) leaseDelivery(t *testing.T, lease time.Duration) *kb.WebhookDelivery {
	t.Helper()
	var d *kb.WebhookDelivery
	w.platform(t, func(p *store.Platform) error {
		var err error
		d, err = p.LeaseDelivery(lease)
		return err
	})
	return d
}

// end takes the next delivery and ends it in a state.
func (w *world) end(t *testing.T, state string) {
	t.Helper()
	d := w.leaseDelivery(t, time.Hour)
	if d == nil {
		t.Fatal("no delivery is due")
	}
	d.State = state
	w.platform(t, func(p *store.Platform) error { return p.EndDelivery(*d) })
}

func (w *world) deliveries(t *testing.T, hook kb.Webhook) []kb.WebhookDelivery {
	t.Helper()
	rows, err := w.db.Desk(t.Context()).Deliveries(hook.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestWebhookAudit: what is done to a webhook is in the audit, and nothing there
// is derived from its secret.
func TestWebhookAudit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		hook := w.webhook(t)
		w.queue(t, 1, "c1aim000", hook)
		w.end(t, kb.Delivered)
		w.write(t, func(tx *store.Tx) error { return tx.UpdateWebhook(hook) })
		w.write(t, func(tx *store.Tx) error { return tx.QueueTest(hook, []byte("{}")) })
		w.write(t, func(tx *store.Tx) error { return tx.Redeliver(hook.ID, w.deliveries(t, hook)[0].ID-1) })
		w.write(t, func(tx *store.Tx) error { return tx.PauseWebhook("pause", hook.ID, true) })
		w.write(t, func(tx *store.Tx) error { return tx.RemoveWebhook(hook.ID) })
		items, err := db.Desk(t.Context()).Audit(store.AuditQuery{Action: "webhook", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var did []string
		for _, x := range items {
			did = append(did, x.Action)
			if x.BeforeHash != "" || x.AfterHash != "" || x.ObjectID != string(hook.ID) {
				t.Errorf("%+v", x)
			}
		}
		want := []string{"webhook.remove", "webhook.pause", "webhook.redeliver", "webhook.test", "webhook.change", "webhook.resume", "webhook.add"}
		if diff := cmp.Diff(want, did); diff != "" {
			t.Error(diff)
		}
	})
}

// TestDeliveryLease: messages are taken in order, each by one runner; what a
// runner that was overtaken brings is not stored.
func TestDeliveryLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		hook := w.webhook(t)
		w.queue(t, 2, "c1aim000", hook)
		first := w.leaseDelivery(t, -time.Second) // its runner is gone
		again := w.leaseDelivery(t, time.Hour)
		second := w.leaseDelivery(t, time.Hour)
		if first == nil || again == nil || second == nil || first.ID != again.ID || second.ID == first.ID || w.leaseDelivery(t, time.Hour) != nil {
			t.Fatalf("leased %+v, %+v, %+v", first, again, second)
		}
		if again.Attempt != 2 || string(again.Body) != "c1aim000 1" || again.State != kb.Running {
			t.Errorf("taken over: %+v", again)
		}
		first.State = kb.FailedJob
		w.platform(t, func(p *store.Platform) error { return p.EndDelivery(*first) })
		second.Status, second.Words = 500, "No."
		w.platform(t, func(p *store.Platform) error { return p.PutBackDelivery(*second, p.Now().Add(time.Hour)) })
		again.State, again.Status = kb.Delivered, 200
		w.platform(t, func(p *store.Platform) error { return p.EndDelivery(*again) })
		rows := w.deliveries(t, hook)
		if rows[1].State != kb.Delivered || rows[1].Status != 200 || rows[1].FinishedAt == nil || rows[1].Body != nil {
			t.Errorf("ended: %+v", rows[1])
		}
		if rows[0].State != kb.Waiting || rows[0].Words != "No." || !rows[0].RunAt.After(db.Now()) || rows[0].LeaseUntil != nil || rows[0].FinishedAt != nil {
			t.Errorf("put back: %+v", rows[0])
		}
		if waits, err := db.DeliveriesWait(t.Context()); err != nil || waits {
			t.Errorf("something is due: %t, %v", waits, err)
		}
	})
}

// TestDeliveryLeasedOnce: of many who reach for one message, one gets it.
func TestDeliveryLeasedOnce(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		w := newWorld(t, storetest.Open(t, address))
		w.queue(t, 1, "c1aim000", w.webhook(t))
		start, got := make(chan struct{}), make(chan *kb.WebhookDelivery, 8)
		var wg sync.WaitGroup
		for range cap(got) {
			db := storetest.Open(t, address)
			wg.Go(func() {
				<-start
				if err := db.Platform(t.Context(), func(p *store.Platform) error {
					d, err := p.LeaseDelivery(time.Hour)
					got <- d
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		close(got)
		taken := 0
		for d := range got {
			if d != nil {
				taken++
			}
		}
		if taken != 1 {
			t.Errorf("%d took it", taken)
		}
	})
}

// TestDeliveryOfPaused: what is for a paused webhook is not due.
func TestDeliveryOfPaused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		paused, other := w.webhook(t), w.webhook(t)
		w.queue(t, 1, "c1aim000", paused, other)
		w.write(t, func(tx *store.Tx) error { return tx.PauseWebhook("pause", paused.ID, true) })
		if d := w.leaseDelivery(t, time.Hour); d == nil || d.WebhookID != other.ID {
			t.Errorf("leased %+v", d)
		}
		if d := w.leaseDelivery(t, time.Hour); d != nil {
			t.Errorf("leased %+v", d)
		}
	})
}

// TestFailing: only failures in a row count, and no tests.
func TestFailing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		hook := w.webhook(t)
		for i, x := range []struct {
			state   string
			failing bool
		}{
			{kb.FailedJob, false}, {kb.Delivered, false}, {kb.FailedJob, false}, {kb.FailedJob, true}, {kb.FailedJob, true}, {kb.Delivered, false},
		} {
			w.queue(t, 1, "c1aim000", hook)
			w.end(t, x.state)
			w.write(t, func(tx *store.Tx) error { return tx.QueueTest(hook, []byte("{}")) })
			w.end(t, kb.FailedJob)
			if failing, err := db.Desk(t.Context()).Failing(hook.ID, 2); err != nil || failing != x.failing {
				t.Errorf("after message %d: %t, %v", i+1, failing, err)
			}
		}
	})
}

// TestDropDeliveries: the messages about one claim go, whatever their state, and
// those that came to an end long ago.
func TestDropDeliveries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		hook := w.webhook(t)
		w.queue(t, 2, "c1aim000", hook)
		w.queue(t, 3, "c1aim001", hook)
		w.end(t, kb.Delivered)
		w.write(t, func(tx *store.Tx) error {
			if err := tx.DropDeliveries("c1aim000"); err != nil {
				return err
			}
			return tx.PauseWebhook("resume", hook.ID, false)
		})
		w.end(t, kb.Delivered)
		w.end(t, kb.FailedJob)
		if n := len(w.deliveries(t, hook)); n != 3 {
			t.Errorf("%d are left", n)
		}
		w.platform(t, func(p *store.Platform) error { return p.DropDelivered(p.Now().Add(-time.Hour)) })
		if n := len(w.deliveries(t, hook)); n != 3 {
			t.Errorf("%d are left", n)
		}
		w.platform(t, func(p *store.Platform) error { return p.DropDelivered(p.Now().Add(time.Hour)) })
		if rows := w.deliveries(t, hook); len(rows) != 1 || rows[0].State != kb.Waiting {
			t.Errorf("%+v are left", rows)
		}
	})
}

// TestLastDeliveries: a list of webhooks shows the newest message of each.
func TestLastDeliveries(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		a, b, silent := w.webhook(t), w.webhook(t), w.webhook(t)
		w.queue(t, 2, "c1aim000", a)
		w.queue(t, 3, "c1aim001", b)
		last, err := db.Desk(t.Context()).LastDeliveries()
		if err != nil || len(last) != 2 || last[a.ID].Revision != 2 || last[b.ID].Revision != 3 || last[b.ID].Body != nil {
			t.Errorf("got %+v, %v", last, err)
		}
		hooks, err := db.Desk(t.Context()).Webhooks()
		if err != nil || len(hooks) != 3 || hooks[0].ID != a.ID || hooks[2].ID != silent.ID || hooks[0].Secret != hookSecret {
			t.Errorf("got %+v, %v", hooks, err)
		}
	})
}

// TestWebhookBackup: a backup holds the webhooks, and nothing that they were or
// are to be sent.
func TestWebhookBackup(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		w := newWorld(t, storetest.Open(t, address))
		w.queue(t, 1, "c1aim000", w.webhook(t))
		files := parts(t, dumped(t, address, nil, newBlobs()))
		if files["tables/webhook.jsonl"] == "" {
			t.Error("the webhook is missing")
		}
		if _, kept := files["tables/webhook_delivery.jsonl"]; kept {
			t.Error("a delivery is in the backup")
		}
	})
}
