package kb

import (
	"strings"
	"time"
)

// Claim is a checkable assertion in canonical wording and one language.
type Claim struct {
	ID                  ID
	Text                string
	Language            string
	Verbatim            bool // the canonical wording is the speaker's own words
	Kind                string
	Checkability        string
	CheckabilityReason  string
	ValidFrom           Date
	ValidTo             Date
	PredictionCondition string
	PredictionDue       Date
	PredictionOutcome   string
	Note                string // for the desk, never published
	State               State
	StateReason         string
	AssigneeID          ID
	MergedIntoID        ID
	CreatedBy           ID
	CreatedAt           time.Time
	UpdatedAt           time.Time
	Version             int64
}

// ClaimPart is one separately checkable part of a claim.
type ClaimPart struct {
	ID      ID
	ClaimID ID
	Ordinal int
	Text    string
}

// Topic is a subject that claims are filed under.
type Topic struct {
	ID      ID
	Slug    string
	Name    string
	Version int64
}

// ClaimInput is a claim as an editor enters it: its own fields, its parts in
// order and the names of its topics.
type ClaimInput struct {
	Claim

	Parts  []string
	Topics []string
}

// MediaClaim is the kind of claims that an image, a sound or a film makes.
const MediaClaim = "media"

// ClaimKinds are the kinds of claims.
var ClaimKinds = []Option{
	{"other", "other"},
	{"attribution", "attribution: somebody said or did it"},
	{"statistic", "statistic: a number"},
	{"event", "event: it happened"},
	{"causal", "causal: this led to that"},
	{"promise", "promise"},
	{"prediction", "prediction"},
	{"insinuation", "insinuation"},
	{MediaClaim, "media: an image, sound or film shows this"},
}

// Checkabilities say whether a claim can be ruled on.
var Checkabilities = []Option{
	{"checkable", "checkable"},
	{"opinion", "opinion"},
	{"prediction", "prediction"},
	{"too-vague", "too vague"},
}

// Limits of lists.
const (
	maxParts  = 12
	maxTopics = 8
)

// Validate checks and trims the input.
func (in *ClaimInput) Validate() error {
	var c check
	c.line("text", &in.Text, maxClaim)
	c.required("text", in.Text, "Write the claim as one sentence that can be true or false.")
	c.language(&in.Language)
	c.oneOf("kind", in.Kind, ClaimKinds)
	c.oneOf("checkability", in.Checkability, Checkabilities)
	c.text("checkability_reason", &in.CheckabilityReason, maxNote)
	if in.Checkability != "checkable" {
		c.required("checkability_reason", in.CheckabilityReason, "Say why the claim cannot be ruled on; readers see it.")
	}
	c.date("valid_from", &in.ValidFrom)
	c.date("valid_to", &in.ValidTo)
	c.text("prediction_condition", &in.PredictionCondition, maxNote)
	c.date("prediction_due", &in.PredictionDue)
	c.text("prediction_outcome", &in.PredictionOutcome, maxNote)
	c.text("note", &in.Note, maxPassage)
	in.Parts = c.list("parts", in.Parts, maxParts, maxClaim)
	in.Topics = c.list("topics", in.Topics, maxTopics, 80)
	return c.err()
}

// list trims the entries of a list, drops empty ones and checks the rest.
func (c *check) list(field string, entries []string, most, limit int) []string {
	var kept []string
	for _, e := range entries {
		c.line(field, &e, limit)
		if e != "" {
			kept = append(kept, e)
		}
	}
	if len(kept) > most {
		c.fail(field, "Too many: %d, at most %d.", len(kept), most)
	}
	return kept
}

// Lines splits what stands in a text field, one entry a line.
func Lines(s string) []string { return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }

// ClaimRelation is a typed relation between two claims that an editor confirmed.
// Nothing is inherited along it, least of all a rating.
type ClaimRelation struct {
	ID          ID
	FromID      ID
	ToID        ID
	Type        string
	Rationale   string
	ConfirmedBy ID
}

// RelationTypes are the types of relations, read from the first claim.
var RelationTypes = []Option{
	{"restates", "says the same in other words as"},
	{"narrows", "is narrower than"},
	{"broadens", "is broader than"},
	{"contradicts", "contradicts"},
	{"in-tension-with", "is in tension with"},
	{"depends-on", "depends on"},
	{"translation-of", "is a translation of"},
	{"updates", "updates"},
}

// inverseWords read a relation from the second claim.
var inverseWords = []Option{
	{"narrows", "is broader than"},
	{"broadens", "is narrower than"},
	{"depends-on", "is needed by"},
	{"translation-of", "is translated by"},
	{"updates", "is updated by"},
}

// RelationWords gives the relation as read from one side.
func RelationWords(relation string, inverse bool) string {
	if inverse {
		if words := Label(inverseWords, relation); words != relation {
			return words
		}
	}
	return Label(RelationTypes, relation)
}

// Symmetric reports whether the relation reads the same from both sides; it is
// stored once then, the smaller id first.
func (r ClaimRelation) Symmetric() bool {
	return r.Type == "restates" || r.Type == "contradicts" || r.Type == "in-tension-with"
}

// Validate checks the relation and puts a symmetric one in its stored order.
func (r *ClaimRelation) Validate() error {
	var c check
	c.oneOf("type", r.Type, RelationTypes)
	if r.ToID == "" {
		c.fail("to", "Give the id of the other claim, or its address.")
	}
	if r.ToID == r.FromID {
		c.fail("to", "A claim cannot be related to itself.")
	}
	c.text("rationale", &r.Rationale, maxNote)
	c.required("rationale", r.Rationale, "Say in a sentence why the two are related so.")
	if r.Symmetric() && r.FromID > r.ToID {
		r.FromID, r.ToID = r.ToID, r.FromID
	}
	return c.err()
}
