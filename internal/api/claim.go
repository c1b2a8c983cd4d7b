package api

import (
	"context"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// ClaimIn is a claim as it is entered.
type ClaimIn struct {
	Text                string  `json:"text" doc:"one sentence that can be true or false"`
	Language            string  `json:"language,omitempty" default:"en"`
	Verbatim            bool    `json:"verbatim,omitempty" doc:"the wording is the speaker's own"`
	Kind                string  `json:"kind,omitempty" default:"other"`
	Checkability        string  `json:"checkability,omitempty" default:"checkable"`
	CheckabilityReason  string  `json:"checkabilityReason,omitempty"`
	ValidFrom           kb.Date `json:"validFrom,omitempty"`
	ValidTo             kb.Date `json:"validTo,omitempty"`
	PredictionCondition string  `json:"predictionCondition,omitempty"`
	PredictionDue       kb.Date `json:"predictionDue,omitempty"`
	PredictionOutcome   string  `json:"predictionOutcome,omitempty"`
	Note                string  `json:"note,omitempty" doc:"for the desk, never published"`

	Parts  []string `json:"parts,omitempty"`
	Topics []string `json:"topics,omitempty"`
}

func (in ClaimIn) input() kb.ClaimInput {
	return kb.ClaimInput{Parts: in.Parts, Topics: in.Topics, Claim: kb.Claim{
		Text: in.Text, Language: in.Language, Verbatim: in.Verbatim, Kind: in.Kind, Checkability: in.Checkability, CheckabilityReason: in.CheckabilityReason,
		ValidFrom: in.ValidFrom, ValidTo: in.ValidTo, PredictionCondition: in.PredictionCondition, PredictionDue: in.PredictionDue, PredictionOutcome: in.PredictionOutcome, Note: in.Note,
	}}
}

// AppearanceIn is an occasion on which the claim was made. The speaker is named,
// or given by id.
type AppearanceIn struct {
	Speaker      string  `json:"speaker" doc:"name or id; a name that is not known yet is added"`
	ShownAs      string  `json:"shownAs,omitempty" doc:"the speaker's name then"`
	Role         string  `json:"role,omitempty" doc:"the speaker's role then"`
	Words        string  `json:"words,omitempty"`
	Language     string  `json:"language,omitempty" default:"en"`
	Directness   string  `json:"directness,omitempty" default:"direct" enum:"direct,indirect,summary"`
	Translation  string  `json:"translation,omitempty" default:"original" enum:"original,translated"`
	TranslatedBy string  `json:"translatedBy,omitempty"`
	SaidOn       kb.Date `json:"saidOn,omitempty"`
	Place        string  `json:"place,omitempty"`
	Medium       string  `json:"medium,omitempty"`
	Earliest     bool    `json:"earliest,omitempty"`
}

func (in AppearanceIn) input(claim kb.ID) desk.AppearanceInput {
	return desk.AppearanceInput{Speaker: in.Speaker, Appearance: kb.Appearance{
		ClaimID: claim, SpeakerName: in.ShownAs, SpeakerRole: in.Role, Words: in.Words, Language: in.Language, Directness: in.Directness,
		Translation: in.Translation, TranslatedBy: in.TranslatedBy, SaidOn: in.SaidOn, Place: in.Place, Medium: in.Medium, Earliest: in.Earliest,
	}}
}

// NewClaimIn is a claim to be logged, with what is known of where it was said.
type NewClaimIn struct {
	ClaimIn

	Appearance *AppearanceIn `json:"appearance,omitempty"`
	Record     *SourceIn     `json:"record,omitempty" doc:"the work that records the appearance; known by its address, or added"`
}

func (a *API) logClaim(ctx context.Context, in *struct{ Body NewClaimIn }) (*made, error) {
	c := desk.NewClaim{Claim: in.Body.input()}
	if in.Body.Appearance != nil {
		appearance := in.Body.Appearance.input("")
		c.Appearance = &appearance
	}
	if in.Body.Record != nil {
		if c.Appearance == nil {
			return nil, kb.InvalidField("record", "Say first, as appearance, what it records.")
		}
		if err := desk.Authorise(actorOf(ctx), desk.EditSource); err != nil {
			return nil, err
		}
		record := in.Body.Record.input()
		c.Record = &record
	}
	id, err := a.Desk.LogClaim(ctx, actorOf(ctx), c)
	if err != nil {
		return nil, err
	}
	return a.madeAt(id, "claims", string(id)), nil
}

// DraftClaim is a claim as the desk has it.
type DraftClaim struct {
	ClaimIn

	ID          string            `json:"id"`
	State       string            `json:"state"`
	StateReason string            `json:"stateReason,omitempty"`
	Published   int               `json:"publishedRevision" doc:"number of the revision in force; 0 when there is none"`
	PartIDs     []string          `json:"partIds" doc:"of the parts, in their order"`
	Appearances []DraftAppearance `json:"appearances"`
	Evidence    []DraftEvidence   `json:"evidence"`
}

// DraftAppearance is an appearance with the works that record it.
type DraftAppearance struct {
	AppearanceIn

	ID           string             `json:"id"`
	Attestations []DraftAttestation `json:"attestations"`
}

// DraftAttestation is a work that records an appearance.
type DraftAttestation struct {
	ID           string `json:"id"`
	Source       string `json:"source"`
	Excerpt      string `json:"excerpt,omitempty"`
	OwnReporting bool   `json:"ownReporting"`
	Note         string `json:"note,omitempty"`
}

// DraftEvidence is a work that bears on the claim.
type DraftEvidence struct {
	EvidenceIn

	ID string `json:"id" doc:"cited in a reasoning as [@e…]"`
}

// DraftPath names what is at the desk. It is exported because huma passes over
// embedded types that are not.
type DraftPath struct {
	ID string `path:"id"`
}

type draftClaim struct {
	ETag string `header:"ETag"`
	Body DraftClaim
}

// mayRead is asked before anything of the desk is shown.
func mayRead(ctx context.Context) error { return desk.Authorise(actorOf(ctx), desk.ReadDesk) }

func (a *API) draftClaim(ctx context.Context, in *DraftPath) (*draftClaim, error) {
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
	return &draftClaim{etag(d.Claim.Version), draftOf(d)}, nil
}

func draftOf(d store.Dossier) DraftClaim {
	c := d.Claim
	v := DraftClaim{
		ID: string(c.ID), State: string(c.State), StateReason: c.StateReason, Published: d.Revision, PartIDs: []string{}, Appearances: []DraftAppearance{}, Evidence: []DraftEvidence{},
		ClaimIn: ClaimIn{
			Text: c.Text, Language: c.Language, Verbatim: c.Verbatim, Kind: c.Kind, Checkability: c.Checkability, CheckabilityReason: c.CheckabilityReason, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
			PredictionCondition: c.PredictionCondition, PredictionDue: c.PredictionDue, PredictionOutcome: c.PredictionOutcome, Note: c.Note,
		},
	}
	for _, p := range d.Parts {
		v.Parts, v.PartIDs = append(v.Parts, p.Text), append(v.PartIDs, string(p.ID))
	}
	for _, t := range d.Topics {
		v.Topics = append(v.Topics, t.Name)
	}
	for _, x := range d.Appearances {
		v.Appearances = append(v.Appearances, draftAppearance(d, x))
	}
	for _, e := range d.Evidence {
		v.Evidence = append(v.Evidence, DraftEvidence{ID: string(e.ID), EvidenceIn: EvidenceIn{
			Source: string(e.SourceID), Excerpt: string(e.ExcerptID), Part: string(e.PartID), Stance: e.Stance, Primary: e.PrimaryHere, OwnReporting: e.OwnReporting, Comment: e.Comment,
		}})
	}
	return v
}

func draftAppearance(d store.Dossier, x kb.Appearance) DraftAppearance {
	v := DraftAppearance{ID: string(x.ID), Attestations: []DraftAttestation{}, AppearanceIn: AppearanceIn{
		Speaker: string(x.SpeakerID), ShownAs: x.SpeakerName, Role: x.SpeakerRole, Words: x.Words, Language: x.Language, Directness: x.Directness, Translation: x.Translation,
		TranslatedBy: x.TranslatedBy, SaidOn: x.SaidOn, Place: x.Place, Medium: x.Medium, Earliest: x.Earliest,
	}}
	for _, at := range d.Attestations {
		if at.AppearanceID == x.ID {
			v.Attestations = append(v.Attestations, DraftAttestation{string(at.ID), string(at.SourceID), string(at.ExcerptID), at.OwnReporting, at.Note})
		}
	}
	return v
}

func (a *API) editClaim(ctx context.Context, in *struct {
	DraftPath
	Precondition

	Body ClaimIn
},
) (*saved, error) {
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := desk.Authorise(actorOf(ctx), desk.EditClaim); err != nil {
		return nil, err
	}
	current, err := a.DB.Desk(ctx).Claim(id)
	if err != nil {
		return nil, err
	}
	input := in.Body.input()
	if input.Version, err = in.version(current.Version); err != nil {
		return nil, err
	}
	if err := a.Desk.UpdateClaim(ctx, actorOf(ctx), id, input); err != nil {
		return nil, err
	}
	return savedAfter(id, input.Version), nil
}

func (a *API) addAppearance(ctx context.Context, in *struct {
	DraftPath

	Body AppearanceIn
},
) (*made, error) {
	claim, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	id, err := a.Desk.AddAppearance(ctx, actorOf(ctx), in.Body.input(claim))
	return a.madeAt(id, "claims", string(claim)), err
}

// named reads an id that a body may name.
func named(field, ref string) (kb.ID, error) {
	if ref == "" {
		return "", nil
	}
	id, err := kb.ParseID(ref)
	if err != nil {
		return "", kb.InvalidField(field, "This is no id; it is 8 letters and digits.")
	}
	return id, nil
}

// AttestationIn is a work that records an appearance.
type AttestationIn struct {
	Source       string `json:"source,omitempty" doc:"id or address; may be left out when an excerpt is given"`
	Excerpt      string `json:"excerpt,omitempty"`
	OwnReporting bool   `json:"ownReporting,omitempty" doc:"it was there, beside what it has from others"`
	Note         string `json:"note,omitempty"`
}

func (a *API) addAttestation(ctx context.Context, in *struct {
	DraftPath

	Appearance string `path:"appearance"`
	Body       AttestationIn
},
) (*made, error) {
	claim, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	appearance, err := kb.ParseID(in.Appearance)
	if err != nil {
		return nil, err
	}
	b := in.Body
	excerpt, err := named("excerpt", b.Excerpt)
	if err != nil {
		return nil, err
	}
	id, err := a.Desk.AddAttestation(ctx, actorOf(ctx), desk.AttestationInput{Source: b.Source, Attestation: kb.Attestation{
		ClaimID: claim, AppearanceID: appearance, ExcerptID: excerpt, OwnReporting: b.OwnReporting, Note: b.Note,
	}})
	return a.madeAt(id, "claims", string(claim)), err
}
