package kb

import "time"

// Judgement is what an editor said of a claim that was shown beside a text as one that
// may say the same. The program never decides this.
type Judgement struct {
	TextHash string // SHA-256 of the text
	ClaimID  ID
	Text     string
	Verdict  string
	JudgedBy ID
	JudgedAt time.Time
}

// Verdicts of judgements.
const (
	SameClaim = "same"
	NotSame   = "not-same"
)

// Verdicts lists them.
var Verdicts = []Option{{SameClaim, "the same"}, {NotSame, "not the same"}}

// Validate checks and trims the judgement.
func (j *Judgement) Validate() error {
	var c check
	c.text("text", &j.Text, maxNote)
	c.required("text", j.Text, "Which text is meant?")
	c.oneOf("verdict", j.Verdict, Verdicts)
	if j.ClaimID == "" {
		c.fail("claim", "Which claim is meant?")
	}
	return c.err()
}
