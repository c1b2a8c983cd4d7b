package record_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// TestProse holds pairs in which a slip of the pen and a change of meaning are
// easily taken for one another.
func TestProse(t *testing.T) {
	t.Parallel()
	for class, pairs := range prosePairs {
		for _, pair := range pairs {
			for _, sentence := range []string{"%", "Then: %.", "# It\n\nSo they say % in all, [@eaaaaaaa1]."} {
				a, b := strings.ReplaceAll(sentence, "%", pair[0]), strings.ReplaceAll(sentence, "%", pair[1])
				if strings.HasPrefix(pair[0], "\n") && sentence != "%" {
					continue // it has to stand on lines of its own
				}
				if got := proseClass(a, b); got != class {
					t.Errorf("%q to %q: got %s, want %s", a, b, got, class)
				}
				if got := proseClass(b, a); got != class {
					t.Errorf("%q to %q: got %s, want %s", b, a, got, class)
				}
			}
		}
	}
}

func proseClass(a, b string) string {
	before, after := content(), content()
	before.Ruling.Reasoning, after.Ruling.Reasoning = a, b
	return record.LeastClass(before, after, "our-error")
}

var prosePairs = map[string][][2]string{
	"typo": {
		{"it was recieved there", "it was received there"},
		{"the goverment said", "the government said"},
		{"the Goverment said", "the Government said"},
		{"in teh harbour", "in the harbour"},
		{"the govenrment said", "the government said"},
		{"it was sigend there", "it was signed there"},
		{"it occured there", "it occurred there"},
		{"a neccesary step", "a necessary step"},
		{"the comittee met", "the committee met"},
		{"she travelled there", "she traveled there"},
		{"fourty ships", "forty ships"},
		{"a official copy", "an official copy"},
		{"signed by the the minister", "signed by the minister"},
		{"a comma, here", "a comma here"},
		{"let's eat, grandma", "let's eat grandma"},
		{"a well-known ship", "a well known ship"},
		{"the caf\u00e9 closed", "the cafe\u0301 closed"},
		{"it’s the minister’s", "it's the minister's"},
		{"the “first” ship", "the \"first\" ship"},
		{"„so“ it was", "“so” it was"},
		{"read  in\tfull", "read in\u00a0full"},
		{"read *in* __full__", "read in full"},
		{"it was **not** signed", "it was not signed"},
		{"5 km away", "5km away"},
		{"pages 10-12", "pages 10–12"},
		{"pages 10 – 12", "pages 10-12"},
		{"-5 degrees", "−5 degrees"},
		{"it isn’t so", "it isn't so"},
		{"it didnt sail", "it didn't sail"},
		{"* one\n* two", "- one\n- two"},
	},
	"clarification": {
		{"北京是中国的首都。", "南京是中国的首都。"},
		{"कि", "का"},
		{"the report says so.", "a report says so."},
		{"the claim stands", "The claim stands"},
		{"under the treaty", "of the treaty"},
		{"form the harbour", "from the harbour"},
		{"a causal link", "a casual link"},
		{"public records", "pubic records"},
		{"there it was", "where it was"},
		{"the affect was", "the effect was"},
		{"untied they stand", "united they stand"},
		{"a complaint sailor", "a compliant sailor"},
		{"the soldier one", "the solider one"},
		{"it was stripped", "it was striped"},
		{"the ship sailed", "the ships sailed"},
		{"they signed", "they sign"},
		{"they rejected it", "they reelected it"},
		{"the cat sat", "the car sat"},
		{"dog bites postman", "postman bites dog"},
		{"it was the pаper", "it was the paper"}, // a Cyrillic а
		{"the harbour", "the har\u200bbour"},
		{"the paper", "the \u202epaper"},
		{"the therapist", "the the rapist"},
		{"it may be", "it is"},
		{"read by lawyers", "read by all lawyers"},
		{"so it was signed", "so was it signed?"},
		{"the expert spoke", "the \"expert\" spoke"},
		{"the ministers words", "the minister's words"},
		{"its harbour", "it's harbour"},
		{"the harbour", "the port"},
		{"it was not signed", "it was never signed"},
		{"cannot sail", "can not sail"},
		{"\nIt is\n", "\n# It is\n"},
		{"\nIt is\n\nso", "\nIt is\n\n    so"},
		{"\nIt is\n---\n\nso", "\nIt is\n\nso"},
		{"the text", "the `text`"},
		{"a [text]", "a text"},
		{"café", "cafe"},
	},
	"correction": {
		{"5% of ships", "5 of ships"},
		{"20 ships", "30 ships"},
		{"in 1961", "in 1916"},
		{"7,000 ships", "70,00 ships"},
		{"1,000 ships", "1.000 ships"},
		{"1.5 million", "15 million"},
		{"٣ سفن", "٤ سفن"},
		{"chapter iv", "chapter vi"},
		{"chapter XIV", "chapter XVI"},
		{"chapter Ⅳ", "chapter Ⅵ"},
		{"the first ship", "the third ship"},
		{"½ of it", "¼ of it"},
		{"1/2 of it", "1/3 of it"},
		{"it sailed twice", "it sailed once"},
		{"10-12 men", "1012 men"},
		{"10-12 men", "10 12 men"},
		{"-5 degrees", "5 degrees"},
		{"10² ships", "102 ships"},
		{"5 ships and 7 boats", "7 ships and 5 boats"},
		{"three people", "seven people"},
		{"twenty-one men", "twenty-two men"},
		{"3 ships", "three ships"},
		{"$5", "€5"},
		{"2 million", "2 billion"},
		{"5 km", "5 m"},
		{"5 km", "5 miles"},
		{"5%", "5 percentage points"},
		{"5 °C", "5 °F"},
		{"2 < 3", "2 > 3"},
		{"a week ago", "a year ago"},
		{"in June", "in July"},
		{"on Monday", "on Sunday"},
		{"on monday", "on sunday"},
		{"they came yesterday", "they came today"},
		{"it was not signed", "it was signed"},
		{"it isn't so", "it is so"},
		{"it isn’t so", "it is so"},
		{"it was never so", "it was ever so"},
		{"it is no longer so", "it is longer so"},
		{"it hardly sailed", "it sailed"},
		{"it was possible", "it was impossible"},
		{"it was legal", "it was illegal"},
		{"a fair one", "an unfair one"},
		{"the harmful smoke", "the harmless smoke"},
		{"with cargo", "without cargo"},
		{"it is now signed", "it is not signed"},
		{"not able to sail", "notable to sail"},
		{"it did not say it was so", "it did say it was not so"},
		{"not all ships sailed", "all ships sailed, not"},
		{"es ist nicht so", "es ist so"},
		{"es ist kein Schiff", "es ist ein Schiff"},
		{"il ne le dit pas", "il le dit"},
		{"это не так", "это так"},
		{"esto no es así", "esto es así"},
		{"这不是真的", "这是真的"},
		{"signed by Lee", "signed by Li"},
		{"signed in Busan", "signed in Pusan"},
		{"Smith said so", "Smyth said so"},
		{"by van Dyck", "by von Dyck"},
		{"Anna attacked Boris", "Boris attacked Anna"},
		{"the polish army", "the Polish army"},
		{"in Mоscow", "in Moscow"}, // a Cyrillic о
		{"all ships sailed", "some ships sailed"},
		{"most ships sailed", "few ships sailed"},
		{"they must sign", "they may sign"},
		{"more ships", "less ships"},
		{"before the war", "after the war"},
		{"it increased", "it decreased"},
		{"the north gate", "the south gate"},
		{"he signed", "she signed"},
		{"a minimum of it", "a maximum of it"},
		{"at most so", "at least so"},
		{"a false report", "a true report"},
		{"seen [@eaaaaaaaa]", "seen (@eaaaaaaaa)"},
		{"seen [@eaaaaaaaa]", "seen [@ea\u200baaaaaaa]"},
		{"read [@eaaaaaaaa] and seen", "read and seen [@eaaaaaaaa]"},
		{"read [@eaaaaaaaa]\n\nand seen", "read\n\n[@eaaaaaaaa] and seen"},
		{"the [text](https://a.example/x)", "the [text](https://a.example/y)"},
		{"the [text](#a)", "the text"},
		{"the ![ship](/a.png)", "the ![ship](/b.png)"},
		{"see https://a.example/x now", "see https://a.example/y now"},
		{"it is <b>so</b>", "it is so"},
		{"it is ~~so~~", "it is so"},
	},
}

var sentences = []string{
	"The ministry read the text in full, and signed it [@eaaaaaaa1].",
	"# Findings\n\nIt sailed *from* [Busan](https://a.example/p?q=r) — so they say.\n\n> “Hardly” 5% of 1,000 ships.",
	"es war schön; le café n’est pas là. 这是真的。 هذا صحيح <b>x</b> &amp; `code`",
	"\u200b\u202ea\u0301\U0001F600 -5 °C ~~no~~ \\* __x__ 10–12\r\n\r\n    code",
	"",
}

// TestProseProperties states what holds of every text: nothing is a change of
// itself, and no figure or negation comes in unseen.
func TestProseProperties(t *testing.T) {
	t.Parallel()
	for _, s := range sentences {
		if got := proseClass(s, s); got != "typo" {
			t.Errorf("%q to itself: got %s", s, got)
		}
		runes := []rune(s)
		for i := range len(runes) + 1 {
			for _, added := range []string{"7", "٣", "½", " not ", " never ", " ohne ", "不"} {
				other := string(runes[:i]) + added + string(runes[i:])
				if there, back := proseClass(s, other), proseClass(other, s); there == "typo" || there != back {
					t.Errorf("%q to %q: got %s, and %s the other way round", s, other, there, back)
				}
			}
		}
	}
}

// TestProseIsSymmetric changes texts at random.
func TestProseIsSymmetric(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a := strings.Fields(strings.Join(sentences, " "))
		b := append([]string{}, a...)
		for range 1 + r.IntN(6) {
			i, k := r.IntN(len(b)), r.IntN(len(b))
			b[i], b[k] = b[k], b[i]
		}
		x, y := strings.Join(a, " "), strings.Join(b[r.IntN(4):], " ")
		if there, back := proseClass(x, y), proseClass(y, x); there != back {
			t.Fatalf("%q to %q: got %s, and %s the other way round", x, y, there, back)
		}
	}
}

func FuzzLeastClass(f *testing.F) {
	for i, s := range sentences {
		f.Add(s, sentences[(i+1)%len(sentences)])
	}
	for _, pairs := range prosePairs {
		f.Add(pairs[0][0], pairs[0][1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 1000 {
			return
		}
		var before, after record.Content // bare, so that most of the time goes into the prose
		before.Ruling.Summary, after.Ruling.Summary = a, b
		there, back := record.LeastClass(before, after, ""), record.LeastClass(after, before, "")
		if there != back || kb.ClassRank(there) < 0 {
			t.Errorf("%q to %q: got %s, and %s the other way round", a, b, there, back)
		}
		if figures(a) != figures(b) && there == "typo" {
			t.Errorf("%q to %q is no typo", a, b)
		}
		if got := record.LeastClass(before, before, ""); got != "typo" {
			t.Errorf("%q to itself: got %s", a, got)
		}
	})
}

// figures gives the figures of a text, in order.
func figures(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s)
}
