package kb

import (
	"database/sql/driver"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// RatingScale is one version of a scale of ratings. It is frozen once a ruling
// used it; a change makes the next number.
type RatingScale struct {
	ID          ID
	Key         string
	Number      int
	Name        string
	Ordered     bool
	Methodology string
	Frozen      bool
	Version     int64
}

// RatingText is a rating's word and what it means, in one language.
type RatingText struct {
	Label      string `json:"label"`
	Definition string `json:"definition"`
}

// RatingTexts is keyed by language tag.
type RatingTexts map[string]RatingText

// Value stores the texts.
func (t RatingTexts) Value() (driver.Value, error) { return columnValue(t, t == nil, "{}") }

// Scan reads the texts.
func (t *RatingTexts) Scan(v any) error { return columnScan(v, t) }

// In gives the text in a language, or else in English, or else in any.
func (t RatingTexts) In(language string) RatingText {
	primary, _, _ := strings.Cut(language, "-")
	for _, tag := range []string{language, primary, "en"} {
		if text, ok := t[tag]; ok {
			return text
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		return t[tag]
	}
	return RatingText{}
}

// Rating is a value on a scale. Ordinal counts from the falsest, 1; 0 stands
// off the scale ("unproven").
type Rating struct {
	ScaleID ID
	Key     string
	Ordinal int
	Tone    string
	Shape   string
	Texts   RatingTexts
}

// Tones name the colours of a rating; Shapes the figure that goes with the word.
var (
	Tones  = []string{"bad", "mixed", "good", "plain"}
	Shapes = []string{"full", "three-quarters", "half", "quarter", "empty", "cross", "question", "dash", "clock"}
)

// ScaleInput is a scale with its ratings, as an administrator enters it.
type ScaleInput struct {
	RatingScale

	Ratings []Rating
}

var keyPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Validate checks and trims the scale.
func (in *ScaleInput) Validate() error {
	var c check
	c.line("key", &in.Key, 40)
	if !keyPattern.MatchString(in.Key) {
		c.fail("key", "A key is lower-case words joined by hyphens, such as truth-scale.")
	}
	c.line("name", &in.Name, 120)
	c.required("name", in.Name, "Give the scale's name.")
	c.text("methodology", &in.Methodology, maxReasoning)
	if len(in.Ratings) < 2 || len(in.Ratings) > 20 {
		c.fail("ratings", "A scale has 2 to 20 ratings.")
	}
	seen := map[string]bool{}
	for i := range in.Ratings {
		c.rating(&in.Ratings[i], seen)
	}
	return c.err()
}

func (c *check) rating(r *Rating, seen map[string]bool) {
	for tag, t := range r.Texts {
		c.line("ratings", &t.Label, 60)
		c.text("ratings", &t.Definition, maxNote)
		r.Texts[tag] = t
	}
	text := r.Texts.In("en")
	switch {
	case !keyPattern.MatchString(r.Key):
		c.fail("ratings", "%q is no key: lower-case words joined by hyphens.", r.Key)
	case seen[r.Key] || seen[fmt.Sprint(r.Ordinal)] && r.Ordinal > 0:
		c.fail("ratings", "%q stands twice, or its place does.", r.Key)
	case !slices.Contains(Tones, r.Tone):
		c.fail("ratings", "%q has the tone %q; tones are %s.", r.Key, r.Tone, strings.Join(Tones, ", "))
	case !slices.Contains(Shapes, r.Shape):
		c.fail("ratings", "%q has the shape %q; shapes are %s.", r.Key, r.Shape, strings.Join(Shapes, ", "))
	case r.Ordinal < 0 || r.Ordinal > maxOrdinal:
		c.fail("ratings", "%q has the place %d; places go from 0 to %d.", r.Key, r.Ordinal, maxOrdinal)
	case text.Label == "" || text.Definition == "":
		c.fail("ratings", "%q needs a word and a definition.", r.Key)
	}
	seen[r.Key], seen[fmt.Sprint(r.Ordinal)] = true, true
}

// ParseRatings reads one rating a line: place | key | tone | shape | word | definition.
func ParseRatings(s string) ([]Rating, error) {
	var ratings []Rating
	for _, line := range Lines(s) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.SplitN(line, "|", 6)
		var r Rating
		if len(cells) != 6 {
			return nil, InvalidField("ratings", "%q has not six parts: place | key | tone | shape | word | definition.", excerptOf(line))
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		var err error
		if r.Ordinal, err = strconv.Atoi(cells[0]); err != nil || r.Ordinal < 0 || r.Ordinal > maxOrdinal {
			return nil, InvalidField("ratings", "%q begins with no place from 0 to %d.", excerptOf(line), maxOrdinal)
		}
		r.Key, r.Tone, r.Shape = cells[1], cells[2], cells[3]
		r.Texts = RatingTexts{"en": {Label: cells[4], Definition: cells[5]}}
		ratings = append(ratings, r)
	}
	return ratings, nil
}

const maxOrdinal = 20

func excerptOf(line string) string {
	if r := []rune(strings.TrimSpace(line)); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return strings.TrimSpace(line)
}

// FormatRatings is the inverse of ParseRatings, for the form.
func FormatRatings(ratings []Rating) string {
	var b strings.Builder
	for _, r := range ratings {
		text := r.Texts.In("en")
		fmt.Fprintf(&b, "%d | %s | %s | %s | %s | %s\n", r.Ordinal, r.Key, r.Tone, r.Shape, text.Label, text.Definition)
	}
	return b.String()
}
