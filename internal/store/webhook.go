package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// A webhook's row holds its secret. The audit entries about it carry no hash of
// the row: nothing that is kept for ever is derived from a secret.

// InsertWebhook stores a webhook and gives its id.
func (tx *Tx) InsertWebhook(w kb.Webhook) (kb.ID, error) {
	id, err := tx.newID("webhook")
	if err != nil {
		return "", err
	}
	w.ID, w.CreatedBy, w.CreatedAt, w.Version = id, tx.actor.Person, tx.now, 1
	if err := tx.g.Create(&w).Error; err != nil {
		return "", translate(fmt.Errorf("insert webhook: %w", err))
	}
	return id, tx.auditWebhook("add", id)
}

func (tx *Tx) auditWebhook(did string, id kb.ID) error {
	return tx.audit("webhook."+did, object{"webhook", id, ""}, nil, nil)
}

// UpdateWebhook stores the address, the events and the note of a webhook. Errors:
// NotFound, Conflict when somebody saved first.
func (tx *Tx) UpdateWebhook(w kb.Webhook) error {
	if _, err := tx.Webhook(w.ID); err != nil {
		return err
	}
	version := w.Version
	w.Version++
	r := tx.g.Model(&kb.Webhook{}).Where("id = ? AND version = ?", w.ID, version).
		Select("url", "events", "note", "version").UpdateColumns(&w)
	if r.Error != nil {
		return translate(fmt.Errorf("update webhook: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return errSavedFirst()
	}
	return tx.auditWebhook("change", w.ID)
}

// PauseWebhook lets the deliveries of a webhook wait, or go on; did names it in
// the audit. The version stays: nobody's form shows the pause. Errors: NotFound.
func (tx *Tx) PauseWebhook(did string, id kb.ID, paused bool) error {
	return tx.onWebhook(did, id, tx.g.Table("webhook").Where("id = ?", id).UpdateColumn("paused", paused))
}

// RemoveWebhook removes a webhook with its deliveries. LockRecord must have been
// called: a publication under way would queue a delivery for what is gone.
// Errors: NotFound.
func (tx *Tx) RemoveWebhook(id kb.ID) error {
	return tx.onWebhook("remove", id, tx.g.Where("id = ?", id).Delete(&kb.Webhook{}))
}

// onWebhook audits what was done to the one webhook of an id.
func (tx *Tx) onWebhook(did string, id kb.ID, r *gorm.DB) error {
	if r.Error != nil {
		return translate(fmt.Errorf("%s webhook: %w", did, r.Error))
	}
	if r.RowsAffected != 1 {
		return kb.Errorf(kb.NotFound, "There is no such webhook any more.")
	}
	return tx.auditWebhook(did, id)
}

// QueueDeliveries queues one message for each of the webhooks, with what
// publishes it. They leave no audit entry of their own.
func (tx *Tx) QueueDeliveries(to []kb.Webhook, d kb.WebhookDelivery) error {
	d.State, d.RunAt, d.CreatedAt = kb.Waiting, tx.now, tx.now
	for _, w := range to {
		d.WebhookID = w.ID
		if err := tx.g.Omit("ID").Create(&d).Error; err != nil {
			return translate(fmt.Errorf("queue delivery: %w", err))
		}
	}
	return nil
}

// QueueTest queues a test of a webhook.
func (tx *Tx) QueueTest(w kb.Webhook, body []byte) error {
	if err := tx.QueueDeliveries([]kb.Webhook{w}, kb.WebhookDelivery{Event: kb.EventPing, Body: body}); err != nil {
		return err
	}
	return tx.auditWebhook("test", w.ID)
}

// Redeliver lets a delivery be sent once more, now. Errors: NotFound, Conflict
// when it is being sent.
func (tx *Tx) Redeliver(webhook kb.ID, delivery int64) error {
	if _, err := take[kb.WebhookDelivery](Reader{tx.g.Omit("body")}, "delivery", "id = ? AND webhook_id = ?", delivery, webhook); err != nil {
		return err
	}
	r := tx.g.Table("webhook_delivery").Where("id = ? AND state <> ?", delivery, kb.Running).UpdateColumns(map[string]any{
		"state": kb.Waiting, "run_at": tx.now, "lease_until": nil, "finished_at": nil,
	})
	if r.Error != nil {
		return translate(fmt.Errorf("redeliver: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return kb.Errorf(kb.Conflict, "It is being sent just now.")
	}
	return tx.auditWebhook("redeliver", webhook)
}

// DropDeliveries forgets the messages about a claim, sent or not: they repeat
// its words.
func (tx *Tx) DropDeliveries(claim kb.ID) error {
	if err := tx.g.Where("claim_id = ?", string(claim)).Delete(&kb.WebhookDelivery{}).Error; err != nil {
		return translate(fmt.Errorf("drop deliveries: %w", err))
	}
	return nil
}

// dueDelivery are the deliveries to run: whose time has come, or whose runner is
// gone. Those of a paused webhook wait, but for a test.
const dueDelivery = `((state = 'waiting' AND run_at <= @now) OR (state = 'running' AND lease_until < @now))
	AND (event = 'ping' OR webhook_id IN (SELECT id FROM webhook WHERE NOT paused))`

// LeaseDelivery takes the next delivery that is due, or whose runner is gone, and
// holds it for a while. It gives none when there is none.
func (p *Platform) LeaseDelivery(lease time.Duration) (*kb.WebhookDelivery, error) {
	var ids []int64
	now := map[string]any{"now": p.now}
	if err := p.g.Table("webhook_delivery").Where(dueDelivery, now).Order("run_at, id").Limit(1).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, translate(err)
	}
	r := p.g.Table("webhook_delivery").Where("id = ?", ids[0]).Where(dueDelivery, now).UpdateColumns(map[string]any{
		"state": kb.Running, "lease_until": p.now.Add(lease), "attempt": gorm.Expr("attempt + 1"),
	})
	if r.Error != nil || r.RowsAffected != 1 { // another process was quicker
		return nil, translate(r.Error)
	}
	d, err := take[kb.WebhookDelivery](Reader{p.g}, "delivery", "id = ?", ids[0])
	return &d, err
}

// Webhook reads a webhook.
func (p *Platform) Webhook(id kb.ID) (kb.Webhook, error) { return Reader{p.g}.Webhook(id) }

// PutBackDelivery lets a delivery be tried again at a time; what came of this
// attempt is in d.
func (p *Platform) PutBackDelivery(d kb.WebhookDelivery, at time.Time) error {
	d.State, d.RunAt = kb.Waiting, at.UTC()
	return p.saveAttempt(d)
}

// EndDelivery ends a delivery, with what came of it in d.
func (p *Platform) EndDelivery(d kb.WebhookDelivery) error {
	at := p.now
	d.FinishedAt = &at
	return p.saveAttempt(d)
}

// saveAttempt stores what came of an attempt, unless the delivery was taken over
// or dropped meanwhile.
func (p *Platform) saveAttempt(d kb.WebhookDelivery) error {
	d.LeaseUntil = nil
	return translate(p.g.Model(&kb.WebhookDelivery{}).Where("id = ? AND state = ? AND attempt = ?", d.ID, kb.Running, d.Attempt).
		Select("state", "run_at", "lease_until", "status", "words", "finished_at").UpdateColumns(&d).Error)
}

// DropDelivered forgets the deliveries that came to an end before a moment.
func (p *Platform) DropDelivered(before time.Time) error {
	return translate(p.g.Where("finished_at < ?", before.UTC()).Delete(&kb.WebhookDelivery{}).Error)
}

// DeliveriesWait reports whether a delivery is to be run now. It reads only: a
// process that has nothing to do holds up no writer.
func (db *DB) DeliveriesWait(ctx context.Context) (bool, error) {
	return db.Desk(ctx).exists("webhook_delivery", dueDelivery, map[string]any{"now": db.clock()})
}

// Webhook reads a webhook.
func (r Reader) Webhook(id kb.ID) (kb.Webhook, error) {
	return take[kb.Webhook](r, "webhook", "id = ?", id)
}

// Webhooks lists the webhooks, the oldest first.
func (r Reader) Webhooks() ([]kb.Webhook, error) {
	return find[kb.Webhook](r, "webhooks", "created_at, id", "1 = 1")
}

// Deliveries lists the newest deliveries of a webhook, the newest first, without
// their bodies.
func (r Reader) Deliveries(webhook kb.ID, limit int) ([]kb.WebhookDelivery, error) {
	return findSome[kb.WebhookDelivery](Reader{r.g.Omit("body")}, "deliveries", "id DESC", limit, "webhook_id = ?", webhook)
}

// LastDeliveries gives the newest delivery of each webhook that has one, without
// its body.
func (r Reader) LastDeliveries() (map[kb.ID]kb.WebhookDelivery, error) {
	rows, err := find[kb.WebhookDelivery](Reader{r.g.Omit("body")}, "deliveries", "id", "id IN (SELECT MAX(id) FROM webhook_delivery GROUP BY webhook_id)")
	return byID(rows, func(d kb.WebhookDelivery) kb.ID { return d.WebhookID }), err
}

// Failing reports whether the last n messages to a webhook all failed for good.
// Tests do not count.
func (r Reader) Failing(webhook kb.ID, n int) (bool, error) {
	rows, err := findSome[kb.WebhookDelivery](Reader{r.g.Omit("body")}, "deliveries", "finished_at DESC, id DESC", n,
		"webhook_id = ? AND event <> ? AND finished_at IS NOT NULL", webhook, kb.EventPing)
	arrived := func(d kb.WebhookDelivery) bool { return d.State != kb.FailedJob }
	return len(rows) == n && !slices.ContainsFunc(rows, arrived), err
}
