package views

import "github.com/claimtrail/claimtrail/internal/markup"

// Snapshot is the archived text of a source, with passages marked in it.
type Snapshot struct {
	Page

	Kicker  string
	Heading string
	Lead    Link
	Facts   []Fact
	Notes   []string
	Lang    string
	Dir     string
	Text    markup.HTML // its text content is exactly the archived text
	Form    *Form       // to quote from it; desk only
	Places  []Place     // where the words stand, or what they may have meant
	PlaceOf string      // heading of the places
	Rights  *Form
	File    string // where the bytes can be had; desk only
}

// Place is a passage that can be chosen instead of what was typed.
type Place struct {
	Before, Words, After string
	Note                 string
	Hidden               []Hidden
	Submit               string
}

// Comparison shows what two texts share, side by side, for a decision.
type Comparison struct {
	Page

	Heading  string
	Lead     string
	A, B     Link
	AShare   string
	BShare   string
	Passages []SharedPassage
	Phrase   *Place
	Decided  string
	Confirm  *Form
	Reject   *Form
}

// SharedPassage is one run of words as it stands in either text.
type SharedPassage struct {
	A, B  Place
	Words string
}

// Tasks is the list of what the program asks editors to look at.
type Tasks struct {
	Page

	Suggestions []CaseItem
	Captures    []CaseItem
	Open        []Task
	Done        []Task
}

// Task is one thing to look at.
type Task struct {
	Kind   string
	Tone   string
	Words  string
	Claim  Link
	Source Link
	Since  Time
	Note   string
	Form   *Form
}

// TrailDesk is the desk's page of a claim's provenance: the graph and, below it,
// everything in it that can be changed.
type TrailDesk struct {
	Page

	Claim    Text
	ClaimURL string
	Strength Strength
	Graph    Graph
	Sections []CaseSection
}
