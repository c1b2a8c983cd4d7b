package views

// Matches are published claims that may say what a text says.
type Matches struct {
	Page

	Heading string
	Lead    string
	List    []Match
	Empty   string
	Judge   string // where a judgement is sent to; empty where nobody judges
	Text    string // what the claims were matched with
}

// Match is one of them, with the reason.
type Match struct {
	ID     string
	Surely string // in words
	Tone   string
	URL    string
	Text   Text
	Said   string
	Rating Rating
	Shared string // words that both have
	Judged string // what an editor said of it
	Links  []Link
}
