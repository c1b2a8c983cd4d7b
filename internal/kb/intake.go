package kb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tip is a reader's suggestion of a claim to check. What the reader tells of
// himself is kept apart from audit and log, and erased when its time is over.
type Tip struct {
	ID        ID
	Text      string // the claim as the reader gives it
	Where     string `gorm:"column:seen_at"` // address or occasion
	Note      string
	Name      string
	Email     string
	State     string // received, taken-up, declined
	Answer    string // readers see it
	ClaimID   ID     // the claim that was logged
	TokenHash string // of the reader's receipt
	CreatedAt time.Time
	ErasedAt  *time.Time
	DecidedBy ID
	DecidedAt *time.Time
	Version   int64
}

// Dispute is a reader's challenge to a published ruling.
type Dispute struct {
	ID        ID
	ClaimID   ID
	Revision  int // that was in force when it came
	Kind      string
	Text      string
	Evidence  string // address
	Name      string
	Email     string
	State     string // received, examining, upheld, in-part, refused
	Answer    string // readers see it
	Result    int    // the revision that came of it; 0 for none
	TokenHash string
	CreatedAt time.Time
	ErasedAt  *time.Time
	DecidedBy ID
	DecidedAt *time.Time
	Version   int64
}

// TipStates are what becomes of a tip.
var TipStates = []Option{
	{"received", "received"},
	{"taken-up", "taken up"},
	{"declined", "declined"},
	{"withdrawn", "withdrawn: what was sent is erased"},
}

// DisputeStates are what becomes of a dispute.
var DisputeStates = []Option{
	{"received", "received"},
	{"examining", "being examined"},
	{"upheld", "upheld: the ruling was corrected"},
	{"in-part", "upheld in part: the ruling was corrected"},
	{"refused", "refused, with reasons"},
	{"withdrawn", "withdrawn: what was sent is erased"},
}

// DisputeKinds are what a reader may find wrong.
var DisputeKinds = []Option{
	{"fact", "a fact is wrong"},
	{"quotation", "a quotation is wrong or cut so that it misleads"},
	{"source", "a source is misjudged or missing"},
	{"rating", "the rating does not follow from the evidence"},
	{"outdated", "it is out of date"},
	{"about-me", "it is about me, and wrong"},
	{"other", "something else"},
}

// Retention is how long a reader's name, address and words are kept after the
// case is closed, or after they came in when nobody ever closed it.
const (
	Retention     = 180 * 24 * time.Hour
	RetentionOpen = 2 * 365 * 24 * time.Hour
)

// Settled reports whether the dispute has its outcome.
func (d Dispute) Settled() bool {
	return d.State != "received" && d.State != "examining"
}

// Validate checks and trims what a reader sent.
func (t *Tip) Validate() error {
	var c check
	c.text("text", &t.Text, maxClaim)
	c.required("text", t.Text, "Give the claim, in the words in which you met it.")
	c.text("where", &t.Where, maxNote)
	c.text("note", &t.Note, maxNote)
	c.reader(&t.Name, &t.Email)
	return c.err()
}

// Validate checks and trims what a reader sent.
func (d *Dispute) Validate() error {
	var c check
	c.oneOf("kind", d.Kind, DisputeKinds)
	c.text("text", &d.Text, maxPassage)
	c.required("text", d.Text, "Say what is wrong, and how you know.")
	c.url("evidence", &d.Evidence)
	c.reader(&d.Name, &d.Email)
	return c.err()
}

func (c *check) reader(name, email *string) {
	c.line("name", name, maxLine)
	c.line("email", email, maxLine)
	if at := strings.LastIndexByte(*email, '@'); *email != "" && (at < 1 || at == len(*email)-1 || strings.ContainsAny(*email, " <>,")) {
		c.fail("email", "This is no e-mail address; leave it open if you want no answer.")
	}
}

// TipDecision is what the desk makes of a tip.
type TipDecision struct {
	ID      ID
	State   string
	Claim   string // id or address of the claim that was logged for it
	Answer  string
	Version int64
}

// Validate checks and trims the decision.
func (d *TipDecision) Validate() error {
	var c check
	c.oneOf("state", d.State, TipStates[1:3])
	c.text("answer", &d.Answer, maxNote)
	if d.State == "declined" {
		c.required("answer", d.Answer, "Say why; the reader sees it.")
	}
	if d.State == "taken-up" && strings.TrimSpace(d.Claim) == "" {
		c.fail("claim", "Name the claim that was logged for it.")
	}
	return c.err()
}

// DisputeDecision is how the desk settles a dispute.
type DisputeDecision struct {
	ID       ID
	Outcome  string
	Answer   string
	Revision int // the correction that came of it
	Version  int64
}

// Validate checks and trims the decision.
func (d *DisputeDecision) Validate() error {
	var c check
	c.oneOf("outcome", d.Outcome, DisputeStates[2:5])
	c.text("answer", &d.Answer, maxNote)
	c.required("answer", d.Answer, "Give the reasons; everybody can read them. Do not repeat who complained.")
	if d.Outcome != "refused" && d.Revision < 1 {
		c.fail("revision", "Name the revision that corrected it; publish the correction first.")
	}
	return c.err()
}

// RevisionNumbers reads numbers of revisions separated by spaces, ascending and
// each once.
func RevisionNumbers(s string) ([]int, error) {
	var numbers []int
	for word := range strings.FieldsSeq(s) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of a revision", word)
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}
