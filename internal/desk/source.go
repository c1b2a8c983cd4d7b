package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
)

// SpeakerInput is a speaker with the publisher that it is, or controls, as
// people name it.
type SpeakerInput struct {
	kb.Speaker

	Publisher string
}

// AddSpeaker records a speaker.
func (d *Desk) AddSpeaker(ctx context.Context, actor kb.Actor, in SpeakerInput) (kb.ID, error) {
	var id kb.ID
	err := d.write(ctx, actor, EditSpeaker, func(tx *store.Tx) error {
		var err error
		if in.PublisherID, err = findPublisher(tx, in.Publisher, "publisher"); err != nil {
			return err
		}
		id, err = addSpeaker(tx, in.Speaker)
		return err
	})
	return id, err
}

func addSpeaker(tx *store.Tx, s kb.Speaker) (kb.ID, error) {
	if err := valid(&s); err != nil {
		return "", err
	}
	s.NameKey = search.Fold(s.Name)
	namesakes, err := tx.SpeakersNamed(s.NameKey)
	if err != nil {
		return "", err
	}
	if len(namesakes) > 0 && s.Note == "" {
		return "", kb.InvalidField("note", "There is a speaker of this name already: %s. If this is another one, say here who it is.", namesakes[0].ID)
	}
	return tx.InsertSpeaker(s)
}

// UpdateSpeaker stores a changed speaker.
func (d *Desk) UpdateSpeaker(ctx context.Context, actor kb.Actor, in SpeakerInput) error {
	if err := check(actor, EditSpeaker, &in.Speaker); err != nil {
		return err
	}
	return d.write(ctx, actor, EditSpeaker, func(tx *store.Tx) error {
		var err error
		if in.PublisherID, err = findPublisher(tx, in.Publisher, "publisher"); err != nil {
			return err
		}
		in.NameKey = search.Fold(in.Name)
		return tx.UpdateSpeaker(in.Speaker)
	})
}

// AddSpeakerRole records an office of a speaker.
func (d *Desk) AddSpeakerRole(ctx context.Context, actor kb.Actor, role kb.SpeakerRole) error {
	if err := check(actor, EditSpeaker, &role); err != nil {
		return err
	}
	return d.write(ctx, actor, EditSpeaker, func(tx *store.Tx) error {
		if _, err := tx.Speaker(role.SpeakerID); err != nil {
			return err
		}
		_, err := tx.InsertSpeakerRole(role)
		return err
	})
}

// RemoveSpeakerRole takes an office of a speaker away.
func (d *Desk) RemoveSpeakerRole(ctx context.Context, actor kb.Actor, speaker, id kb.ID) error {
	return d.write(ctx, actor, EditSpeaker, func(tx *store.Tx) error { return tx.RemoveSpeakerRole(id, speaker) })
}

// PublisherInput is a publisher with its owner as people name it.
type PublisherInput struct {
	kb.Publisher

	Owner string
}

// AddPublisher records a publisher.
func (d *Desk) AddPublisher(ctx context.Context, actor kb.Actor, in PublisherInput) (kb.ID, error) {
	var id kb.ID
	err := d.write(ctx, actor, EditPublisher, func(tx *store.Tx) error {
		var err error
		if in.OwnerID, err = findPublisher(tx, in.Owner, "owner"); err != nil {
			return err
		}
		id, err = addPublisher(tx, in.Publisher)
		return err
	})
	return id, err
}

func addPublisher(tx *store.Tx, p kb.Publisher) (kb.ID, error) {
	if err := valid(&p); err != nil {
		return "", err
	}
	p.NameKey = search.Fold(p.Name)
	namesakes, err := tx.PublishersNamed(p.NameKey)
	if err != nil {
		return "", err
	}
	if len(namesakes) > 0 {
		return "", kb.InvalidField("name", "There is a publisher of this name already: %s.", namesakes[0].ID)
	}
	return tx.InsertPublisher(p)
}

// UpdatePublisher stores a changed publisher.
func (d *Desk) UpdatePublisher(ctx context.Context, actor kb.Actor, in PublisherInput) error {
	return d.write(ctx, actor, EditPublisher, func(tx *store.Tx) error {
		old, err := tx.Publisher(in.ID)
		if err != nil {
			return err
		}
		if in.OwnerID, err = findPublisher(tx, in.Owner, "owner"); err != nil {
			return err
		}
		if err := valid(&in.Publisher); err != nil {
			return err
		}
		in.NameKey = search.Fold(in.Name)
		namesakes, err := tx.PublishersNamed(in.NameKey)
		if err != nil {
			return err
		}
		if len(namesakes) > 0 && namesakes[0].ID != in.ID {
			return kb.InvalidField("name", "There is a publisher of this name already: %s.", namesakes[0].ID)
		}
		err = tx.UpdatePublisher(in.Publisher)
		if kb.KindOf(err) == kb.Conflict && old.Version == in.Version {
			return kb.InvalidField("owner", "This owner is owned by the publisher itself; ownership cannot go round in a circle.").Because(err)
		}
		return err
	})
}

// SourceInput is a source with publisher, carrier and speaker as people name
// them.
type SourceInput struct {
	kb.Source

	Publisher string
	PartOf    string
	Speaker   string // whose own work it is
}

// AddSource records a work. Errors: Invalid at the address when it is known.
func (d *Desk) AddSource(ctx context.Context, actor kb.Actor, in SourceInput) (kb.ID, error) {
	var id kb.ID
	err := d.write(ctx, actor, EditSource, func(tx *store.Tx) error {
		s, err := checkSource(tx, in)
		if err != nil {
			return err
		}
		if known, err := knownSource(tx, s); err != nil || known != "" {
			return addressTaken(known, err)
		}
		id, err = tx.InsertSource(s)
		return err
	})
	return id, err
}

// addSource records a work, or gives the one that is known at its address.
func addSource(tx *store.Tx, in SourceInput) (kb.ID, error) {
	s, err := checkSource(tx, in)
	if err != nil {
		return "", err
	}
	if known, err := knownSource(tx, s); err != nil || known != "" {
		return known, err
	}
	return tx.InsertSource(s)
}

func checkSource(tx *store.Tx, in SourceInput) (kb.Source, error) {
	var err error
	if in.PublisherID, err = findPublisher(tx, in.Publisher, "publisher"); err != nil {
		return in.Source, err
	}
	in.PartOfID = ""
	if strings.TrimSpace(in.PartOf) != "" {
		carrier, err := findSource(tx.Reader, in.PartOf, "part_of")
		if err != nil {
			return in.Source, err
		}
		in.PartOfID = carrier.ID
	}
	in.SpeakerID = ""
	if strings.TrimSpace(in.Speaker) != "" {
		speaker, err := findSpeaker(tx, in.Speaker, "speaker")
		if err != nil {
			return in.Source, err
		}
		in.SpeakerID = speaker.ID
	}
	if in.RecaptureBy, err = wanted(tx, in.Source); err != nil {
		return in.Source, err
	}
	if err := valid(&in.Source); err != nil {
		return in.Source, err
	}
	in.TitleKey, in.URLKey = search.Fold(in.Title), ""
	if in.URL != "" {
		in.URLKey, err = kb.URLKey(in.URL)
	}
	return in.Source, err
}

// wanted gives who wants a source's page to be looked at again: whoever set the
// interval. Nobody in person wants it of those that the program sets.
func wanted(tx *store.Tx, s kb.Source) (kb.ID, error) {
	if s.RecaptureDays == 0 {
		return "", nil
	}
	if s.ID != "" {
		old, err := tx.Source(s.ID)
		if err != nil || (old.RecaptureDays == s.RecaptureDays && old.RecaptureBy != "") {
			return old.RecaptureBy, err
		}
	}
	return tx.Actor().Person, nil
}

func knownSource(tx *store.Tx, s kb.Source) (kb.ID, error) {
	if s.URLKey == "" {
		return "", nil
	}
	known, err := tx.SourceAt(s.URLKey, s.Locator)
	if kb.KindOf(err) == kb.NotFound {
		return "", nil
	}
	return known.ID, err
}

func addressTaken(known kb.ID, err error) error {
	if err != nil {
		return err
	}
	return kb.InvalidField("url", "A source with this address and place is known already, as %s. If this is another work on the same page, say where on the page it stands.", known)
}

// UpdateSource stores a changed work.
func (d *Desk) UpdateSource(ctx context.Context, actor kb.Actor, in SourceInput) error {
	return d.write(ctx, actor, EditSource, func(tx *store.Tx) error {
		s, err := checkSource(tx, in)
		if err != nil {
			return err
		}
		if known, err := knownSource(tx, s); err != nil || (known != "" && known != s.ID) {
			return addressTaken(known, err)
		}
		old, err := tx.Source(s.ID)
		if err != nil {
			return err
		}
		err = tx.UpdateSource(s)
		if kb.KindOf(err) == kb.Conflict && old.Version == s.Version {
			return kb.InvalidField("part_of", "That page is itself part of this work; a page cannot be part of itself.").Because(err)
		}
		return err
	})
}

// ExcerptInput is a passage copied by hand, with the carrier as people name it.
type ExcerptInput struct {
	kb.ExcerptInput

	Via string
}

// CopyExcerpt captures one passage by hand. When the work itself was not seen,
// the passage is captured in the work that carries it, and again from there.
// The match would be with itself, so its state is unverifiable until a second
// person attests it.
func (d *Desk) CopyExcerpt(ctx context.Context, actor kb.Actor, in ExcerptInput) (kb.ID, error) {
	if err := check(actor, CopyExcerpt, &in.ExcerptInput); err != nil {
		return "", err
	}
	var id kb.ID
	err := d.write(ctx, actor, CopyExcerpt, func(tx *store.Tx) error {
		if _, err := tx.Source(in.SourceID); err != nil {
			return err
		}
		own, segment := passage(in.ExcerptInput)
		own.SourceID = in.SourceID
		if strings.TrimSpace(in.Via) != "" {
			carrier, err := captureCarrier(tx, in, own)
			if err != nil {
				return err
			}
			own.ViaID, own.ViaStart, own.ViaEnd = carrier, 0, utf8.RuneCountInString(own.Text)
		}
		snapshot, err := tx.InsertSnapshot(own)
		if err != nil {
			return err
		}
		id, err = tx.InsertExcerpt(kb.Excerpt{
			SourceID: in.SourceID, SnapshotID: snapshot, Segments: kb.Segments{segment}, State: kb.Unverifiable,
		})
		return err
	})
	return id, err
}

func captureCarrier(tx *store.Tx, in ExcerptInput, passage kb.Snapshot) (kb.ID, error) {
	carrier, err := findSource(tx.Reader, in.Via, "via")
	if err != nil {
		return "", err
	}
	if carrier.ID == in.SourceID {
		return "", kb.InvalidField("via", "A work cannot carry itself; leave this open when the work itself was seen.")
	}
	passage.SourceID, passage.RequestedURL = carrier.ID, carrier.URL
	return tx.InsertSnapshot(passage)
}

// passage makes the snapshot of a passage copied by hand, and its one segment
// with positions in code points.
func passage(in kb.ExcerptInput) (kb.Snapshot, kb.Segment) {
	text := in.Prefix + in.Exact + in.Suffix
	start := utf8.RuneCountInString(in.Prefix)
	segment := kb.Segment{
		Exact: in.Exact, Prefix: in.Prefix, Suffix: in.Suffix,
		Start: start, End: start + utf8.RuneCountInString(in.Exact),
	}
	return kb.Snapshot{
		Text: text, TextHash: record.Hash([]byte(text)), MediaType: "text/plain", Method: "excerpt-only", Complete: "no",
		Extractor: "by hand", Rights: "quotation", RightsNote: "one short passage, quoted for discussion",
	}, segment
}

// AttestExcerpt records that the actor compared a passage copied by hand with
// the work. It takes another person than the one who copied it.
func (d *Desk) AttestExcerpt(ctx context.Context, actor kb.Actor, id kb.ID) error {
	return d.write(ctx, actor, AttestExcerpt, func(tx *store.Tx) error {
		e, err := tx.Excerpt(id)
		if err != nil {
			return err
		}
		copied, err := tx.Snapshot(e.SnapshotID)
		if err != nil {
			return err
		}
		switch {
		case e.AttestedBy != "":
			return kb.Errorf(kb.Conflict, "This quotation is attested already.")
		case copied.CapturedBy == actor.Person:
			return kb.Errorf(kb.Forbidden, "You copied this quotation yourself; somebody else must attest it.")
		case actor.Person == "":
			return kb.Errorf(kb.Forbidden, "Only a person can attest a quotation.")
		}
		return tx.AttestExcerpt(e)
	})
}

// DerivationInput is a derivation with the other source as people name it.
type DerivationInput struct {
	kb.Derivation

	To    string
	Claim kb.ID // of the item, when it is about one evidence or attestation
}

// Derive records that a source has something, or all, from another. A person's
// entry is confirmed at once.
func (d *Desk) Derive(ctx context.Context, actor kb.Actor, in DerivationInput) (kb.ID, error) {
	change := func(tx *store.Tx) (kb.ID, error) {
		if err := resolveDerivation(tx, &in); err != nil {
			return "", err
		}
		in.SuggestedBy, in.State, in.DecidedBy = "person", "confirmed", actor.Person
		if err := valid(&in.Derivation); err != nil {
			return "", err
		}
		id, err := tx.InsertDerivation(in.Derivation, in.Claim)
		if kb.KindOf(err) == kb.Conflict {
			return "", kb.InvalidField("to", "This derivation is recorded already.").Because(err)
		}
		return id, err
	}
	var id kb.ID
	var err error
	if in.Claim == "" {
		err = d.write(ctx, actor, EditDerivation, func(tx *store.Tx) error { id, err = change(tx); return err })
	} else {
		err = d.edit(ctx, actor, EditDerivation, in.Claim, func(tx *store.Tx, _ kb.Claim) error { id, err = change(tx); return err })
	}
	return id, err
}

func resolveDerivation(tx *store.Tx, in *DerivationInput) error {
	if strings.TrimSpace(in.To) != "" {
		to, err := findSource(tx.Reader, in.To, "to")
		if err != nil {
			return err
		}
		in.ToID = to.ID
	}
	switch {
	case in.EvidenceID != "":
		e, err := tx.Evidence(in.EvidenceID, in.Claim)
		in.FromID = e.SourceID
		return err
	case in.AttestationID != "":
		a, err := tx.Attestation(in.AttestationID, in.Claim)
		in.FromID = a.SourceID
		return err
	}
	_, err := tx.Source(in.FromID)
	return err
}

// RemoveDerivation takes a derivation away. One that is about an item belongs to
// the item's claim, and follows its rules.
func (d *Desk) RemoveDerivation(ctx context.Context, actor kb.Actor, id kb.ID) error {
	derivation, err := d.db.Desk(ctx).Derivation(id)
	if err != nil {
		return err
	}
	claim, err := d.db.Desk(ctx).ClaimOfItem(derivation)
	if err != nil {
		return err
	}
	if claim == "" {
		return d.write(ctx, actor, EditDerivation, func(tx *store.Tx) error { return tx.RemoveDerivation(id, "") })
	}
	return d.edit(ctx, actor, EditDerivation, claim, func(tx *store.Tx, _ kb.Claim) error { return tx.RemoveDerivation(id, claim) })
}

// AssessmentInput is a finding with the source as people name it.
type AssessmentInput struct {
	kb.IndependenceAssessment

	Source string
}

// Assess records how a source came to know what it says about a claim.
func (d *Desk) Assess(ctx context.Context, actor kb.Actor, in AssessmentInput) error {
	return d.edit(ctx, actor, Assess, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		if strings.TrimSpace(in.Source) != "" {
			source, err := findSource(tx.Reader, in.Source, "source")
			if err != nil {
				return err
			}
			in.SourceID = source.ID
		}
		if err := valid(&in.IndependenceAssessment); err != nil {
			return err
		}
		if actor.Person == "" {
			return kb.Errorf(kb.Forbidden, "Only a person can assess independence.")
		}
		return tx.SaveAssessment(in.IndependenceAssessment)
	})
}
