package views

import "github.com/claimtrail/claimtrail/internal/markup"

// Form is any form: its fields in order, what is wrong with them, and where it
// goes.
type Form struct {
	Page

	Heading  string
	Lead     string
	Action   string
	Submit   string
	Cancel   Link
	Message  string // what is wrong, above the fields
	Conflict bool
	Groups   []FieldGroup
	Hidden   []Hidden
	Draft    string // key under which unsaved typing is kept in the browser
	Aside    []Fact
	Cites    []Link // evidence that can be cited: text and citation
	Steps    []StepForm
	Links    []Link // to what may be needed first
	Trap     string // name of a field that no person sees
	Narrow   bool
	Files    bool // it may carry a file
}

// FieldGroup is fields under a heading; open unless it is of lesser use.
type FieldGroup struct {
	Heading string
	Hint    string
	Folded  bool
	Fields  []Field
}

// Field is one input. Kind is text, url, email, password, area, select, check,
// checks, file, or pick (text with suggestions).
type Field struct {
	Name     string
	Key      string // tells fields of one name on one page apart
	Label    string
	Kind     string
	Value    string
	Hint     string
	Error    string
	Theirs   string // what somebody else saved meanwhile
	Changed  bool   // Theirs holds something
	Optional bool
	Rows     int
	Large    bool
	Limit    int
	Lang     string
	Options  []Option
	Complete string
	Matches  string // where what is typed is looked up among the published claims
}

// Option is one choice of a field.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

// Queue is the desk's list of claims.
type Queue struct {
	Page

	Views []Link
	Rows  []QueueRow
	Next  string
	Empty string
	New   string
}

// QueueRow is one claim of the desk.
type QueueRow struct {
	URL      string
	Text     Text
	Speaker  string
	State    string
	Tone     string
	Assignee string
	Changed  Time
}

// Case is the desk's page of one claim.
type Case struct {
	Page

	ID          string
	Text        Text
	State       string
	Tone        string
	StateReason string
	Warning     string
	Assignee    string
	Public      string
	PublicLabel string
	Flags       []Link // what readers see, and what they object to
	Preview     string
	Steps       []StepForm
	Sections    []CaseSection
	Gates       []Gate
	GatesCount  string
	Strength    Strength
	Approvals   []string
	Note        string
	Review      string
	Assign      *Form
	Matches     Matches
}

// StepForm is one step that can be taken, as a button, with a reason if needed.
type StepForm struct {
	Label   string
	URL     string
	Reason  string // label of the reason; "" when none is asked
	Primary bool
	Folded  bool
	Into    string // label of the other claim's field; "" when none is asked
	Link    bool   // the step has a form of its own at its address
	Hidden  []Hidden
}

// CaseSection is one part of the case: what there is and how to add to it.
type CaseSection struct {
	ID      string
	Heading string
	Add     []Link
	Items   []CaseItem
	Empty   string
}

// CaseItem is one thing in a section.
type CaseItem struct {
	Anchor string
	Title  Link
	Quote  *Text
	Chips  []Chip
	Meta   string
	Links  []Link
	Remove string // address that takes it away
	Action string // address of the one action offered
	Verb   string
	Live   bool // it changes by itself; the page looks again
	Steps  []StepForm
	Items  []CaseItem
}

// Review is the page on which a reviewer decides.
type Review struct {
	Page

	Claim   Text
	CaseURL string
	Hash    string
	Number  int
	By      string
	At      Time
	Own     string // why this person may not decide
	Approve Form
	Return  Form
	Changes []Change
	Class   string // of the correction that it will be, with its cause
	Note    string // what readers will be told
	First   bool
	Gates   []Gate
	Content Claim
}

// Change is one text that differs from the live revision, word by word.
type Change struct {
	Label string
	Runs  []markup.Run
}

// Table is a list of the desk: things with a name.
type Table struct {
	Page

	Heading string
	Lead    string
	Add     Link
	Search  string
	Action  string
	Head    []string
	Rows    []TableRow
	Next    string
	Empty   string
}

// TableRow is one line of a table; the first cell is linked.
type TableRow struct {
	URL   string
	Cells []string
}

// Sheet is the desk's page of one thing that is not a claim: facts and sections.
type Sheet struct {
	Page

	Heading  string
	Lead     Link
	Facts    []Fact
	Links    []Link
	Steps    []StepForm
	Sections []CaseSection
}
