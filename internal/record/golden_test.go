package record_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/claimtrail/claimtrail/internal/record"
)

// TestGoldenDocuments reads a document of every schema that was ever published.
// The files never change: whoever has to change one breaks what readers were
// promised.
func TestGoldenDocuments(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]struct {
		hash, claim, rating string
		evidence            int
	}{
		"testdata/schema-1.json":            {"0525bb15787cdbbaabf4bd97364b2fed280f1ee598cb1e24bcaf5398d5af8225", "The treaty that Russia and North Korea signed in June 2024 is almost identical to the bilateral pact that had expired.", "unproven", 6},
		"testdata/schema-1-retracted.json":  {"75074b221412a9ce3ee0ff524008ca0d064d5f30b49f1359ed47c9c9fe5bd4b2", "A land mine went off during the incident at the inter-Korean border on 18 June 2024.", "retracted", 3},
		"testdata/schema-1-unreviewed.json": {"6a985cd012bd219aa0522f2e702591ff707a71dab3f139ef296af8c55cfa5dc5", "The tap water of Quillmouth is safe to drink again. (Invented: place, notice and leaflet do not exist.)", "false", 3},
	} {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := record.Hash(body); got != want.hash {
			t.Errorf("%s has the hash %s, not %s: it was changed", file, got, want.hash)
		}
		doc, content, err := record.ReadDocument(body)
		if err != nil {
			t.Fatal(err)
		}
		if content.Claim.Text != want.claim || content.Ruling.RatingKey() != want.rating || len(content.Evidence) != want.evidence {
			t.Errorf("%s reads as %q, %s, %d pieces of evidence", file, content.Claim.Text, content.Ruling.RatingKey(), len(content.Evidence))
		}
		if shown, same, err := record.ReadPublished(body); err != nil || !reflect.DeepEqual(same, content) || shown.People.Publisher != doc.People.Publisher || shown.Number != doc.Number {
			t.Errorf("%s is read otherwise for showing it: %v", file, err)
		}
		if again, err := record.Canonical(doc); err != nil || string(again) != string(body) {
			t.Errorf("%s is not canonical any more: %v", file, err)
		}
		if again, err := record.Canonical(content); err != nil || string(again) != string(doc.Content) {
			t.Errorf("the content of %s does not come out as it went in: %v", file, err)
		}
	}
}
