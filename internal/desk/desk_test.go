package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// room is a newsroom of three, with a signed log.
type room struct {
	db                          *store.DB
	desk                        *desk.Desk
	editor, reviewer, publisher kb.Actor
	scale                       kb.ID
	memory                      *memory
	signer                      *record.Signer
	made                        atomic.Int64 // claims, so that no two are worded alike
}

// again tells the claims of a test apart: nothing for the first.
func (r *room) again() string {
	if n := r.made.Add(1); n > 1 {
		return fmt.Sprintf(" (%d)", n)
	}
	return ""
}

// memory is the remembered checkpoint, in memory.
type memory struct {
	mu sync.Mutex
	b  []byte
}

func (m *memory) Load() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b, nil
}

func (m *memory) Save(b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.b = b
	return nil
}

func newRoom(t testing.TB, db *store.DB) *room {
	t.Helper()
	key, err := record.NewKey("claims.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	r := &room{db: db, memory: &memory{}, signer: signer}
	r.desk = desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Signer: signer, Memory: r.memory})
	r.editor = r.person(t, "Ed", kb.Researcher)
	r.reviewer = r.person(t, "Rea", kb.Reviewer)
	r.publisher = r.person(t, "Pat", kb.PublisherR)
	ratings, err := kb.ParseRatings("1 | false | bad | cross | False | Not so.\n2 | true | good | full | True | So.\n0 | unproven | plain | question | Unproven | Not shown.")
	if err != nil {
		t.Fatal(err)
	}
	r.scale = must(r.desk.AddScale(t.Context(), kb.System, kb.ScaleInput{RatingScale: kb.RatingScale{Key: "truth", Name: "Truth"}, Ratings: ratings}))(t)
	return r
}

func (r *room) person(t testing.TB, name string, roles ...kb.Role) kb.Actor {
	t.Helper()
	_, _, err := r.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Name: name, Email: name + "@example.org", Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	return must(r.desk.FindAccount(t.Context(), name+"@example.org"))(t)
}

// must gives a value or ends the test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, want kb.Kind, err error) {
	t.Helper()
	if err == nil || kb.KindOf(err) != want {
		t.Errorf("got %v (kind %d), want kind %d", err, kb.KindOf(err), want)
	}
}

// file is a claim that is ready to be submitted, with the ids to work on.
type file struct {
	claim, source, excerpt, evidence kb.ID
}

// ready makes a claim with an appearance, attested evidence, a ruling, a reply.
func (r *room) ready(t testing.TB) file {
	t.Helper()
	ctx := t.Context()
	var f file
	again := r.again()
	address := "https://paper.example/moon" + strings.Trim(again, " ()")
	f.claim = must(r.desk.LogClaim(ctx, r.editor, desk.NewClaim{
		Claim:      kb.ClaimInput{Claim: kb.Claim{Text: "The moon is made of rock." + again, Language: "en", Kind: "other", Checkability: "checkable"}},
		Appearance: &desk.AppearanceInput{Speaker: "An Astronomer", Appearance: kb.Appearance{Language: "en", Directness: "direct", Translation: "original", SaidOn: kb.StatedDate("2024-06-20")}},
		Record:     &desk.SourceInput{Publisher: "A Paper", Source: kb.Source{Title: "On the moon" + again, URL: address, Kind: "news-report", Language: "en"}},
	}))(t)
	f.source = must(r.desk.FindSource(ctx, "", address, ""))(t)
	f.excerpt = must(r.desk.CopyExcerpt(ctx, r.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: f.source, Exact: "It is rock", Suffix: ", he said."}}))(t)
	ok(t, r.desk.AttestExcerpt(ctx, r.reviewer, f.excerpt))
	f.evidence = must(r.desk.AddEvidence(ctx, r.editor, desk.EvidenceInput{Evidence: kb.Evidence{ClaimID: f.claim, ExcerptID: f.excerpt, Stance: "supports"}}))(t)
	ok(t, r.desk.SaveDraft(ctx, r.editor, r.draft(f, 0)))
	ok(t, r.desk.SaveReply(ctx, r.editor, kb.ReplyRequest{ClaimID: f.claim, AskedOf: "An Astronomer", Outcome: "declined"}))
	return f
}

func (r *room) draft(f file, version int64) kb.RulingDraft {
	return kb.RulingDraft{
		ClaimID: f.claim, Outcome: "rated", ScaleID: r.scale, RatingKey: "unproven", Summary: "One paper says so.",
		Reasoning: "One paper says so. " + kb.Citation(f.evidence), AsOf: kb.StatedDate("2026-11-20"), Version: version,
	}
}

func (r *room) submitted(t testing.TB) (file, string) {
	t.Helper()
	f := r.ready(t)
	return f, must(r.desk.Submit(t.Context(), r.editor, f.claim))(t)
}

func (r *room) approved(t testing.TB) file {
	t.Helper()
	f, hash := r.submitted(t)
	ok(t, r.desk.Approve(t.Context(), r.reviewer, f.claim, hash, "good"))
	return f
}

func (r *room) state(t *testing.T, claim kb.ID) kb.State {
	t.Helper()
	return must(r.db.Desk(t.Context()).Claim(claim))(t).State
}

// TestPublish follows a claim from the desk into the record and checks what the
// design promises of it.
func TestPublish(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f, hash := r.submitted(t)
		ok(t, r.desk.Approve(ctx, r.reviewer, f.claim, hash, ""))
		p := must(r.desk.Publish(ctx, r.publisher, f.claim))(t)
		if p.Number != 1 {
			t.Errorf("revision %d, want 1", p.Number)
		}
		revisions := must(db.Public().Revisions(ctx, f.claim))(t)
		body := must(db.Public().Document(ctx, revisions[0].Hash))(t)
		if record.Hash(body) != revisions[0].Hash {
			t.Error("the stored bytes have another hash")
		}
		doc, content, err := record.ReadDocument(body)
		ok(t, err)
		if record.Hash(doc.Content) != hash {
			t.Error("the published content is not, byte for byte, what was approved")
		}
		if again := must(record.Canonical(doc))(t); string(again) != string(body) {
			t.Error("the document is not canonical")
		}
		if doc.People.Reviewer.Name != "Rea" || doc.People.Publisher.Name != "Pat" || len(doc.People.Authors) != 1 || doc.People.Authors[0].Name != "Ed" {
			t.Errorf("people: %+v", doc.People)
		}
		if content.Analysis.Said.High != 1 || content.Analysis.Evidence.Sources != 1 {
			t.Errorf("analysis: %+v", content.Analysis)
		}
		entries := must(db.Public().Entries(ctx, -1, 10))(t)
		kinds := []string{}
		for _, e := range entries {
			kinds = append(kinds, e.Kind)
		}
		if want := []string{"masthead", "policy", "scale", "revision"}; !slices.Equal(kinds, want) || entries[3].Index != p.Index {
			t.Errorf("the record holds %v", kinds)
		}
		if entries[3].Digest == nil || entries[3].Digest.Text != content.Claim.Text {
			t.Errorf("digest: %+v", entries[3].Digest)
		}
		if note := must(db.Public().Checkpoint(ctx))(t); len(note) == 0 || string(note) != string(r.memory.b) {
			t.Error("the stored and the remembered checkpoint differ, or there is none")
		}
	})
}

// TestSecondRevision: correction class and note come from the second on, the
// chain holds, times are a second apart at least.
func TestSecondRevision(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f := r.approved(t)
		must(r.desk.Publish(ctx, r.publisher, f.claim))(t)
		wantKind(t, kb.Conflict, r.desk.SaveDraft(ctx, r.editor, r.draft(f, 1)))
		ok(t, r.desk.Revise(ctx, r.editor, f.claim))
		draft := must(r.desk.Draft(ctx, f.claim))(t)
		draft.RatingKey = "true"
		ok(t, r.desk.SaveDraft(ctx, r.editor, draft))
		_, err := r.desk.Submit(ctx, r.editor, f.claim)
		wantKind(t, kb.Invalid, err) // no cause, no note, too few origins
		draft = must(r.desk.Draft(ctx, f.claim))(t)
		draft.Cause, draft.Class, draft.PublicNote = "our-error", "typo", "We were too careful."
		ok(t, r.desk.SaveDraft(ctx, r.editor, draft))
		ok(t, r.desk.StateException(ctx, r.editor, kb.GateException{ClaimID: f.claim, Gate: "origins", Reason: "It can be seen."}))
		hash := must(r.desk.Submit(ctx, r.editor, f.claim))(t)
		ok(t, r.desk.Approve(ctx, r.reviewer, f.claim, hash, ""))
		p := must(r.desk.Publish(ctx, r.publisher, f.claim))(t)
		revisions := must(db.Public().Revisions(ctx, f.claim))(t)
		if p.Number != 2 || len(revisions) != 2 || revisions[0].Previous != revisions[1].Hash {
			t.Fatalf("revisions: %+v", revisions)
		}
		if revisions[0].Class != "rating-change" {
			t.Errorf("class %q: a lesser one than the change allows was let through", revisions[0].Class)
		}
		if gap := revisions[0].PublishedAt.Sub(revisions[1].PublishedAt); gap.Seconds() < 1 {
			t.Errorf("published only %s apart", gap)
		}
	})
}

// TestConcurrentPublication: two at the same moment give one revision and one
// conflict.
func TestConcurrentPublication(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		f := r.approved(t)
		start := make(chan struct{})
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				<-start
				_, err := r.desk.Publish(t.Context(), r.publisher, f.claim)
				errs <- err
			}()
		}
		close(start)
		first, second := <-errs, <-errs
		if first != nil {
			first, second = second, first
		}
		if first != nil {
			t.Fatalf("both failed: %v; %v", first, second)
		}
		wantKind(t, kb.Conflict, second)
		if n := len(must(db.Public().Revisions(t.Context(), f.claim))(t)); n != 1 {
			t.Errorf("%d revisions, want 1", n)
		}
	})
}

// TestStaleApproval: what a ruling rests on changed after the approval; it is
// not published, says what changed, and goes back to research.
func TestStaleApproval(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f := r.approved(t)
		source := must(db.Desk(ctx).Source(f.source))(t)
		source.Title = "Another title"
		ok(t, r.desk.UpdateSource(ctx, r.editor, desk.SourceInput{Source: source, Publisher: "A Paper"}))
		_, err := r.desk.Publish(ctx, r.publisher, f.claim)
		wantKind(t, kb.Conflict, err)
		if s := r.state(t, f.claim); s != kb.Researching {
			t.Errorf("state %s, want researching", s)
		}
		_, err = db.Public().Revisions(ctx, f.claim)
		wantKind(t, kb.NotFound, err)
	})
}

// TestApprovalFallsWithAnEdit: an approval never survives an edit.
func TestApprovalFallsWithAnEdit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f := r.approved(t)
		draft := must(r.desk.Draft(ctx, f.claim))(t)
		draft.Summary = "Changed after the approval."
		ok(t, r.desk.SaveDraft(ctx, r.editor, draft))
		_, err := r.desk.Publish(ctx, r.publisher, f.claim)
		wantKind(t, kb.Conflict, err)
		if s := r.state(t, f.claim); s != kb.Researching {
			t.Errorf("state %s, want researching", s)
		}
	})
}

// TestSecondPerson: nobody approves what they made, whatever account they use.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		_, _, err := r.desk.AddAccount(ctx, kb.System, kb.AccountInput{Email: "ed2@example.org", Roles: kb.Roles{kb.Reviewer}, PersonID: r.editor.Person})
		ok(t, err)
		second := must(r.desk.FindAccount(ctx, "ed2@example.org"))(t)
		f, hash := r.submitted(t)
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, second, f.claim, hash, ""))
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, r.editor, f.claim, hash, ""))
		wantKind(t, kb.Conflict, r.desk.Approve(ctx, r.reviewer, f.claim, "another hash", ""))
		other := must(r.desk.CopyExcerpt(ctx, r.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: f.source, Exact: "rock"}}))(t)
		wantKind(t, kb.Forbidden, r.desk.AttestExcerpt(ctx, r.editor, other))
	})
}

// TestRelatingIsContributing: who wrote why two claims are related has written in
// both, and approves neither.
func TestRelatingIsContributing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		both := r.person(t, "Bo", kb.Researcher, kb.Reviewer)
		f := r.ready(t)
		other := must(r.desk.LogClaim(ctx, r.editor, desk.NewClaim{
			Claim: kb.ClaimInput{Claim: kb.Claim{Text: "Another claim.", Language: "en", Kind: "other", Checkability: "checkable"}},
		}))(t)
		must(r.desk.Relate(ctx, both, other, desk.RelationInput{To: string(f.claim), ClaimRelation: kb.ClaimRelation{Type: "narrows", Rationale: "It says less."}}))(t)
		hash := must(r.desk.Submit(ctx, r.editor, f.claim))(t)
		wantKind(t, kb.Forbidden, r.desk.Approve(ctx, both, f.claim, hash, ""))
		ok(t, r.desk.Approve(ctx, r.reviewer, f.claim, hash, ""))
		must(r.desk.Relate(ctx, both, f.claim, desk.RelationInput{To: string(other), ClaimRelation: kb.ClaimRelation{Type: "depends-on", Rationale: "It needs it."}}))(t)
		if s := r.state(t, f.claim); s != kb.Researching {
			t.Errorf("after relating an approved claim it is %s", s)
		}
	})
}

// TestGatesHoldBack: a ruling that breaks house rules is not submitted; an
// exception with a reason lets it through, and the report says so.
func TestGatesHoldBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		ctx := t.Context()
		f := r.ready(t)
		draft := must(r.desk.Draft(ctx, f.claim))(t)
		draft.Reasoning = "A paragraph that cites nothing."
		ok(t, r.desk.SaveDraft(ctx, r.editor, draft))
		_, err := r.desk.Submit(ctx, r.editor, f.claim)
		wantKind(t, kb.Invalid, err)
		ok(t, r.desk.StateException(ctx, r.editor, kb.GateException{ClaimID: f.claim, Gate: "citations", Reason: "It is plain."}))
		wantKind(t, kb.Invalid, r.desk.StateException(ctx, r.editor, kb.GateException{ClaimID: f.claim, Gate: "summary-and-reasoning", Reason: "no"}))
		hash := must(r.desk.Submit(ctx, r.editor, f.claim))(t)
		ok(t, r.desk.Approve(ctx, r.reviewer, f.claim, hash, ""))
		must(r.desk.Publish(ctx, r.publisher, f.claim))(t)
		revisions := must(db.Public().Revisions(ctx, f.claim))(t)
		doc, _, err := record.ReadDocument(must(db.Public().Document(ctx, revisions[0].Hash))(t))
		ok(t, err)
		for _, g := range doc.Gates.Results {
			if g.Key == "citations" && (g.Outcome != kb.Excepted || g.Reason != "It is plain.") {
				t.Errorf("the report does not show the exception: %+v", g)
			}
		}
	})
}

// TestForkIsNoticed: a database that is older than the last signed checkpoint
// is not signed.
func TestForkIsNoticed(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		r := newRoom(t, storetest.Open(t, address))
		f := r.approved(t)
		must(r.desk.Publish(t.Context(), r.publisher, f.claim))(t)
		ok(t, r.desk.Sign(t.Context()))

		older := storetest.Open(t, otherAddress(t, address))
		stranger := desk.New(desk.Options{DB: older, BaseURL: "https://claims.example", Signer: r.signer, Memory: r.memory})
		if err := stranger.Sign(t.Context()); err == nil {
			t.Error("an empty database was signed although more was signed before")
		}
	})
}
