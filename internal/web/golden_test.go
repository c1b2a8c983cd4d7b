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

// TestGoldenDocumentRenders publishes the golden document of schema 1 as it is
// and reads its page and its bytes.
func TestGoldenDocumentRenders(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		body, err := os.ReadFile("../record/testdata/schema-1.json")
		check(t, err)
		s := newSite(t, address)
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
		for _, words := range []string{content.Claim.Text, content.Ruling.Summary, content.Evidence[0].Excerpt.Segments[0].Exact, doc.People.Reviewer.Name} {
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
	})
}
