package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// deskOperations are what a token may do with claims at the desk.
func (a *API) deskOperations() {
	register(a, created("/desk/claims", "logClaim", "Log a claim, with its first appearance if it is known", "Claims"), a.logClaim)
	register(a, operation(http.MethodGet, "/desk/claims/{id}", "getDraftClaim", "A claim as the desk has it, published or not", "Claims"), a.draftClaim)
	register(a, operation(http.MethodPut, "/desk/claims/{id}", "editClaim", "Change a claim's wording and filing; needs If-Match", "Claims"), a.editClaim)
	register(a, created("/desk/claims/{id}/appearances", "addAppearance", "Record an occasion on which it was said", "Claims"), a.addAppearance)
	register(a, created("/desk/claims/{id}/appearances/{appearance}/attestations", "addAttestation", "Say which work records an appearance", "Claims"), a.addAttestation)
	register(a, created("/desk/claims/{id}/evidence", "addEvidence", "Link the claim to a work that bears on it", "Evidence"), a.addEvidence)
	register(a, created("/desk/claims/{id}/derivations", "addItemDerivation", "Say where one piece of evidence, or one attestation, has it from", "Evidence"), a.addItemDerivation)
	register(a, operation(http.MethodGet, "/desk/claims/{id}/draft", "getDraft", "The ruling as it is drafted", "Rulings"), a.draft)
	register(a, operation(http.MethodPut, "/desk/claims/{id}/draft", "saveDraft", "Save the drafted ruling; needs If-Match, \"v0\" for the first", "Rulings"), a.saveDraft)
	register(a, created("/desk/claims/{id}/replies", "addReply", "Record that somebody was asked for a reply, and what came of it", "Rulings"), a.addReply)
	register(a, operation(http.MethodPost, "/desk/claims/{id}/submit", "submitClaim", "Submit for review exactly what stands there now", "Rulings"), a.submit)
}

// created is an operation that makes something.
func created(path, id, summary, tag string) huma.Operation {
	op := operation(http.MethodPost, path, id, summary, tag)
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusUnprocessableEntity)
	return op
}

// Made is the answer to what made something.
type Made struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty" doc:"of its page at the desk"`
}

type made struct {
	Location string `header:"Location"`
	Body     Made
}

func (a *API) madeAt(id kb.ID, path ...string) *made {
	address := a.BaseURL + "/desk/" + strings.Join(path, "/")
	return &made{address, Made{string(id), address}}
}

// etag names a version of a row.
func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// Precondition is a change of one version of something.
type Precondition struct {
	IfMatch string `header:"If-Match" doc:"the ETag that was read; * changes whatever stands there"`
}

// version reads which version a change is of; current is that of the row.
func (p Precondition) version(current int64) (int64, error) {
	if strings.TrimSpace(p.IfMatch) == "" {
		return 0, &Problem{Title: "If-Match is missing", StatusCode: http.StatusPreconditionRequired, Detail: "Read it first, and send its ETag as If-Match."}
	}
	if has(p.IfMatch, etag(current)) {
		return current, nil
	}
	return 0, &Problem{Title: "Changed meanwhile", StatusCode: http.StatusPreconditionFailed, Detail: "If-Match names no version of this, or not the newest. Read it again."}
}

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

// Saved is the answer to a change: its ETag is the version to change next.
type Saved struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

type saved struct {
	ETag string `header:"ETag"`
	Body Saved
}

// savedAfter answers a change of a version. The version is not read again: that
// may be what somebody else saved since.
func savedAfter(id kb.ID, version int64) *saved {
	return &saved{etag(version + 1), Saved{string(id), version + 1}}
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
