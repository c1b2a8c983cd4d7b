package seed

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

func (l *loader) loadClaims(ctx context.Context, set fs.FS) error {
	names, err := fs.Glob(set, "claims/*.json")
	if err != nil {
		return err
	}
	slices.Sort(names)
	var fresh []*logged
	for _, name := range names {
		var c claim
		if err := read(set, name, &c); err != nil {
			return err
		}
		known, err := l.desk.FindClaim(ctx, c.Text)
		if kb.KindOf(err) == kb.NotFound {
			known, err = l.logClaim(ctx, c)
			fresh = append(fresh, &logged{claim: c})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path.Base(name), err)
		}
		l.claims[c.Key] = known
	}
	l.fresh = len(fresh) > 0
	// Relations and rulings come when every claim is there to be related to.
	// Second revisions come when every first one is published: by then they can
	// name every related claim, and readers have disputed the first ones.
	for _, step := range []func(context.Context, *logged) error{l.finishClaim, l.sendDisputes, l.revise, l.retract, l.settle, l.putUnderReview} {
		for _, c := range fresh {
			if err := step(ctx, c); err != nil {
				return fmt.Errorf("claim %s: %w", c.Key, err)
			}
		}
	}
	return nil
}

// logged is a claim that this loading logged.
type logged struct {
	claim

	cites    map[string]kb.ID // what the keys of its evidence became
	disputes []kb.ID          // in the order of the file
}

func (l *loader) logClaim(ctx context.Context, c claim) (kb.ID, error) {
	in := desk.NewClaim{Claim: kb.ClaimInput{Parts: c.Parts, Topics: c.Topics, Claim: kb.Claim{
		Text: c.Text, Language: c.Language, Verbatim: c.Verbatim, Kind: c.Kind, Checkability: c.Checkability,
		CheckabilityReason: c.Reason, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo, Note: c.Note,
	}}}
	if p := c.Prediction; p != nil {
		in.Claim.PredictionCondition, in.Claim.PredictionDue, in.Claim.PredictionOutcome = p.Condition, p.Due, p.Outcome
	}
	return l.desk.LogClaim(ctx, l.actors[c.By], in)
}

// finishClaim adds what hangs on a claim, and takes it along the workflow.
func (l *loader) finishClaim(ctx context.Context, c *logged) error {
	id, actor := l.claims[c.Key], l.actors[c.By]
	if c.State == "suggested" {
		return nil
	}
	if !actor.Roles.Has(kb.Researcher) {
		return l.desk.Step(ctx, l.withRole(kb.Researcher), id, step(c.State), c.StateReason)
	}
	for _, a := range c.Appearances {
		if err := l.addAppearance(ctx, actor, id, a); err != nil {
			return err
		}
	}
	c.cites = map[string]kb.ID{}
	if err := l.addEvidence(ctx, c, c.Evidence); err != nil {
		return err
	}
	if err := l.addRest(ctx, actor, id, c.claim); err != nil {
		return err
	}
	return l.rule(ctx, actor, id, c)
}

func (l *loader) addAppearance(ctx context.Context, actor kb.Actor, claim kb.ID, a appearance) error {
	speaker, err := lookup(l.speakers, a.Speaker, "speaker")
	if err != nil {
		return err
	}
	id, err := l.desk.AddAppearance(ctx, actor, desk.AppearanceInput{Speaker: string(speaker), Appearance: kb.Appearance{
		ClaimID: claim, SpeakerName: a.ShownAs, SpeakerRole: a.Role, Words: a.Words, Language: a.Language,
		Directness: a.Directness, Translation: a.Translation, TranslatedBy: a.TranslatedBy, SaidOn: a.SaidOn,
		Place: a.Place, Medium: a.Medium, Earliest: a.Earliest,
	}})
	if err != nil {
		return fmt.Errorf("appearance of %s: %w", a.Speaker, err)
	}
	for _, at := range a.Attestations {
		if err := l.addAttestation(ctx, actor, claim, id, at); err != nil {
			return fmt.Errorf("attestation by %s: %w", at.Source, err)
		}
	}
	return nil
}

func (l *loader) addAttestation(ctx context.Context, actor kb.Actor, claim, appearance kb.ID, at attestation) error {
	source, err := lookup(l.sources, at.Source, "source")
	if err != nil {
		return err
	}
	excerpt, err := lookup(l.excerpts, at.Excerpt, "excerpt")
	if err != nil {
		return err
	}
	id, err := l.desk.AddAttestation(ctx, actor, desk.AttestationInput{Source: string(source), Attestation: kb.Attestation{
		ClaimID: claim, AppearanceID: appearance, ExcerptID: excerpt, OwnReporting: at.Own, Note: at.Note,
	}})
	if err != nil {
		return err
	}
	for _, x := range at.Derives {
		if err := l.derive(ctx, desk.DerivationInput{Claim: claim, Derivation: kb.Derivation{AttestationID: id}}, x); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) addEvidence(ctx context.Context, c *logged, list []evidence) error {
	parts, err := l.desk.Parts(ctx, l.claims[c.Key])
	if err != nil {
		return err
	}
	for _, e := range list {
		if c.cites[e.Key], err = l.addOne(ctx, c, e, parts); err != nil {
			return fmt.Errorf("evidence %s: %w", e.Key, err)
		}
	}
	return nil
}

func (l *loader) addOne(ctx context.Context, c *logged, e evidence, parts []kb.ClaimPart) (kb.ID, error) {
	source, err := lookup(l.sources, e.Source, "source")
	if err != nil {
		return "", err
	}
	excerpt, err := lookup(l.excerpts, e.Excerpt, "excerpt")
	if err != nil {
		return "", err
	}
	claim := l.claims[c.Key]
	in := desk.EvidenceInput{Source: string(source), Evidence: kb.Evidence{
		ClaimID: claim, ExcerptID: excerpt, Stance: e.Stance, PrimaryHere: e.Primary, OwnReporting: e.Own, Comment: e.Comment,
	}}
	if e.Part > 0 && e.Part <= len(parts) {
		in.PartID = parts[e.Part-1].ID
	}
	id, err := l.desk.AddEvidence(ctx, l.actors[c.By], in)
	if err != nil {
		return "", err
	}
	for _, x := range e.Derives {
		if err := l.derive(ctx, desk.DerivationInput{Claim: claim, Derivation: kb.Derivation{EvidenceID: id}}, x); err != nil {
			return "", err
		}
	}
	return id, nil
}

func (l *loader) addRest(ctx context.Context, actor kb.Actor, claim kb.ID, c claim) error {
	for _, a := range c.Assessments {
		source, err := lookup(l.sources, a.Source, "source")
		if err != nil {
			return err
		}
		err = l.desk.Assess(ctx, l.actors[a.By], desk.AssessmentInput{Source: string(source), IndependenceAssessment: kb.IndependenceAssessment{
			ClaimID: claim, Finding: a.Finding, Note: a.Note,
		}})
		if err != nil {
			return fmt.Errorf("assessment of %s: %w", a.Source, err)
		}
	}
	for _, r := range c.Relations {
		to, err := lookup(l.claims, r.To, "claim")
		if err != nil {
			return err
		}
		_, err = l.desk.Relate(ctx, actor, claim, desk.RelationInput{To: string(to), ClaimRelation: kb.ClaimRelation{Type: r.Type, Rationale: r.Rationale}})
		if err != nil {
			return fmt.Errorf("relation to %s: %w", r.To, err)
		}
	}
	for _, r := range c.Replies {
		err := l.desk.SaveReply(ctx, actor, kb.ReplyRequest{
			ClaimID: claim, AskedOf: r.AskedOf, Channel: r.Channel, AskedOn: r.AskedOn, Deadline: r.Deadline, Outcome: r.Outcome, Text: r.Text,
		})
		if err != nil {
			return fmt.Errorf("reply: %w", err)
		}
	}
	for gate, reason := range c.Exceptions {
		if err := l.desk.StateException(ctx, actor, kb.GateException{ClaimID: claim, Gate: gate, Reason: reason}); err != nil {
			return fmt.Errorf("exception from %s: %w", gate, err)
		}
	}
	return nil
}

// rule writes the ruling and takes the claim as far along the workflow as the
// data set says.
func (l *loader) rule(ctx context.Context, actor kb.Actor, claim kb.ID, c *logged) error {
	if c.Ruling != nil {
		if err := l.saveDraft(ctx, actor, claim, *c.Ruling, c.cites, nil); err != nil {
			return err
		}
	}
	switch c.State {
	case "in-review", "approved", "published":
		if c.Emergency != nil {
			return l.expedite(ctx, actor, claim, *c.Emergency)
		}
		return l.review(ctx, actor, claim, c.State)
	case "scheduled":
		return l.schedule(ctx, actor, claim, c.InDays)
	case "parked", "declined":
		return l.desk.Step(ctx, actor, claim, step(c.State), c.StateReason)
	}
	return nil
}

// expedite publishes without a second person.
func (l *loader) expedite(ctx context.Context, actor kb.Actor, claim kb.ID, e emergency) error {
	hash, err := l.desk.Submit(ctx, actor, claim)
	if err != nil {
		return err
	}
	_, err = l.desk.Expedite(ctx, l.withRole(kb.PublisherR), claim, hash, kb.Emergency{Kind: e.Kind, Reason: e.Reason})
	return err
}

// schedule plans a publication some days from now, on the full hour.
func (l *loader) schedule(ctx context.Context, actor kb.Actor, claim kb.ID, days int) error {
	if err := l.review(ctx, actor, claim, "approved"); err != nil {
		return err
	}
	return l.desk.Schedule(ctx, l.withRole(kb.PublisherR), claim, l.desk.Now().AddDate(0, 0, days).Truncate(time.Hour))
}

func (l *loader) saveDraft(ctx context.Context, actor kb.Actor, claim kb.ID, r ruling, cites map[string]kb.ID, second *revision) error {
	reasoning, err := cited(r.Reasoning, cites)
	if err != nil {
		return err
	}
	draft := kb.RulingDraft{
		ClaimID: claim, Outcome: r.Outcome, OutcomeReason: r.Reason, Summary: r.Summary, Reasoning: reasoning,
		AsOf: r.AsOf, RecheckBy: r.RecheckBy, WouldChange: r.WouldChange, Demonstration: true,
	}
	if r.Rating != "" {
		ref, ok := l.ratings[r.Rating]
		if !ok {
			return fmt.Errorf("there is no rating with the key %q", r.Rating)
		}
		draft.ScaleID, draft.RatingKey = ref.scale, ref.key
	}
	if o := r.Overtaken; o != nil {
		draft.OvertakenSince, draft.OvertakenEvidenceID = o.Since, cites[o.Evidence]
	}
	if second != nil {
		old, err := l.desk.Draft(ctx, claim)
		if err != nil {
			return err
		}
		draft.Version, draft.Cause, draft.Class, draft.PublicNote = old.Version, second.Cause, second.Class, second.Note
	}
	return l.desk.SaveDraft(ctx, actor, draft)
}

func (l *loader) review(ctx context.Context, actor kb.Actor, claim kb.ID, until string) error {
	hash, err := l.desk.Submit(ctx, actor, claim)
	if err != nil || until == "in-review" {
		return err
	}
	if err := l.desk.Approve(ctx, l.withRole(kb.Reviewer), claim, hash, ""); err != nil || until == "approved" {
		return err
	}
	_, err = l.desk.Publish(ctx, l.withRole(kb.PublisherR), claim)
	return err
}

func step(state string) kb.Step {
	switch state {
	case "parked":
		return kb.Park
	case "declined":
		return kb.Decline
	}
	return kb.Accept
}
