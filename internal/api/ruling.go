package api

import (
	"context"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// DraftIn is a ruling as it is drafted.
type DraftIn struct {
	Outcome           string   `json:"outcome,omitempty" default:"rated" enum:"rated,opinion,prediction,too-vague,no-evidence"`
	OutcomeReason     string   `json:"outcomeReason,omitempty"`
	Scale             string   `json:"scale,omitempty" doc:"key of the rating scale; its newest version"`
	Rating            string   `json:"rating,omitempty" doc:"key of the rating on it"`
	Summary           string   `json:"summary,omitempty"`
	Reasoning         string   `json:"reasoning,omitempty" doc:"Markdown; evidence is cited as [@e…]"`
	AsOf              kb.Date  `json:"asOf,omitempty"`
	OvertakenSince    kb.Date  `json:"overtakenSince,omitempty"`
	OvertakenEvidence string   `json:"overtakenEvidence,omitempty"`
	RecheckBy         kb.Date  `json:"recheckBy,omitempty"`
	WouldChange       string   `json:"wouldChange,omitempty"`
	Cause             string   `json:"cause,omitempty" doc:"of a revision: our-error, new-facts, scale-or-method"`
	Class             string   `json:"class,omitempty" doc:"of a revision, when it shall be graver than the least"`
	PublicNote        string   `json:"publicNote,omitempty" doc:"of a revision: what changed and why, for readers"`
	Demonstration     bool     `json:"demonstration,omitempty"`
	Media             []string `json:"media,omitempty" doc:"of a media claim: codes of schema.org's MediaReview"`
}

type draft struct {
	ETag string `header:"ETag"`
	Body DraftIn
}

func (a *API) draft(ctx context.Context, in *DraftPath) (*draft, error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.DB.Desk(ctx).Dossier(id)
	if err != nil {
		return nil, err
	}
	if d.Draft == nil {
		return &draft{etag(0), DraftIn{Outcome: "rated", AsOf: kb.UnknownDate(), OvertakenSince: kb.UnknownDate(), RecheckBy: kb.UnknownDate()}}, nil
	}
	x := *d.Draft
	return &draft{etag(x.Version), DraftIn{
		Outcome: x.Outcome, OutcomeReason: x.OutcomeReason, Scale: d.Scale.Key, Rating: x.RatingKey, Summary: x.Summary, Reasoning: x.Reasoning, AsOf: x.AsOf, OvertakenSince: x.OvertakenSince,
		OvertakenEvidence: string(x.OvertakenEvidenceID), RecheckBy: x.RecheckBy, WouldChange: x.WouldChange, Cause: x.Cause, Class: x.Class, PublicNote: x.PublicNote,
		Demonstration: x.Demonstration, Media: x.Media,
	}}, nil
}

func (a *API) saveDraft(ctx context.Context, in *struct {
	DraftPath
	Precondition

	Body DraftIn
},
) (*saved, error) {
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := desk.Authorise(actorOf(ctx), desk.EditRuling); err != nil {
		return nil, err
	}
	current, err := a.DB.Desk(ctx).Draft(id)
	if err != nil && kb.KindOf(err) != kb.NotFound {
		return nil, err
	}
	x := in.Body.input(id)
	if x.OvertakenEvidenceID, err = named("overtakenEvidence", in.Body.OvertakenEvidence); err != nil {
		return nil, err
	}
	if x.Version, err = in.version(current.Version); err != nil {
		return nil, err
	}
	if (in.Body.Scale == "") != (in.Body.Rating == "") {
		return nil, kb.InvalidField("rating", "Give the scale and the rating on it, or neither.")
	}
	if in.Body.Scale != "" {
		if x.ScaleID, err = a.Desk.FindScale(ctx, in.Body.Scale); err != nil {
			return nil, kb.InvalidField("scale", "There is no such rating scale.").Because(err)
		}
	}
	if err := a.Desk.SaveDraft(ctx, actorOf(ctx), x); err != nil {
		return nil, err
	}
	return savedAfter(id, x.Version), nil
}

func (in DraftIn) input(claim kb.ID) kb.RulingDraft {
	return kb.RulingDraft{
		ClaimID: claim, Outcome: in.Outcome, OutcomeReason: in.OutcomeReason, RatingKey: in.Rating, Summary: in.Summary, Reasoning: in.Reasoning, AsOf: in.AsOf, OvertakenSince: in.OvertakenSince,
		RecheckBy: in.RecheckBy, WouldChange: in.WouldChange, Cause: in.Cause, Class: in.Class, PublicNote: in.PublicNote,
		Demonstration: in.Demonstration, Media: in.Media,
	}
}

// Submitted names what is under review: an approval is of exactly this content.
type Submitted struct {
	ContentHash string `json:"contentHash"`
}

func (a *API) submit(ctx context.Context, in *DraftPath) (*struct{ Body Submitted }, error) {
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	hash, err := a.Desk.Submit(ctx, actorOf(ctx), id)
	return &struct{ Body Submitted }{Submitted{hash}}, err
}

// ReplyIn says who was asked for a reply, and what came of it.
type ReplyIn struct {
	AskedOf  string  `json:"askedOf"`
	Channel  string  `json:"channel,omitempty"`
	AskedOn  kb.Date `json:"askedOn,omitempty"`
	Deadline kb.Date `json:"deadline,omitempty"`
	Outcome  string  `json:"outcome" enum:"awaited,answered,declined,none,not-asked"`
	Text     string  `json:"text,omitempty" doc:"what they said, or why nobody was asked"`
}

// ReplyKept names the claim that a reply was kept for.
type ReplyKept struct {
	Claim string `json:"claim"`
}

func (a *API) addReply(ctx context.Context, in *struct {
	DraftPath

	Body ReplyIn
},
) (*struct{ Body ReplyKept }, error) {
	claim, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	err = a.Desk.SaveReply(ctx, actorOf(ctx), kb.ReplyRequest{ClaimID: claim, AskedOf: b.AskedOf, Channel: b.Channel, AskedOn: b.AskedOn, Deadline: b.Deadline, Outcome: b.Outcome, Text: b.Text})
	return &struct{ Body ReplyKept }{ReplyKept{string(claim)}}, err
}
