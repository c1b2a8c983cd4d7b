package kb

import "time"

// ImportedRuling is what somebody else ruled about a claim that was taken over
// from them. It is shown as theirs, and never becomes a ruling of ours.
type ImportedRuling struct {
	Key        string // the same for the same ruling, however often it is imported
	ClaimID    ID
	URL        string // of the ruling
	Publisher  string // who ruled
	Site       string
	Rating     string // their word
	Value      *int   // its place on their scale, between Worst and Best
	Worst      *int
	Best       *int
	Summary    string
	ReviewedOn string // ISO 8601, as they give it
	Fields     string // all that was imported, as JSON, for giving it on unchanged
	Format     string
	Origin     string // the file or address that it came from
	ImportedBy ID
	ImportedAt time.Time
}

// Validate checks and trims what was imported.
func (r *ImportedRuling) Validate() error {
	var c check
	c.url("review_url", &r.URL)
	c.line("review_publisher", &r.Publisher, maxLine)
	c.line("rating", &r.Rating, maxLine)
	c.text("summary", &r.Summary, maxNote)
	c.line("review_date", &r.ReviewedOn, 60)
	if r.Publisher == "" && r.URL == "" {
		c.fail("review_publisher", "Say who ruled, or where the ruling is.")
	}
	return c.err()
}
