package kb

import (
	"cmp"
	"slices"
	"time"
)

// Policy is one version of the house policy: how strictly each gate holds, how
// many origins a rating needs, and whether one person may publish alone. A
// version never changes.
type Policy struct {
	Number     int
	Modes      map[string]string // by gate; a gate that is not there holds as by default
	Origins    map[string]int    // established origins needed, by kind of claim; "" for the others
	SoleEditor string            // the reason of the standing exception from the second person; "": none
	Note       string            // what changed and why
	CreatedBy  ID
	CreatedAt  time.Time
}

// PolicyVersion numbers the policy that the program brings; a house's own
// versions count on from it.
const PolicyVersion = 3

// EstablishedOrigins is how many independent origins a rating needs on the side
// it relies upon, unless the policy says otherwise for its kind of claim.
const EstablishedOrigins = 2

// mostOrigins is more than any ruling can be asked for in earnest.
const mostOrigins = 20

// DefaultPolicy is in force until the house decides otherwise.
func DefaultPolicy() Policy {
	return Policy{Number: PolicyVersion, Modes: map[string]string{}, Origins: map[string]int{"": EstablishedOrigins}}
}

// Mode gives how strictly a gate holds.
func (p Policy) Mode(g Gate) string {
	if g.Fixed {
		return g.Mode
	}
	return cmp.Or(p.Modes[g.Key], g.Mode)
}

// OriginsNeeded gives how many established origins a kind of claim needs.
func (p Policy) OriginsNeeded(kind string) int {
	if n, ok := p.Origins[kind]; ok {
		return n
	}
	if n, ok := p.Origins[""]; ok {
		return n
	}
	return EstablishedOrigins
}

// Same reports whether two versions hold rulings to the same.
func (p Policy) Same(q Policy) bool {
	for _, g := range Gates {
		if p.Mode(g) != q.Mode(g) {
			return false
		}
	}
	for _, kind := range append([]Option{{Value: ""}}, ClaimKinds...) {
		if p.OriginsNeeded(kind.Value) != q.OriginsNeeded(kind.Value) {
			return false
		}
	}
	return p.SoleEditor == q.SoleEditor
}

// Validate checks and trims a policy. Errors name the field: "mode-KEY",
// "origins-KIND", "sole_editor", "note".
func (p *Policy) Validate() error {
	var c check
	for key, mode := range p.Modes {
		i := slices.IndexFunc(Gates, func(g Gate) bool { return g.Key == key })
		if i < 0 || Gates[i].Fixed {
			c.fail("mode-"+key, "The policy cannot change this rule.")
			continue
		}
		c.oneOf("mode-"+key, mode, GateModes)
	}
	for kind, n := range p.Origins {
		field := "origins-" + cmp.Or(kind, "default")
		if kind != "" && !slices.ContainsFunc(ClaimKinds, func(o Option) bool { return o.Value == kind }) {
			c.fail(field, "There is no such kind of claim.")
		}
		if n < 0 || n > mostOrigins {
			c.fail(field, "Give a number from 0 to %d.", mostOrigins)
		}
	}
	c.text("sole_editor", &p.SoleEditor, maxNote)
	c.text("note", &p.Note, maxNote)
	c.required("note", p.Note, "Say what changes and why; readers see it.")
	return c.err()
}

// Emergencies are the reasons for which something may be published although
// nobody but its authors approved it.
var Emergencies = []Option{
	{"imminent-harm", "the claim does imminent harm"},
	{"grave-error", "a grave error of ours stands in public"},
	{"legal-order", "a court or an authority set a deadline"},
	{"no-reviewer", "no second person could be reached in time"},
}

// SoleEditor is the kind of an unreviewed publication under the standing
// exception of the policy.
const SoleEditor = "sole-editor"

// Emergency is a publication without a second person: its type and reason, which
// readers see.
type Emergency struct {
	Kind   string
	Reason string
}

// Validate checks and trims the emergency.
func (e *Emergency) Validate() error {
	var c check
	c.oneOf("kind", e.Kind, Emergencies)
	c.text("reason", &e.Reason, maxNote)
	c.required("reason", e.Reason, "Say why it cannot wait for a second person; readers see it beside the ruling.")
	return c.err()
}

// EmergencyLabel gives the words for why nobody else approved a revision.
func EmergencyLabel(kind string) string {
	if kind == SoleEditor {
		return "standing exception of a newsroom of one"
	}
	return Label(Emergencies, kind)
}

// Outcomes of a ruling that was withdrawn; no editor chooses them.
const (
	Retracted  = "retracted"
	MergedAway = "merged"
)

// OutcomeLabel gives the words for how a check ended, withdrawals included.
func OutcomeLabel(outcome string) string {
	switch outcome {
	case Retracted:
		return "retracted"
	case MergedAway:
		return "merged into another claim"
	}
	return Label(Outcomes, outcome)
}

// Withdrawal takes a published ruling back: for good, or into another claim.
type Withdrawal struct {
	ClaimID ID
	Into    string // id or address of the claim that stands for it from now on; "" for a retraction
	Cause   string
	Note    string // readers see it
}

// Validate checks and trims the withdrawal.
func (w *Withdrawal) Validate() error {
	var c check
	c.oneOf("cause", w.Cause, Causes)
	c.text("note", &w.Note, maxNote)
	c.required("note", w.Note, "Say why; readers see it in place of the ruling.")
	return c.err()
}

// ScheduledPublication is a publication at a time to come.
type ScheduledPublication struct {
	ClaimID   ID
	At        time.Time
	AccountID ID // who publishes
	PersonID  ID
	MadeAt    time.Time
}

// farthest is how far ahead a publication can be scheduled.
const farthest = 366 * 24 * time.Hour

// ValidateSchedule checks a time to publish at.
func ValidateSchedule(at, now time.Time) error {
	switch {
	case !at.After(now):
		return InvalidField("at", "Choose a time to come; to publish now, publish.")
	case at.Sub(now) > farthest:
		return InvalidField("at", "Choose a time within a year.")
	}
	return nil
}

// BannerInput puts the public sign “under review” on a claim, or takes it away.
type BannerInput struct {
	ClaimID ID
	Up      bool
	Reason  string
}

// Validate checks and trims the input.
func (b *BannerInput) Validate() error {
	var c check
	c.text("reason", &b.Reason, maxNote)
	c.required("reason", b.Reason, "Say why; readers see it.")
	return c.err()
}

// RedactionRequest asks that the bodies of published documents be taken away,
// for a reason in law. It takes effect when a second person confirms it.
type RedactionRequest struct {
	ID        ID
	ClaimID   ID
	Revisions string // numbers separated by spaces; "" for all
	Sources   string // ids of sources whose copies go too, separated by spaces
	Basis     string
	Reason    string
	State     string // asked, done, refused
	Note      string
	AskedBy   ID
	AskedAt   time.Time
	DecidedBy ID
	DecidedAt *time.Time
	Version   int64
}

// LegalBases are the grounds in law on which something published is redacted.
var LegalBases = []Option{
	{"court-order", "order of a court"},
	{"data-protection", "data protection: a person's right to erasure"},
	{"personality-rights", "defamation or rights of personality"},
	{"copyright", "copyright"},
	{"official-secret", "secrecy required by law"},
	{"safety", "danger to a person's life or safety"},
}

// Validate checks and trims the request.
func (r *RedactionRequest) Validate() error {
	var c check
	c.oneOf("basis", r.Basis, LegalBases)
	c.text("reason", &r.Reason, maxNote)
	c.required("reason", r.Reason, "Say why, without repeating what is to be redacted; readers see it.")
	if _, err := RevisionNumbers(r.Revisions); err != nil {
		c.fail("revisions", "Give the numbers of revisions separated by spaces, or leave it open for all.")
	}
	return c.err()
}
