package kb

import "regexp"

// Speaker is a person, organisation or account that makes claims; or somebody
// described but not named; or unknown.
type Speaker struct {
	ID          ID
	Kind        string
	Name        string
	NameKey     string
	WikidataID  string
	PublisherID ID // the publisher that it is, or controls: its works count as the claimant's own
	Note        string
	Version     int64
}

// SpeakerRole is an office that a speaker held for a time.
type SpeakerRole struct {
	ID           ID
	SpeakerID    ID
	Title        string
	Organisation string
	HeldFrom     Date
	HeldTo       Date
}

// SpeakerKinds are the kinds of speakers.
var SpeakerKinds = []Option{
	{"person", "person"},
	{"organisation", "organisation"},
	{"account", "account"},
	{"unnamed", "unnamed, only described"},
	{"unknown", "unknown"},
}

var wikidataID = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)

// Validate checks and trims the speaker.
func (s *Speaker) Validate() error {
	var c check
	c.oneOf("kind", s.Kind, SpeakerKinds)
	c.line("name", &s.Name, maxLine)
	c.required("name", s.Name, "Give the name, or a description such as “a White House spokesman”.")
	c.line("wikidata_id", &s.WikidataID, 20)
	if s.WikidataID != "" && !wikidataID.MatchString(s.WikidataID) {
		c.fail("wikidata_id", "A Wikidata id looks like Q7747.")
	}
	c.text("note", &s.Note, maxNote)
	return c.err()
}

// Validate checks and trims the role.
func (r *SpeakerRole) Validate() error {
	var c check
	c.line("title", &r.Title, maxLine)
	c.required("title", r.Title, "Give the title or office.")
	c.line("organisation", &r.Organisation, maxLine)
	c.date("held_from", &r.HeldFrom)
	c.date("held_to", &r.HeldTo)
	return c.err()
}
