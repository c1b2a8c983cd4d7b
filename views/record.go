package views

// Notice is a sign above the ruling: under review, retracted, published without
// a second person.
type Notice struct {
	Heading string
	Words   string
	Struck  string // the rating that does not hold any more
	At      Time
	Link    Link
}

// Register is a public list of what happened to rulings: corrections, disputes.
type Register struct {
	Page

	Heading string
	Lead    string
	Count   string
	Rows    []RegisterRow
	Facets  []Facet
	Filters []Link
	Hidden  []Hidden
	Action  string // of the filter by date; "" when there is none
	From    string
	To      string
	Feed    Link
	Next    string
	Empty   string
}

// RegisterRow is one thing that happened.
type RegisterRow struct {
	Label  string
	Title  Link
	Rating *Rating
	Was    string // the rating before
	Struck bool   // it was a mistake
	Note   string
	At     Time
	Meta   []string
	Links  []Link
}

// Compare shows what differs between two revisions.
type Compare struct {
	Page

	Claim    Text
	ClaimURL string
	Before   Revision
	After    Revision
	Changes  []Change
	Action   string
	From     []Option
	To       []Option
}

// Audit is the auditors' list with its filters.
type Audit struct {
	Page

	Actions  []Option
	People   []Option
	From, To string
	Object   string
	Rows     []AuditRow
	Export   string
	Next     string
}

// AuditRow is one change of state.
type AuditRow struct {
	Action, Who, Object string
	At                  Time
	URL                 string
	Before, After       string
}

// Past lets a reader choose a day and see the page as it stood then.
type Past struct {
	Action   string
	Min, Max string
}

// Event is something beside its revisions that happened to a claim in public.
type Event struct {
	Label string
	URL   string
	At    Time
	Words string
}

// Log is the page that explains the transparency log.
type Log struct {
	Page

	Base       string
	Size       string
	Checkpoint string
	Keys       []string
	Entries    []LogEntry
}

// LogEntry is one entry of the log.
type LogEntry struct {
	Index    string
	Words    string
	At       Time
	Claim    Link
	Hash     string
	Document string
}
