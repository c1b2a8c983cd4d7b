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
		{"filing under another topic", func(c *record.Content) { c.Claim.Topics = nil }, "typo"},

		{"other words", reasoning("The text was examined in full by the ministry [@eeeeeeee1]."), "clarification"},
		{"a sentence more", reasoning("The text was read in full by the ministry [@eeeeeeee1]. so much for that."), "clarification"},
		{"other words in a comment", func(c *record.Content) { c.Evidence[0].Comment = "An authenticated copy." }, "clarification"},
		{"a related claim", func(c *record.Content) {
			c.Relations = []record.Relation{{Claim: "cccccccc", Type: "narrows", Rationale: "It says less."}}
		}, "clarification"},
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
		}},
		Evidence: []record.Evidence{{
			ID: "eeeeeee1", Source: "ssssssss", Stance: "supports", Comment: "An official copy.",
			Excerpt: &record.Excerpt{ID: "xxxxxxxx", State: "exact", Segments: []kb.Segment{{Exact: "signed on Sunday"}}},
		}},
		Sources:     []record.Source{{ID: "ssssssss", Title: "Treaty", Kind: "official-document", PublishedOn: kb.UnknownDate()}},
		Publishers:  []record.Publisher{{ID: "mmmmmmmm", Name: "Ministry", Kind: "government"}},
		Assessments: []record.Assessment{{Source: "ssssssss", Finding: "own", Note: "It is the text."}},
		Ruling: record.Ruling{
			Outcome: "rated", Rating: &record.Rating{Scale: "truth", ScaleNumber: 1, Key: "true"},
			Summary:   "The treaty of 2018 was signed in Busan. It does not cover 5% of ships.",
			Reasoning: "The text was read in full by the ministry [@eeeeeeee1].",
			AsOf:      kb.StatedDate("2024-06-23"),
		},
	}
}

// TestProse holds pairs in which a slip of the pen and a change of fact are
// easily taken for one another.
func TestProse(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]string{
		{"5% of ships", "5 of ships"}:                      "correction",
		{"1.5 million", "15 million"}:                      "correction",
		{"10-12 men", "1012 men"}:                          "correction",
		{"$5", "€5"}:                                       "correction",
		{"2 million", "2 billion"}:                         "correction",
		{"seen [@eaaaaaaaa]", "seen (@eaaaaaaaa)"}:         "correction",
		{"three people", "seven people"}:                   "correction",
		{"5 km", "5 m"}:                                    "correction",
		{"it was possible", "it was impossible"}:           "clarification",
		{"it was legal", "it was illegal"}:                 "clarification",
		{"a minimum of it", "a maximum of it"}:             "clarification",
		{"北京是中国的首都。", "南京是中国的首都。"}:                         "clarification",
		{"कि", "का"}:                                       "clarification",
		{"The report says so.", "A report says so."}:       "clarification",
		{"the claim stands", "The claim stands"}:           "clarification",
		{"under the treaty", "of the treaty"}:              "clarification",
		{"it was recieved there", "it was received there"}: "typo",
		{"a comma, here", "a comma here"}:                  "typo",
	} {
		var before, after record.Content
		before.Ruling.Summary, after.Ruling.Summary = pair[0], pair[1]
		if got := record.LeastClass(before, after, "our-error"); got != want {
			t.Errorf("%q to %q: got %s, want %s", pair[0], pair[1], got, want)
		}
	}
}
