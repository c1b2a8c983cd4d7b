package api

import (
	"context"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// EvidenceIn is a work that bears on the claim.
type EvidenceIn struct {
	Source       string `json:"source,omitempty" doc:"id or address; may be left out when an excerpt is given"`
	Excerpt      string `json:"excerpt,omitempty"`
	Part         string `json:"part,omitempty" doc:"id of the part of the claim that it bears on"`
	Stance       string `json:"stance" enum:"refutes,supports,context,inconclusive"`
	Primary      bool   `json:"primary,omitempty" doc:"a primary source for this claim"`
	OwnReporting bool   `json:"ownReporting,omitempty"`
	Comment      string `json:"comment,omitempty"`
}

func (a *API) addEvidence(ctx context.Context, in *struct {
	DraftPath

	Body EvidenceIn
},
) (*made, error) {
	claim, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	part, err := named("part", b.Part)
	if err != nil {
		return nil, err
	}
	excerpt, err := named("excerpt", b.Excerpt)
	if err != nil {
		return nil, err
	}
	id, err := a.Desk.AddEvidence(ctx, actorOf(ctx), desk.EvidenceInput{Source: b.Source, Evidence: kb.Evidence{
		ClaimID: claim, PartID: part, ExcerptID: excerpt, Stance: b.Stance, PrimaryHere: b.Primary, OwnReporting: b.OwnReporting, Comment: b.Comment,
	}})
	return a.madeAt(id, "claims", string(claim)), err
}

// DerivationIn says that a work has it, or something, from another.
type DerivationIn struct {
	To           string `json:"to" doc:"id or address of the work that it comes from"`
	Kind         string `json:"kind" enum:"republishes,translates,quotes,reports-on,summarises,based-on-data-of,press-release-of"`
	Faithfulness string `json:"faithfulness,omitempty" default:"unknown" enum:"unknown,faithful,cut,misdescribes"`
	Note         string `json:"note,omitempty"`
	Basis        string `json:"basis" doc:"the words that show it"`
}

// ItemDerivationIn is one that is about a piece of evidence, or an attestation.
type ItemDerivationIn struct {
	DerivationIn

	Evidence    string `json:"evidence,omitempty"`
	Attestation string `json:"attestation,omitempty"`
}

func (in DerivationIn) input() desk.DerivationInput {
	return desk.DerivationInput{To: in.To, Derivation: kb.Derivation{Kind: in.Kind, Faithfulness: in.Faithfulness, Note: in.Note, Basis: in.Basis}}
}

func (a *API) addItemDerivation(ctx context.Context, in *struct {
	DraftPath

	Body ItemDerivationIn
},
) (*made, error) {
	claim, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	if (in.Body.Evidence == "") == (in.Body.Attestation == "") {
		return nil, kb.InvalidField("evidence", "Name the evidence or the attestation that it is about, one of them.")
	}
	input := in.Body.input()
	input.Claim = claim
	if input.EvidenceID, err = named("evidence", in.Body.Evidence); err != nil {
		return nil, err
	}
	if input.AttestationID, err = named("attestation", in.Body.Attestation); err != nil {
		return nil, err
	}
	id, err := a.Desk.Derive(ctx, actorOf(ctx), input)
	return a.madeAt(id, "claims", string(claim)), err
}
