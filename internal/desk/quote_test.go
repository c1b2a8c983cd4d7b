package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
)

// interview is a copy to quote from; its first words take more bytes than they
// have characters.
const interview = "«Größe» ist relativ.\n" +
	"The moon is made of rock, he said. The moon isn’t made of cheese.\n" +
	"Asked again, he said: “It is rock.” Asked a third time, he said: “It is rock.” Then he left.\n"

// quoteOf is a passage to look up, as the form sends it when nothing was chosen.
func quoteOf(snapshot kb.ID, exact string) desk.QuoteInput {
	return desk.QuoteInput{QuoteInput: kb.QuoteInput{SnapshotID: snapshot, Exact: exact, Start: quote.Anywhere}}
}

// excerpt quotes a passage that stands in one place, or as the change says.
func (p *press) excerpt(t *testing.T, in desk.QuoteInput) kb.Excerpt {
	t.Helper()
	q := must(p.desk.Quote(t.Context(), p.editor, in))(t)
	return must(p.reads(t).Excerpt(q.Excerpt))(t)
}

// TestQuoteStates: what stands in the copy once is anchored there, whatever its
// typography; everything else takes a person's word.
func TestQuoteStates(t *testing.T) {
	t.Parallel()
	at := func(words string) int { return len([]rune(interview[:strings.Index(interview, words)])) }
	tests := map[string]struct {
		exact, prefix, suffix string
		state                 string
		segments              kb.Segments // places only
	}{
		"exact":             {exact: "The moon is made of rock", state: kb.Exact, segments: kb.Segments{{Start: at("The moon is"), End: at(", he said.")}}},
		"its spaces":        {exact: "  The moon is made of rock\n", state: kb.Exact, segments: kb.Segments{{Start: at("The moon is"), End: at(", he said.")}}},
		"other typography":  {exact: `The moon isn't made of cheese`, state: kb.Normalised, segments: kb.Segments{{Start: at("The moon isn’t"), End: at(".\nAsked")}}},
		"over a line break": {exact: "cheese. Asked again", state: kb.Normalised, segments: kb.Segments{{Start: at("cheese."), End: at(", he said: “It is rock.” Asked")}}},
		"with words left out": {
			exact: "The moon is made […] cheese.", state: kb.Exact,
			segments: kb.Segments{{Start: at("The moon is"), End: at(" of rock")}, {Start: at("cheese."), End: at("\nAsked again")}},
		},
		"told apart by what stands before": {
			exact: "It is rock.", prefix: "third time, he said: “", state: kb.Exact,
			segments: kb.Segments{{Start: at("It is rock.” Then"), End: at("” Then")}},
		},
		"told apart by what stands after": {
			exact: "It is rock.", suffix: "” Asked", state: kb.Exact,
			segments: kb.Segments{{Start: at("It is rock.” Asked"), End: at("” Asked")}},
		},
	}
	eachPress(t, func(t *testing.T, p *press) {
		source := p.page(t, "Interview")
		s := p.paste(t, source, interview)
		text := quote.New(interview)
		for name, tt := range tests {
			in := quoteOf(s, tt.exact)
			in.Prefix, in.Suffix = tt.prefix, tt.suffix
			e := p.excerpt(t, in)
			if e.State != tt.state || e.SourceID != source || e.SnapshotID != s || e.AttestedBy != "" || len(e.Segments) != len(tt.segments) {
				t.Errorf("%s: %+v", name, e)
				continue
			}
			for i, want := range tt.segments {
				got := e.Segments[i]
				if got.Start != want.Start || got.End != want.End {
					t.Errorf("%s: segment %d at %d–%d, want %d–%d", name, i, got.Start, got.End, want.Start, want.End)
				}
				if !strings.HasSuffix(text.Slice(0, got.Start), got.Prefix) || !strings.HasPrefix(text.Slice(got.End, text.Len()), got.Suffix) {
					t.Errorf("%s: segment %d has other surroundings: %+v", name, i, got)
				}
			}
			if words := strings.Join(strings.Fields(e.Segments.Text()), " "); words != strings.Join(strings.Fields(tt.exact), " ") {
				t.Errorf("%s: the words became %q", name, words)
			}
		}
	})
}

// TestQuoteAmbiguous: words that stand in several places come back with all of
// them; the place that is chosen is anchored so that it is told from the others.
func TestQuoteAmbiguous(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		s := p.paste(t, p.page(t, "Interview"), interview)
		in := quoteOf(s, "It is rock.")
		var places []quote.Place
		p.unwritten(t, "ambiguous", func() {
			q, err := p.desk.Quote(ctx, p.editor, in)
			wantField(t, "exact", err)
			if q.Excerpt != "" || q.Result.State != kb.Ambiguous || len(q.Result.Matches) != 2 {
				t.Fatalf("got %+v", q)
			}
			places = q.Result.Matches
		})
		for _, place := range places {
			in.Start = place.Start
			e := p.excerpt(t, in)
			if e.State != kb.Exact || len(e.Segments) != 1 || e.Segments[0].Start != place.Start || e.Segments[0].End != place.End {
				t.Errorf("chosen %+v, kept %+v", place, e)
			}
			// What is kept finds the place again by itself.
			r := quote.New(interview).Find(quote.Query{Exact: e.Segments[0].Exact, Prefix: e.Segments[0].Prefix, Suffix: e.Segments[0].Suffix, Near: quote.Anywhere})
			if r.State != kb.Exact || len(r.Matches) != 1 || r.Matches[0] != place {
				t.Errorf("the selector of %+v finds %+v", place, r)
			}
		}
		in.Start = places[0].Start + 1 // no place of theirs
		p.unwritten(t, "a place that is none", func() {
			_, err := p.desk.Quote(ctx, p.editor, in)
			wantField(t, "exact", err)
		})
		in.Start, in.Anyway = quote.Anywhere, true
		if e := p.excerpt(t, in); e.State != kb.Ambiguous || e.Holds() {
			t.Errorf("kept all the same: %+v", e)
		}
	})
}

// TestQuoteRepeated: a place that a lot of equal text surrounds is told apart all
// the same.
func TestQuoteRepeated(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		text := "One. " + strings.Repeat("He said it is rock, and again. ", 6) + "Two."
		s := p.paste(t, p.page(t, "A litany"), text)
		_, err := p.desk.Quote(t.Context(), p.editor, quoteOf(s, "it is rock"))
		wantField(t, "exact", err)
		in := quoteOf(s, "it is rock")
		in.Start = len("One. ") + 3*len("He said it is rock, and again. ") + len("He said ")
		e := p.excerpt(t, in)
		if e.State != kb.Exact || e.Segments[0].Start != in.Start {
			t.Fatalf("kept %+v", e)
		}
		r := quote.New(text).Find(quote.Query{Exact: e.Segments[0].Exact, Prefix: e.Segments[0].Prefix, Suffix: e.Segments[0].Suffix, Near: quote.Anywhere})
		if len(r.Matches) != 1 || r.Matches[0].Start != in.Start {
			t.Errorf("its selector finds %+v", r)
		}
	})
}

// TestQuoteNotFound: what does not stand in the copy is never taken for what is
// like it.
func TestQuoteNotFound(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		s := p.paste(t, p.page(t, "Interview"), interview)
		in := quoteOf(s, "The moon is made of chalk")
		p.unwritten(t, "not found", func() {
			q, err := p.desk.Quote(ctx, p.editor, in)
			wantField(t, "exact", err)
			if q.Result.State != kb.NotInCopy || len(q.Result.Near) == 0 || !strings.HasPrefix(q.Result.Near[0].Text, "The moon is made of") {
				t.Errorf("got %+v", q.Result)
			}
			q, err = p.desk.Quote(ctx, p.editor, quoteOf(s, "Entirely other sentences, about nothing of the kind"))
			wantField(t, "exact", err)
			if len(q.Result.Near) > 0 || !strings.Contains(err.Error(), "nor any like them") {
				t.Errorf("got %+v, %v", q.Result, err)
			}
			_, err = p.desk.Quote(ctx, p.editor, quoteOf(s, " "))
			wantField(t, "exact", err)
			_, err = p.desk.Quote(ctx, p.editor, quoteOf("00000000", "The moon"))
			wantKind(t, kb.NotFound, err)
		})
		in.Anyway = true
		e := p.excerpt(t, in)
		if e.State != kb.NotInCopy || e.Holds() || e.Segments.Text() != in.Exact || e.Segments[0].End != 0 {
			t.Errorf("kept all the same: %+v", e)
		}
	})
}

// TestQuoteOfAPassage: a passage that was copied by hand is no copy to quote
// from: the match would be with itself.
func TestQuoteOfAPassage(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		passage := must(p.reads(t).Excerpt(f.excerpt))(t).SnapshotID
		p.unwritten(t, "a passage by hand", func() {
			_, err := p.desk.Quote(t.Context(), p.editor, quoteOf(passage, "It is rock"))
			wantKind(t, kb.Conflict, err)
		})
	})
}

// TestQuoteThroughCarrier: the words of a work that was seen only through
// another are anchored in that one's copy, and the document says so.
func TestQuoteThroughCarrier(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		page, speech := p.page(t, "Interview"), p.source(t, "His speech", "")
		carrier := p.paste(t, page, interview)
		in := quoteOf(carrier, "The moon is made of rock […] cheese")
		in.Work, in.ClaimID, in.Stance = string(speech), f.claim, "supports"
		q := must(p.desk.Quote(ctx, p.editor, in))(t)
		e := must(p.reads(t).Excerpt(q.Excerpt))(t)
		s := must(p.reads(t).Snapshot(e.SnapshotID))(t)
		first, last := e.Segments[0], e.Segments[1]
		if q.Source != speech || e.SourceID != speech || e.State != kb.Exact {
			t.Errorf("quoted %+v: %+v", q, e)
		}
		const passage = "The moon is made of rock\n[…]\ncheese" // and nothing of what is left out
		if s.SourceID != speech || s.ViaID != carrier || s.ViaStart != first.Start || s.ViaEnd != last.End || s.Whole() || s.Text != passage || s.TextHash != record.Hash([]byte(passage)) {
			t.Errorf("the copy of the passage: %+v", s)
		}

		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		content := must(record.ReadContent(must(p.reads(t).Body(hash))(t)))(t)
		i := slices.IndexFunc(content.Evidence, func(e record.Evidence) bool { return e.Source == string(speech) })
		if i < 0 {
			t.Fatal("the document has no such evidence")
		}
		got := content.Evidence[i].Excerpt.Snapshot
		whole := must(p.reads(t).Snapshot(carrier))(t)
		want := record.Carrier{ID: string(carrier), TextHash: whole.TextHash, CapturedAt: record.Stamp(whole.CapturedAt), Start: first.Start, End: last.End, Rights: "quotation"}
		if got.Via != string(page) || got.Carrier == nil || *got.Carrier != want {
			t.Errorf("the document says %+v, %+v", got, got.Carrier)
		}

		in = quoteOf(carrier, "Words that stand nowhere at all in there")
		in.Work, in.Anyway = string(speech), true
		p.unwritten(t, "not in the carrier", func() {
			_, err := p.desk.Quote(ctx, p.editor, in)
			wantField(t, "exact", err)
		})
		in.Work = "No such work"
		_, err := p.desk.Quote(ctx, p.editor, in)
		wantField(t, "work", err)
		in = quoteOf(carrier, "Then he left")
		in.Work = string(page) // its own
		if e := p.excerpt(t, in); e.SourceID != page || e.SnapshotID != carrier {
			t.Errorf("its own words: %+v", e)
		}
	})
}

// TestQuoteForClaim: the quotation and the evidence that it becomes are written
// together or not at all.
func TestQuoteForClaim(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		s := p.paste(t, f.source, interview)
		in := quoteOf(s, "The moon is made of rock")
		in.ClaimID, in.Stance = f.claim, "supports"
		q := must(p.desk.Quote(ctx, p.editor, in))(t)
		d := must(p.reads(t).Dossier(f.claim))(t)
		added := d.Evidence[len(d.Evidence)-1]
		if len(d.Evidence) != 2 || added.ExcerptID != q.Excerpt || added.SourceID != f.source || added.Stance != "supports" {
			t.Errorf("evidence: %+v", d.Evidence)
		}

		refuse := func(what string, want kb.Kind, change func(*desk.QuoteInput)) {
			t.Helper()
			bad := in
			change(&bad)
			p.unwritten(t, what, func() {
				_, err := p.desk.Quote(ctx, p.editor, bad)
				wantKind(t, want, err)
			})
		}
		refuse("a stance that is none", kb.Invalid, func(in *desk.QuoteInput) { in.Stance = "agrees" })
		refuse("no stance", kb.Invalid, func(in *desk.QuoteInput) { in.Stance = "" })
		refuse("no such claim", kb.Invalid, func(in *desk.QuoteInput) { in.ClaimID = "00000000" })

		hash := must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		ok(t, p.desk.Approve(ctx, p.reviewer, f.claim, hash, ""))
		must(p.desk.Publish(ctx, p.publisher, f.claim))(t)
		refuse("published", kb.Conflict, func(*desk.QuoteInput) {})

		other := p.submittedAnother(t, ctx)
		in.ClaimID = other
		must(p.desk.Quote(ctx, p.editor, in))(t)
		if s := p.state(t, other); s != kb.Researching {
			t.Errorf("what was under review is %s after a quotation was added", s)
		}
		ok(t, p.desk.Step(ctx, p.editor, other, kb.Park, "not now"))
		refuse("parked", kb.Conflict, func(*desk.QuoteInput) {})
	})
}

// submittedAnother submits a second claim, which is rated by nothing.
func (p *press) submittedAnother(t *testing.T, ctx context.Context) kb.ID {
	t.Helper()
	id := must(p.desk.LogClaim(ctx, p.editor, desk.NewClaim{
		Claim:      kb.ClaimInput{Claim: kb.Claim{Text: "Another claim.", Language: "en", Kind: "other", Checkability: "checkable"}},
		Appearance: &desk.AppearanceInput{Speaker: "An Astronomer", Appearance: kb.Appearance{Language: "en", Directness: "direct", Translation: "original"}},
	}))(t)
	ok(t, p.desk.SaveDraft(ctx, p.editor, kb.RulingDraft{ClaimID: id, Outcome: "opinion", OutcomeReason: "It is one.", Summary: "An opinion.", Reasoning: "An opinion."}))
	for _, gate := range []string{"citations", "reply"} {
		ok(t, p.desk.StateException(ctx, p.editor, kb.GateException{ClaimID: id, Gate: gate, Reason: "There is nothing."}))
	}
	must(p.desk.Submit(ctx, p.editor, id))(t)
	return id
}

// TestQuoteReplaces: a better quotation stands for an older one of the same
// work, once.
func TestQuoteReplaces(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		s := p.paste(t, f.source, "It is rock, he said.")
		in := quoteOf(s, "It is rock")
		in.Replaces = f.excerpt
		better := p.excerpt(t, in)
		if old := must(p.reads(t).Excerpt(f.excerpt))(t); old.ReplacedBy != better.ID {
			t.Errorf("the older one: %+v", old)
		}
		if on := must(p.reads(t).ExcerptsOn(f.source))(t); len(on) != 1 || on[0].ID != better.ID {
			t.Errorf("still looked for: %+v", on)
		}
		other := p.paste(t, p.page(t, "Another work"), "It is rock, he said.")
		for name, change := range map[string]func(*desk.QuoteInput){
			"twice":           func(*desk.QuoteInput) {},
			"of another work": func(in *desk.QuoteInput) { in.SnapshotID, in.Replaces = other, better.ID },
			"nothing":         func(in *desk.QuoteInput) { in.Replaces = "00000000" },
			"by what is not settled": func(in *desk.QuoteInput) {
				in.Exact, in.Anyway, in.Replaces = "It was never rock", true, better.ID
			},
		} {
			bad := in
			change(&bad)
			p.unwritten(t, name, func() {
				if _, err := p.desk.Quote(t.Context(), p.editor, bad); err == nil || kb.KindOf(err) == kb.Internal {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	})
}

// TestQuoteTwice: a form that is sent twice keeps nothing twice, and is no
// mistake; another claim, or another stance, is something new.
func TestQuoteTwice(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		carrier := p.paste(t, f.source, interview)
		for name, work := range map[string]string{"its own words": "", "another's words": string(p.source(t, "His speech", ""))} {
			in := quoteOf(carrier, "The moon is made of rock")
			in.Work = work
			first := p.excerpt(t, in).ID
			p.unwritten(t, name+", again", func() {
				if again := p.excerpt(t, in).ID; again != first {
					t.Errorf("%s: kept as %s and as %s", name, first, again)
				}
			})
			for _, stance := range []string{"supports", "context"} {
				in.ClaimID, in.Stance = f.claim, stance
				if again := p.excerpt(t, in).ID; again != first {
					t.Errorf("%s, for a claim: %s", name, again)
				}
				p.unwritten(t, name+", again for the claim", func() { p.excerpt(t, in) })
			}
		}
		if n := len(must(p.reads(t).Dossier(f.claim))(t).Evidence); n != 5 {
			t.Errorf("%d pieces of evidence", n)
		}
		must(p.desk.Submit(ctx, p.editor, f.claim))(t)
		in := quoteOf(carrier, "The moon is made of rock")
		in.ClaimID, in.Stance = f.claim, "supports"
		p.excerpt(t, in)
		if s := p.state(t, f.claim); s != kb.InReview {
			t.Errorf("nothing was changed, and the claim is %s", s)
		}
	})
}

// TestQuoteInPieces: a quotation of very many pieces is refused in words.
func TestQuoteInPieces(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		s := p.paste(t, p.page(t, "Interview"), interview)
		_, err := p.desk.Quote(t.Context(), p.editor, quoteOf(s, strings.Repeat("moon […] ", 100)))
		wantField(t, "exact", err)
		if !strings.Contains(err.Error(), "falls into 100 pieces") {
			t.Errorf("it says %v", err)
		}
	})
}

// TestQuotationsGate: a quotation that matches needs nobody's word; one that
// does not holds the ruling back.
func TestQuotationsGate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		exact  string
		passes bool
	}{
		"exact":      {"The moon is made of rock", true},
		"normalised": {`The moon isn't made of cheese`, true},
		"ambiguous":  {"It is rock.", false},
		"not found":  {"The moon is made of chalk", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				f := p.ready(t)
				in := quoteOf(p.paste(t, f.source, interview), tt.exact)
				in.ClaimID, in.Stance, in.Anyway = f.claim, "supports", true
				must(p.desk.Quote(t.Context(), p.editor, in))(t)
				_, err := p.desk.Submit(t.Context(), p.editor, f.claim)
				e, _ := errors.AsType[*kb.Error](err)
				held := e != nil && slices.ContainsFunc(e.Fields, func(f kb.FieldError) bool { return f.Field == "gate-quotations" })
				if tt.passes && err != nil || !tt.passes && !held {
					t.Errorf("submitting: %v", err)
				}
			})
		})
	}
}
