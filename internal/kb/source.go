package kb

import (
	"strconv"
	"time"
)

// Publisher is who publishes sources. Its owner makes common control visible.
type Publisher struct {
	ID       ID
	Name     string
	NameKey  string
	Kind     string
	OwnerID  ID
	Country  string
	Interest string
	Invented bool // made up to demonstrate something; never a real one
	Version  int64
}

// PublisherKinds are the kinds of publishers.
var PublisherKinds = []Option{
	{"newspaper", "newspaper or magazine"},
	{"agency", "news agency"},
	{"broadcaster", "broadcaster"},
	{"state-media", "state media"},
	{"government", "government or authority"},
	{"university", "university or academic outlet"},
	{"organisation", "organisation, party, company or think tank"},
	{"blog", "blog"},
	{"platform", "platform"},
	{"other", "other"},
}

// InterestedKinds are the kinds of publishers whose interest must be stated.
var InterestedKinds = []string{"state-media", "government", "university", "organisation"}

// Validate checks and trims the publisher.
func (p *Publisher) Validate() error {
	var c check
	c.line("name", &p.Name, maxLine)
	c.required("name", p.Name, "Give the publisher's name.")
	c.oneOf("kind", p.Kind, PublisherKinds)
	c.line("country", &p.Country, 80)
	c.text("interest", &p.Interest, maxNote)
	if p.OwnerID != "" && p.OwnerID == p.ID {
		c.fail("owner", "A publisher cannot own itself.")
	}
	return c.err()
}

// Source is a work. It may record an appearance, bear on a claim, or both; the
// two are never mixed. A work known only through another one has no address.
type Source struct {
	ID          ID
	Title       string
	TitleKey    string
	URL         string
	URLKey      string
	Locator     string // what tells works on one page apart: "comment 4"
	PartOfID    ID     // the page that carries it
	PublisherID ID     // none: unknown
	Authors     Strings
	PublishedOn Date
	Kind        string
	Interest    string
	Language    string
	Note        string

	SpeakerID     ID  // the speaker whose own work it is, if it is one's
	RecaptureDays int // how often its page is looked at again; 0: when asked
	RecaptureBy   ID  // who wanted that

	Version int64
}

// SourceKinds are the kinds of sources, primary ones first.
var SourceKinds = []Option{
	{"official-document", "official document"},
	{"dataset", "data set"},
	{"official-statistic", "official statistic"},
	{"recording", "recording"},
	{"transcript", "transcript"},
	{"study", "study"},
	{"wire", "wire report"},
	{"news-report", "news report"},
	{"digest", "digest"},
	{"commentary", "commentary"},
	{"social-post", "social post"},
	{"comment", "reader comment"},
	{"interview", "interview"},
	{"unnamed", "unnamed (“analysts”, “reportedly”)"},
	{"search", "search: what was looked for and not found"},
	{"other", "other"},
}

// Validate checks and trims the source.
func (s *Source) Validate() error {
	var c check
	c.line("title", &s.Title, 500)
	c.required("title", s.Title, "Give the title, or describe the work in a few words.")
	c.url("url", &s.URL)
	c.line("locator", &s.Locator, 120)
	s.Authors = c.list("authors", s.Authors, 40, maxLine)
	c.date("published_on", &s.PublishedOn)
	c.oneOf("kind", s.Kind, SourceKinds)
	c.text("interest", &s.Interest, maxNote)
	c.language(&s.Language)
	c.text("note", &s.Note, maxNote)
	c.oneOf("recapture_days", strconv.Itoa(s.RecaptureDays), RecaptureIntervals)
	if s.RecaptureDays > 0 && s.URL == "" {
		c.fail("recapture_days", "A work without an address cannot be looked at again.")
	}
	if s.PartOfID != "" && s.PartOfID == s.ID {
		c.fail("part_of", "A work cannot be part of itself.")
	}
	return c.err()
}

// Snapshot is an archived capture of a source. An excerpt-only one holds a
// single passage that a person copied by hand; Via then names the capture of
// the work that carries it, and the place there, in code points.
type Snapshot struct {
	ID               ID
	SourceID         ID
	RequestedURL     string
	FinalURL         string
	CapturedAt       time.Time
	Status           int
	MediaType        string
	BodyHash         string
	Text             string
	TextHash         string
	Extractor        string
	ExtractorVersion string
	Method           string
	Complete         string
	ViaID            ID
	ViaStart         int
	ViaEnd           int
	Rights           string
	RightsNote       string
	CapturedBy       ID
	Redirects        Strings // the addresses on the way, the requested one first
	Headers          Strings // "Name: value", those that say something of the page
	Facts            PageFacts
}

// Whole reports whether it is a copy of the whole work as far as it was seen,
// and not of one passage.
func (s Snapshot) Whole() bool { return s.Method != "excerpt-only" }

// CaptureMethods are the ways in which a snapshot came to be.
var CaptureMethods = []Option{
	{"fetched", "fetched"},
	{"pasted", "pasted"},
	{"uploaded", "uploaded"},
	{"excerpt-only", "one passage, copied by hand"},
}

// Derivation says that one source has something, or everything, from another.
// Without an item it is about the whole source, otherwise about what that one
// evidence or attestation takes from it.
type Derivation struct {
	ID            ID
	FromID        ID
	ToID          ID
	Kind          string
	EvidenceID    ID
	AttestationID ID
	Faithfulness  string
	Note          string
	Basis         string
	SuggestedBy   string
	Score         int
	State         string
	DecidedBy     ID
	Version       int64
}

// DerivationKinds are read "this source … that one". The first two copy the
// whole work; the others say where something in it came from.
var DerivationKinds = []Option{
	{"republishes", "republishes"},
	{"translates", "translates"},
	{"quotes", "quotes"},
	{"reports-on", "reports on"},
	{"summarises", "summarises"},
	{"based-on-data-of", "is based on data of"},
	{"press-release-of", "is a press release of"},
}

// Faithfulnesses say how the deriving source treats what it took.
var Faithfulnesses = []Option{
	{"unknown", "not compared"},
	{"faithful", "faithful"},
	{"cut", "cut"},
	{"misdescribes", "misdescribes it"},
}

// Copies reports whether the kind carries the whole work over.
func (d Derivation) Copies() bool { return d.Kind == "republishes" || d.Kind == "translates" }

// Validate checks and trims the derivation.
func (d *Derivation) Validate() error {
	var c check
	if d.ToID == "" {
		c.fail("to", "Choose the source that this one has it from.")
	}
	if d.FromID == d.ToID {
		c.fail("to", "A source cannot derive from itself.")
	}
	c.oneOf("kind", d.Kind, DerivationKinds)
	c.oneOf("faithfulness", d.Faithfulness, Faithfulnesses)
	c.text("note", &d.Note, maxNote)
	if d.Faithfulness == "misdescribes" || d.Faithfulness == "cut" {
		c.required("note", d.Note, "Say what was left out or misdescribed.")
	}
	c.text("basis", &d.Basis, maxNote)
	c.required("basis", d.Basis, "Give the words that show it, for example “per Reuters”.")
	return c.err()
}

// IndependenceAssessment is somebody's finding on how a source came to know what it says
// about one claim.
type IndependenceAssessment struct {
	ID       ID
	SourceID ID
	ClaimID  ID
	Finding  string
	Note     string
	PersonID ID
	At       time.Time
	Version  int64
}

// Findings are the possible results of an assessment.
var Findings = []Option{
	{"own", "own access: it was there, has the document, asked"},
	{"unnamed", "rests on somebody who is not named"},
	{"undetermined", "cannot be determined"},
}

// Validate checks and trims the assessment.
func (a *IndependenceAssessment) Validate() error {
	var c check
	if a.SourceID == "" {
		c.fail("source", "Choose the source.")
	}
	c.oneOf("finding", a.Finding, Findings)
	c.text("note", &a.Note, maxNote)
	c.required("note", a.Note, "Say what the finding rests on; readers see it.")
	return c.err()
}
