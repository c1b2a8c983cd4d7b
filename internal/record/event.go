package record

import (
	"encoding/json"
	"fmt"
)

// Event kinds of the record.
const (
	KindRevision       = "revision"
	KindBanner         = "banner"
	KindRedaction      = "redaction"
	KindScale          = "scale"
	KindPolicy         = "policy"
	KindMasthead       = "masthead"
	KindKey            = "key"
	KindDispute        = "dispute"
	KindQuotationCheck = "quotation-check"
	KindRelease        = "snapshot-release"
)

// Banner is the document of a banner event: from then on the claim is under
// review in public, or is not any more.
type Banner struct {
	Schema int       `json:"schema"`
	Salt   string    `json:"salt"`
	Claim  string    `json:"claim"`
	Up     bool      `json:"up"`
	Reason string    `json:"reason"`
	At     string    `json:"at"`
	By     PersonRef `json:"by"`
}

// Redaction is the document of a redaction event: the bodies under the listed
// hashes are gone, for the reason in law that is given. Two persons decided it.
type Redaction struct {
	Schema    int       `json:"schema"`
	Salt      string    `json:"salt"`
	Claim     string    `json:"claim"`
	Revisions []int     `json:"revisions"` // ascending
	Hashes    []string  `json:"hashes"`    // sorted: documents, contents, texts, bytes
	Basis     string    `json:"basis"`     // the ground in law
	Reason    string    `json:"reason"`
	At        string    `json:"at"`
	AskedBy   PersonRef `json:"askedBy"`
	By        PersonRef `json:"by"`
}

// Policy is the document of a policy event: the rules that rulings are held to
// from then on.
type Policy struct {
	Schema  int          `json:"schema"`
	Salt    string       `json:"salt"`
	Number  int          `json:"number"`
	Gates   []PolicyGate `json:"gates"`   // in the order of the report
	Origins []KindNumber `json:"origins"` // established origins needed, sorted by kind; "" for all other kinds
	// SoleEditor is the standing exception from the second person, with its
	// reason; absent when there is none.
	SoleEditor string    `json:"soleEditor,omitempty"`
	Note       string    `json:"note,omitempty"` // what changed and why
	At         string    `json:"at"`
	By         PersonRef `json:"by"`
}

// PolicyGate is one rule and how strictly it holds.
type PolicyGate struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Mode  string `json:"mode"`
}

// KindNumber is a number for one kind of claim.
type KindNumber struct {
	Kind   string `json:"kind"`
	Number int    `json:"number"`
}

// KeyChange is the document of a key event: a key that signs from then on, one
// that does not any more, or a log that begins anew.
type KeyChange struct {
	Schema int    `json:"schema"`
	Salt   string `json:"salt"`
	Action string `json:"action"`        // added, retired, restarted
	Key    string `json:"key"`           // the verifying key that it is about
	Old    string `json:"old,omitempty"` // the verifying key that it takes the place of
	Reason string `json:"reason"`
	// Lost is the last checkpoint of a log that could not be continued.
	Lost string `json:"lost,omitempty"`
	At   string `json:"at"`
}

// DisputeOutcome is the document of a dispute event: how a reader's objection to
// a ruling ended. It holds nothing that the reader wrote.
type DisputeOutcome struct {
	Schema   int       `json:"schema"`
	Salt     string    `json:"salt"`
	Claim    string    `json:"claim"`
	Dispute  string    `json:"dispute"`
	Kind     string    `json:"kind"`
	Received string    `json:"received"`
	Outcome  string    `json:"outcome"` // upheld, in part, refused
	Answer   string    `json:"answer"`
	Revision int       `json:"revision,omitempty"` // the correction that came of it
	At       string    `json:"at"`
	By       PersonRef `json:"by"`
}

// Scale is the document of a scale event.
type Scale struct {
	Schema      int       `json:"schema"`
	Salt        string    `json:"salt"`
	Key         string    `json:"key"`
	Number      int       `json:"number"`
	Name        string    `json:"name"`
	Ordered     bool      `json:"ordered"`
	Methodology string    `json:"methodology"`
	Ratings     []Rating  `json:"ratings"` // by place, those off the scale last
	At          string    `json:"at"`
	By          PersonRef `json:"by"`
}

// Masthead is the document of a masthead event.
type Masthead struct {
	Schema            int       `json:"schema"`
	Salt              string    `json:"salt"`
	Name              string    `json:"name"`
	URL               string    `json:"url,omitempty"`
	Language          string    `json:"language"`
	Licence           string    `json:"licence"`
	LicenceURL        string    `json:"licenceURL,omitempty"`
	CorrectionsPolicy string    `json:"correctionsPolicy,omitempty"`
	Methodology       string    `json:"methodology,omitempty"`
	Ownership         string    `json:"ownership,omitempty"`
	Contact           string    `json:"contact,omitempty"`
	At                string    `json:"at"`
	By                PersonRef `json:"by"`
}

// QuotationCheck is the document of a quotation-check event: what comparing one
// claim's quotations with one source's live page gave.
type QuotationCheck struct {
	Schema  int           `json:"schema"`
	Salt    string        `json:"salt"`
	Claim   string        `json:"claim"`
	Source  string        `json:"source"` // whose page it is
	URL     string        `json:"url,omitempty"`
	At      string        `json:"at"`
	Results []CheckResult `json:"results"` // sorted by excerpt
}

// CheckResult is how one quotation stood then.
type CheckResult struct {
	Excerpt string `json:"excerpt"`
	Outcome string `json:"outcome"`
}

// Release is the document of a snapshot-release event: from then on the text of
// a capture may be shown, or may not any more. The text itself is kept under
// its own hash.
type Release struct {
	Schema     int       `json:"schema"`
	Salt       string    `json:"salt"`
	Source     string    `json:"source"`
	Title      string    `json:"title"`
	URL        string    `json:"url,omitempty"`
	Language   string    `json:"language"`
	TextHash   string    `json:"textHash"`
	CapturedAt string    `json:"capturedAt"`
	Method     string    `json:"method"`
	Extractor  string    `json:"extractor"`
	Released   bool      `json:"released"`
	Reason     string    `json:"reason"` // why it may, or may not, be shown
	At         string    `json:"at"`
	By         PersonRef `json:"by"`
}

// PersonRef names a responsible person by id alone.
type PersonRef string

// ReleaseSubject is what a snapshot-release event is about: a text of a source.
func ReleaseSubject(source, textHash string) string { return source + "/" + textHash }

// ReadRelease reads the document of a snapshot-release event.
func ReadRelease(b []byte) (Release, error) {
	var r Release
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("read release: %w", err)
	}
	return r, nil
}

// ReadQuotationCheck reads the document of a quotation-check event.
func ReadQuotationCheck(b []byte) (QuotationCheck, error) {
	var c QuotationCheck
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read quotation check: %w", err)
	}
	return c, nil
}

// ReadEvent reads the document of an event that is no revision.
func ReadEvent[T Banner | Redaction | Policy | KeyChange | DisputeOutcome | Scale | Masthead](b []byte) (T, error) {
	var document T
	if err := json.Unmarshal(b, &document); err != nil {
		return document, fmt.Errorf("read the document of an event: %w", err)
	}
	return document, nil
}
