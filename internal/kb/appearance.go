package kb

// Appearance is one occasion on which somebody made the claim. Speaker name and
// role are kept as they were then.
type Appearance struct {
	ID           ID
	ClaimID      ID
	SpeakerID    ID
	SpeakerName  string
	SpeakerRole  string
	Words        string
	Language     string
	Directness   string
	Translation  string
	TranslatedBy string
	SaidOn       Date
	Place        string
	Medium       string
	Earliest     bool // earliest known to us; one a claim at most
	Position     int
	Version      int64
}

// Directness says how the words reached us.
var Directness = []Option{
	{"direct", "direct speech"},
	{"indirect", "indirect speech"},
	{"summary", "summary"},
}

// Translations say whether the words are the speaker's own language.
var Translations = []Option{
	{"original", "in the original language"},
	{"translated", "translated"},
	{"unknown", "unknown"},
}

// Validate checks and trims the appearance.
func (a *Appearance) Validate() error {
	var c check
	c.line("speaker_name", &a.SpeakerName, maxLine)
	c.line("speaker_role", &a.SpeakerRole, maxLine)
	if a.SpeakerID == "" {
		c.required("speaker", a.SpeakerName, "Say who made the claim; choose “unknown” if nobody knows.")
	}
	c.text("words", &a.Words, maxPassage)
	c.language(&a.Language)
	c.oneOf("directness", a.Directness, Directness)
	c.oneOf("translation", a.Translation, Translations)
	c.line("translated_by", &a.TranslatedBy, maxLine)
	c.date("said_on", &a.SaidOn)
	c.line("place", &a.Place, maxLine)
	c.line("medium", &a.Medium, maxLine)
	return c.err()
}

// Attestation links an appearance to a source that records that it was said. It
// says nothing about whether what was said is true.
type Attestation struct {
	ID           ID
	ClaimID      ID
	AppearanceID ID
	SourceID     ID
	ExcerptID    ID
	OwnReporting bool
	Note         string
	Position     int
	Version      int64
}

// Validate checks and trims the attestation.
func (a *Attestation) Validate() error {
	var c check
	if a.SourceID == "" {
		c.fail("source", "Choose the source that records it.")
	}
	c.text("note", &a.Note, maxNote)
	return c.err()
}
