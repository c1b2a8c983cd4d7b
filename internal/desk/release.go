package desk

import (
	"cmp"
	"fmt"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// releaseTexts lets readers see the captures that a content rests on and that
// may be shown whole.
func (d *Desk) releaseTexts(tx *store.Tx, content record.Content) error {
	for _, id := range content.FreeSnapshots() {
		s, err := tx.Snapshot(kb.ID(id))
		if err != nil {
			return err
		}
		if err := d.release(tx, s); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) release(tx *store.Tx, s kb.Snapshot) error {
	if shown, err := isShown(tx, s); err != nil || shown {
		return err
	}
	if gone, err := tx.Redacted(s.TextHash); err != nil || gone {
		return err // a copy made anew does not undo a redaction
	}
	if err := tx.KeepText(s.TextHash, s.Text); err != nil {
		return err
	}
	_, err := d.appendRelease(tx, s, true)
	return err
}

// takeDown says in the record that a text which was shown may not be shown any
// more. It gives the log index, -1 when it was not shown.
func (d *Desk) takeDown(tx *store.Tx, s kb.Snapshot) (int64, error) {
	if shown, err := isShown(tx, s); err != nil || !shown {
		return -1, err
	}
	return d.appendRelease(tx, s, false)
}

// isShown reports whether the newest event about a text lets readers see it.
func isShown(tx *store.Tx, s kb.Snapshot) (bool, error) {
	hash, err := tx.LastEvent(record.KindRelease, releaseSubject(s))
	if err != nil || hash == "" {
		return false, err
	}
	body, err := tx.Body(hash)
	if err != nil {
		return false, err
	}
	release, err := record.ReadRelease(body)
	return release.Released, err
}

func releaseSubject(s kb.Snapshot) string {
	return record.ReleaseSubject(string(s.SourceID), s.TextHash)
}

func (d *Desk) appendRelease(tx *store.Tx, s kb.Snapshot, released bool) (int64, error) {
	source, err := tx.Source(s.SourceID)
	if err != nil {
		return -1, err
	}
	document := record.Release{
		Schema: record.Schema, Salt: record.NewSalt(), Source: string(s.SourceID), Title: source.Title, URL: cmp.Or(s.FinalURL, source.URL),
		Language: source.Language, TextHash: s.TextHash, CapturedAt: record.Stamp(s.CapturedAt), Method: s.Method,
		Extractor: s.Extractor + " " + s.ExtractorVersion, Released: released, Reason: s.RightsNote,
		At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
	url := fmt.Sprintf("%s/sources/%s/snapshots/%s", d.baseURL, s.SourceID, s.TextHash)
	return d.appendAbout(tx, record.KindRelease, "", releaseSubject(s), url, document)
}
