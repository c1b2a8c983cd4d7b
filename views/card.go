package views

// Card is a ruling in somebody else's article.
type Card struct {
	Title      string
	Lang, Dir  string // of the card's own words
	Theme      string // auto, light, dark
	Stylesheet string
	Script     string
	Canonical  string
	Strip      *Strip // what became of the ruling since
	URL        string
	Opens      string // where the link opens, for those who do not see it
	Claim      Text
	Verbatim   bool
	Rating     Rating
	RatingLang string
	Struck     *Struck // the rating that does not hold any more
	Site       string
	Said       string
	Summary    Text
	Facts      []string
	Action     string
}

// Strip is the line at the top of a card.
type Strip struct{ Words, Tone string }

// Struck is a rating that was taken back.
type Struck struct{ Label, Lang string }

// CardNote is a card without a ruling: there is none at the address.
type CardNote struct {
	Lang, Theme, Stylesheet, Script string
	Words                           string
	Site                            Link
}

// Embed is the page from which a card is taken.
type Embed struct {
	Page

	Claim    Text
	ClaimURL string
	Preview  string // address of the frame
	Height   int
	Title    string
	Action   string // address of this page, where choices are sent
	Themes   []Option
	Langs    []Option
	Pin      bool
	Revision int
	Forms    []CopyText
}

// Cite is the page from which a claim's page is cited.
type Cite struct {
	Page

	Claim    Text
	ClaimURL string
	Count    string // of its sources
	Forms    []CopyText
}

// CopyText is one text to copy.
type CopyText struct {
	Name, Label, Hint, Value string
	Rows                     int
	File                     Link // more of it, as a file
}
