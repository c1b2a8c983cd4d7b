package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// GivenCapture is a text or a file that a person gives in place of a fetch.
type GivenCapture struct {
	SourceID kb.ID
	Text     string // pasted
	FileName string // uploaded
	File     []byte
	Complete string
	Rights   kb.Rights
}

// GiveCapture keeps what a person pasted or uploaded as a capture. Errors:
// Invalid at the field, with the words of the failure.
func (d *Desk) GiveCapture(ctx context.Context, actor kb.Actor, in GivenCapture) (kb.ID, error) {
	if err := check(actor, CaptureSource, &in.Rights); err != nil {
		return "", err
	}
	if d.archive == nil {
		return "", errors.New("keep a capture: no archive is configured")
	}
	if _, err := d.db.Desk(ctx).Source(in.SourceID); err != nil {
		return "", err
	}
	c, method, err := d.given(ctx, in)
	if err != nil {
		return "", err
	}
	snapshot := snapshotOf(in.SourceID, method, c)
	snapshot.Rights, snapshot.RightsNote, snapshot.CapturedAt = in.Rights.Shown, in.Rights.Note, time.Time{}
	last, err := d.db.Desk(ctx).NewestWhole(in.SourceID)
	if err == nil && last.TextHash == snapshot.TextHash && last.BodyHash == snapshot.BodyHash && last.Method == method && last.Rights == snapshot.Rights {
		return last.ID, nil // the form was sent twice
	}
	if err != nil && kb.KindOf(err) != kb.NotFound {
		return "", err
	}
	if in.Complete == "yes" || in.Complete == "no" {
		snapshot.Complete = in.Complete
	}
	news, err := d.learn(ctx, snapshot)
	if err != nil {
		return "", err
	}
	news.checks = nil // what a person pastes says nothing of the live page
	var id kb.ID
	err = d.write(ctx, actor, CaptureSource, func(tx *store.Tx) error {
		if id, err = tx.InsertSnapshot(snapshot); err != nil {
			return err
		}
		news.snapshot = id
		return d.keepNews(tx, news)
	})
	return id, err
}

func (d *Desk) given(ctx context.Context, in GivenCapture) (c kb.Capture, method string, err error) {
	field := "text"
	switch {
	case len(in.File) > 0 && strings.TrimSpace(in.Text) != "":
		return c, "", kb.InvalidField("text", "Either paste the text or choose a file, not both.")
	case len(in.File) > 0:
		field, method = "file", "uploaded"
		c, err = d.archive.Upload(ctx, in.FileName, in.File)
	case strings.TrimSpace(in.Text) == "":
		return c, "", kb.InvalidField("text", "Paste the text, or choose a file.")
	default:
		method = "pasted"
		c, err = d.archive.Paste(ctx, in.Text)
	}
	if failure, ok := errors.AsType[*kb.CaptureFailure](err); ok && !failure.Temporary {
		return c, method, kb.InvalidField(field, "%s", failure.Words).Because(err)
	}
	return c, method, err
}

// SetRights changes what readers may see of a capture. When the text was
// published and may not be shown any more, it is taken down in the record, and
// the log index given; else -1.
func (d *Desk) SetRights(ctx context.Context, actor kb.Actor, snapshot kb.ID, rights kb.Rights) (int64, error) {
	if err := check(actor, CaptureSource, &rights); err != nil {
		return -1, err
	}
	index := int64(-1)
	err := d.write(ctx, actor, CaptureSource, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		s, err := tx.Snapshot(snapshot)
		if err != nil {
			return err
		}
		if rights.Shown == "full" && !s.Whole() {
			return kb.InvalidField("rights", "This is one passage. Only the copy of a whole work can be shown whole.")
		}
		s.Rights, s.RightsNote = rights.Shown, rights.Note
		if err := tx.UpdateRights(s); err != nil {
			return err
		}
		if rights.Shown == "full" {
			return nil // shown from the next publication on that rests on it
		}
		index, err = d.takeDown(tx, s)
		return err
	})
	if err == nil && index >= 0 {
		d.signCommitted(ctx)
	}
	return index, err
}
