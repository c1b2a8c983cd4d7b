package desk_test

import (
	"slices"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// judgedTexts gives the texts that something was said of, in order.
func (r *room) judgedTexts(t *testing.T) []string {
	t.Helper()
	var texts []string
	for _, j := range must(r.db.Desk(t.Context()).Judgements())(t) {
		texts = append(texts, j.Text)
	}
	slices.Sort(texts)
	return texts
}

// TestJudgementsGo: what editors said of a reader's words goes when these are erased,
// and what was said of a redacted text, or of its claim, when that is redacted.
func TestJudgementsGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f, kept := r.approved(t), r.approved(t)
		for _, claim := range []kb.ID{f.claim, kept.claim} {
			must(r.desk.Publish(ctx, r.publisher, claim))(t)
		}
		judge := func(text string, claim kb.ID) {
			t.Helper()
			if err := r.desk.Judge(ctx, r.editor, kb.Judgement{Text: text, ClaimID: claim, Verdict: kb.NotSame}); err != nil {
				t.Fatal(err)
			}
		}
		sent := "My neighbour, who lives\r\nin number 7, said so.  "
		tip, token, err := r.desk.SendTip(ctx, "192.0.2.1", kb.Tip{Text: sent})
		if err != nil {
			t.Fatal(err)
		}
		redacted := must(db.Desk(ctx).Claim(f.claim))(t).Text
		judge(sent, kept.claim)
		judge("Something else.", kept.claim)
		judge(redacted, kept.claim)
		judge("About the other.", f.claim)
		if got := r.judgedTexts(t); len(got) != 4 {
			t.Fatalf("before: %q", got)
		}
		if err := r.desk.EraseOwn(ctx, "tip", tip, token); err != nil {
			t.Fatal(err)
		}
		if got, want := r.judgedTexts(t), []string{"About the other.", "Something else.", redacted}; !slices.Equal(got, sorted(want)) {
			t.Errorf("after the reader's words were erased: %q", got)
		}
		id := must(r.desk.AskRedaction(ctx, r.publisher, kb.RedactionRequest{ClaimID: f.claim, Revisions: "1", Basis: "court-order", Reason: "Order of a court."}))(t)
		must(r.desk.Redact(ctx, r.person(t, "Pam", kb.PublisherR), id))(t)
		if got := r.judgedTexts(t); !slices.Equal(got, []string{"Something else."}) {
			t.Errorf("after the redaction: %q", got)
		}
	})
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
