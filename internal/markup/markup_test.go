package markup_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/claimtrail/claimtrail/internal/markup"
)

const nasty = `"quoted" 'words' <b onmouseover="alert(1)"> & ` + "`code`"

// cite knows two pieces of evidence.
func cite(id string) (int, string, bool) {
	switch id {
	case "e4k2m9x0":
		return 1, "signed on Sunday", true
	case "zzzzzzzz":
		return 2, nasty, true
	}
	return 0, "", false
}

func TestReasoning(t *testing.T) {
	t.Parallel()
	const first = `<sup><a class="cite" id="c0-e4k2m9x0" href="#ee4k2m9x0" aria-label="Evidence 1" title="signed on Sunday">1</a></sup>`
	tests := []struct{ name, markdown, want string }{
		{"nothing", "", ""},
		{"a paragraph", "So it *is*, **indeed**.", "<p>So it <em>is</em>, <strong>indeed</strong>.</p>"},
		{"a citation", "So it is [@ee4k2m9x0].", "<p>So it is " + first + ".</p>"},
		{"an unknown citation", "So it is [@eaaaaaaaa].", "<p>So it is [@eaaaaaaaa].</p>"},
		{"no citation", "[@e] [@ee4k2m9x] [@eE4K2M9X0] [e4k2m9x0]", "<p>[@e] [@ee4k2m9x] [@eE4K2M9X0] [e4k2m9x0]</p>"},
		{"an escaped citation", `So it is \[@ee4k2m9x0].`, "<p>So it is [@ee4k2m9x0].</p>"},
		{"a citation in code", "`[@ee4k2m9x0]`", "<p><code>[@ee4k2m9x0]</code></p>"},
		{"a citation in a block of code", "```\n[@ee4k2m9x0]\n```", "<pre><code>[@ee4k2m9x0]\n</code></pre>"},
		{"a citation in emphasis", "*So [@ee4k2m9x0]*", "<p><em>So " + first + "</em></p>"},
		{"a citation in a list", "- So [@ee4k2m9x0]", "<ul>\n<li>So " + first + "</li>\n</ul>"},
		{"a heading", "### What was said", "<h3>What was said</h3>"},
		{"a quotation", "> So it is.", "<blockquote>\n<p>So it is.</p>\n</blockquote>"},
		{"struck out", "~~so~~", "<p><del>so</del></p>"},
		{"a link", "[page](https://example.org/?a=1&b=2)", `<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow">page</a></p>`},
		{"a link to a place on the page", "[below](#sources)", `<p><a href="#sources">below</a></p>`},
		{"a link for mail", "[write](mailto:name@example.org)", `<p><a href="mailto:name@example.org">write</a></p>`},
		{"signs of markup", "1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"},
		{"right to left", "הארץ עגולה", "<p>הארץ עגולה</p>"},
		{"emoji", "🧑🏽‍🚀", "<p>🧑🏽‍🚀</p>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, strings.TrimSpace(reasoning(t, tt.markdown))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReasoningCitesTwice(t *testing.T) {
	t.Parallel()
	var got []string
	for _, n := range nodes(t, reasoning(t, "A [@ezzzzzzzz].\n\nB [@ee4k2m9x0][@ezzzzzzzz].")) {
		if n.Data == "a" {
			got = append(got, attribute(n, "id")+" "+attribute(n, "href")+" "+attribute(n, "aria-label")+" "+n.FirstChild.Data)
		}
	}
	want := []string{
		"c0-zzzzzzzz #ezzzzzzzz Evidence 2 2",
		"c1-e4k2m9x0 #ee4k2m9x0 Evidence 1 1",
		"c2-zzzzzzzz #ezzzzzzzz Evidence 2 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReasoningEscapesTheQuotation(t *testing.T) {
	t.Parallel()
	out := reasoning(t, "So [@ezzzzzzzz].")
	harmless(t, out)
	for _, n := range nodes(t, out) {
		if n.Data == "b" {
			t.Errorf("the quotation became markup: %s", out)
		}
		if n.Data == "a" && attribute(n, "title") != nasty {
			t.Errorf("title: got %q, want %q", attribute(n, "title"), nasty)
		}
	}
}

func TestReasoningIsInert(t *testing.T) {
	t.Parallel()
	for _, markdown := range attacks {
		t.Run(markdown, func(t *testing.T) {
			t.Parallel()
			harmless(t, reasoning(t, markdown))
		})
	}
}

var attacks = []string{
	"<script>alert(1)</script>",
	"so <script src=//evil.example></script> it is",
	"<img src=x onerror=alert(1)>",
	"![picture](https://example.org/x.png)",
	"![picture](javascript:alert(1))",
	`<a href="javascript:alert(1)">x</a>`,
	"[x](javascript:alert(1))",
	"[x](JaVaScRiPt:alert(1))",
	"[x](java&#x73;cript:alert(1))",
	"[x](<java\tscript:alert(1)>)",
	"[x](&#1;javascript:alert(1))",
	"[x](vbscript:x)",
	"[x](data:text/html,<script>alert(1)</script>)",
	"[x](file:///etc/passwd)",
	"[x]\n\n[x]: javascript:alert(1)",
	"<javascript:alert(1)>",
	`[x](https://example.org "t\" onclick=\"alert(1)")`,
	`[x](https://example.org/"onclick="alert(1))`,
	"<svg><script>alert(1)</script></svg>",
	"<iframe src=https://example.org></iframe>",
	"<object data=x></object><embed src=x>",
	"<style>*{display:none}</style>",
	"<p style=\"position:fixed\" onclick=alert(1)>x</p>",
	"<form action=/login><input name=password></form>",
	"<base href=https://evil.example><meta http-equiv=refresh content=0>",
	"<!--><script>alert(1)</script>-->",
	"<math><mtext></p><style><img src onerror=alert(1)></style></mtext></math>",
	"`<script>alert(1)</script>`",
	"```<script>\nalert(1)\n```",
	"| <script> | [x](javascript:a) |\n|---|---|\n| <img src=x onerror=y> | x |",
	"[@ezzzzzzzz](javascript:alert(1))",
	"[x [@ezzzzzzzz]](javascript:alert(1))",
	"<a title=\"[@ezzzzzzzz]\">",
}

func FuzzReasoning(f *testing.F) {
	for _, markdown := range attacks {
		f.Add(markdown, nasty)
	}
	f.Add("So it is [@ee4k2m9x0].\n\n> - 1. `x`\n\n~~y~~", "\x00\xff\u202e")
	f.Fuzz(func(t *testing.T, markdown, quotation string) {
		out, err := markup.Reasoning(markdown, func(string) (int, string, bool) { return 1, quotation, true })
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, string(out))
	})
}

func reasoning(t *testing.T, markdown string) string {
	t.Helper()
	out, err := markup.Reasoning(markdown, cite)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

const (
	elements   = " html head body p em strong del blockquote ul ol li code pre h3 h4 h5 h6 hr br table thead tbody tr th td sup a "
	attributes = " href class id title aria-label rel "
)

// Browsers drop control characters and spaces before they read a scheme.
var (
	dropped = regexp.MustCompile(`[\x00-\x20]`)
	scheme  = regexp.MustCompile(`^[^/?#]*:`)
	fair    = regexp.MustCompile(`(?i)^(https?|mailto):`)
)

// harmless reads the output as a browser would and looks at what is there, not
// at what the sanitiser meant to leave.
func harmless(t *testing.T, out string) {
	t.Helper()
	for _, n := range nodes(t, out) {
		if !strings.Contains(elements, " "+n.Data+" ") {
			t.Errorf("there is a <%s> in %s", n.Data, out)
		}
		for _, a := range n.Attr {
			if n.Data != "a" || !strings.Contains(attributes, " "+a.Key+" ") {
				t.Errorf("<%s> has the attribute %s in %s", n.Data, a.Key, out)
			}
		}
		if href := dropped.ReplaceAllString(attribute(n, "href"), ""); scheme.MatchString(href) && !fair.MatchString(href) {
			t.Errorf("a link leads to %q in %s", href, out)
		}
	}
}

func nodes(t *testing.T, out string) []*html.Node {
	t.Helper()
	document, err := html.Parse(strings.NewReader("<!doctype html><body>" + out))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range document.Descendants() {
		if n.Type == html.ElementNode {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestWordDiff(t *testing.T) {
	t.Parallel()
	type run = markup.Run
	const kept, removed, added = markup.Kept, markup.Removed, markup.Added
	tests := []struct {
		name, before, after string
		want                []markup.Run
	}{
		{"nothing", "", "", []run{}},
		{"the same", "so it is", "so it is", []run{{kept, "so it is"}}},
		{"all added", "", "so", []run{{added, "so"}}},
		{"all removed", "so", "", []run{{removed, "so"}}},
		{"a word, not a letter", "the cat sat", "the car sat", []run{{kept, "the "}, {removed, "cat"}, {added, "car"}, {kept, " sat"}}},
		{"a number", "in 2018.", "in 2019.", []run{{kept, "in "}, {removed, "2018"}, {added, "2019"}, {kept, "."}}},
		{"Chinese", "他在釜山。", "他在首尔。", []run{{kept, "他在"}, {removed, "釜山"}, {added, "首尔"}, {kept, "。"}}},
		{"Japanese", "船は港を出た", "船は島を出た", []run{{kept, "船は"}, {removed, "港"}, {added, "島"}, {kept, "を出た"}}},
		{"a composed letter is not taken apart", "cafe\u0301", "cafe", []run{{removed, "cafe\u0301"}, {added, "cafe"}}},
		{"an emoji is not taken apart", "🧑🏽‍🚀", "🧑🏻‍🚀", []run{{removed, "🧑🏽‍🚀"}, {added, "🧑🏻‍🚀"}}},
		{"not UTF-8", "a \xff b", "a \xfe b", []run{{kept, "a "}, {removed, "\xff"}, {added, "\xfe"}, {kept, " b"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			joined(t, tt.before, tt.after)
			if diff := cmp.Diff(tt.want, markup.WordDiff(tt.before, tt.after)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// There are 55,295 runes below the surrogates: a text with more words than
// that must not be written with them.
func TestWordDiffOfManyWords(t *testing.T) {
	t.Parallel()
	var words []string
	for i := range 62_000 {
		words = append(words, fmt.Sprint("w", i))
	}
	before := strings.Join(words, " ")
	words[100], words[61_000] = "first", "last"
	after := strings.Join(words, " ") + " more"
	if changes := joined(t, before, after); changes != 5 {
		t.Errorf("got %d changes, want two words replaced and one added", changes)
	}
}

func FuzzWordDiff(f *testing.F) {
	f.Add("the cat sat", "the car sat")
	f.Add("他在釜山。", "他在首尔。")
	f.Add("a\r\nb\u0301 \xff", "\u202eא \x00🧑🏽‍🚀")
	f.Fuzz(func(t *testing.T, before, after string) {
		joined(t, before, after)
	})
}

// joined puts both texts together again from the comparison, and counts what
// changed.
func joined(t *testing.T, before, after string) int {
	t.Helper()
	text := map[markup.Op]*strings.Builder{markup.Removed: {}, markup.Added: {}}
	changes := 0
	for _, run := range markup.WordDiff(before, after) {
		if run.Op != markup.Kept {
			changes++
		}
		for op, b := range text {
			if run.Op == op || run.Op == markup.Kept {
				b.WriteString(run.Text)
			}
		}
	}
	if got := text[markup.Removed].String(); got != before {
		t.Errorf("kept and removed give %.200q, want %.200q", got, before)
	}
	if got := text[markup.Added].String(); got != after {
		t.Errorf("kept and added give %.200q, want %.200q", got, after)
	}
	return changes
}
