package desk

import (
	"cmp"
	"context"
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// SaveMasthead stores the masthead and publishes it. It gives the log index.
func (d *Desk) SaveMasthead(ctx context.Context, actor kb.Actor, in kb.Masthead) (int64, error) {
	if err := check(actor, EditMasthead, &in); err != nil {
		return 0, err
	}
	var index int64
	err := d.write(ctx, actor, EditMasthead, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		if err := tx.SaveMasthead(in); err != nil {
			return err
		}
		var err error
		index, err = d.appendEvent(tx, record.KindMasthead, record.KindMasthead, mastheadDocument(tx, in))
		return err
	})
	if err == nil {
		d.signCommitted(ctx)
	}
	return index, err
}

// appendMasthead publishes a masthead of defaults when nobody has written one,
// so that no ruling stands without a publisher.
func (d *Desk) appendMasthead(tx *store.Tx) error {
	hash, err := tx.LastEvent(record.KindMasthead, record.KindMasthead)
	if err != nil || hash != "" {
		return err
	}
	m := kb.Masthead{Name: "Claimtrail", Language: "en", Licence: "All rights reserved"}
	if err := tx.SaveMasthead(m); err != nil {
		return err
	}
	return d.appendDocument(tx, record.KindMasthead, record.KindMasthead, mastheadDocument(tx, m))
}

func mastheadDocument(tx *store.Tx, m kb.Masthead) record.Masthead {
	return record.Masthead{
		Schema: record.Schema, Salt: record.NewSalt(), Name: m.Name, URL: m.URL, Language: m.Language, Licence: m.Licence,
		LicenceURL: m.LicenceURL, CorrectionsPolicy: m.CorrectionsPolicy, Methodology: m.Methodology, Ownership: m.Ownership,
		Contact: m.Contact, At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
}

func (d *Desk) appendDocument(tx *store.Tx, kind, subject string, document any) error {
	_, err := d.appendEvent(tx, kind, subject, document)
	return err
}

func (d *Desk) appendEvent(tx *store.Tx, kind, subject string, document any) (int64, error) {
	return d.appendAbout(tx, kind, "", subject, d.baseURL+"/methodology", document)
}

// appendAbout appends the document of an event that is no revision. Events of
// one kind about one subject of one claim form a chain.
func (d *Desk) appendAbout(tx *store.Tx, kind string, claim kb.ID, subject, url string, document any) (int64, error) {
	previous, err := tx.LastEventAbout(kind, claim, subject)
	if err != nil {
		return 0, err
	}
	body, err := record.Canonical(document)
	if err != nil {
		return 0, err
	}
	return tx.AppendEvent(store.Event{Kind: kind, Claim: claim, Subject: subject, Body: body, Leaf: record.Leaf{
		V: 1, Kind: kind, Claim: string(claim), Subject: subject, PublishedAt: record.Stamp(tx.Now()), URL: url, Prev: previous,
	}})
}

// SavePolicy stores the next version of the house policy and publishes it. It
// gives the log index. Number is that of the version that it was made from.
// Errors: Conflict when somebody saved first.
func (d *Desk) SavePolicy(ctx context.Context, actor kb.Actor, in kb.Policy) (int64, error) {
	if err := check(actor, EditPolicy, &in); err != nil {
		return 0, err
	}
	return d.appendPublic(ctx, actor, EditPolicy, func(tx *store.Tx) (int64, error) {
		current, err := tx.Policy()
		if err != nil {
			return 0, err
		}
		if current.Number != in.Number {
			return 0, kb.Errorf(kb.Conflict, "Somebody else changed the policy while you were writing. Both are below; nothing is lost.").Because(kb.ErrSavedFirst)
		}
		if current.Same(in) {
			return 0, kb.Errorf(kb.Conflict, "Nothing differs from the version in force.")
		}
		in.Number++
		if err := tx.InsertPolicy(in); err != nil {
			return 0, err
		}
		return d.appendEvent(tx, record.KindPolicy, record.KindPolicy, policyDocument(tx, in))
	})
}

// appendPublic appends an event to the record in a transaction of its own and
// signs the log. It gives the log index.
func (d *Desk) appendPublic(ctx context.Context, actor kb.Actor, action Action, f func(*store.Tx) (int64, error)) (int64, error) {
	index := int64(-1)
	err := d.write(ctx, actor, action, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		var err error
		index, err = f(tx)
		return err
	})
	if err == nil {
		d.signCommitted(ctx)
	}
	return index, err
}

// appendPolicy publishes the policy in force if the record has not got it yet.
func (d *Desk) appendPolicy(tx *store.Tx, p kb.Policy) error {
	hash, err := tx.LastEvent(record.KindPolicy, record.KindPolicy)
	if err != nil {
		return err
	}
	if hash != "" {
		body, err := tx.Body(hash)
		if err != nil {
			return err
		}
		published, err := record.ReadEvent[record.Policy](body)
		if err != nil || published.Number >= p.Number {
			return err
		}
	}
	return d.appendDocument(tx, record.KindPolicy, record.KindPolicy, policyDocument(tx, p))
}

func policyDocument(tx *store.Tx, p kb.Policy) record.Policy {
	document := record.Policy{
		Schema: record.Schema, Salt: record.NewSalt(), Number: p.Number, Gates: []record.PolicyGate{}, Origins: []record.KindNumber{},
		SoleEditor: p.SoleEditor, Note: p.Note, At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
	for _, g := range kb.Gates {
		document.Gates = append(document.Gates, record.PolicyGate{Key: g.Key, Label: g.Label, Mode: p.Mode(g)})
	}
	for kind, n := range p.Origins {
		document.Origins = append(document.Origins, record.KindNumber{Kind: kind, Number: n})
	}
	slices.SortFunc(document.Origins, func(a, b record.KindNumber) int { return cmp.Compare(a.Kind, b.Kind) })
	return document
}

// SetBanner puts the public sign “under review” on a published claim, or takes
// it away. It gives the log index. Errors: Conflict when it is so already.
func (d *Desk) SetBanner(ctx context.Context, actor kb.Actor, in kb.BannerInput) (int64, error) {
	if err := check(actor, SetBanner, &in); err != nil {
		return 0, err
	}
	return d.appendPublic(ctx, actor, SetBanner, func(tx *store.Tx) (int64, error) {
		if err := hasRevision(tx, in.ClaimID); err != nil {
			return 0, err
		}
		up, err := bannerUp(tx.Reader, in.ClaimID)
		if err != nil {
			return 0, err
		}
		if up == in.Up {
			return 0, kb.Errorf(kb.Conflict, "The claim carries this sign already, or does not carry it any more.")
		}
		return d.appendBanner(tx, in)
	})
}

func (d *Desk) appendBanner(tx *store.Tx, in kb.BannerInput) (int64, error) {
	document := record.Banner{
		Schema: record.Schema, Salt: record.NewSalt(), Claim: string(in.ClaimID), Up: in.Up, Reason: in.Reason,
		At: record.Stamp(tx.Now()), By: record.PersonRef(tx.Actor().Person),
	}
	return d.appendAbout(tx, record.KindBanner, in.ClaimID, record.KindBanner, d.claimURL(in.ClaimID), document)
}

// endReview takes the sign “under review” from a ruling that is withdrawn. It
// gives the newest log index.
func (d *Desk) endReview(tx *store.Tx, claim kb.ID, index int64) (int64, error) {
	up, err := bannerUp(tx.Reader, claim)
	if err != nil || !up {
		return index, err
	}
	return d.appendBanner(tx, kb.BannerInput{ClaimID: claim, Reason: "The ruling was withdrawn."})
}

func (d *Desk) claimURL(claim kb.ID) string { return d.baseURL + "/claims/" + string(claim) }

// bannerUp reports whether readers see a claim as under review.
func bannerUp(r store.Reader, claim kb.ID) (bool, error) {
	hash, err := r.LastEventAbout(record.KindBanner, claim, record.KindBanner)
	if err != nil || hash == "" {
		return false, err
	}
	body, err := r.Body(hash)
	if err != nil {
		return false, err
	}
	banner, err := record.ReadEvent[record.Banner](body)
	return banner.Up, err
}

// AnnounceKey says in the record that a key of the log was added, retired, or
// began a new log. The caller signs.
func (d *Desk) AnnounceKey(ctx context.Context, change record.KeyChange) error {
	return d.db.Write(ctx, kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		change.Schema, change.Salt, change.At = record.Schema, record.NewSalt(), record.Stamp(tx.Now())
		_, err := d.appendEvent(tx, record.KindKey, record.KindKey, change)
		return err
	})
}
