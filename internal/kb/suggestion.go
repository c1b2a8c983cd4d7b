package kb

import "time"

// Suggestion is what the program noticed about where a source may have
// something from. It counts for nothing until a person confirms it, and does
// not come back once a person rejected it.
type Suggestion struct {
	ID              ID
	SourceID        ID     // the source that seems to derive
	OtherID         ID     // the one that it seems to derive from; none when it is only named
	Kind            string // reuse of text, or attribution by a phrase
	Named           string // whom the phrase names
	NamedKey        string
	Phrase          string
	StartAt         int // of the phrase, code points in the snapshot's text
	EndAt           int
	Words           int // shared
	Share           int // per cent of the text that shares most
	SnapshotID      ID
	OtherSnapshotID ID
	State           string
	Reason          string
	DecidedBy       ID
	DecidedAt       *time.Time
	DerivationID    ID
	CreatedAt       time.Time
	Version         int64
}

// Kinds of suggestions.
const (
	Reuse      = "reuse"
	Attributed = "attribution"
)

// States of suggestions and derivations.
const (
	SuggestionOpen      = "suggested"
	SuggestionConfirmed = "confirmed"
	SuggestionRejected  = "rejected"
)

// Decision is what a person makes of a suggestion.
type Decision struct {
	ID      ID
	Confirm bool
	Reason  string
	Kind    string // of the derivation
	Reverse bool   // the other way round
	Version int64
}

// Validate checks and trims the decision.
func (d *Decision) Validate() error {
	var c check
	c.text("reason", &d.Reason, maxNote)
	c.required("reason", d.Reason, "Say what shows it, or why not; it is kept with the decision.")
	if d.Confirm {
		c.oneOf("kind", d.Kind, DerivationKinds)
	}
	return c.err()
}

// Task is something that the program asks an editor to look at.
type Task struct {
	ID        ID
	Kind      string
	ClaimID   ID
	SourceID  ID
	ExcerptID ID
	Words     string
	State     string
	Note      string
	CreatedAt time.Time
	DoneBy    ID
	DoneAt    *time.Time
	Version   int64
}

// TaskKinds are what tasks are about.
var TaskKinds = []Option{
	{"drift", "a quoted page changed"},
	{"unreachable", "a quoted page cannot be reached"},
	{"recheck", "a ruling is due for another look"},
	{"dispute", "a reader disputes a ruling"},
	{"suggestion", "where a source has something from"},
	{"schedule", "a publication that did not take place"},
	{"family", "related rulings are at odds"},
	{"second-look", "published without a second person"},
}

// TaskDone is how an editor closes a task.
type TaskDone struct {
	ID      ID
	Note    string
	Version int64
}

// Validate checks and trims the note.
func (t *TaskDone) Validate() error {
	var c check
	c.text("note", &t.Note, maxNote)
	c.required("note", t.Note, "Say what was done about it.")
	return c.err()
}
