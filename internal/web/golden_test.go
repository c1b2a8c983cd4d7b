package web_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestGoldenDocumentsRender publishes the golden documents of schema 1 as they are
// and reads their pages and their bytes.
func TestGoldenDocumentsRender(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		for _, name := range []string{"schema-1", "schema-1-retracted", "schema-1-unreviewed"} {
			renders(t, s, "../record/testdata/"+name+".json")
		}
	})
}

func renders(t *testing.T, s *site, file string) {
	t.Helper()
	body, err := os.ReadFile(file)
	check(t, err)
	doc, content, err := record.ReadDocument(body)
	check(t, err)
	doc.Number, doc.Previous = 1, "" // the first that this database sees
	first, err := record.Canonical(doc)
	check(t, err)
	var index int64
	check(t, s.db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		if index, err = tx.AppendEvent(store.Event{Kind: record.KindRevision, Claim: kb.ID(doc.Claim), Body: first, Leaf: record.Leaf{V: 1, Kind: record.KindRevision}}); err != nil {
			return err
		}
		at, err := record.ParseStamp(doc.PublishedAt)
		check(t, err)
		return tx.InsertRevision(store.Revision{
			ClaimID: doc.Claim, Number: 1, Hash: record.Hash(first), ContentHash: record.Hash(doc.Content), EventIdx: index, PublishedAt: at,
		}, record.DigestOf(doc, content))
	}))
	check(t, s.follower.CatchUp(t.Context(), index))
	c := s.visitor(t)
	page := c.get("/claims/" + doc.Claim)
	if page.status != http.StatusOK {
		t.Fatalf("the page of an old document: %d", page.status)
	}
	said := []string{content.Claim.Text, content.Ruling.Summary, content.Ruling.OutcomeReason, content.Evidence[0].Excerpt.Segments[0].Exact}
	if doc.People.Reviewer != nil {
		said = append(said, doc.People.Reviewer.Name)
	}
	if doc.Unreviewed != nil {
		said = append(said, doc.Unreviewed.Reason)
	}
	for _, words := range said {
		if !strings.Contains(page.text, words) {
			t.Errorf("the page does not show %q", words)
		}
	}
	if got := page.page.Find("article.ev").Length(); got != len(content.Evidence) {
		t.Errorf("%d pieces of evidence are shown, want %d", got, len(content.Evidence))
	}
	if r := c.get("/claims/" + doc.Claim + ".json"); r.text != string(first) {
		t.Error("the document is not served byte for byte")
	}
}
