package kb

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// PageFacts are what a page says of itself, for an editor to confirm. Days are
// YYYY-MM-DD; all of it may be empty.
type PageFacts struct {
	Title     string
	Authors   []string
	Publisher string
	Published string
	Modified  string
	Language  string
	Canonical string
	Paywalled bool // it says that not everybody may read it whole
}

// Value stores the facts.
func (f PageFacts) Value() (driver.Value, error) { return columnValue(f, false, "{}") }

// Scan reads the facts.
func (f *PageFacts) Scan(v any) error { return columnScan(v, f) }

// Capture is what came back of a page, or of a file or text that a person gave.
type Capture struct {
	RequestedURL     string
	FinalURL         string
	Redirects        Strings // the addresses on the way, the requested one first
	Status           int
	Headers          Strings // "Name: value", those that say something of the page
	MediaType        string
	Body             []byte
	BodyHash         string // SHA-256, hexadecimal
	Text             string // NFC, blocks on lines of their own
	Extractor        string
	ExtractorVersion string
	Complete         string // yes, no, unknown
	At               time.Time
	Facts            PageFacts
}

// CaptureFailure is a capture that gave no text, in words for the one who asked.
type CaptureFailure struct {
	State     string // one of CaptureFailures
	Words     string
	Temporary bool // trying again later may help
	cause     error
}

// NewCaptureFailure makes a failure. The cause may be nil.
func NewCaptureFailure(state, words string, temporary bool, cause error) *CaptureFailure {
	return &CaptureFailure{state, words, temporary, cause}
}

func (f *CaptureFailure) Error() string {
	if f.cause == nil {
		return f.Words
	}
	return fmt.Sprintf("%s (%v)", f.Words, f.cause)
}

// Unwrap gives the cause.
func (f *CaptureFailure) Unwrap() error { return f.cause }

// CaptureFailures are the ways in which a capture fails.
var CaptureFailures = []Option{
	{"unreachable", "unreachable"},
	{"refused", "refused"},
	{"gone", "gone"},
	{"paywalled", "behind a paywall"},
	{"too-large", "too large"},
	{"empty", "without text"},
	{"not-text", "not a text"},
	{"trouble", "could not be read"},
}

// CaptureJob is a capture that somebody asked for, and how far it is.
type CaptureJob struct {
	ID          int64
	SourceID    ID
	URL         string
	State       string
	Failure     string // when failed, one of CaptureFailures
	Words       string // what is going on, or went wrong
	Attempt     int
	RunAt       time.Time
	LeaseUntil  *time.Time // while it runs; passed: whoever ran it is gone
	Scheduled   bool       // asked for by the clock
	RequestedBy ID
	RequestedAt time.Time
	FinishedAt  *time.Time
	SnapshotID  ID
}

// States of a capture job.
const (
	Queued    = "queued"
	Running   = "running"
	Kept      = "kept"
	Unchanged = "unchanged"
	FailedJob = "failed"
	Cancelled = "cancelled"
)

// Under reports whether the job is still to come to an end.
func (j CaptureJob) Under() bool { return j.State == Queued || j.State == Running }

// RecaptureIntervals are how often a source's page can be looked at again, in days.
var RecaptureIntervals = []Option{
	{"0", "only when asked"},
	{"1", "every day"},
	{"7", "every week"},
	{"30", "every month"},
	{"90", "every three months"},
}

// RightsOptions say what of a snapshot's text readers may see.
var RightsOptions = []Option{
	{"quotation", "the quoted passages only"},
	{"full", "the whole text: free, licensed, or our own"},
	{"none", "nothing, not even a quotation"},
}

// Rights say what of a capture's text readers may see, and why.
type Rights struct {
	Shown string // one of RightsOptions
	Note  string
}

// Validate checks and trims the rights; the quoted passages may be shown unless
// something else is said.
func (r *Rights) Validate() error {
	var c check
	if r.Shown == "" {
		r.Shown = "quotation"
	}
	c.oneOf("rights", r.Shown, RightsOptions)
	c.text("rights_note", &r.Note, maxNote)
	if r.Shown == "full" {
		c.required("rights_note", r.Note, "Say why the whole text may be shown; readers see it.")
	}
	return c.err()
}

// LongestSnapshot is how much text a snapshot may have, in bytes.
const LongestSnapshot = 8 << 20
