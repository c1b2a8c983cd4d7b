package kb

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// RulingDraft is the reasoned judgement at work. Readers never see it, only
// revisions made from it.
type RulingDraft struct {
	ClaimID             ID
	BasedOn             int // number of the revision it revises; 0 for the first
	Outcome             string
	OutcomeReason       string
	ScaleID             ID
	RatingKey           string
	Summary             string
	Reasoning           string // Markdown, citing evidence as [@e…]
	AsOf                Date
	OvertakenSince      Date // true when said, no longer since then
	OvertakenEvidenceID ID
	RecheckBy           Date
	WouldChange         string
	Cause               string
	Class               string
	PublicNote          string
	Demonstration       bool
	Media               Strings // what a media claim's picture is, by codes of MediaCategories
	Version             int64
}

// Outcomes are the possible ends of a check.
var Outcomes = []Option{
	{"rated", "rated"},
	{"opinion", "not rated: opinion"},
	{"prediction", "not rated: prediction"},
	{"too-vague", "not rated: too vague"},
	{"no-evidence", "not rated: no evidence either way"},
}

// MediaCategories say how an image, a sound or a film stands to what it is said
// to show. The codes are those of schema.org's MediaReview.
var MediaCategories = []Option{
	{"OriginalMediaContent", "original: not altered in a way that misleads"},
	{"DecontextualizedContent", "taken out of its context"},
	{"EditedOrCroppedContent", "edited or cropped so that it misleads"},
	{"TransformedContent", "made up, or altered in what it shows"},
	{"StagedContent", "staged"},
	{"SatireOrParodyContent", "satire or parody"},
}

// mediaOriginal goes with no other category.
const mediaOriginal = "OriginalMediaContent"

// Causes of a change to what was published, as the editor states them.
var Causes = []Option{
	{"our-error", "our error"},
	{"new-facts", "new facts"},
	{"scale-or-method", "change of scale or method"},
}

// Classes of corrections, the least first.
var Classes = []Option{
	{"typo", "Typo"},
	{"clarification", "Clarification"},
	{"update", "Update"},
	{"correction", "Correction"},
	{"rating-change", "Rating changed"},
	{"retraction", "Retraction"},
}

// ClassRank gives the place of a class in Classes, -1 for none.
func ClassRank(class string) int {
	for i, o := range Classes {
		if o.Value == class {
			return i
		}
	}
	return -1
}

var citation = regexp.MustCompile(`\[@e([0-9a-z]{8})\]`)

// Citations gives the evidence that a reasoning cites, in order, each once.
func Citations(reasoning string) []ID {
	var ids []ID
	seen := map[ID]bool{}
	for _, m := range citation.FindAllStringSubmatch(reasoning, -1) {
		if id := ID(m[1]); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// ReplaceCitations puts words in the place of each citation of a reasoning.
func ReplaceCitations(reasoning string, words func(ID) string) string {
	return citation.ReplaceAllStringFunc(reasoning, func(cited string) string { return words(ID(citation.FindStringSubmatch(cited)[1])) })
}

var (
	blankLine = regexp.MustCompile(`\n[ \t]*\n`)
	codeSpan  = regexp.MustCompile("`+[^`]*`+")
	noProse   = regexp.MustCompile(`(?m)^[ ]{0,3}(#{1,6}([ \t].*)?|[^\n]+\n[ ]{0,3}=+[ \t]*|(-[ \t]*){3,}|(\*[ \t]*){3,}|(_[ \t]*){3,})$`)
)

// UncitedParagraphs counts the paragraphs of a reasoning without a citation;
// headings and rules are no paragraphs, and what stands in code cites nothing.
func UncitedParagraphs(reasoning string) int {
	n := 0
	for _, paragraph := range blankLine.Split(strings.ReplaceAll(reasoning, "\r\n", "\n"), -1) {
		paragraph = strings.TrimSpace(noProse.ReplaceAllString(paragraph, ""))
		if paragraph != "" && !citation.MatchString(codeSpan.ReplaceAllString(paragraph, "")) {
			n++
		}
	}
	return n
}

// Validate checks and trims the draft. A draft may be incomplete; what is
// missing for submission is the gates' business.
func (d *RulingDraft) Validate() error {
	var c check
	c.oneOf("outcome", d.Outcome, Outcomes)
	c.text("outcome_reason", &d.OutcomeReason, maxNote)
	if d.Outcome != "rated" {
		c.required("outcome_reason", d.OutcomeReason, "Say why there is no rating; readers see it.")
		d.ScaleID, d.RatingKey = "", ""
	} else {
		d.OutcomeReason = ""
	}
	if d.ScaleID == "" || d.RatingKey == "" {
		d.ScaleID, d.RatingKey = "", ""
	}
	c.text("summary", &d.Summary, MaxSummary)
	c.text("reasoning", &d.Reasoning, maxReasoning)
	c.date("as_of", &d.AsOf)
	c.date("overtaken_since", &d.OvertakenSince)
	if !d.OvertakenSince.Unknown() && d.OvertakenEvidenceID == "" {
		c.fail("overtaken_evidence", "Choose the evidence that shows since when it is overtaken.")
	}
	c.date("recheck_by", &d.RecheckBy)
	c.text("would_change", &d.WouldChange, maxNote)
	c.text("public_note", &d.PublicNote, maxNote)
	for _, m := range d.Media {
		c.oneOf("media", m, MediaCategories)
	}
	if len(d.Media) > 1 && slices.Contains(d.Media, mediaOriginal) {
		c.fail("media", "What is original is not altered, staged or taken out of context too.")
	}
	if d.Cause != "" {
		c.oneOf("cause", d.Cause, Causes)
	}
	if d.Class != "" {
		c.oneOf("class", d.Class, Classes[:len(Classes)-1]) // a retraction is a step of its own
	}
	return c.err()
}

// ValidateReason checks and trims a short text that is not part of a form of
// its own: a reason, a reviewer's note.
func ValidateReason(field string, s *string, required bool) error {
	var c check
	c.text(field, s, maxNote)
	if required {
		c.required(field, *s, "Say why, in a sentence.")
	}
	return c.err()
}

// Candidate is what was submitted, byte for byte: the hash of a content body.
type Candidate struct {
	ID          ID
	ClaimID     ID
	ContentHash string
	Number      int // the revision it is to become
	SubmittedBy ID
	SubmittedAt time.Time
	Closed      bool
}

// Approval is one reviewer's decision on one candidate.
type Approval struct {
	ID          ID
	ClaimID     ID
	CandidateID ID
	ContentHash string
	PersonID    ID
	Decision    string
	Note        string
	At          time.Time
}

// Decisions of a reviewer.
const (
	Approved = "approved"
	Returned = "returned"
)

// ReplyRequest records that somebody concerned was asked for a reply.
type ReplyRequest struct {
	ID       ID
	ClaimID  ID
	AskedOf  string
	Channel  string
	AskedOn  Date
	Deadline Date
	Outcome  string
	Text     string
	Version  int64
}

// ReplyOutcomes are the possible results of asking.
var ReplyOutcomes = []Option{
	{"awaited", "awaited"},
	{"answered", "answered"},
	{"declined", "declined to reply"},
	{"none", "no reply by the deadline"},
	{"not-asked", "not asked, for a reason"},
}

// Validate checks and trims the request.
func (r *ReplyRequest) Validate() error {
	var c check
	c.line("asked_of", &r.AskedOf, maxLine)
	c.required("asked_of", r.AskedOf, "Say who was asked, or would have been.")
	c.line("channel", &r.Channel, maxLine)
	c.date("asked_on", &r.AskedOn)
	c.date("deadline", &r.Deadline)
	c.oneOf("outcome", r.Outcome, ReplyOutcomes)
	c.text("text", &r.Text, maxPassage)
	if r.Outcome == "answered" || r.Outcome == "not-asked" {
		c.required("text", r.Text, "Give the reply, or the reason why nobody was asked; readers see it.")
	}
	return c.err()
}

// Masthead is the organisation that publishes, as readers and machines see it.
type Masthead struct {
	ID                string
	Name              string
	URL               string
	Language          string
	Licence           string
	LicenceURL        string
	CorrectionsPolicy string
	Methodology       string
	Ownership         string
	Contact           string
	Version           int64
}

// Validate checks and trims the masthead.
func (m *Masthead) Validate() error {
	var c check
	c.line("name", &m.Name, 120)
	c.required("name", m.Name, "Give the name of the publishing organisation.")
	c.url("url", &m.URL)
	c.language(&m.Language)
	c.line("licence", &m.Licence, 120)
	c.required("licence", m.Licence, "Say under which licence rulings may be used, or “All rights reserved”.")
	c.url("licence_url", &m.LicenceURL)
	c.text("corrections_policy", &m.CorrectionsPolicy, maxReasoning)
	c.text("methodology", &m.Methodology, maxReasoning)
	c.text("ownership", &m.Ownership, maxNote)
	c.line("contact", &m.Contact, maxLine)
	return c.err()
}
