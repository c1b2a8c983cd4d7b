package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Poster sends a message to an address outside and gives the status and the
// beginning of the answer. Its errors may say of themselves what a failure does.
type Poster interface {
	Post(ctx context.Context, address string, header http.Header, body []byte) (status int, answer []byte, err error)
}

// failure is an error in words for people that knows whether trying again later
// may help.
type failure interface {
	error
	Readable() string
	Temporary() bool
}

// How webhooks are run.
const (
	webhookLease   = time.Minute // a runner that is gone is noticed after this; sending takes ten seconds at most
	webhookIdle    = time.Second // between two looks at the queue
	webhookSweep   = time.Hour
	webhookKept    = 30 * 24 * time.Hour // deliveries that came to an end
	longestOutcome = 300                 // characters of what a receiver says
)

// HopelessAfter is how many messages in a row have failed for good when a
// webhook is paused.
const HopelessAfter = 5

// resends are the pauses before a message that did not arrive is sent again.
var resends = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 24 * time.Hour}

// AddWebhook stores a webhook, with a secret of its own, and gives its id.
func (d *Desk) AddWebhook(ctx context.Context, actor kb.Actor, in kb.WebhookInput) (kb.ID, error) {
	if err := check(actor, ManageWebhooks, &in); err != nil {
		return "", err
	}
	var id kb.ID
	err := d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error {
		var err error
		id, err = tx.InsertWebhook(kb.Webhook{URL: in.URL, Events: in.Events, Note: in.Note, Secret: kb.NewWebhookSecret()})
		return err
	})
	return id, err
}

// UpdateWebhook stores another address, other events or another note; the secret
// stays. Errors: NotFound, Conflict when somebody saved first.
func (d *Desk) UpdateWebhook(ctx context.Context, actor kb.Actor, in kb.WebhookInput) error {
	if err := check(actor, ManageWebhooks, &in); err != nil {
		return err
	}
	return d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error {
		return tx.UpdateWebhook(kb.Webhook{ID: in.ID, URL: in.URL, Events: in.Events, Note: in.Note, Version: in.Version})
	})
}

// RemoveWebhook removes a webhook with its deliveries, sent or not.
func (d *Desk) RemoveWebhook(ctx context.Context, actor kb.Actor, id kb.ID) error {
	return d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil { // no publication may queue for it meanwhile
			return err
		}
		return tx.RemoveWebhook(id)
	})
}

// PauseWebhook lets what a webhook is to be told wait, or go on.
func (d *Desk) PauseWebhook(ctx context.Context, actor kb.Actor, id kb.ID, paused bool) error {
	did := "resume"
	if paused {
		did = "pause"
	}
	return d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error { return tx.PauseWebhook(did, id, paused) })
}

// Redeliver sends a message once more, under the id that it had. Errors: NotFound,
// Conflict while it is being sent.
func (d *Desk) Redeliver(ctx context.Context, actor kb.Actor, webhook kb.ID, delivery int64) error {
	return d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error { return tx.Redeliver(webhook, delivery) })
}

// SendTest queues a message that says nothing, once; a paused webhook gets it too.
func (d *Desk) SendTest(ctx context.Context, actor kb.Actor, id kb.ID) error {
	return d.write(ctx, actor, ManageWebhooks, func(tx *store.Tx) error {
		w, err := tx.Webhook(id)
		if err != nil {
			return err
		}
		body, err := record.Canonical(webhookMessage{Type: kb.EventPing, Timestamp: record.Stamp(tx.Now()), Data: webhookTest{string(id)}})
		if err != nil {
			return err
		}
		return tx.QueueTest(w, body)
	})
}

// webhookMessage is the body of a delivery.
type webhookMessage struct {
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      any    `json:"data"`
}

type webhookTest struct {
	Webhook string `json:"webhook"`
}

type webhookClaim struct {
	Claim       string         `json:"claim"`
	Revision    int            `json:"revision"`
	URL         string         `json:"url"`
	RevisionURL string         `json:"revision_url"`
	DocumentURL string         `json:"document_url"`
	SHA256      string         `json:"sha256"` // of the document
	Text        string         `json:"text"`
	Language    string         `json:"language"`
	Rating      *webhookRating `json:"rating"`
	Outcome     string         `json:"outcome"`
	Previous    *webhookRating `json:"previous,omitempty"` // of the revision before, if it had one
	Class       string         `json:"class"`
	Note        string         `json:"note"`
	PublishedAt string         `json:"published_at"`
}

type webhookRating struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// tellWebhooks queues what is to be said of a revision, in the transaction that
// publishes it. It must come before the revision is stored, since it reads the
// one that was in force until now.
func (d *Desk) tellWebhooks(tx *store.Tx, document record.Document, hash string, content record.Content) error {
	event := webhookEvent(document.Number, content)
	if event == "" {
		return nil
	}
	told, err := webhooksFor(tx, event)
	if err != nil || len(told) == 0 {
		return err
	}
	previous, err := ratingBefore(tx, kb.ID(document.Claim))
	if err != nil {
		return err
	}
	data := webhookClaim{
		Claim: document.Claim, Revision: document.Number, URL: d.claimURL(kb.ID(document.Claim)), RevisionURL: d.revisionURL(document),
		DocumentURL: d.revisionURL(document) + ".json", SHA256: hash, Text: content.Claim.Text, Language: content.Claim.Language,
		Rating: ratingOf(content), Outcome: content.Ruling.Outcome, Previous: previous, PublishedAt: document.PublishedAt,
	}
	if content.Correction != nil {
		data.Class, data.Note = content.Correction.Class, content.Correction.Note
	}
	body, err := record.Canonical(webhookMessage{Type: "claim." + event, Timestamp: record.Stamp(tx.Now()), Data: data})
	if err != nil {
		return err
	}
	return tx.QueueDeliveries(told, kb.WebhookDelivery{Event: event, ClaimID: document.Claim, Revision: document.Number, Body: body})
}

// webhookEvent gives the event that a revision is; none when only its form
// changed.
func webhookEvent(number int, content record.Content) string {
	switch {
	case withdrawn(content):
		return kb.EventRetracted
	case number == 1:
		return kb.EventPublished
	case content.Correction != nil && content.Correction.Class == "typo":
		return ""
	}
	return kb.EventCorrected
}

func webhooksFor(tx *store.Tx, event string) ([]kb.Webhook, error) {
	all, err := tx.Webhooks()
	return slices.DeleteFunc(all, func(w kb.Webhook) bool { return !slices.Contains(w.Events, event) }), err
}

// ratingBefore gives the rating in force; none when there is none, or when it was
// redacted.
func ratingBefore(tx *store.Tx, claim kb.ID) (*webhookRating, error) {
	live, err := liveContent(tx.Reader, claim)
	if kind := kb.KindOf(err); kind == kb.Conflict || kind == kb.Gone {
		return nil, nil
	}
	return ratingOf(live), err
}

func ratingOf(c record.Content) *webhookRating {
	if c.Ruling.Rating == nil {
		return nil
	}
	return &webhookRating{c.Ruling.Rating.Key, c.Ruling.Rating.Texts.In(c.Claim.Language).Label}
}

// RunWebhooks sends what is to be sent, one message after the other, until the
// context ends. An error of the database is given to report, and the next round
// tries again. Any number of processes may run it.
func (d *Desk) RunWebhooks(ctx context.Context, report func(error)) {
	idle, sweep := time.NewTicker(webhookIdle), time.NewTicker(webhookSweep)
	defer idle.Stop()
	defer sweep.Stop()
	heard := func(err error) {
		if err != nil && ctx.Err() == nil {
			report(err)
		}
	}
	heard(d.SweepWebhooks(ctx))
	for {
		busy, err := d.RunWebhook(ctx)
		heard(err)
		if busy && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			heard(d.SweepWebhooks(ctx))
		case <-idle.C:
		}
	}
}

// SweepWebhooks forgets the deliveries that came to an end long ago.
func (d *Desk) SweepWebhooks(ctx context.Context) error {
	return d.db.Platform(ctx, func(p *store.Platform) error { return p.DropDelivered(p.Now().Add(-webhookKept)) })
}

// RunWebhook sends the next message that is due, and reports whether there was
// one. A message whose runner is gone is sent again: it may arrive twice, and has
// the same id then.
func (d *Desk) RunWebhook(ctx context.Context) (bool, error) {
	if d.poster == nil {
		return false, nil
	}
	if waits, err := d.db.DeliveriesWait(ctx); err != nil || !waits {
		return false, err
	}
	var job *kb.WebhookDelivery
	var to kb.Webhook
	err := d.db.Platform(ctx, func(p *store.Platform) error {
		var err error
		if job, err = p.LeaseDelivery(webhookLease); err != nil || job == nil {
			return err
		}
		to, err = p.Webhook(job.WebhookID)
		return err
	})
	if err != nil || job == nil {
		return false, err
	}
	return true, d.deliver(ctx, to, *job)
}

// deliver sends a message, and lets it be sent again later if it did not arrive
// and may yet.
func (d *Desk) deliver(ctx context.Context, to kb.Webhook, job kb.WebhookDelivery) error {
	final := d.send(ctx, to, &job)
	if ctx.Err() != nil { // stopped: whoever comes next takes the lease over
		return ctx.Err()
	}
	tried := job.Attempt - 1
	if !final && tried < len(resends) && job.Event != kb.EventPing {
		return d.db.Platform(ctx, func(p *store.Platform) error { return p.PutBackDelivery(job, p.Now().Add(resends[tried])) })
	}
	if err := d.db.Platform(ctx, func(p *store.Platform) error { return p.EndDelivery(job) }); err != nil {
		return err
	}
	if job.State != kb.FailedJob {
		return nil
	}
	return d.pauseHopeless(ctx, to.ID)
}

// send sends a message once, writes down what came of it, and reports whether
// that is final: it arrived, or can never.
func (d *Desk) send(ctx context.Context, to kb.Webhook, job *kb.WebhookDelivery) (final bool) {
	job.State, job.Status = kb.FailedJob, 0
	header, err := signedHeader(to, job.Body, d.db.Now())
	if err != nil {
		job.Words = "The secret of this webhook cannot be read."
		d.log.ErrorContext(ctx, "a webhook cannot be signed", "webhook", to.ID, "error", err)
		return true
	}
	status, answer, err := d.poster.Post(ctx, to.URL, header, job.Body)
	if err != nil {
		job.Words = "The message could not be sent."
		if e, ok := errors.AsType[failure](err); ok {
			job.Words, final = e.Readable(), !e.Temporary()
		}
		// Without the cause: it names the address, which is often a secret.
		d.log.InfoContext(ctx, "a webhook was not delivered", "webhook", to.ID, "attempt", job.Attempt, "words", job.Words)
		return final
	}
	job.Status, job.Words = status, outcomeWords(status, answer)
	if status < http.StatusOK || status >= http.StatusMultipleChoices {
		return false
	}
	job.State = kb.Delivered
	return true
}

// signedHeader gives the header of a message, as the Standard Webhooks
// specification has it. The id is derived from the body: it is the same for each
// attempt, and never that of another message.
func signedHeader(to kb.Webhook, body []byte, at time.Time) (http.Header, error) {
	id := "msg_" + record.Hash(body)[:32]
	signature, err := to.Sign(id, at, body)
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("Webhook-Id", id)
	h.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	h.Set("Webhook-Signature", signature)
	return h, err
}

// outcomeWords says what a receiver answered; of a refusal its own words too,
// without what a database cannot keep.
func outcomeWords(status int, answer []byte) string {
	words := strings.TrimSpace(fmt.Sprintf("The receiver answered %d %s", status, http.StatusText(status)))
	said := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(answer), "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if status < http.StatusMultipleChoices || said == "" {
		return words + "."
	}
	return words + ": “" + clip(said, longestOutcome) + "”."
}

// pauseHopeless pauses a webhook that nothing reaches any more, and says so in
// the audit.
func (d *Desk) pauseHopeless(ctx context.Context, id kb.ID) error {
	failing, err := d.db.Desk(ctx).Failing(id, HopelessAfter)
	if err != nil || !failing {
		return err
	}
	err = d.db.Write(ctx, kb.System, func(tx *store.Tx) error { return tx.PauseWebhook("pause-failing", id, true) })
	if kb.KindOf(err) == kb.NotFound {
		return nil // it was removed meanwhile
	}
	d.log.WarnContext(ctx, "a webhook is paused: nothing reached it any more", "webhook", id, "failed", HopelessAfter)
	return err
}
