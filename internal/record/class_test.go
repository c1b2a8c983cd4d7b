package record_test

import (
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

func TestLeastClass(t *testing.T) {
	t.Parallel()
	summary := func(s string) func(*record.Content) { return func(c *record.Content) { c.Ruling.Summary = s } }
	reasoning := func(s string) func(*record.Content) { return func(c *record.Content) { c.Ruling.Reasoning = s } }
	tests := []struct {
		name   string
		change func(*record.Content)
		want   string // by our error; the other causes follow from it
	}{
		{"nothing", func(*record.Content) {}, "typo"},
		{"another salt and another correction", func(c *record.Content) {
			c.Salt, c.Correction = "bb", &record.Correction{Class: "typo", Cause: "our-error", Note: "A comma."}
		}, "typo"},
		{"punctuation only", summary("The treaty of 2018, was signed in Busan – It does not cover 5% of ships"), "typo"},
		{"line breaks and spaces", reasoning("The text was read\nin  full by\n\nthe ministry [@eeeeeeee1]."), "typo"},
		{"a slip of the pen", summary("The treaty of 2018 was sigend in Busan. It does not cover 5% of ships."), "typo"},
		{"a letter too few", reasoning("The text was read in full by the minstry [@eeeeeeee1]."), "typo"},
		{"a slip in a comment", func(c *record.Content) { c.Evidence[0].Comment = "An offical copy." }, "typo"},
		{"a slip in a note", func(c *record.Content) { c.Appearances[0].Attestations[0].Note = "Seen in the archvie." }, "typo"},
		{"a slip in a rationale", func(c *record.Content) { c.Relations[0].Rationale = "It says less, seperately." }, "typo"},
		{"filing under another topic", func(c *record.Content) { c.Claim.Topics = nil }, "typo"},

		{"other words", reasoning("The text was examined in full by the ministry [@eeeeeeee1]."), "clarification"},
		{"a sentence more", reasoning("The text was read in full by the ministry [@eeeeeeee1]. so much for that."), "clarification"},
		{"other words in a comment", func(c *record.Content) { c.Evidence[0].Comment = "An authenticated copy." }, "clarification"},
		{"a related claim", func(c *record.Content) {
			c.Relations = []record.Relation{{Claim: "cccccccc", Type: "narrows", Rationale: "It says less."}}
		}, "clarification"},
		{"a relation in other words", func(c *record.Content) { c.Relations[0].Rationale = "It is narrower." }, "clarification"},
		{"a newer version of the scale", func(c *record.Content) { c.Ruling.Rating.ScaleNumber = 2 }, "clarification"},
		{"the whole work was copied", func(c *record.Content) { c.Sources[0].Capture = &record.Snapshot{ID: "kkkkkkkk"} }, "clarification"},
		{"what would change it", func(c *record.Content) { c.Ruling.WouldChange = "another text" }, "clarification"},

		{"a number", summary("The treaty of 2019 was signed in Busan. It does not cover 5% of ships."), "correction"},
		{"a percentage", summary("The treaty of 2018 was signed in Busan. It does not cover 6% of ships."), "correction"},
		{"a name", summary("The treaty of 2018 was signed in Incheon. It does not cover 5% of ships."), "correction"},
		{"a name but for a letter", summary("The treaty of 2018 was signed in Pusan. It does not cover 5% of ships."), "correction"},
		{"a negation less", summary("The treaty of 2018 was signed in Busan. It does cover 5% of ships."), "correction"},
		{"a negation more", reasoning("The text was never read in full by the ministry [@eeeeeeee1]."), "correction"},
		{"a negation in short", reasoning("The text wasn't read in full by the ministry [@eeeeeeee1]."), "correction"},
		{"a citation", reasoning("The text was read in full by the ministry [@eeeeeeee2]."), "correction"},
		{"a citation less", reasoning("The text was read in full by the ministry."), "correction"},
		{"a number in a rationale", func(c *record.Content) { c.Relations[0].Rationale = "It says 2 times less." }, "correction"},
		{"a number in a comment", func(c *record.Content) { c.Evidence[0].Comment = "An official copy of 3 pages." }, "correction"},
		{"wording of the claim", func(c *record.Content) { c.Claim.Text = "The treaty was initialled." }, "correction"},
		{"a comma in the claim", func(c *record.Content) { c.Claim.Text = "The treaty, was signed." }, "correction"},
		{"a part of the claim", func(c *record.Content) { c.Claim.Parts = []record.Part{{ID: "p", Text: "It was signed."}} }, "correction"},
		{"date of an appearance", func(c *record.Content) { c.Appearances[0].SaidOn = kb.StatedDate("2024-06-21") }, "correction"},
		{"speaker", func(c *record.Content) { c.Appearances[0].Speaker.ShownAs = "A minister" }, "correction"},
		{"stance", func(c *record.Content) { c.Evidence[0].Stance = "refutes" }, "correction"},
		{"evidence less", func(c *record.Content) { c.Evidence = nil }, "correction"},
		{"evidence more", func(c *record.Content) {
			c.Evidence = append(c.Evidence, record.Evidence{ID: "eeeeeee2", Stance: "context"})
		}, "correction"},
		{"excerpt", func(c *record.Content) { c.Evidence[0].Excerpt.Segments[0].Exact = "signed on Monday" }, "correction"},
		{"title of a source", func(c *record.Content) { c.Sources[0].Title = "Treaty, second edition" }, "correction"},
		{"owner of a publisher", func(c *record.Content) { c.Publishers[0].Owner = "state" }, "correction"},
		{"derivation", func(c *record.Content) {
			c.Derivations = []record.Derivation{{From: "ssssssss", To: "tttttttt", Kind: "quotes"}}
		}, "correction"},
		{"origin count", func(c *record.Content) { c.Analysis.Evidence.Low++ }, "correction"},
		{"assessment", func(c *record.Content) { c.Assessments[0].Finding = "unnamed" }, "correction"},
		{"as of", func(c *record.Content) { c.Ruling.AsOf = kb.StatedDate("2024-07") }, "correction"},
		{"overtaken", func(c *record.Content) {
			c.Ruling.Overtaken = &record.Overtaken{Since: kb.StatedDate("2024-07"), Evidence: "eeeeeeee1"}
		}, "correction"},
		{"a fact and a word", func(c *record.Content) { c.Claim.Text, c.Ruling.Summary = "It was not signed.", "Otherwise said." }, "correction"},

		{"rating", func(c *record.Content) { c.Ruling.Rating.Key = "false" }, "rating-change"},
		{"the same word on another scale", func(c *record.Content) { c.Ruling.Rating.Scale = "promises" }, "rating-change"},
		{"another place on the scale", func(c *record.Content) { c.Ruling.Rating.Of = 7 }, "rating-change"},
		{"no rating any more", func(c *record.Content) { c.Ruling.Outcome, c.Ruling.Rating = "opinion", nil }, "rating-change"},
		{"rating and wording", func(c *record.Content) { c.Ruling.Rating.Key, c.Claim.Text = "false", "It was not signed." }, "rating-change"},
	}
	// New facts make an update of what would be a correction or a change of
	// rating by our error; they change nothing about form and words.
	byNewFacts := map[string]string{
		"typo": "typo", "clarification": "clarification", "correction": "update", "rating-change": "update",
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after := content()
			tt.change(&after)
			for cause, want := range map[string]string{
				"our-error": tt.want, "scale-or-method": tt.want, "new-facts": byNewFacts[tt.want],
			} {
				if got := record.LeastClass(content(), after, cause); got != want {
					t.Errorf("%s: got %s, want %s", cause, got, want)
				}
				if got := record.LeastClass(after, content(), cause); got != want {
					t.Errorf("%s, the other way round: got %s, want %s", cause, got, want)
				}
			}
		})
	}
}

// TestWithdrawal takes a revision back, and puts one in its place again.
func TestWithdrawal(t *testing.T) {
	t.Parallel()
	outcome := func(s string) func(*record.Content) {
		return func(c *record.Content) { c.Ruling.Outcome, c.Ruling.Rating = s, nil }
	}
	withRating := func(c *record.Content) { c.Ruling.Outcome = "retracted" }
	byClass := func(c *record.Content) { c.Correction = &record.Correction{Class: "retraction"} }
	reworded := func(c *record.Content) {
		outcome("retracted")(c)
		c.Ruling.Summary = "Otherwise said."
	}
	same := func(*record.Content) {}
	tests := []struct {
		name          string
		before, after func(*record.Content)
		cause, want   string
	}{
		{"retracted", same, outcome("retracted"), "our-error", "retraction"},
		{"retracted for new facts", same, outcome("retracted"), "new-facts", "retraction"},
		{"retracted for the method", same, outcome("retracted"), "scale-or-method", "retraction"},
		{"merged", same, outcome("merged"), "our-error", "retraction"},
		{"merged after all", outcome("retracted"), outcome("merged"), "our-error", "retraction"},
		{"retracted, the rating still there", same, withRating, "our-error", "retraction"},
		{"a retraction by its class", same, byClass, "our-error", "retraction"},
		{"an opinion retracted", outcome("opinion"), outcome("retracted"), "our-error", "retraction"},
		{"put back", outcome("retracted"), same, "our-error", "rating-change"},
		{"put back, the rating always there", withRating, same, "our-error", "rating-change"},
		{"put back for new facts", outcome("retracted"), same, "new-facts", "update"},
		{"put back by the method", outcome("merged"), same, "scale-or-method", "rating-change"},
		{"still retracted", outcome("retracted"), outcome("retracted"), "our-error", "typo"},
		{"still retracted, otherwise said", outcome("retracted"), reworded, "our-error", "correction"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			before, after := content(), content()
			tt.before(&before)
			tt.after(&after)
			if got := record.LeastClass(before, after, tt.cause); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLeastClassIsOneOfTheList(t *testing.T) {
	t.Parallel()
	changed := content()
	changed.Claim.Text = "It was not signed."
	for _, o := range kb.Causes {
		if class := record.LeastClass(content(), changed, o.Value); kb.ClassRank(class) < 0 {
			t.Errorf("%s: there is no class %q", o.Value, class)
		}
	}
	if got := record.LeastClass(record.Content{}, record.Content{}, ""); got != "typo" {
		t.Errorf("two empty contents: got %s", got)
	}
}

func content() record.Content {
	return record.Content{
		Salt:  "aa",
		Claim: record.Claim{ID: "e4k2m9x0", Text: "The treaty was signed.", Language: "en", Topics: []record.TopicRef{{Slug: "treaties", Name: "Treaties"}}},
		Appearances: []record.Appearance{{
			ID: "aaaaaaaa", Speaker: record.Speaker{ID: "pppppppp", ShownAs: "The minister"}, SaidOn: kb.StatedDate("2024-06-20"),
			Attestations: []record.Attestation{{ID: "tttttttt", Source: "ssssssss", Note: "Seen in the archive."}},
		}},
		Evidence: []record.Evidence{{
			ID: "eeeeeee1", Source: "ssssssss", Stance: "supports", Comment: "An official copy.",
			Excerpt: &record.Excerpt{ID: "xxxxxxxx", State: "exact", Segments: []kb.Segment{{Exact: "signed on Sunday"}}},
		}},
		Sources:     []record.Source{{ID: "ssssssss", Title: "Treaty", Kind: "official-document", PublishedOn: kb.UnknownDate()}},
		Publishers:  []record.Publisher{{ID: "mmmmmmmm", Name: "Ministry", Kind: "government"}},
		Relations:   []record.Relation{{Claim: "bbbbbbbb", Type: "broader", Rationale: "It says less, separately."}},
		Assessments: []record.Assessment{{Source: "ssssssss", Finding: "own", Note: "It is the text."}},
		Ruling: record.Ruling{
			Outcome: "rated", Rating: &record.Rating{Scale: "truth", ScaleNumber: 1, Key: "true"},
			Summary:   "The treaty of 2018 was signed in Busan. It does not cover 5% of ships.",
			Reasoning: "The text was read in full by the ministry [@eeeeeeee1].",
			AsOf:      kb.StatedDate("2024-06-23"),
		},
	}
}
