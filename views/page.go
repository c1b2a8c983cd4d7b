// Package views holds the pages: view-models, which handlers fill, and the
// templates that show them. Views hold no rules, read no clock, build no
// addresses: every field is ready to be shown.
package views

import (
	"encoding/json"

	"github.com/claimtrail/claimtrail/internal/markup"
)

// Link is a text with an address.
type Link struct {
	Text    string
	URL     string
	Current bool
	Count   int
	Dialog  bool // it may open over the page
}

// Alternate is another form of a page.
type Alternate struct{ Type, Title, URL string }

// Social is what other sites show of a page that is shared there.
type Social struct {
	Title, Description, URL, Site string
	Image, ImageAlt               string
	Width, Height                 string // of the image, in pixels
	Published, Modified           string
}

// Page is what every page has.
type Page struct {
	Title       string
	Site        string
	Lang        string
	Canonical   string
	Description string
	NoIndex     bool
	Stylesheet  string
	Script      string // desk only
	Module      string // of public pages
	Nav         []Link
	Tools       []Link
	Desk        bool
	Account     string
	Notice      string // what every page of a mirror says
	NoticeLink  Link
	Footer      []Link
	Licence     Link
	Alternates  []Alternate
	Social      *Social
	LinkedData  json.RawMessage // the page as schema.org describes it
}

// Text is words in a language.
type Text struct {
	Text   string
	Lang   string
	Dir    string
	Marked bool   // it brings quotation marks of its own
	Parts  []Part // of a text in which something was found
}

// Part is a piece of a text.
type Part struct {
	Text  string
	Found bool
}

// Time is a moment: as people read it and as machines do.
type Time struct {
	Words   string
	Exact   string
	Machine string
}

// Rating is a word, a shape and a place on a scale.
type Rating struct {
	Label      string
	Definition string
	Tone       string
	Shape      string
	Places     []bool // the scale, true at the place; nil off the scale
	PlaceLabel string
}

// Error is the page that says what went wrong.
type Error struct {
	Page

	Status  int
	Heading string
	Message string
	Fields  []string
	Request string
	Back    Link
}

// Front is the front page.
type Front struct {
	Page

	Lead   string
	Search Search
	Claims []ClaimRow
	Topics []Link
	More   string
	Empty  string
}

// ClaimRow is one published claim in a list.
type ClaimRow struct {
	URL           string
	Text          Text
	Said          string
	Rating        Rating
	Summary       Text
	Origins       string
	Published     Time
	Correction    string
	UnderReview   bool
	Demonstration bool
	Overtaken     bool
}

// ClaimList is a list of claims with its filters.
type ClaimList struct {
	Page

	Heading string
	Lead    []string
	Facts   []Fact
	Claims  []ClaimRow
	Count   string
	Facets  []Facet
	Filters []Link // active ones, each leading to the list without it
	From    string
	To      string
	Hidden  []Hidden
	Action  string
	Next    string
	More    string // what the link to the next page says
	Empty   string
	Search  *Search
}

// Search is the box above a list, and what became of what was typed.
type Search struct {
	Typed  string
	Hidden []Hidden
	Notes  []string
	Orders []Link
}

// Facet is one set of filters as links.
type Facet struct {
	Heading string
	Links   []Link
	Rest    []Link // shown when asked for
}

// Hidden is a form value that is carried along.
type Hidden struct{ Name, Value string }

// Fact is one line of what is known.
type Fact struct {
	Label string
	Value string
	URL   string
}

// Claim is the claim page.
type Claim struct {
	Page

	Banner       string
	BannerLink   Link
	Preview      bool
	Review       *Notice // it is under review
	Alone        *Notice // it was published without a second person
	Withdrawn    *Notice // it was retracted, or merged into another claim
	Text         Text
	Verbatim     bool
	Topics       []Link
	Said         Said
	Parts        []string
	Correction   *Correction
	Ruling       Ruling
	Strength     Strength
	Reasoning    markup.HTML
	Groups       []EvidenceGroup
	Matrix       *Matrix
	Graph        Graph
	Appearances  []Appearance
	Family       []Relative
	Replies      []string
	WouldChange  string
	RecheckBy    string
	Gates        []Gate
	GatesSummary string
	History      []Revision
	HistoryURL   string
	Events       []Event
	Past         *Past
	Tools        []Link
	Integrity    Integrity
	Prediction   []Fact
	Checkability string
	Document     string
}

// Said is the line under the claim.
type Said struct {
	Speaker  Link
	Role     string
	Place    string
	Date     Time
	DateNote string
	Manner   string
	Others   string
	Recorded bool
}

// Ruling is the judgement's box.
type Ruling struct {
	Rating        Rating
	Summary       string
	AsOf          string
	By            string
	Published     Time
	Changed       Time
	First         bool
	Demonstration bool
	Overtaken     string
	NoRating      string
	Media         []string // what the picture, sound or film is
}

// Correction is the box above the ruling.
type Correction struct {
	Label     string
	Note      string
	Date      Time
	Old       *Rating
	Overtaken bool // what was published was right until then; it is no blunder
	Prominent bool
	Changes   string
}

// Strength is the line that says what the ruling stands on.
type Strength struct {
	Said       string
	SaidOrigin string
	Evidence   string
	Origins    string
	Claimant   string
	Quotations string
}

// EvidenceGroup is the evidence of one stance.
type EvidenceGroup struct {
	Heading string
	Tone    string
	Items   []Evidence
}

// Evidence is one item of the trail.
type Evidence struct {
	ID        string
	Number    int
	Source    Link
	Quotation *Text
	Chips     []Chip
	Meta      string
	Live      Link
	Copy      Link    // where the archived text can be read whole
	InPlace   []Place // the quotation with what stands around it in our copy
	Comment   string
	CitedFrom []Link
	Part      string
}

// Chip is a short statement in words, with a tone.
type Chip struct {
	Text string
	Tone string
	URL  string
}

// Matrix shows which evidence bears on which part.
type Matrix struct {
	Parts []MatrixRow
	Cols  []Link
}

// MatrixRow is one part of a claim.
type MatrixRow struct {
	Text  string
	Cells []string
}

// Graph is the provenance as a picture and as a nested list.
type Graph struct {
	Width, Height int
	Nodes         []Node
	Edges         []Edge
	Tree          []Branch
	Caption       string
	Label         string
	Findings      []string
}

// Node is one source in the picture.
type Node struct {
	X, Y, W, H   int
	Class        string
	Title, Under string
	URL          string
	TextX        int
	TextY, SubY  int
}

// Edge is a derivation in the picture, origin to derived work.
type Edge struct {
	Path  string
	Class string
	Title string
}

// Branch is one source of the nested list and what derives from it.
type Branch struct {
	Source   Link
	How      string
	Notes    []Chip
	Branches []Branch
}

// Appearance is one occasion on which the claim was made.
type Appearance struct {
	Speaker  Link
	Role     string
	Date     Time
	Facts    []string
	Words    *Text
	Earliest bool
	Records  []Attestation
}

// Attestation is a source that records an appearance.
type Attestation struct {
	Source Link
	Chips  []Chip
	Quote  *Text
	Note   string
}

// Relative is a claim of the same family.
type Relative struct {
	Claim     Link
	Relation  string
	Rating    string
	Tone      string
	Rationale string
}

// Gate is one line of the house rules' report.
type Gate struct {
	Label   string
	Passed  bool
	Outcome string
	Detail  string
	Reason  string
	Key     string
	Except  string // where an exception can be stated; desk only
}

// Revision is one published revision in a list.
type Revision struct {
	URL       string
	Number    int
	Label     string
	Note      string
	Published Time
	Hash      string
	Current   bool
	JSON      string
	Changes   string // address of the comparison with the one before
	Redacted  bool
	Index     int64
}

// Integrity says how the page can be verified.
type Integrity struct {
	Number int
	Hash   string
	Short  string
	Index  int64
	JSON   string
	Proof  string // address of the proof that it is in the log
	Entry  string // address of its entry in the log
	Bundle string
	Live   bool   // it can be verified in the browser
	Check  string // the command for an independent check
}

// History is the list of a claim's revisions.
type History struct {
	Page

	Claim     Text
	ClaimURL  string
	Revisions []Revision
	Past      Past
	Timemap   string
}

// Prose is a page of longer texts.
type Prose struct {
	Page

	Heading  string
	Sections []Section
	Policy   *Policy
	Scales   []Scale
}

// Policy is the house policy as readers see it.
type Policy struct {
	Heading string
	Lead    string
	Note    string // what changed last, and why
	Alone   string // the standing exception from the second person
	Rules   []Fact
}

// Section is a heading with its text.
type Section struct {
	Heading string
	HTML    markup.HTML
}

// Scale is a rating scale with its definitions.
type Scale struct {
	Name    string
	Number  int
	HTML    markup.HTML
	Ratings []Rating
}
