package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// AskCapture queues a capture and gives its number. Errors: Conflict when one of
// the source is under way.
func (tx *Tx) AskCapture(j kb.CaptureJob) (int64, error) {
	j.State, j.RunAt, j.RequestedAt, j.RequestedBy = kb.Queued, tx.now, tx.now, tx.actor.Person
	if err := tx.g.Omit("ID").Create(&j).Error; err != nil {
		return 0, translate(fmt.Errorf("queue capture: %w", err))
	}
	var id int64
	err := tx.g.Table("capture_job").Select("MAX(id)").Where("source_id = ?", j.SourceID).Scan(&id).Error
	if err != nil {
		return 0, translate(fmt.Errorf("queue capture: %w", err))
	}
	j.ID = id
	return id, tx.audit("capture.ask", captureObject(j), nil, j)
}

func captureObject(j kb.CaptureJob) object {
	return object{"capture " + strconv.FormatInt(j.ID, 10), j.SourceID, ""}
}

// EndCapture ends a capture that is under way, with its result in j. Errors:
// Conflict when it came to an end meanwhile, or somebody else runs it.
func (tx *Tx) EndCapture(j kb.CaptureJob) error {
	at := tx.now
	j.FinishedAt, j.LeaseUntil = &at, nil
	r := tx.g.Model(&kb.CaptureJob{}).Where("id = ? AND finished_at IS NULL AND attempt = ?", j.ID, j.Attempt).
		Select("state", "failure", "words", "finished_at", "lease_until", "snapshot_id").UpdateColumns(&j)
	if r.Error != nil {
		return translate(fmt.Errorf("end capture: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return kb.Errorf(kb.Conflict, "This capture has come to its end already.").Because(ErrCaptureOver)
	}
	return tx.audit("capture."+j.State, captureObject(j), nil, j)
}

// ErrCaptureOver says that a capture was cancelled, or taken over, while its
// runner was at work.
var ErrCaptureOver = errors.New("the capture is over")

// CancelCapture ends a capture whoever runs it. Errors: Conflict when it has come
// to its end.
func (tx *Tx) CancelCapture(j kb.CaptureJob) error {
	now, err := take[kb.CaptureJob](tx.Reader, "capture", "id = ?", j.ID)
	if err != nil {
		return err
	}
	j.Attempt = now.Attempt
	r := tx.g.Table("capture_job").Where("id = ? AND finished_at IS NULL", j.ID).UpdateColumns(map[string]any{
		"state": kb.Cancelled, "words": j.Words, "finished_at": tx.now, "lease_until": nil,
	})
	if r.Error != nil {
		return translate(fmt.Errorf("cancel capture: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return kb.Errorf(kb.Conflict, "This capture has come to its end already.").Because(ErrCaptureOver)
	}
	return tx.audit("capture.cancelled", captureObject(j), now, j)
}

// dueJob are the captures to run: whose time has come, or whose runner is gone.
const dueJob = "(state = 'queued' AND run_at <= @now) OR (state = 'running' AND lease_until < @now)"

// LeaseCapture takes the next capture that is due, or whose runner is gone, and
// holds it for a while; only that of a number unless it is 0. It gives none when
// there is none.
func (p *Platform) LeaseCapture(lease time.Duration, only int64) (*kb.CaptureJob, error) {
	var ids []int64
	now := map[string]any{"now": p.now, "only": only}
	if err := p.g.Table("capture_job").Where("(@only = 0 OR id = @only)", now).Where(dueJob, now).Order("run_at, id").Limit(1).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, translate(err)
	}
	r := p.g.Table("capture_job").Where("id = ?", ids[0]).Where(dueJob, now).UpdateColumns(map[string]any{
		"state": kb.Running, "lease_until": p.now.Add(lease), "attempt": gorm.Expr("attempt + 1"),
	})
	if r.Error != nil || r.RowsAffected != 1 { // another process was quicker
		return nil, translate(r.Error)
	}
	j, err := take[kb.CaptureJob](Reader{p.g}, "capture", "id = ?", ids[0])
	return &j, err
}

// RenewCapture tells how far a capture is and holds it for longer. False: it was
// cancelled, or taken by somebody else.
func (p *Platform) RenewCapture(j kb.CaptureJob, words string, lease time.Duration) (bool, error) {
	set := map[string]any{"lease_until": p.now.Add(lease)}
	if words != "" {
		set["words"] = words
	}
	r := p.g.Table("capture_job").Where("id = ? AND state = 'running' AND attempt = ?", j.ID, j.Attempt).UpdateColumns(set)
	return r.RowsAffected == 1, translate(r.Error)
}

// PutBackCapture lets a capture be tried again at a time; words say why.
func (p *Platform) PutBackCapture(j kb.CaptureJob, words string, at time.Time) error {
	return translate(p.g.Table("capture_job").Where("id = ? AND state = 'running' AND attempt = ?", j.ID, j.Attempt).
		UpdateColumns(map[string]any{"state": kb.Queued, "lease_until": nil, "words": words, "run_at": at.UTC()}).Error)
}

// ScheduleCaptures queues the captures that sources are due for, at most limit
// of them.
func (p *Platform) ScheduleCaptures(limit int) error {
	sources, err := Reader{p.g}.dueSources(p.now, limit)
	if err != nil {
		return err
	}
	for _, s := range sources {
		j := kb.CaptureJob{
			SourceID: s.ID, URL: s.URL, State: kb.Queued, RunAt: p.now, RequestedAt: p.now, RequestedBy: s.RecaptureBy, Scheduled: true,
		}
		// Another process may have queued it meanwhile.
		if err := translate(p.g.Omit("ID").Clauses(clause.OnConflict{DoNothing: true}).Create(&j).Error); err != nil {
			return err
		}
	}
	return nil
}

// dueSources lists sources whose page should be looked at again: none of their
// captures is under way or came to an end within the interval.
func (r Reader) dueSources(now time.Time, limit int) ([]kb.Source, error) {
	var due []string
	var args []any
	for _, interval := range kb.RecaptureIntervals {
		days, err := strconv.Atoi(interval.Value)
		if err != nil || days == 0 {
			continue
		}
		due = append(due, `recapture_days = ? AND NOT EXISTS (SELECT 1 FROM capture_job j
			WHERE j.source_id = source.id AND (j.finished_at IS NULL OR j.finished_at > ?))`)
		args = append(args, days, now.AddDate(0, 0, -days))
	}
	return findSome[kb.Source](r, "sources", "id", limit, "recapture_days > 0 AND recapture_by IS NOT NULL AND url <> '' AND (("+strings.Join(due, ") OR (")+"))", args...)
}

// CapturesWait reports whether a capture is to be run or queued now. It reads
// only: a process that has nothing to do holds up no writer.
func (db *DB) CapturesWait(ctx context.Context) (bool, error) {
	r, now := db.Desk(ctx), db.clock()
	jobs, err := findSome[kb.CaptureJob](r, "captures", "run_at, id", 1, dueJob, map[string]any{"now": now})
	if err != nil || len(jobs) > 0 {
		return len(jobs) > 0, err
	}
	sources, err := r.dueSources(now, 1)
	return len(sources) > 0, err
}

// CaptureJob reads a capture by its number.
func (r Reader) CaptureJob(id int64) (kb.CaptureJob, error) {
	return take[kb.CaptureJob](r, "capture", "id = ?", id)
}

// CaptureJobs lists the newest captures of a source, the newest first.
func (r Reader) CaptureJobs(source kb.ID, limit int) ([]kb.CaptureJob, error) {
	return findSome[kb.CaptureJob](r, "captures", "id DESC", limit, "source_id = ?", source)
}

// CapturesUnderWay lists captures that have not come to an end, the oldest first.
func (r Reader) CapturesUnderWay(limit int) ([]kb.CaptureJob, error) {
	return findSome[kb.CaptureJob](r, "captures", "run_at, id", limit, "finished_at IS NULL")
}

// NewestWhole reads a source's newest whole capture. Errors: NotFound.
func (r Reader) NewestWhole(source kb.ID) (kb.Snapshot, error) {
	rows, err := findSome[kb.Snapshot](r, "capture", "captured_at DESC, id DESC", 1, "source_id = ? AND method <> 'excerpt-only'", source)
	if err != nil {
		return kb.Snapshot{}, err
	}
	if len(rows) == 0 {
		return kb.Snapshot{}, kb.Errorf(kb.NotFound, "This source has no whole capture yet.")
	}
	return rows[0], nil
}

// NewestFetched reads a source's newest copy of the live page. Errors: NotFound.
func (r Reader) NewestFetched(source kb.ID) (kb.Snapshot, error) {
	rows, err := findSome[kb.Snapshot](r, "capture", "captured_at DESC, id DESC", 1, "source_id = ? AND method = 'fetched'", source)
	if err == nil && len(rows) == 0 {
		err = kb.Errorf(kb.NotFound, "The live page was not captured yet.")
	}
	if err != nil {
		return kb.Snapshot{}, err
	}
	return rows[0], nil
}

// Placed reports for each snapshot whether a place in it, or in the copy that
// carries it, is a place on the page: not in a passage that was copied by hand.
func (r Reader) Placed(snapshots []kb.ID) (map[kb.ID]bool, error) {
	rows, err := r.withoutText("id", "id IN ? OR id IN (SELECT via_id FROM snapshot WHERE id IN ?)", snapshots, snapshots)
	known := byID(rows, func(s kb.Snapshot) kb.ID { return s.ID })
	placed := map[kb.ID]bool{}
	for id, s := range known {
		carrier, carried := known[s.ViaID]
		placed[id] = s.Whole() || (carried && carrier.Whole())
	}
	return placed, err
}

// withoutText lists snapshots without the texts, which may be megabytes.
func (r Reader) withoutText(order, condition string, args ...any) ([]kb.Snapshot, error) {
	return find[kb.Snapshot](Reader{r.g.Omit("text")}, "captures", order, condition, args...)
}

// ExcerptsOn lists the quotations that can be looked for on a source's page: its
// own, and those of works that were seen only through it. One that was replaced
// counts as long as a claim rests on it.
func (r Reader) ExcerptsOn(source kb.ID) ([]kb.Excerpt, error) {
	return find[kb.Excerpt](r, "quotations", "id", `state <> 'not-found' AND snapshot_id IN (
		SELECT id FROM snapshot WHERE source_id = ? AND via_id IS NULL
		UNION
		SELECT s.id FROM snapshot s JOIN snapshot v ON v.id = s.via_id WHERE v.source_id = ?)
		AND (replaced_by IS NULL OR id IN (SELECT excerpt_id FROM evidence) OR id IN (SELECT excerpt_id FROM attestation))`, source, source)
}

// ReplaceExcerpt says that another quotation stands for one from now on.
func (tx *Tx) ReplaceExcerpt(old kb.Excerpt, by kb.ID) error {
	version := old.Version
	old.ReplacedBy = by
	old.Version++
	return update(tx, "excerpt.replace", object{"excerpt", old.ID, ""}, "id", version, &old)
}

// RestOn lets the evidence and attestations of a claim that rest on one quotation
// rest on another, of the same work.
func (tx *Tx) RestOn(claim, old, by kb.ID) error {
	for _, table := range []string{"evidence", "attestation"} {
		err := tx.g.Table(table).Where("claim_id = ? AND excerpt_id = ?", claim, old).UpdateColumns(map[string]any{
			"excerpt_id": by, "version": gorm.Expr("version + 1"),
		}).Error
		if err != nil {
			return translate(fmt.Errorf("rest on another quotation: %w", err))
		}
	}
	return tx.audit("claim.requote", object{"excerpt", by, claim}, old, by)
}

// ClaimsQuoting lists the claims whose evidence or attestations rest on a
// quotation.
func (r Reader) ClaimsQuoting(excerpt kb.ID) ([]kb.Claim, error) {
	return find[kb.Claim](r, "claims", "id", `id IN (SELECT claim_id FROM evidence WHERE excerpt_id = ?)
		OR id IN (SELECT claim_id FROM attestation WHERE excerpt_id = ?)`, excerpt, excerpt)
}

// HasEvidence reports whether a claim has a quotation with this stance already.
func (r Reader) HasEvidence(e kb.Evidence) (bool, error) {
	return r.exists("evidence", "claim_id = ? AND excerpt_id = ? AND stance = ?", e.ClaimID, e.ExcerptID, e.Stance)
}

// SaveCheck keeps what the newest comparison of a quotation gave.
func (tx *Tx) SaveCheck(c kb.QuotationCheck) error {
	c.CheckedAt, c.Version = tx.now, 1
	o := object{"quotation-check", c.ExcerptID, ""}
	old, err := take[kb.QuotationCheck](tx.Reader, "check", "excerpt_id = ?", c.ExcerptID)
	if kb.KindOf(err) == kb.NotFound {
		return insert(tx, o, &c)
	}
	if err != nil {
		return err
	}
	c.Version = old.Version + 1
	return update(tx, "quotation-check.change", o, "excerpt_id", old.Version, &c)
}

// Checks lists what the newest comparisons of quotations gave.
func (r Reader) Checks(excerpts []kb.ID) (map[kb.ID]kb.QuotationCheck, error) {
	rows, err := find[kb.QuotationCheck](r, "checks", "excerpt_id", "excerpt_id IN ?", excerpts)
	return byID(rows, func(c kb.QuotationCheck) kb.ID { return c.ExcerptID }), err
}

// UpdateRights stores what readers may see of a snapshot, and why; of every copy
// of the source with the same text, since it is the text that is shown or not.
func (tx *Tx) UpdateRights(s kb.Snapshot) error {
	before, err := tx.Snapshot(s.ID)
	if err != nil {
		return err
	}
	r := tx.g.Model(&kb.Snapshot{}).Where("source_id = ? AND text_hash = ? AND method <> 'excerpt-only'", before.SourceID, before.TextHash).
		Select("rights", "rights_note").UpdateColumns(&s)
	if r.Error != nil {
		return translate(fmt.Errorf("change rights: %w", r.Error))
	}
	before.Text, s.Text = "", ""
	return tx.audit("snapshot.rights", object{"snapshot", s.ID, ""}, before, s)
}
