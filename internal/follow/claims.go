package follow

import (
	"slices"
	"sort"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
)

// claims is what is kept of each claim: columns, and the index over the newest
// revisions. At a million claims every byte of a row is a megabyte, so ids are kept as
// the eight characters that they are, and times as numbers.
type claims struct {
	found   *search.Index
	slots   []slot
	at      map[key]uint32 // where in slots
	slotOf  []uint32       // by document of the index
	eventOf []uint32       // by document of the index: the event that brought it
	ratings []string       // keys of ratings, as slots number them
	cited   citations
}

// key is a public id (kb.ID).
type key [8]byte

func keyOf(id string) key {
	var k key
	copy(k[:], id)
	return k
}

func (k key) String() string {
	end := slices.Index(k[:], 0)
	if end < 0 {
		end = len(k)
	}
	return string(k[:end])
}

// slot is one claim.
type slot struct {
	claim            key
	first, published int64  // microseconds since 1970: of the first and the newest revision
	doc              uint32 // in the index, one more; 0 while it is in no list
	event            uint32 // of the newest revision
	touched          uint32 // one more than the stamp of the newest event about it
	number           uint16 // of the newest revision, 0 before the first
	rating           uint16
}

func newClaims() claims {
	return claims{found: search.New(), at: map[key]uint32{}}
}

// trim gives back what growing kept in hand.
func (c *claims) trim() {
	c.found.Trim()
	c.slots, c.slotOf, c.eventOf = slices.Clone(c.slots), slices.Clone(c.slotOf), slices.Clone(c.eventOf)
	c.cited.sources, c.cited.ends = slices.Clone(c.cited.sources), slices.Clone(c.cited.ends)
}

func (c *claims) slot(claim string) (*slot, bool) {
	at, known := c.at[keyOf(claim)]
	if !known {
		return nil, false
	}
	return &c.slots[at], true
}

func (c *claims) make(claim string) (*slot, uint32) {
	k := keyOf(claim)
	at, known := c.at[k]
	if !known {
		at = uint32(len(c.slots))
		c.at[k] = at
		c.slots = append(c.slots, slot{claim: k})
	}
	return &c.slots[at], at
}

func (c *claims) touch(claim string, stamp int64) {
	s, _ := c.make(claim)
	s.touched = uint32(stamp + 1)
}

// touched gives the stamp of the newest event about a claim, -1 for none.
func (c *claims) touched(claim string) int64 {
	s, known := c.slot(claim)
	if !known {
		return -1
	}
	return int64(s.touched) - 1
}

// put takes a new revision.
func (c *claims) put(event int64, d record.Digest) {
	s, at := c.make(d.Claim)
	c.hide(s)
	s.published = micros(d.PublishedAt)
	if s.number == 0 {
		s.first = s.published
	}
	s.number, s.event, s.rating = uint16(d.Number), uint32(event), c.rating(ratingOf(d))
	if d.Redacted || d.MergedInto != "" {
		return
	}
	doc := c.found.Add(docOf(d))
	s.doc = doc + 1
	c.slotOf = append(c.slotOf, at)
	c.eventOf = append(c.eventOf, s.event)
	c.cited.add(d.Sources)
}

// hide takes a claim out of all lists.
func (c *claims) hide(s *slot) {
	if s.doc > 0 {
		c.found.Remove(s.doc - 1)
		s.doc = 0
	}
}

func (c *claims) rating(key string) uint16 {
	at := slices.Index(c.ratings, key)
	if at < 0 {
		at = len(c.ratings)
		c.ratings = append(c.ratings, key)
	}
	return uint16(at)
}

// ratingOf gives the key of the rating, or of why there is none.
func ratingOf(d record.Digest) string {
	if d.Rating != nil {
		return d.Rating.Key
	}
	return d.Outcome
}

func micros(stamp string) int64 {
	t, err := record.ParseStamp(stamp)
	if err != nil {
		return 0
	}
	return t.UnixMicro()
}

func stamp(micros int64) string {
	if micros == 0 {
		return ""
	}
	return record.Stamp(time.UnixMicro(micros))
}

// Marks that claims are filtered by.
const (
	markCorrected = "corrected"
	markRetracted = "retracted"
)

// docOf gives what the index takes of a digest.
func docOf(d record.Digest) search.Doc {
	doc := search.Doc{Claim: d.Text, Title: d.Summary, Language: d.Language, Said: d.SaidOn.Earliest(), Settled: d.PublishedAt[:min(len(d.PublishedAt), len(time.DateOnly))]}
	value := func(f search.Field, key string) {
		if v := (search.Value{Field: f, Key: key}); key != "" && !slices.Contains(doc.Values, v) {
			doc.Values = append(doc.Values, v)
		}
	}
	value(search.Rating, ratingOf(d))
	value(search.Language, d.Language)
	if len(doc.Said) >= len("2006") {
		value(search.Year, doc.Said[:4])
	}
	for _, s := range d.Speakers {
		doc.Names = append(doc.Names, s.Name)
		value(search.Speaker, s.ID)
	}
	for _, t := range d.Topics {
		doc.Names = append(doc.Names, t.Name)
		value(search.Topic, t.Slug)
	}
	for _, p := range d.Publishers {
		value(search.Publisher, p.ID)
	}
	if d.Correction != nil && d.Correction.Class != "typo" {
		value(search.Mark, markCorrected)
	}
	if d.Outcome == kb.Retracted {
		value(search.Mark, markRetracted)
	}
	return doc
}

// fieldOf gives the field of the index that holds a kind of subject.
var fieldOf = map[string]search.Field{Speaker: search.Speaker, Topic: search.Topic, Publisher: search.Publisher}

// bear reports whether a claim that is in lists names a subject.
func (c *claims) bear(s Subject) bool {
	return c.found.Having(search.Value{Field: fieldOf[s.Kind], Key: s.ID}) > 0
}

// documentsBefore gives the number of documents that events before this one brought.
func (c *claims) documentsBefore(event int64) uint32 {
	return uint32(sort.Search(len(c.eventOf), func(doc int) bool { return int64(c.eventOf[doc]) >= event }))
}

// citations says which sources each document of the index names. Sources are many and
// seldom shared, so there is no list for each of them: whoever asks looks through all.
type citations struct {
	sources []key
	ends    []uint32 // by document
}

func (c *citations) add(sources []record.Named) {
	for _, s := range sources {
		c.sources = append(c.sources, keyOf(s.ID))
	}
	c.ends = append(c.ends, uint32(len(c.sources)))
}

// each gives every citation in the order of the documents.
func (c *citations) each(yield func(doc uint32, source key) bool) {
	from := uint32(0)
	for doc, end := range c.ends {
		for _, s := range c.sources[from:end] {
			if !yield(uint32(doc), s) {
				return
			}
		}
		from = end
	}
}

// of gives the documents that name a source, never nil.
func (c *citations) of(source string) []uint32 {
	docs := []uint32{}
	wanted := keyOf(source)
	for doc, s := range c.each {
		if s == wanted {
			docs = append(docs, doc)
		}
	}
	return docs
}
