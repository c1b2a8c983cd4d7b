package kb

import (
	"fmt"
	"slices"
	"strings"
)

// Gate is one rule that a ruling must pass, or be excepted from in public with a
// reason. How strictly it holds is the house policy's affair.
type Gate struct {
	Key   string
	Label string
	Mode  string // by default
	Fixed bool   // the policy cannot loosen it
}

// Modes of a gate in a policy.
const (
	Required  = "required"  // no exception
	Exceptive = "exceptive" // may be passed by a stated exception
	Off       = "off"       // not asked
)

// GateModes are the modes in words.
var GateModes = []Option{
	{Required, "must hold"},
	{Exceptive, "must hold, or a public exception is stated"},
	{Off, "is not asked"},
}

// The two gates that other code names.
const (
	GateCorrection   = "correction"
	GateSecondPerson = "second-person"
)

// Gates lists all gates in the order of the report.
var Gates = []Gate{
	{"summary-and-reasoning", "Rating, summary and reasoning are there", Required, true},
	{"appearance", "An appearance is recorded, its date given or known to be unknown", Exceptive, false},
	{"evidence", "A rating rests on evidence that is more than context", Exceptive, false},
	{"quotations", "Every quotation matches our copy or is attested by a second person", Exceptive, false},
	{"rights", "No quotation stands in a copy of which readers may see nothing", Exceptive, false},
	{"captures", "Every cited source has a capture", Exceptive, false},
	{"origins", "Enough independent origins, or one primary document, on the side relied upon", Exceptive, false},
	{"suggestions", "Every suggestion of where a source has something from is decided", Exceptive, false},
	{"circles", "No source relied upon goes round in a circle that nobody assessed", Exceptive, false},
	{"own-rulings", "No source leads back to a ruling of our own", Exceptive, false},
	{"interest", "The interest of governments, state media and organisations is stated", Exceptive, false},
	{"private-speakers", "Private or unnamed speakers are not identified", Exceptive, false},
	{"citations", "Every paragraph of the reasoning cites evidence", Exceptive, false},
	{"reply", "The claimant was asked for a reply, or a reason is given", Exceptive, false},
	{"family", "Nothing in the family of claims is at odds with this ruling, or it is acknowledged", Exceptive, false},
	{GateCorrection, "A changed ruling says what changed and why", Required, true},
	{GateSecondPerson, "Somebody who did not work on it approved exactly this content", Required, true},
}

// GateFacts is what the gates look at, taken from the content that they judge.
type GateFacts struct {
	Rated              bool
	Appearances        int
	BearingEvidence    int // evidence that is not context
	UnheldQuotations   int
	WithheldQuotations int
	UncapturedSources  int
	EstablishedLow     int // established origins on the side relied upon
	OriginsNeeded      int
	PrimaryRelied      bool
	OpenSuggestions    int
	CirclesRelied      []string // sources
	OwnRulings         []string // sources
	UnstatedInterests  []string // publishers
	PrivateSpeakers    []string // unnamed speakers who carry an identity all the same
	UncitedParagraphs  int
	ReplySettled       bool
	RatingMissing      bool
	SummaryMissing     bool
	ReasoningMissing   bool
	Inconsistencies    []string // with related claims, in words
	Revision           int
	CauseAndNoteGiven  bool
	Withdrawal         bool // a retraction, or a merger into another claim
	Review             Review
}

// Review says how the content stands to the second person.
type Review int

// A review is not asked for before the publication; then it took place or not.
const (
	NotYet Review = iota
	Reviewed
	Unreviewed
)

// GateResult is one line of the report.
type GateResult struct {
	Key     string
	Label   string
	Outcome string // passed, failed, excepted
	Detail  string // what is missing
	Reason  string // of the exception
}

// The outcomes of a gate.
const (
	Passed   = "passed"
	Failed   = "failed"
	Excepted = "excepted"
)

// EvaluateGates judges the facts by a policy; exceptions are reasons by gate
// key. A withdrawal is asked for its reason and a second person only: nothing
// may keep a wrong ruling in force.
func EvaluateGates(p Policy, f GateFacts, exceptions map[string]string) []GateResult {
	results := make([]GateResult, 0, len(Gates))
	for _, g := range Gates {
		mode := p.Mode(g)
		withheld := (f.Withdrawal && !g.Fixed) || (f.Withdrawal && g.Key == Gates[0].Key)
		if mode == Off || withheld || (g.Key == GateSecondPerson && f.Review == NotYet) {
			continue
		}
		r := GateResult{Key: g.Key, Label: g.Label, Outcome: Passed, Detail: f.missing(g.Key)}
		if r.Detail != "" {
			r.Outcome = Failed
			if reason := exceptions[g.Key]; reason != "" && (mode == Exceptive || g.Key == GateSecondPerson) {
				r.Outcome, r.Reason = Excepted, reason
			}
		}
		results = append(results, r)
	}
	return results
}

// missing says what a gate lacks, nothing when it is passed.
func (f GateFacts) missing(gate string) string {
	switch gate {
	case "summary-and-reasoning":
		return f.textMissing()
	case "appearance":
		return when(f.Appearances == 0, "no appearance is recorded")
	case "evidence":
		return when(f.Rated && f.BearingEvidence == 0, "no evidence supports, refutes or is inconclusive")
	case "quotations":
		return counted(f.UnheldQuotations, "quotation is neither matched nor attested", "quotations are neither matched nor attested")
	case "rights":
		return counted(f.WithheldQuotations, "quotation may not be shown", "quotations may not be shown")
	case "captures":
		return counted(f.UncapturedSources, "cited source has no capture", "cited sources have no capture")
	case "origins":
		return when(f.Rated && f.EstablishedLow < f.OriginsNeeded && !f.PrimaryRelied,
			fmt.Sprintf("%d established, %d needed", f.EstablishedLow, f.OriginsNeeded))
	case "suggestions":
		return counted(f.OpenSuggestions, "suggestion waits for a decision", "suggestions wait for a decision")
	case "circles":
		return listed("in a circle: ", f.CirclesRelied)
	case "own-rulings":
		return listed("leads back to us: ", f.OwnRulings)
	case "interest":
		return listed("not stated for ", f.UnstatedInterests)
	case "private-speakers":
		return listed("", f.PrivateSpeakers)
	case "citations":
		return counted(f.UncitedParagraphs, "paragraph cites nothing", "paragraphs cite nothing")
	case "reply":
		return when(!f.ReplySettled, "nobody was asked, and no reason is given")
	case "family":
		return listed("", f.Inconsistencies)
	case GateSecondPerson:
		return when(f.Review == Unreviewed, "nobody but the authors approved it")
	case GateCorrection:
		return when(f.Revision > 1 && !f.CauseAndNoteGiven, "cause and public note are missing")
	}
	return "unknown gate"
}

func (f GateFacts) textMissing() string {
	var missing []string
	for _, part := range []struct {
		words string
		lacks bool
	}{{"the rating", f.RatingMissing}, {"the summary", f.SummaryMissing}, {"the reasoning", f.ReasoningMissing}} {
		if part.lacks {
			missing = append(missing, part.words)
		}
	}
	return listed("missing: ", missing)
}

func when(missing bool, words string) string {
	if missing {
		return words
	}
	return ""
}

func counted(n int, one, many string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func listed(prefix string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return prefix + strings.Join(names, ", ")
}

// FailedGates gives the results that stand in the way.
func FailedGates(results []GateResult) []GateResult {
	var failed []GateResult
	for _, r := range results {
		if r.Outcome == Failed {
			failed = append(failed, r)
		}
	}
	return failed
}

// GateException is a stated exception from one gate.
type GateException struct {
	ClaimID  ID
	Gate     string
	Reason   string
	PersonID ID
	Version  int64
}

// Validate checks and trims the exception.
func (e *GateException) Validate() error {
	var c check
	if !slices.ContainsFunc(Gates, func(g Gate) bool { return g.Key == e.Gate && !g.Fixed }) {
		c.fail("gate", "There can be no exception from this rule.")
	}
	c.text("reason", &e.Reason, maxNote)
	c.required("reason", e.Reason, "Say why; readers see it beside the ruling.")
	return c.err()
}
