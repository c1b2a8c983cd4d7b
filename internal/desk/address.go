package desk

import (
	"cmp"
	"context"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// CaptureAddress captures the page at an address now, as a source of its own if
// none is known there, and gives how it went.
func (d *Desk) CaptureAddress(ctx context.Context, actor kb.Actor, address string) (kb.CaptureJob, error) {
	source, err := d.FindSource(ctx, "", address, "")
	known := err == nil
	if kb.KindOf(err) == kb.NotFound {
		source, err = d.AddSource(ctx, actor, SourceInput{Source: kb.Source{
			Title: address, URL: address, Kind: "other", Language: "und", PublishedOn: kb.UnknownDate(),
		}})
	}
	if err != nil {
		return kb.CaptureJob{}, err
	}
	id, err := d.AskCapture(ctx, actor, source)
	if err != nil {
		return kb.CaptureJob{}, err
	}
	job, err := d.runUntil(ctx, id)
	if err != nil {
		return job, err
	}
	if known || job.SnapshotID == "" {
		return job, nil
	}
	return job, d.takeFacts(ctx, actor, job)
}

// runUntil waits until a capture had its first attempt, here or in another
// process.
func (d *Desk) runUntil(ctx context.Context, id int64) (kb.CaptureJob, error) {
	ticker := time.NewTicker(captureIdle)
	defer ticker.Stop()
	for {
		busy, err := d.runCapture(ctx, id)
		if err != nil {
			return kb.CaptureJob{}, err
		}
		job, err := d.db.Desk(ctx).CaptureJob(id)
		if err != nil || !job.Under() || (job.State == kb.Queued && job.Attempt > 0) {
			return job, err
		}
		if busy {
			continue
		}
		select {
		case <-ctx.Done():
			return job, ctx.Err()
		case <-ticker.C:
		}
	}
}

// takeFacts fills a source that was made for a capture with what its page says
// of itself.
func (d *Desk) takeFacts(ctx context.Context, actor kb.Actor, job kb.CaptureJob) error {
	r := d.db.Desk(ctx)
	source, err := r.Source(job.SourceID)
	if err != nil {
		return err
	}
	snapshot, err := r.Snapshot(job.SnapshotID)
	if err != nil {
		return err
	}
	f := snapshot.Facts
	in := SourceInput{Source: source, Publisher: f.Publisher}
	in.Title, in.Language, in.Authors = cmp.Or(f.Title, in.Title), cmp.Or(f.Language, in.Language), f.Authors
	if f.Published != "" {
		in.PublishedOn = kb.StatedDate(f.Published)
	}
	return d.UpdateSource(ctx, actor, in)
}
