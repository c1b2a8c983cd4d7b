package desk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// prose makes a text of n words that shares no run of words with one of another
// seed.
func prose(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "w%06d", r.IntN(1_000_000))
	}
	return b.String()
}

// on dates a work.
func on(day string) func(*desk.SourceInput) {
	return func(in *desk.SourceInput) { in.PublishedOn = kb.StatedDate(day) }
}

// by names who published a work.
func by(publisher string) func(*desk.SourceInput) {
	return func(in *desk.SourceInput) { in.Publisher = publisher }
}

func (p *press) suggestions(t *testing.T) []kb.Suggestion {
	t.Helper()
	return must(p.reads(t).OpenSuggestions(1000))(t)
}

// theSuggestion gives the only one that is open.
func (p *press) theSuggestion(t *testing.T) kb.Suggestion {
	t.Helper()
	open := p.suggestions(t)
	if len(open) != 1 {
		t.Fatalf("%d suggestions are open, want 1: %+v", len(open), open)
	}
	return open[0]
}

func decision(s kb.Suggestion, confirm bool, reason string) desk.DecisionInput {
	return desk.DecisionInput{Decision: kb.Decision{ID: s.ID, Confirm: confirm, Reason: reason, Kind: "republishes", Version: s.Version}}
}

// TestReuseIsSuggested: two texts that share a lot of words are suggested once,
// the later from the earlier, whichever of them was captured first.
func TestReuseIsSuggested(t *testing.T) {
	t.Parallel()
	wire := prose(1, 80)
	cut := prose(2, 60) + " " + strings.Join(strings.Fields(wire)[:60], " ")
	tests := map[string]struct {
		wireOn, cutOn string
		cutFirst      bool
		cutDerives    bool
	}{
		"the earlier first":            {"2024-06-20", "2024-06-21", false, true},
		"the later first":              {"2024-06-20", "2024-06-21", true, true},
		"dated the other way":          {"2024-06-22", "2024-06-21", false, false},
		"undated, new from known":      {"unknown", "unknown", false, true},
		"undated, the other way round": {"unknown", "2024-06-21", true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				wires, cuts := p.page(t, "Wire", on(tt.wireOn)), p.page(t, "Cut", on(tt.cutOn))
				give := func() {
					if tt.cutFirst {
						p.paste(t, cuts, cut)
						p.paste(t, wires, wire)
						return
					}
					p.paste(t, wires, wire)
					p.paste(t, cuts, cut)
				}
				give()
				from, to := cuts, wires
				if !tt.cutDerives {
					from, to = wires, cuts
				}
				s := p.theSuggestion(t)
				if s.Kind != kb.Reuse || s.SourceID != from || s.OtherID != to || s.Words != 60 || s.Share != 75 || s.State != kb.SuggestionOpen {
					t.Errorf("suggested: %+v, want %s from %s", s, from, to)
				}
				if s.SnapshotID != p.copies(t, from)[0].ID || s.OtherSnapshotID != p.copies(t, to)[0].ID {
					t.Errorf("rests on other copies: %+v", s)
				}
				shown := must(p.desk.Compare(t.Context(), s))(t)
				if shown.A.Source.ID != from || shown.B.Source.ID != to || shown.Words != 60 || len(shown.Passages) != 1 || shown.Passages[0].A.Words != shown.Passages[0].B.Words {
					t.Errorf("compared: %+v", shown)
				}
				give()
				if again := p.theSuggestion(t); again.ID != s.ID {
					t.Errorf("suggested again: %+v", again)
				}
			})
		})
	}
}

// TestTooLittleInCommon: what two people write about one event anyway, and a
// quotation that both carry, is nothing to look at.
func TestTooLittleInCommon(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		shared := prose(1, 39)
		p.paste(t, p.page(t, "One"), shared+" "+prose(2, 10))
		p.paste(t, p.page(t, "Other"), shared+" "+prose(3, 10))
		if open := p.suggestions(t); len(open) > 0 {
			t.Errorf("suggested: %+v", open)
		}
	})
}

// reused gives two works with a suggestion between them.
func (p *press) reused(t *testing.T) (from, to kb.ID) {
	t.Helper()
	from, to = p.page(t, "Later", on("2024-06-21")), p.page(t, "Earlier", on("2024-06-20"))
	p.paste(t, to, prose(1, 80))
	p.paste(t, from, prose(1, 80))
	return from, to
}

// TestConfirmReuse: what a person confirms becomes a derivation that says what it
// rests on, and is decided for good.
func TestConfirmReuse(t *testing.T) {
	t.Parallel()
	for name, reverse := range map[string]bool{"as suggested": false, "the other way round": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				ctx := t.Context()
				from, to := p.reused(t)
				s := p.theSuggestion(t)
				in := decision(s, true, "It has the dateline.")
				in.Reverse = reverse
				p.unwritten(t, "confirming", func() {
					bad := in
					bad.Kind = "copies"
					wantField(t, "kind", p.desk.DecideSuggestion(ctx, p.editor, bad))
					bad = in
					bad.Reason = " "
					wantField(t, "reason", p.desk.DecideSuggestion(ctx, p.editor, bad))
					bad = in
					bad.Version++
					wantKind(t, kb.Conflict, p.desk.DecideSuggestion(ctx, p.editor, bad))
					wantKind(t, kb.Forbidden, p.desk.DecideSuggestion(ctx, kb.System, in))
				})
				ok(t, p.desk.DecideSuggestion(ctx, p.editor, in))
				s = must(p.reads(t).Suggestion(s.ID))(t)
				d := must(p.reads(t).Derivation(s.DerivationID))(t)
				want := kb.Derivation{
					ID: d.ID, FromID: from, ToID: to, Kind: "republishes", Faithfulness: "unknown", Basis: "80 words shared, 100 % of one text. It has the dateline.",
					SuggestedBy: "program", Score: 100, State: kb.SuggestionConfirmed, DecidedBy: p.editor.Person, Version: 1,
				}
				if reverse {
					want.FromID, want.ToID = to, from
				}
				if d != want {
					t.Errorf("the derivation is\n%+v, want\n%+v", d, want)
				}
				if s.State != kb.SuggestionConfirmed || s.DecidedBy != p.editor.Person || s.DecidedAt == nil || s.Reason != "It has the dateline." || s.SourceID != from || s.OtherID != to {
					t.Errorf("the suggestion: %+v", s)
				}
				wantKind(t, kb.Conflict, p.desk.DecideSuggestion(ctx, p.editor, decision(s, false, "After all not.")))
				p.paste(t, from, prose(1, 80)+" And more.")
				if open := p.suggestions(t); len(open) > 0 {
					t.Errorf("came back: %+v", open)
				}
			})
		})
	}
}

// TestConfirmKnown: a derivation that somebody entered meanwhile is not entered
// twice.
func TestConfirmKnown(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		from, to := p.reused(t)
		must(p.desk.Derive(t.Context(), p.editor, desk.DerivationInput{Derivation: kb.Derivation{
			FromID: from, ToID: to, Kind: "republishes", Faithfulness: "unknown", Basis: "It says so.",
		}}))(t)
		s := p.theSuggestion(t)
		p.unwritten(t, "confirming", func() {
			wantField(t, "kind", p.desk.DecideSuggestion(t.Context(), p.editor, decision(s, true, "It has the dateline.")))
		})
	})
}

// TestRejectReuse: what a person rejects, with a reason, does not come back.
func TestRejectReuse(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		from, to := p.reused(t)
		s := p.theSuggestion(t)
		p.unwritten(t, "rejecting", func() {
			wantField(t, "reason", p.desk.DecideSuggestion(ctx, p.editor, decision(s, false, "")))
		})
		ok(t, p.desk.DecideSuggestion(ctx, p.editor, decision(s, false, "Both print the law.")))
		s = must(p.reads(t).Suggestion(s.ID))(t)
		if s.State != kb.SuggestionRejected || s.Reason != "Both print the law." || s.DerivationID != "" {
			t.Errorf("the suggestion: %+v", s)
		}
		p.paste(t, from, prose(1, 80)+" And more.")
		p.paste(t, to, "More. "+prose(1, 80))
		if open := p.suggestions(t); len(open) > 0 {
			t.Errorf("came back: %+v", open)
		}
		if f := must(p.reads(t).SourceFile(from))(t); len(f.Derivations) > 0 {
			t.Errorf("derivations: %+v", f.Derivations)
		}
	})
}

// TestAttributions: a text that names a publisher or an agency is noticed, one
// that names anything else is not.
func TestAttributions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text  string
		named []string
	}{
		"a known publisher":       {"The talks failed, according to the Daily Gazette, last week.", []string{"The Daily Gazette"}},
		"an agency":               {"MOSCOW (AP) — The talks failed.", []string{"Associated Press"}},
		"an agency that is known": {"The talks failed, /TASS/ reported.", []string{"TASS"}},
		"a person":                {"The talks failed, according to Ivan Petrov.", nil},
		"an unknown paper":        {"The talks failed, according to the Weekly Nothing.", nil},
		"itself":                  {"The talks failed, according to the Own Paper.", nil},
		"several, several times":  {"According to the Daily Gazette they failed. Via Reuters. According to the Daily Gazette again.", []string{"Reuters", "The Daily Gazette"}},
		"accounted for":           {"The talks failed, according to the Known Origin.", nil},
	}
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		for _, name := range []string{"The Daily Gazette", "TASS", "The Known Origin"} {
			must(p.desk.AddPublisher(ctx, p.editor, desk.PublisherInput{Publisher: kb.Publisher{Name: name, Kind: "newspaper"}}))(t)
		}
		origin := p.page(t, "Origin", by("The Known Origin"))
		for name, tt := range tests {
			source := p.page(t, name, by("Own Paper"))
			must(p.desk.Derive(ctx, p.editor, desk.DerivationInput{Derivation: kb.Derivation{
				FromID: source, ToID: origin, Kind: "quotes", Faithfulness: "unknown", Basis: "It says so.",
			}}))(t)
			snapshot := p.paste(t, source, tt.text)
			for range 2 {
				about := must(p.reads(t).SuggestionsAbout(source))(t)
				var named []string
				for _, s := range about {
					named = append(named, s.Named)
					if s.Kind != kb.Attributed || s.SourceID != source || s.OtherID != "" || s.SnapshotID != snapshot || s.NamedKey != search.Fold(s.Named) ||
						quote.New(tt.text).Slice(s.StartAt, s.EndAt) != s.Phrase {
						t.Errorf("%s: %+v", name, s)
					}
				}
				slices.Sort(named)
				if !slices.Equal(named, tt.named) {
					t.Errorf("%s: named %v, want %v", name, named, tt.named)
				}
				p.paste(t, source, tt.text) // the same again teaches nothing
			}
		}
	})
}

// TestConfirmAttribution: a confirmed attribution leads to the work that is
// meant, or to one that is known by the name alone; and once it is confirmed it
// is not asked again, whatever was made of it.
func TestConfirmAttribution(t *testing.T) {
	t.Parallel()
	const text = "The talks failed, according to Reuters."
	tests := map[string]struct {
		work    func(p *press, t *testing.T) string
		reverse bool
	}{
		"a work that nobody saw":     {work: func(*press, *testing.T) string { return "" }},
		"a work of the agency":       {work: func(p *press, t *testing.T) string { return string(p.page(t, "Talks fail", by("Reuters"))) }},
		"a work of nobody known":     {work: func(p *press, t *testing.T) string { return string(p.page(t, "Talks fail")) }},
		"a work that has it from it": {work: func(p *press, t *testing.T) string { return string(p.page(t, "Talks fail", by("Reuters"))) }, reverse: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				ctx := t.Context()
				source := p.page(t, strings.Repeat("A long title ", 38))
				p.paste(t, source, text)
				s := p.theSuggestion(t)
				in := decision(s, true, "It is in the last line.")
				in.Kind, in.Reverse, in.To = "quotes", tt.reverse, tt.work(p, t)
				ok(t, p.desk.DecideSuggestion(ctx, p.editor, in))
				s = must(p.reads(t).Suggestion(s.ID))(t)
				d := must(p.reads(t).Derivation(s.DerivationID))(t)
				from, to := d.FromID, d.ToID
				if tt.reverse {
					from, to = to, from
				}
				if from != source || d.Kind != "quotes" || !strings.Contains(d.Basis, "according to Reuters") || !strings.HasSuffix(d.Basis, "It is in the last line.") {
					t.Errorf("the derivation: %+v", d)
				}
				work := must(p.reads(t).Source(to))(t)
				if in.To == "" {
					reuters := must(p.desk.FindPublisher(ctx, "Reuters"))(t)
					if work.PublisherID != reuters || work.URL != "" || !strings.HasPrefix(work.Title, "Reuters, as named in “A long title") || !strings.Contains(work.Note, "Not seen") {
						t.Errorf("the work: %+v", work)
					}
				} else if string(work.ID) != in.To {
					t.Errorf("the work: %+v", work)
				}
				p.paste(t, source, text+" And more.")
				if open := p.suggestions(t); len(open) > 0 {
					t.Errorf("came back: %+v", open)
				}
			})
		})
	}
}

// TestUnseenWork: what is known through another work alone counts as an origin
// that nobody saw, and readers can tell.
func TestUnseenWork(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		p.paste(t, f.source, "It is rock, he said, according to Reuters.")
		in := decision(p.theSuggestion(t), true, "It says so.")
		in.Kind = "reports-on"
		ok(t, p.desk.DecideSuggestion(t.Context(), p.editor, in))
		hash := must(p.desk.Submit(t.Context(), p.editor, f.claim))(t)
		content := must(record.ReadContent(must(p.reads(t).Body(hash))(t)))(t)
		if len(content.Derivations) != 1 || content.Derivations[0].From != string(f.source) {
			t.Fatalf("derivations: %+v", content.Derivations)
		}
		origin, known := content.Source(content.Derivations[0].To)
		if !known || origin.Capture != nil || content.Analysis.Evidence.High != 1 {
			t.Errorf("the origin: %+v; %+v", origin, content.Analysis.Evidence)
		}
	})
}

// TestWorksOnOnePage: works that stand on one page have one text, and do not
// have it from one another.
func TestWorksOnOnePage(t *testing.T) {
	t.Parallel()
	const page = "https://pages.example/thread"
	place := func(where string) func(*desk.SourceInput) {
		return func(in *desk.SourceInput) { in.Locator = where }
	}
	tests := map[string]func(p *press, t *testing.T) (kb.ID, kb.ID){
		"a page and a comment": func(p *press, t *testing.T) (kb.ID, kb.ID) {
			thread := p.source(t, "Thread", page)
			return thread, p.source(t, "Comment", "", func(in *desk.SourceInput) { in.PartOf = string(thread) })
		},
		"a comment and its page": func(p *press, t *testing.T) (kb.ID, kb.ID) {
			thread := p.source(t, "Thread", page)
			return p.source(t, "Comment", "", func(in *desk.SourceInput) { in.PartOf = string(thread) }), thread
		},
		"two comments": func(p *press, t *testing.T) (kb.ID, kb.ID) {
			carried := func(in *desk.SourceInput) { in.PartOf = page }
			p.source(t, "Thread", page)
			return p.source(t, "One", "", carried), p.source(t, "Other", "", carried)
		},
		"two works at one address": func(p *press, t *testing.T) (kb.ID, kb.ID) {
			return p.source(t, "One", page, place("comment 1")), p.source(t, "Other", page+"?utm_source=x", place("comment 2"))
		},
	}
	for name, works := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				one, other := works(p, t)
				p.paste(t, one, prose(1, 80))
				p.paste(t, other, prose(1, 80))
				if open := p.suggestions(t); len(open) > 0 {
					t.Errorf("suggested: %+v", open)
				}
			})
		})
	}
}

// TestPassagesAreNotCompared: a passage that was copied for its own sake is no
// text of a work, however long it is.
func TestPassagesAreNotCompared(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		passage := prose(1, 80)
		byHand, carried, carrier := p.page(t, "Copied by hand"), p.source(t, "Carried", ""), p.page(t, "Carrier")
		must(p.desk.CopyExcerpt(t.Context(), p.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: byHand, Exact: passage}}))(t)
		in := quoteOf(p.paste(t, carrier, passage), passage)
		in.Work = string(carried)
		must(p.desk.Quote(t.Context(), p.editor, in))(t)
		sharing := must(p.reads(t).SharingPrints(trail.Fingerprints(passage), "00000000", 10))(t)
		if len(sharing) != 1 || sharing[0].SourceID != carrier {
			t.Errorf("fingerprints of %+v, want those of the carrier alone", sharing)
		}
		if open := p.suggestions(t); len(open) > 0 {
			t.Errorf("suggested: %+v", open)
		}
	})
}

// TestSuggestionsGate: what waits for a decision about a source that a ruling
// rests on holds it back, on its way to review and on its way out.
func TestSuggestionsGate(t *testing.T) {
	t.Parallel()
	held := func(err error) bool {
		e, _ := errors.AsType[*kb.Error](err)
		return e != nil && slices.ContainsFunc(e.Fields, func(f kb.FieldError) bool { return f.Field == "gate-suggestions" })
	}
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		p.reused(t) // about other sources
		p.paste(t, f.source, "It is rock, he said, according to Reuters.")
		_, err := p.desk.Submit(ctx, p.editor, f.claim)
		if !held(err) {
			t.Errorf("with a suggestion open: %v", err)
		}
		i := slices.IndexFunc(p.suggestions(t), func(s kb.Suggestion) bool { return s.SourceID == f.source })
		ok(t, p.desk.DecideSuggestion(ctx, p.editor, decision(p.suggestions(t)[i], false, "It is about something else.")))
		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t) // the one that is about others does not hold it
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		p.live.shows("It is rock, he said, according to Reuters and via TASS.")
		p.capture(t, f.source)
		_, err = p.desk.Publish(ctx, p.publisher, f.claim)
		wantKind(t, kb.Conflict, err)
		if _, err := p.db.Public().Revisions(ctx, f.claim); kb.KindOf(err) != kb.NotFound {
			t.Errorf("it was published: %v", err)
		}
	})
}

// TestBoilerplate: words that stand in more than fifty works are nobody's.
func TestBoilerplate(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		notice := prose(1, 80)
		add := func(n int) {
			ok(t, p.db.Write(t.Context(), p.editor, func(tx *store.Tx) error {
				for range n {
					source, err := tx.InsertSource(kb.Source{Title: "One of many", TitleKey: "one of many", Language: "en", Kind: "other"})
					if err != nil {
						return err
					}
					if _, err := tx.InsertSnapshot(kb.Snapshot{SourceID: source, Text: notice, TextHash: record.Hash([]byte(notice)), Method: "pasted", Complete: "yes", Rights: "quotation"}); err != nil {
						return err
					}
					if err := tx.ReplacePrints(source, trail.Fingerprints(notice)); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		add(48)
		p.paste(t, p.page(t, "The forty-ninth"), prose(2, 10)+" "+notice)
		if n := len(p.suggestions(t)); n != 20 { // as many as are compared word by word
			t.Errorf("%d suggestions about words that are still somebody's", n)
		}
		add(1)
		p.paste(t, p.page(t, "The fifty-first"), prose(3, 10)+" "+notice)
		if n := len(p.suggestions(t)); n != 20 {
			t.Errorf("%d suggestions more about boilerplate", n-20)
		}
	})
}
