package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Archive captures pages, files and texts, and keeps their bytes. Its errors
// are *kb.CaptureFailure.
type Archive interface {
	Fetch(ctx context.Context, address string, progress func(string)) (kb.Capture, error)
	Upload(ctx context.Context, name string, file []byte) (kb.Capture, error)
	Paste(ctx context.Context, text string) (kb.Capture, error)
	// Forget removes bytes that were redacted; what is gone already is no error.
	Forget(ctx context.Context, hash string) error
}

// How captures are run.
const (
	captureLease   = 20 * time.Second // a runner that is gone is noticed after this
	leaseRenewal   = 4 * time.Second
	captureTimeout = 3 * time.Minute
	captureIdle    = time.Second // between two looks at the queue
	scheduledAhead = 50          // recaptures queued at a time
)

// mostBegun is how often a capture is begun at most. One that takes the program
// down each time must not do so for ever.
const mostBegun = 20

// retries are the pauses before a capture that failed for a while is tried
// again.
var retries = []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}

// AskCapture queues a capture of a source's page and gives its number. Errors:
// Invalid when it has no address, Conflict when a capture is under way.
func (d *Desk) AskCapture(ctx context.Context, actor kb.Actor, source kb.ID) (int64, error) {
	var id int64
	err := d.write(ctx, actor, CaptureSource, func(tx *store.Tx) error {
		s, err := tx.Source(source)
		if err != nil {
			return err
		}
		if s.URL == "" {
			return kb.InvalidField("url", "This source has no address. Give it one, or paste its text.")
		}
		id, err = tx.AskCapture(kb.CaptureJob{SourceID: source, URL: s.URL})
		if kb.KindOf(err) == kb.Conflict {
			return kb.Errorf(kb.Conflict, "A capture of this source is under way already.").Because(err)
		}
		return err
	})
	return id, err
}

// CancelCapture ends a capture that is under way; nothing that it brings is
// stored any more.
func (d *Desk) CancelCapture(ctx context.Context, actor kb.Actor, source kb.ID, id int64) error {
	return d.write(ctx, actor, CaptureSource, func(tx *store.Tx) error {
		j, err := tx.CaptureJob(id)
		if err != nil || j.SourceID != source {
			return kb.Errorf(kb.NotFound, "This source has no such capture.").Because(err)
		}
		j.State, j.Words = kb.Cancelled, "Cancelled by "+actor.Name+"."
		return tx.CancelCapture(j)
	})
}

// RunCaptures runs captures, one after the other, until the context ends. An
// error of the database is given to report, and the next round tries again.
func (d *Desk) RunCaptures(ctx context.Context, report func(error)) {
	ticker := time.NewTicker(captureIdle)
	defer ticker.Stop()
	for {
		busy, err := d.RunCapture(ctx)
		if err != nil && ctx.Err() == nil {
			report(err)
		}
		if busy && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunCapture runs the next capture that is due, and reports whether there was
// one. What a capture brings is stored in one transaction or not at all; one
// whose runner is gone is run again.
func (d *Desk) RunCapture(ctx context.Context) (bool, error) { return d.runCapture(ctx, 0) }

// runCapture runs the next capture, or only that of a number.
func (d *Desk) runCapture(ctx context.Context, only int64) (bool, error) {
	if d.archive == nil {
		return false, nil
	}
	if waits, err := d.db.CapturesWait(ctx); err != nil || !waits {
		return false, err
	}
	var job *kb.CaptureJob
	err := d.db.Platform(ctx, func(p *store.Platform) error {
		if only == 0 {
			if err := p.ScheduleCaptures(scheduledAhead); err != nil {
				return err
			}
		}
		var err error
		job, err = p.LeaseCapture(captureLease, only)
		return err
	})
	if err != nil || job == nil {
		return false, err
	}
	return true, d.runJob(ctx, *job)
}

func (d *Desk) runJob(ctx context.Context, job kb.CaptureJob) error {
	if job.Attempt > mostBegun { // its runners went down with it
		return d.captureFailed(ctx, job, kb.NewCaptureFailure("trouble", "The capture was begun several times and never came to an end.", false, nil))
	}
	holding, release := context.WithCancel(ctx)
	working, stop := context.WithTimeout(holding, captureTimeout)
	progress, renewed := make(chan string, 1), make(chan struct{})
	go func() { // ends with holding
		defer close(renewed)
		d.renew(holding, stop, job, progress)
	}()
	defer func() { stop(); release(); <-renewed }()
	capture, failure := d.archive.Fetch(working, job.URL, func(words string) {
		select {
		case progress <- words:
		default: // the last words have not been told yet
		}
	})
	switch {
	case ctx.Err() != nil: // stopped: whoever comes next takes the lease over
		return ctx.Err()
	case failure != nil:
		return d.captureFailed(ctx, job, failure)
	}
	return d.captureDone(ctx, job, capture)
}

// renew holds the lease and tells the progress until the work ends. It stops
// the work when the capture was cancelled or taken over.
func (d *Desk) renew(ctx context.Context, stop func(), job kb.CaptureJob, progress <-chan string) {
	ticker := time.NewTicker(leaseRenewal)
	defer ticker.Stop()
	for {
		words := ""
		select {
		case <-ctx.Done():
			return
		case words = <-progress:
		case <-ticker.C:
		}
		held := true
		err := d.db.Platform(ctx, func(p *store.Platform) error {
			var err error
			held, err = p.RenewCapture(job, words, captureLease)
			return err
		})
		if err == nil && !held {
			stop()
			return
		}
	}
}

// captureFailed lets a capture be tried again if that may help, or ends it, in
// words, and tells the editors of the claims that rest on the page.
func (d *Desk) captureFailed(ctx context.Context, job kb.CaptureJob, cause error) error {
	failure, ok := errors.AsType[*kb.CaptureFailure](cause)
	if !ok {
		failure = kb.NewCaptureFailure("trouble", "The capture failed.", true, cause)
	}
	d.log.InfoContext(ctx, "a capture failed", "source", job.SourceID, "attempt", job.Attempt, "error", cause)
	if failure.Temporary && job.Attempt <= len(retries) {
		pause := retries[job.Attempt-1]
		words := fmt.Sprintf("%s Attempt %d of %d; the next in %s.", failure.Words, job.Attempt, len(retries)+1, pauseWords(pause))
		return d.db.Platform(ctx, func(p *store.Platform) error { return p.PutBackCapture(job, words, p.Now().Add(pause)) })
	}
	job.State, job.Failure, job.Words = kb.FailedJob, failure.State, failure.Words
	news, err := d.missed(ctx, job)
	if err != nil {
		return err
	}
	return d.endJob(ctx, job, func(tx *store.Tx) error {
		if err := d.keepNews(tx, news); err != nil {
			return err
		}
		return tx.EndCapture(job)
	})
}

func pauseWords(d time.Duration) string {
	n, unit := int(d.Minutes()), "minute"
	if d >= time.Hour {
		n, unit = int(d.Hours()), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// captureDone stores what was captured, unless it is what is there already.
func (d *Desk) captureDone(ctx context.Context, job kb.CaptureJob, c kb.Capture) error {
	last, err := d.db.Desk(ctx).NewestFetched(job.SourceID)
	if err != nil && kb.KindOf(err) != kb.NotFound {
		return err
	}
	snapshot := snapshotOf(job.SourceID, "fetched", c)
	unchanged := err == nil && last.BodyHash == snapshot.BodyHash && last.TextHash == snapshot.TextHash
	news, err := d.learn(ctx, snapshot)
	if err != nil {
		return err
	}
	if unchanged {
		news.prints, news.suggestions = nil, nil // they were made when it was kept
	}
	return d.endJob(ctx, job, func(tx *store.Tx) error {
		job.State, job.Words, job.SnapshotID = kb.Unchanged, "The page is the same as before.", last.ID
		if !unchanged {
			job.State, job.Words = kb.Kept, keptWords(snapshot)
			if job.SnapshotID, err = tx.InsertSnapshot(snapshot); err != nil {
				return err
			}
		}
		news.snapshot = job.SnapshotID
		if err := d.keepNews(tx, news); err != nil {
			return err
		}
		return tx.EndCapture(job)
	})
}

func keptWords(s kb.Snapshot) string {
	words := fmt.Sprintf("Kept, with %d characters of text.", len([]rune(s.Text)))
	if s.Facts.Paywalled {
		words += " The page says that it must be paid for: this may be a part of it."
	}
	return words
}

// endJob writes the end of a capture in the name of who asked for it. One that
// was cancelled meanwhile leaves nothing.
func (d *Desk) endJob(ctx context.Context, job kb.CaptureJob, f func(*store.Tx) error) error {
	person, err := d.db.Desk(ctx).Person(job.RequestedBy)
	if err != nil {
		return err
	}
	err = d.db.Write(ctx, kb.Actor{Person: person.ID, Name: person.Name}, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil { // before anything is read that an event may rest on
			return err
		}
		return f(tx)
	})
	if errors.Is(err, store.ErrCaptureOver) {
		return nil
	}
	if err == nil {
		d.signCommitted(ctx)
	}
	return err
}

func snapshotOf(source kb.ID, method string, c kb.Capture) kb.Snapshot {
	return kb.Snapshot{
		SourceID: source, RequestedURL: c.RequestedURL, FinalURL: c.FinalURL, Redirects: c.Redirects, Headers: c.Headers,
		CapturedAt: c.At, Status: c.Status, MediaType: c.MediaType, BodyHash: c.BodyHash, Text: c.Text,
		TextHash: record.Hash([]byte(c.Text)), Extractor: c.Extractor, ExtractorVersion: c.ExtractorVersion, Method: method,
		Complete: c.Complete, Rights: "quotation", Facts: c.Facts,
	}
}
