package record

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// Schema is the version of the documents that this program writes. Documents of
// every older schema are read for ever.
const Schema = 1

// Document is one published revision of a claim. Content holds the bytes that a
// reviewer approved, exactly.
type Document struct {
	Schema      int             `json:"schema"`
	Claim       string          `json:"claim"`
	Number      int             `json:"number"`
	Previous    string          `json:"previous"` // hash of the revision before; "" for the first
	PublishedAt string          `json:"publishedAt"`
	People      People          `json:"people"`
	Gates       GateReport      `json:"gates"`
	Unreviewed  *Unreviewed     `json:"unreviewed,omitempty"` // no second person approved it
	Content     json.RawMessage `json:"content"`
}

// Unreviewed says why a revision was published although nobody but its authors
// approved it: a typed emergency, or the standing exception of the house policy.
type Unreviewed struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// People are those who answer for the revision.
type People struct {
	Authors   []Person `json:"authors"`            // sorted by name, then id
	Reviewer  *Person  `json:"reviewer,omitempty"` // absent when nobody but the authors approved it
	Publisher Person   `json:"publisher"`
}

// Person is a responsible person.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// GateReport says how the content stood to the house policy in force.
type GateReport struct {
	Policy  int          `json:"policy"`
	Results []GateResult `json:"results"` // in the policy's order
}

// GateResult is one gate: passed, or excepted with a reason.
type GateResult struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Content is what a reviewer approves: everything that the page says about the
// claim. Lists stand in the order that the page shows, or sorted by id.
type Content struct {
	Salt        string       `json:"salt"` // 16 random bytes, hexadecimal
	Claim       Claim        `json:"claim"`
	Appearances []Appearance `json:"appearances"`
	Evidence    []Evidence   `json:"evidence"`
	Sources     []Source     `json:"sources"`    // sorted by id
	Publishers  []Publisher  `json:"publishers"` // sorted by id; owners included
	Derivations []Derivation `json:"derivations"`
	Assessments []Assessment `json:"assessments"`
	Analysis    Analysis     `json:"analysis"`
	Relations   []Relation   `json:"relations"`
	Replies     []Reply      `json:"replies"`
	Ruling      Ruling       `json:"ruling"`
	Correction  *Correction  `json:"correction,omitempty"` // from the second revision on
	MergedInto  string       `json:"mergedInto,omitempty"` // the claim that stands for this one now
}

// Claim is the assertion itself.
type Claim struct {
	ID           string     `json:"id"`
	Text         string     `json:"text"`
	Language     string     `json:"language"`
	Verbatim     bool       `json:"verbatim"`
	Kind         string     `json:"kind"`
	Checkability string     `json:"checkability"`
	Reason       string     `json:"reason,omitempty"` // why it cannot be ruled on
	ValidFrom    kb.Date    `json:"validFrom"`
	ValidTo      kb.Date    `json:"validTo"`
	Prediction   *Forecast  `json:"prediction,omitempty"`
	Parts        []Part     `json:"parts"`
	Topics       []TopicRef `json:"topics"`
}

// Forecast is what a prediction or promise can be held to.
type Forecast struct {
	Condition string  `json:"condition"`
	Due       kb.Date `json:"due"`
	Outcome   string  `json:"outcome"`
}

// Part is one separately checkable part.
type Part struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// TopicRef is a topic by its address and name.
type TopicRef struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Appearance is one occasion on which the claim was made.
type Appearance struct {
	ID           string        `json:"id"`
	Speaker      Speaker       `json:"speaker"`
	Words        string        `json:"words"`
	Language     string        `json:"language"`
	Directness   string        `json:"directness"`
	Translation  string        `json:"translation"`
	TranslatedBy string        `json:"translatedBy,omitempty"`
	SaidOn       kb.Date       `json:"saidOn"`
	Place        string        `json:"place,omitempty"`
	Medium       string        `json:"medium,omitempty"`
	Earliest     bool          `json:"earliest"`
	Attestations []Attestation `json:"attestations"`
}

// Speaker is who said it, with name and role as they were then.
type Speaker struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	ShownAs  string `json:"shownAs"`
	Role     string `json:"role,omitempty"`
	Wikidata string `json:"wikidata,omitempty"`
}

// Attestation is a source that records that it was said.
type Attestation struct {
	ID           string   `json:"id"`
	Source       string   `json:"source"`
	Excerpt      *Excerpt `json:"excerpt,omitempty"`
	OwnReporting bool     `json:"ownReporting"`
	Note         string   `json:"note,omitempty"`
}

// Evidence is a source that bears on whether the claim is true.
type Evidence struct {
	ID           string   `json:"id"`
	Part         string   `json:"part,omitempty"`
	Source       string   `json:"source"`
	Excerpt      *Excerpt `json:"excerpt,omitempty"`
	Stance       string   `json:"stance"`
	Primary      bool     `json:"primary"`
	OwnReporting bool     `json:"ownReporting"`
	Comment      string   `json:"comment,omitempty"`
}

// Excerpt is a quotation and how it stands to the copy that we keep.
type Excerpt struct {
	ID         string       `json:"id"`
	Segments   []kb.Segment `json:"segments"`
	State      string       `json:"state"`
	CheckedAt  string       `json:"checkedAt"`
	CopiedBy   *Person      `json:"copiedBy,omitempty"`
	AttestedBy *Person      `json:"attestedBy,omitempty"`
	Snapshot   Snapshot     `json:"snapshot"`
}

// Snapshot is the copy that a quotation stands in.
type Snapshot struct {
	ID         string `json:"id"`
	Method     string `json:"method"`
	CapturedAt string `json:"capturedAt"`
	TextHash   string `json:"textHash"`
	Complete   string `json:"complete"`
	Rights     string `json:"rights"`
	RightsNote string `json:"rightsNote,omitempty"`
	Via        string `json:"via,omitempty"` // source that carries it; the original was not seen
	// Carrier is the copy of the carrying work that the passage stands in, and
	// where; absent when the passage was copied by hand.
	Carrier *Carrier `json:"carrier,omitempty"`
	Origin  *Fetched `json:"origin,omitempty"` // absent when a person copied or pasted it
}

// Carrier is a passage in the copy of a work that carries another. Positions are
// code points.
type Carrier struct {
	ID         string `json:"id"`
	TextHash   string `json:"textHash"`
	CapturedAt string `json:"capturedAt"`
	Start      int    `json:"start"`
	End        int    `json:"end"`
	Rights     string `json:"rights"`
}

// Fetched says what was fetched, and what made text of it.
type Fetched struct {
	URL       string `json:"url"` // after redirects
	Status    int    `json:"status"`
	MediaType string `json:"mediaType"`
	BodyHash  string `json:"bodyHash"`
	Extractor string `json:"extractor"`
}

// Source is a work.
type Source struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	URL         string   `json:"url,omitempty"`
	Locator     string   `json:"locator,omitempty"`
	PartOf      string   `json:"partOf,omitempty"`
	Publisher   string   `json:"publisher,omitempty"` // absent: unknown
	Authors     []string `json:"authors"`
	PublishedOn kb.Date  `json:"publishedOn"`
	Kind        string   `json:"kind"`
	Interest    string   `json:"interest,omitempty"`
	Language    string   `json:"language"`
	Speaker     string   `json:"speaker,omitempty"` // the speaker whose own work it is
	// Capture is the first copy of the whole work, absent when there is none.
	Capture *Snapshot `json:"capture,omitempty"`
}

// Publisher is who publishes sources.
type Publisher struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Owner    string `json:"owner,omitempty"`
	Country  string `json:"country,omitempty"`
	Interest string `json:"interest,omitempty"`
	Invented bool   `json:"invented,omitempty"`
}

// Derivation says that From has it from To.
type Derivation struct {
	From         string `json:"from"`
	To           string `json:"to"`
	Kind         string `json:"kind"`
	Item         string `json:"item,omitempty"` // evidence or attestation; absent: the whole source
	Faithfulness string `json:"faithfulness"`
	Note         string `json:"note,omitempty"`
	Basis        string `json:"basis"`
}

// Assessment is a finding on how a source came to know it.
type Assessment struct {
	Source  string `json:"source"`
	Finding string `json:"finding"`
	Note    string `json:"note"`
	By      Person `json:"by"`
}

// Analysis answers the two questions apart: was it said, is it true.
type Analysis struct {
	Said     trail.Result `json:"said"`
	Evidence trail.Result `json:"evidence"`
	// OwnRulings are sources that lead back to a ruling of this very desk.
	OwnRulings []string `json:"ownRulings,omitempty"`
}

// Relation is a claim of the same family. Its words are not repeated: it may
// not be published yet.
type Relation struct {
	Claim     string `json:"claim"`
	Type      string `json:"type"`
	Inverse   bool   `json:"inverse"` // the type is read from the other claim
	Rationale string `json:"rationale"`
}

// Reply says who was asked for a reply, and what came of it.
type Reply struct {
	AskedOf  string  `json:"askedOf"`
	Channel  string  `json:"channel,omitempty"`
	AskedOn  kb.Date `json:"askedOn"`
	Deadline kb.Date `json:"deadline"`
	Outcome  string  `json:"outcome"`
	Text     string  `json:"text,omitempty"`
}

// Ruling is the reasoned judgement.
type Ruling struct {
	Outcome       string     `json:"outcome"`
	OutcomeReason string     `json:"outcomeReason,omitempty"`
	Rating        *Rating    `json:"rating,omitempty"`
	Summary       string     `json:"summary"`
	Reasoning     string     `json:"reasoning"` // Markdown, evidence cited as [@e…]
	Renderer      string     `json:"renderer"`
	AsOf          kb.Date    `json:"asOf"`
	Overtaken     *Overtaken `json:"overtaken,omitempty"`
	RecheckBy     kb.Date    `json:"recheckBy"`
	WouldChange   string     `json:"wouldChange,omitempty"`
	Demonstration bool       `json:"demonstration"`
	Media         []string   `json:"media,omitempty"` // codes of schema.org's MediaReview, for a media claim
}

// Rating is a value on a version of a scale, with the words it had then.
type Rating struct {
	Scale       string         `json:"scale"`
	ScaleNumber int            `json:"scaleNumber"`
	Key         string         `json:"key"`
	Ordinal     int            `json:"ordinal"` // 0: off the scale
	Of          int            `json:"of"`
	Tone        string         `json:"tone"`
	Shape       string         `json:"shape"`
	Texts       kb.RatingTexts `json:"texts"`
}

// Overtaken says since when what was true when said is no longer so.
type Overtaken struct {
	Since    kb.Date `json:"since"`
	Evidence string  `json:"evidence"`
}

// Correction says what a revision changed about what was published, and why.
type Correction struct {
	Class string `json:"class"`
	Cause string `json:"cause"`
	Note  string `json:"note"`
}

// ReadDocument reads a revision document of any schema.
func ReadDocument(b []byte) (Document, Content, error) {
	var d Document
	var c Content
	if err := json.Unmarshal(b, &d); err != nil {
		return d, c, fmt.Errorf("read revision document: %w", err)
	}
	if err := d.known(); err != nil {
		return d, c, err
	}
	if err := json.Unmarshal(d.Content, &c); err != nil {
		return d, c, fmt.Errorf("read content of revision document: %w", err)
	}
	return d, c, nil
}

func (d Document) known() error {
	if d.Schema < 1 || d.Schema > Schema {
		return fmt.Errorf("read revision document: schema %d is newer than this program knows (%d)", d.Schema, Schema)
	}
	return nil
}

// ReadPublished reads a revision document of any schema for showing it. The bytes
// of its content are not kept: that takes a third less time than ReadDocument.
func ReadPublished(b []byte) (Document, Content, error) {
	var p struct {
		Document

		Content Content `json:"content"` // in place of the document's own
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return p.Document, p.Content, fmt.Errorf("read revision document: %w", err)
	}
	return p.Document, p.Content, p.known()
}

// ReadContent reads the content of a candidate.
func ReadContent(b []byte) (Content, error) {
	var c Content
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read content: %w", err)
	}
	return c, nil
}

// Excerpts lists the quotations of evidence and attestations, in the order of
// the page.
func (c Content) Excerpts() []*Excerpt {
	quoted := c.quoted()
	list := make([]*Excerpt, len(quoted))
	for i, q := range quoted {
		list[i] = q.excerpt
	}
	return list
}

// OnlyThrough gives the work through which alone a quotation of a source was
// seen. A page that the source is part of is where it stands, not another work.
func (s Source) OnlyThrough(e Excerpt) string {
	if e.Snapshot.Via == s.PartOf {
		return ""
	}
	return e.Snapshot.Via
}

// ExcerptIDs gives the ids of all quotations.
func (c Content) ExcerptIDs() map[string]bool {
	ids := map[string]bool{}
	for _, e := range c.Excerpts() {
		ids[e.ID] = true
	}
	return ids
}

// FreeSnapshots lists the copies of whole works whose text may be shown whole,
// by id.
func (c Content) FreeSnapshots() []string {
	free := map[string]bool{}
	for _, e := range c.Excerpts() {
		if e.Snapshot.Rights == "full" && e.Snapshot.Via == "" {
			free[e.Snapshot.ID] = true
		}
		if carrier := e.Snapshot.Carrier; carrier != nil && carrier.Rights == "full" {
			free[carrier.ID] = true
		}
	}
	for _, s := range c.Sources {
		if s.Capture != nil && s.Capture.Rights == "full" {
			free[s.Capture.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(free))
}

// TextRef is the copy of a whole work by its source and the hash of its text.
type TextRef struct{ Source, Hash string }

// Texts lists the copies that the quotations stand in and that may be shown
// whole, each once.
func (c Content) Texts() []TextRef {
	var list []TextRef
	add := func(source, hash, rights string) {
		if t := (TextRef{source, hash}); rights == "full" && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	for _, s := range c.Sources {
		if s.Capture != nil {
			add(s.ID, s.Capture.TextHash, s.Capture.Rights)
		}
	}
	for _, q := range c.quoted() {
		if q.excerpt.Snapshot.Via == "" {
			add(q.source, q.excerpt.Snapshot.TextHash, q.excerpt.Snapshot.Rights)
		} else if carrier := q.excerpt.Snapshot.Carrier; carrier != nil {
			add(q.excerpt.Snapshot.Via, carrier.TextHash, carrier.Rights)
		}
	}
	return list
}

type quotedFrom struct {
	source  string
	excerpt *Excerpt
}

// quoted lists the quotations with the works that they are from.
func (c Content) quoted() []quotedFrom {
	var list []quotedFrom
	for _, a := range c.Appearances {
		for _, at := range a.Attestations {
			list = append(list, quotedFrom{at.Source, at.Excerpt})
		}
	}
	for _, e := range c.Evidence {
		list = append(list, quotedFrom{e.Source, e.Excerpt})
	}
	return slices.DeleteFunc(list, func(q quotedFrom) bool { return q.excerpt == nil })
}

// Source gives a source of the content by id.
func (c Content) Source(id string) (Source, bool) {
	for _, s := range c.Sources {
		if s.ID == id {
			return s, true
		}
	}
	return Source{}, false
}

// Publisher gives a publisher of the content by id.
func (c Content) Publisher(id string) (Publisher, bool) {
	for _, p := range c.Publishers {
		if p.ID == id {
			return p, true
		}
	}
	return Publisher{}, false
}

// RatingKey names the outcome in one word: the rating's key, or why there is none.
func (r Ruling) RatingKey() string {
	if r.Rating != nil {
		return r.Rating.Key
	}
	return r.Outcome
}
