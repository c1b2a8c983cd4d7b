package desk

import (
	"context"
	"fmt"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// DecisionInput is what a person makes of a suggestion. To names the work that
// an attribution means; left open, a new work of the named publisher is
// recorded, seen only through this one.
type DecisionInput struct {
	kb.Decision

	To string
}

// DecideSuggestion confirms a suggestion, which makes it a derivation, or
// rejects it for good. Errors: Conflict when it is decided already.
func (d *Desk) DecideSuggestion(ctx context.Context, actor kb.Actor, in DecisionInput) error {
	if err := check(actor, Decide, &in.Decision); err != nil {
		return err
	}
	if actor.Person == "" {
		return kb.Errorf(kb.Forbidden, "Only a person can decide a suggestion.")
	}
	return d.write(ctx, actor, Decide, func(tx *store.Tx) error {
		s, err := tx.Suggestion(in.ID)
		if err != nil {
			return err
		}
		if s.State != kb.SuggestionOpen {
			return kb.Errorf(kb.Conflict, "This suggestion is decided already.")
		}
		s.Version, s.Reason, s.State = in.Version, in.Reason, kb.SuggestionRejected
		if in.Confirm {
			s.State = kb.SuggestionConfirmed
			if s.DerivationID, err = confirm(tx, s, in); err != nil {
				return err
			}
		}
		return tx.DecideSuggestion(s)
	})
}

// confirm records the derivation that was suggested. The suggestion itself stays
// as it was made: that it was, keeps it from being made again.
func confirm(tx *store.Tx, s kb.Suggestion, in DecisionInput) (kb.ID, error) {
	var err error
	x := kb.Derivation{
		FromID: s.SourceID, ToID: s.OtherID, Kind: in.Kind, Faithfulness: "unknown", SuggestedBy: "program", Score: s.Share,
		State: kb.SuggestionConfirmed, DecidedBy: tx.Actor().Person, Basis: clip(basisOf(s)+" "+in.Reason, longestBasis),
	}
	if s.Kind == kb.Attributed {
		if x.ToID, err = attributedWork(tx, s, in.To); err != nil {
			return "", err
		}
	}
	if in.Reverse {
		x.FromID, x.ToID = x.ToID, x.FromID
	}
	if err := valid(&x); err != nil {
		return "", err
	}
	id, err := tx.InsertDerivation(x, "")
	if kb.KindOf(err) == kb.Conflict {
		err = kb.InvalidField("kind", "This derivation is recorded already.").Because(err)
	}
	return id, err
}

// longestBasis is what the field takes.
const longestBasis = 2000

func basisOf(s kb.Suggestion) string {
	if s.Kind == kb.Attributed {
		return "“" + s.Phrase + "”."
	}
	return fmt.Sprintf("%d words shared, %d %% of one text.", s.Words, s.Share)
}

// attributedWork finds the work that a phrase means, or records it as known only
// through the one that names it.
func attributedWork(tx *store.Tx, s kb.Suggestion, ref string) (kb.ID, error) {
	if strings.TrimSpace(ref) != "" {
		work, err := findSource(tx.Reader, ref, "to")
		return work.ID, err
	}
	source, err := tx.Source(s.SourceID)
	if err != nil {
		return "", err
	}
	publisher, err := findPublisher(tx, s.Named, "to")
	if err != nil {
		return "", err
	}
	return addSource(tx, SourceInput{Publisher: string(publisher), Source: kb.Source{
		Title: fmt.Sprintf("%s, as named in “%s”", s.Named, shorten(source.Title)), Kind: "news-report", Language: source.Language,
		PublishedOn: kb.UnknownDate(), Note: "Not seen; recorded from the words “" + s.Phrase + "”.",
	}})
}

// CloseTask says what was done about a task.
func (d *Desk) CloseTask(ctx context.Context, actor kb.Actor, in kb.TaskDone) error {
	if err := check(actor, DoTask, &in); err != nil {
		return err
	}
	return d.write(ctx, actor, DoTask, func(tx *store.Tx) error {
		t, err := tx.Task(in.ID)
		if err != nil {
			return err
		}
		if t.State != "open" {
			return kb.Errorf(kb.Conflict, "This task is done already.")
		}
		if t.Kind == "second-look" {
			if err := mayJudge(tx, t.ClaimID, actor); err != nil {
				return err
			}
		}
		t.Note, t.Version = in.Note, in.Version
		return tx.CloseTask(t)
	})
}

// Side is one of two texts that share words.
type Side struct {
	Source kb.Source
	Per    int // cent of it that is shared
}

// Comparison shows what two texts share, side by side.
type Comparison struct {
	A, B     Side
	Passages []SharedPassage
	Words    int
}

// SharedPassage is one run of words as it stands in either text.
type SharedPassage struct {
	A, B  Surrounded
	Words int
}

// Surrounded is words with a little of what stands around them.
type Surrounded struct{ Before, Words, After string }

// shownAround is how much of the surroundings is shown, in code points.
const shownAround = 60

// Compare shows the words that a suggestion of reuse rests on.
func (d *Desk) Compare(ctx context.Context, s kb.Suggestion) (Comparison, error) {
	r := d.db.Desk(ctx)
	var c Comparison
	a, err := r.Snapshot(s.SnapshotID)
	if err != nil {
		return c, err
	}
	b, err := r.Snapshot(s.OtherSnapshotID)
	if err != nil {
		return c, err
	}
	if c.A.Source, err = r.Source(a.SourceID); err != nil {
		return c, err
	}
	if c.B.Source, err = r.Source(b.SourceID); err != nil {
		return c, err
	}
	shared := trail.Shared(clip(a.Text, mostCompared), clip(b.Text, mostCompared))
	c.Words, c.A.Per, c.B.Per = shared.Words, shared.OfA, shared.OfB
	textA, textB := quote.New(a.Text), quote.New(b.Text)
	for _, p := range shared.Passages {
		c.Passages = append(c.Passages, SharedPassage{surrounded(textA, p.AStart, p.AEnd), surrounded(textB, p.BStart, p.BEnd), p.Words})
	}
	return c, nil
}

func surrounded(text *quote.Text, start, end int) Surrounded {
	return Surrounded{text.Slice(max(0, start-shownAround), start), text.Slice(start, end), text.Slice(end, end+shownAround)}
}
