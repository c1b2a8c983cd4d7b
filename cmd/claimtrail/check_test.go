package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuotePrints holds what scripts rely on: the JSON as documented, and exit
// code 0 whatever the state.
func TestQuotePrints(t *testing.T) {
	t.Parallel()
	const text = "They said: “no way.” She said: “no way.” They did not leave.\n"
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{
			"exact", []string{"--exact", "did not leave"},
			`{"state":"exact","matches":[{"start":46,"end":59}],"segments":[{"start":46,"end":59,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"normalised", []string{"--exact", `said: "no way." They`},
			`{"state":"normalised","matches":[{"start":25,"end":45}],"segments":[{"start":25,"end":45,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"ambiguous", []string{"--exact", "no way"},
			`{"state":"ambiguous","matches":[{"start":12,"end":18},{"start":32,"end":38}],"segments":[{"start":12,"end":18,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"told apart by what stands before", []string{"--exact", "no way", "--prefix", "She said: “"},
			`{"state":"exact","matches":[{"start":32,"end":38}],"segments":[{"start":32,"end":38,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"told apart by what stands after", []string{"--exact", "no way", "--suffix", ".” They"},
			`{"state":"exact","matches":[{"start":32,"end":38}],"segments":[{"start":32,"end":38,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"the expected place first", []string{"--exact", "no way", "--near", "30"},
			`{"state":"ambiguous","matches":[{"start":32,"end":38},{"start":12,"end":18}],"segments":[{"start":32,"end":38,"gap":0}],"warnings":[],"near":[]}`,
		},
		{
			"words left out, a negation among them", []string{"--exact", "They did […] leave"},
			`{"state":"exact","matches":[{"start":41,"end":59}],"segments":[{"start":41,"end":49,"gap":0},{"start":54,"end":59,"gap":5}],"warnings":["negation-in-gap"],"near":[]}`,
		},
		{
			"not found, with a proposal", []string{"--exact", "They did nat leave"},
			`{"state":"not-found","matches":[],"segments":[],"warnings":[],"near":[{"start":41,"end":59,"errors":1,"text":"They did not leave","part":"They did nat leave"}]}`,
		},
		{
			"not found at all", []string{"--exact", "<nothing & nobody>"},
			`{"state":"not-found","matches":[],"segments":[],"warnings":[],"near":[]}`,
		},
		{
			"a quotation that begins with a dash", []string{"--exact=-no"},
			`{"state":"not-found","matches":[],"segments":[],"warnings":[],"near":[]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, stderr := try(t, text, append([]string{"quote", "--text", "-"}, tt.args...)...)
			if code != 0 || out != tt.want+"\n" || stderr != "" {
				t.Errorf("exit %d\n got %s\nwant %s\n%s", code, out, tt.want, stderr)
			}
		})
	}
}

// TestQuoteReadsAFile: a file is read as it is, its line ends too.
func TestQuoteReadsAFile(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(name, []byte("one\r\ntwo 😀 three"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = `{"state":"normalised","matches":[{"start":0,"end":10}],"segments":[{"start":0,"end":10,"gap":0}],"warnings":[],"near":[]}`
	if code, out, stderr := try(t, "", "quote", "--text", name, "--exact", "one two 😀"); code != 0 || out != want+"\n" {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

// TestTrailPrints holds the JSON of a graph that has something of everything.
func TestTrailPrints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, graph, want string }{
		{
			"nothing", `{}`,
			`{"sources":0,"publishers":0,"unknownPublishers":0,"low":0,"high":0,"byStance":{},"claimant":[],"circles":[],"backwards":[],"unscoped":[],"unassessed":[]}`,
		},
		{
			"something of everything", `{
				"sources": [
					{"id": "wire", "publisher": "W", "control": "W", "kind": "work", "access": "own", "published": "2024-06-20"},
					{"id": "paper", "publisher": "P", "control": "P", "kind": "work", "published": "2024-06-18"},
					{"id": "digest", "kind": "work"},
					{"id": "left", "kind": "work"},
					{"id": "right", "kind": "work"},
					{"id": "speech", "control": "K", "kind": "work", "access": "own"},
					{"id": "search", "kind": "search"}
				],
				"derivations": [
					{"from": "paper", "to": "wire", "kind": "republishes", "state": "confirmed"},
					{"from": "digest", "to": "wire", "kind": "summarises", "state": "confirmed"},
					{"from": "left", "to": "right", "kind": "translates", "state": "confirmed"},
					{"from": "right", "to": "left", "kind": "republishes", "state": "confirmed"},
					{"from": "wire", "to": "left", "kind": "republishes", "state": "suggested"}
				],
				"items": [
					{"id": "1", "source": "wire", "stance": "supports"},
					{"id": "2", "source": "paper", "stance": "supports"},
					{"id": "3", "source": "digest", "stance": "contradicts"},
					{"id": "4", "source": "left"},
					{"id": "5", "source": "speech"},
					{"id": "6", "source": "search", "stance": "supports"}
				],
				"claimant": {"controls": ["K"]}
			}`,
			`{"sources":5,"publishers":2,"unknownPublishers":3,"low":1,"high":3,` +
				`"byStance":{"contradicts":{"low":0,"high":1},"supports":{"low":1,"high":1}},` +
				`"claimant":["speech"],"circles":[["left","right"]],"backwards":[["paper","wire"]],"unscoped":["3"],"unassessed":["digest"]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, stderr := try(t, tt.graph, "trail", "-")
			if code != 0 || out != tt.want+"\n" || stderr != "" {
				t.Errorf("exit %d\n got %s\nwant %s\n%s", code, out, tt.want, stderr)
			}
		})
	}
}

// TestCheckRefuses: what cannot be read is said in one line, and nothing is
// printed that a script could take for a result.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	latin := filepath.Join(t.TempDir(), "latin1.txt")
	if err := os.WriteFile(latin, []byte("caf\xe9"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "missing")
	for _, tt := range []struct {
		name, stdin string
		args        []string
		code        int
		says        string
	}{
		{"a text that is not UTF-8", "", []string{"quote", "--text", latin, "--exact", "caf"}, exitFailure, "UTF-8"},
		{"standard input that is not UTF-8", "\xff", []string{"quote", "--text", "-", "--exact", "caf"}, exitFailure, "UTF-8"},
		{"a text that is not there", "", []string{"quote", "--text", missing, "--exact", "x"}, exitFailure, "missing"},
		{"a folder", "", []string{"quote", "--text", filepath.Dir(missing), "--exact", "x"}, exitFailure, "directory"},
		{"no text", "", []string{"quote", "--exact", "x"}, exitUsage, "--text"},
		{"no quotation", "", []string{"quote", "--text", "-"}, exitUsage, "--exact"},
		{"a position that is no number", "", []string{"quote", "--text", "-", "--exact", "x", "--near", "here"}, exitUsage, "--near"},
		{"a graph that is not there", "", []string{"trail", missing}, exitFailure, "missing"},
		{"no graph", "", []string{"trail"}, exitUsage, "file"},
		{"an empty graph file", "", []string{"trail", "-"}, exitFailure, "EOF"},
		{"broken JSON", `{"sources": [}`, []string{"trail", "-"}, exitFailure, "invalid"},
		{"half a graph", `{"sources": [`, []string{"trail", "-"}, exitFailure, "unexpected EOF"},
		{"another JSON", `{"sources": 1}`, []string{"trail", "-"}, exitFailure, "sources"},
		{"two graphs", `{} {}`, []string{"trail", "-"}, exitFailure, "follows"},
		{"a source without an id", `{"sources":[{"kind":"work"}]}`, []string{"trail", "-"}, exitFailure, "no id"},
		{"a source twice", `{"sources":[{"id":"a","kind":"work"},{"id":"a","kind":"work"}]}`, []string{"trail", "-"}, exitFailure, "twice"},
		{"a source of no kind", `{"sources":[{"id":"a"}]}`, []string{"trail", "-"}, exitFailure, "kind"},
		{"an access that is none", `{"sources":[{"id":"a","kind":"work","access":"some"}]}`, []string{"trail", "-"}, exitFailure, "access"},
		{"an item of no source", `{"items":[{"id":"1","source":"a"}]}`, []string{"trail", "-"}, exitFailure, `no source "a"`},
		{"an item twice", `{"sources":[{"id":"a","kind":"work"}],"items":[{"id":"1","source":"a"},{"id":"1","source":"a"}]}`, []string{"trail", "-"}, exitFailure, "twice"},
		{"a derivation from no source", `{"sources":[{"id":"a","kind":"work"}],"derivations":[{"from":"b","to":"a"}]}`, []string{"trail", "-"}, exitFailure, `no source "b"`},
		{"a derivation to no source", `{"sources":[{"id":"a","kind":"work"}],"derivations":[{"from":"a","to":"b"}]}`, []string{"trail", "-"}, exitFailure, `no source "b"`},
		{"a derivation of no state", `{"sources":[{"id":"a","kind":"work"}],"derivations":[{"from":"a","to":"a","kind":"quotes"}]}`, []string{"trail", "-"}, exitFailure, "state"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			code, out, stderr := try(t, tt.stdin, tt.args...)
			if code != tt.code || !strings.Contains(stderr, tt.says) {
				t.Errorf("exit %d, want %d, with %q in %q", code, tt.code, tt.says, stderr)
			}
			if tt.code == exitFailure && (out != "" || strings.Count(stderr, "\n") != 1) {
				t.Errorf("printed %q and %q", out, stderr)
			}
		})
	}
}
