package capture_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/capture"
)

// TestVisibleText is about what a reader of a page sees.
func TestVisibleText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, page, want string }{
		{"nothing", "", ""},
		{"plain words", "one two", "one two"},
		{"paragraphs", "<p>one</p><p>two</p>", "one\ntwo"},
		{"paragraphs left open", "<p>one<p>two", "one\ntwo"},
		{"empty blocks", "<div><div><p></p></div></div><p>one</p><div> </div><p>two</p>", "one\ntwo"},
		{"text beside blocks", "one<p>two</p>three<div>four</div>five", "one\ntwo\nthree\nfour\nfive"},
		{"headings", "<h1>one</h1><h2>two</h2>three", "one\ntwo\nthree"},
		{"headings in a group", "<hgroup><h1>one</h1><p>two</p></hgroup>three", "one\ntwo\nthree"},
		{"line breaks", "one<br>two<br/>three<br><br>four", "one\ntwo\nthree\nfour"},
		{"a line break and blanks", "one <br> two", "one\ntwo"},
		{"a rule", "one<hr>two", "one\ntwo"},
		{"lists", "<ul><li>one</li><li>two<ol><li>three</ol></ul>four", "one\ntwo\nthree\nfour"},
		{"definitions", "<dl><dt>one<dd>two</dl>", "one\ntwo"},
		{"a table", "<table><caption>one</caption><tr><th>two</th><td>three</td></tr><tr><td>four</td></tr></table>", "one\ntwo\nthree\nfour"},
		{"a figure", "<figure><img alt=no><figcaption>one</figcaption></figure>two", "one\ntwo"},
		{"details", "<details><summary>one</summary>two</details>", "one\ntwo"},
		{"a form", "<form><label>one</label><input value=no><select><option>no</select><textarea>no</textarea><button>two</button><button>three</button></form>", "one\ntwo\nthree"},
		{"old frames", "<noframes>no</noframes>one", "one"},
		{"inline elements", "<b>on</b>e <i>t</i><u>w</u><a href=#>o</a>", "one two"},
		{"blanks inside and between", "<b>one </b> <i> two</i>three", "one twothree"},
		{"blanks of every kind", "\n one \t\r\n two\f", "one two"},
		{"a blank before a mark", "one<sup>1</sup>, two", "one1, two"},
		{"where a word may break", "one<wbr>two&shy;three&#8203;four", "onetwo\u00adthree\u200bfour"},
		{"no-break spaces", "one&nbsp;&nbsp;two&#8239;three", "one\u00a0\u00a0two\u202fthree"},
		{"entities", "&lt;b&gt; &amp; &ldquo;&#x201D; &eacute; &amp;amp; &nosuch; &#150; &#128;", "<b> & “” é &amp; &nosuch; – €"},
		{"composed", "cafe\u0301", "café"},
		{"text that is kept", "<p>one</p><pre>\n  two\n\tthree  four\n\n\nfive\n\n</pre>six", "one\n  two\n\tthree  four\n\n\nfive\nsix"},
		{"text that is kept, in lines of code", "<pre><code><span>a</span> <span>b</span>\n  c</code></pre>", "a b\n  c"},
		{"text that is kept, first", "<pre>  one</pre>", "one"},
		{"text that is kept, within a line", "one <span><pre> two </pre></span> three", "one\n two\nthree"},
		{"scripts", "one<script>no</script><SCRIPT>no</SCRIPT >two", "onetwo"},
		{"scripts left open", "one<script>no", "one"},
		{"styles", "<style>no</style>one<style>no", "one"},
		{"templates", "<template><p>no</p></template>one", "one"},
		{"for readers without scripts", "<noscript>no</noscript>one", "one"},
		{"other worlds", "<svg><title>no</title><text>no</text></svg><math><mi>no</mi></math><iframe>no</iframe><object>no</object><video>no</video>one", "one"},
		{"a title in the body", "<body><title>no</title>one", "one"},
		{"comments", "one<!-- no --><!no><?no?>two", "onetwo"},
		{"an attribute that hides", "<p hidden>no</p><p hidden=until-found>no</p>one", "one"},
		{"a style that hides", "<p style='color: red; DISPLAY : none !important'>no</p><p style=visibility:hidden>no</p><p style='display:block'>one", "one"},
		{"inside what is hidden", "<div hidden><p>no</p><div>no</div></div>one", "one"},
		{"what is hidden divides nothing", "on<span hidden>no</span>e", "one"},
		{"a dialog", "<dialog>no</dialog><dialog open>one</dialog>two", "one\ntwo"},
		{"the head", "<head><title>no</title></head><body>one", "one"},
		{"nesting that is wrong", "<p>one <b>two<p>three</b> four<td>five</table>six", "one two\nthree fourfivesix"},
		{"text inside a table", "<table>one<tr><td>two</table>", "one\ntwo"},
		{"NUL", "o\x00ne &#0; two", "one \ufffd two"},
		{"controls", "o\x01n\x1be\x7f &#1; two", "one two"},
		{"no UTF-8", "caf\xe9", "caf\ufffd"},
		{"directions", "\u202eone\u202c <bdo dir=rtl>two</bdo>", "\u202eone\u202c two"},
		{"nested deeper than a tree may be", strings.Repeat("<div>", 100_000) + "one <script>no</script><style>no</style>two<p>three", "one two\nthree"},
		{"words nested deeper", strings.Repeat("<b>", 100_000) + "one", "one"},
		{"closed more often than opened", strings.Repeat("</div></p></b></table>", 10_000) + "one", "one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, capture.VisibleText([]byte(tt.page))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
