package kb_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
)

func TestURLKey(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, raw, want string }{
		{"plain", "https://example.org/page", "example.org/page"},
		{"no path", "https://example.org", "example.org/"},
		{"http is the same work", "http://example.org/page", "example.org/page"},
		{"scheme in capitals", "HTTPS://example.org/page", "example.org/page"},
		{"host in capitals, path as it is", "https://Example.ORG/Page", "example.org/Page"},
		{"dot at the end of the host", "https://example.org./page", "example.org/page"},
		{"www is kept", "https://www.example.org/", "www.example.org/"},
		{"default port of http", "http://example.org:80/", "example.org/"},
		{"default port of https", "https://example.org:443/", "example.org/"},
		{"empty port", "https://example.org:/", "example.org/"},
		{"another port", "https://example.org:8443/", "example.org:8443/"},
		{"fragment", "https://example.org/page#part", "example.org/page"},
		{"slash at the end is kept", "https://example.org/page/", "example.org/page/"},
		{"escapes are kept", "https://example.org/a%2Fb%20c", "example.org/a%2Fb%20c"},
		{"path beyond ASCII", "https://example.org/뉴스", "example.org/%EB%89%B4%EC%8A%A4"},
		{"query in its order", "https://example.org/?b=2&a=1", "example.org/?b=2&a=1"},
		{"all parameters track", "https://example.org/?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2", "example.org/"},
		{"some parameters track", "https://example.org/?utm_source=x&id=7&fbclid=1", "example.org/?id=7"},
		{"a name that only begins alike", "https://example.org/?utm=1&gclidx=2", "example.org/?utm=1&gclidx=2"},
		{"empty query", "https://example.org/page?", "example.org/page"},
		{"empty parameters", "https://example.org/page?&&a=1&", "example.org/page?a=1"},
		{"a question mark within the query", "https://example.org/?q=a?b", "example.org/?q=a?b"},
		{"IPv4", "http://192.0.2.1/page", "192.0.2.1/page"},
		{"name beyond ASCII", "https://ПРИМЕР.рф/", "пример.рф/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := kb.URLKey(tt.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if kb.SourceURL(tt.raw) != tt.raw {
				t.Errorf("%q may not stand in a link", tt.raw)
			}
		})
	}
}

func TestURLKeyRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, raw string }{
		{"empty", ""},
		{"words", "example"},
		{"no scheme", "example.org/page"},
		{"no scheme but slashes", "//example.org/page"},
		{"no host", "https:///page"},
		{"nothing but a port", "https://:443/page"},
		{"nothing but a query", "https://?a=1"},
		{"opaque", "https:example.org"},
		{"a path of ours", "/claims/e4k2m9x0"},
		{"script", "javascript:alert(1)"},
		{"script that looks like a host", "javascript://example.org/%0aalert(1)"},
		{"script in capitals", "JavaScript:alert(1)"},
		{"data", "data:text/html,<script>alert(1)</script>"},
		{"file", "file:///etc/passwd"},
		{"file on a host", "file://example.org/etc/passwd"},
		{"ftp", "ftp://example.org/"},
		{"mail", "mailto:name@example.org"},
		{"user", "https://user@example.org/"},
		{"user and password", "https://user:secret@example.org/"},
		{"empty user", "https://@example.org/"},
		{"space in the host", "https://exa mple.org/"},
		{"line break", "https://example.org/\nx"},
		{"NUL", "https://example.org/\x00"},
		{"broken escape", "https://example.org/%zz"},
		{"port in words", "https://example.org:http/"},
		{"open bracket", "https://[2001:db8::1/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := kb.URLKey(tt.raw); err == nil {
				t.Errorf("%q has the key %q", tt.raw, got)
			}
			if kb.SourceURL(tt.raw) != "" {
				t.Errorf("%q may stand in a link", tt.raw)
			}
		})
	}
}

func TestURLKeyOfIPv6(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"https://[2001:DB8::1]/page", "http://[2001:db8::1]:80/page#part"} {
		got, err := kb.URLKey(raw)
		if err != nil {
			t.Fatal(err)
		}
		// With or without brackets; that the two spellings are one is the point.
		if strings.NewReplacer("[", "", "]", "").Replace(got) != "2001:db8::1/page" {
			t.Errorf("%q: got %q", raw, got)
		}
	}
}

func FuzzURLKey(f *testing.F) {
	for _, seed := range []string{
		"https://example.org/page?utm_source=x&a=1#f", "http://Example.org:8080", "https://[::1]:80/", "https://ПРИМЕР.рф/ü?ü",
		"javascript:alert(1)", "https://user@example.org", "", "https://example.org/%2f?&&", "http://a%C3%84.org/", "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		key, err := kb.URLKey(raw)
		if err != nil {
			return
		}
		again, err := kb.URLKey("https://" + key)
		if err != nil {
			return
		}
		if again != key {
			t.Errorf("%q has the key %q, and that the key %q", raw, key, again)
		}
	})
}

func TestTexts(t *testing.T) {
	t.Parallel()
	thousand := strings.Repeat("я", 1000)
	tests := []struct{ name, text, want string }{
		{"plain", "The earth is round.", "The earth is round."},
		{"spaces at the ends", " \u00a0The earth is round.\n", "The earth is round."},
		{"a line break becomes a space", "The earth\r\nis round.", "The earth is round."},
		{"characters are counted, not bytes", thousand, thousand},
		{"right to left", "הארץ עגולה", "הארץ עגולה"},
		{"mixed directions", "He said “السلام” twice", "He said “السلام” twice"},
		{"combining marks", "re\u0301sume\u0301", "re\u0301sume\u0301"},
		{"emoji", "🧑🏽‍🚀 was on 🌍", "🧑🏽‍🚀 was on 🌍"},
		{"Chinese", "地球是圆的。", "地球是圆的。"},
		{"markup is text", `<script>alert("1")</script> & <b>`, `<script>alert("1")</script> & <b>`},
		{"SQL is text", `'; DROP TABLE claim; --`, `'; DROP TABLE claim; --`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := claimInput(tt.text)
			if err := in.Validate(); err != nil {
				t.Fatal(err)
			}
			if in.Text != tt.want {
				t.Errorf("got %q, want %q", in.Text, tt.want)
			}
		})
	}
}

func TestTextsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"spaces", " \n\t\u00a0\u3000"},
		{"invisible characters", "\u200b\u200d\u2060\ufeff"},
		{"marks of direction", "\u200e\u202e\u2066"},
		{"too long", strings.Repeat("a", 1001)},
		{"too long in another script", strings.Repeat("語", 1001)},
		{"NUL", "The earth\x00 is round."},
		{"bell", "The earth\a is round."},
		{"escape", "The earth \x1b[31mis round."},
		{"delete", "The earth\x7f is round."},
		{"C1 control", "The earth\u009b is round."},
		{"not UTF-8", "The earth \xff is round."},
		{"half a character", "The earth \xe8\xaa"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := claimInput(tt.text)
			if diff := cmp.Diff([]string{"text"}, fields(t, in.Validate())); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeveralErrorsAtOnce(t *testing.T) {
	t.Parallel()
	in := kb.ClaimInput{
		Claim: kb.Claim{
			Text: "\x00", Language: "English", Kind: "gossip", Checkability: "opinion",
			ValidFrom: kb.StatedDate("yesterday"), ValidTo: kb.Date{EDTF: "2024"}, Note: "\xff",
		},
		Parts:  []string{"a", " ", "b\x07"},
		Topics: []string{"1", "2", "3", "4", "5", "6", "7", "8", "", "9"},
	}
	want := []string{"text", "language", "kind", "checkability_reason", "valid_from", "valid_to_basis", "note", "parts", "topics"}
	if diff := cmp.Diff(want, fields(t, in.Validate())); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestZeroValuesAreRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value interface{ Validate() error }
		want  string
	}{
		"AccountInput":           {&kb.AccountInput{}, "name"},
		"Appearance":             {&kb.Appearance{}, "speaker"},
		"Attestation":            {&kb.Attestation{}, "source"},
		"ClaimInput":             {&kb.ClaimInput{}, "text"},
		"ClaimRelation":          {&kb.ClaimRelation{}, "to"},
		"Decision":               {&kb.Decision{}, "reason"},
		"Derivation":             {&kb.Derivation{}, "to"},
		"Evidence":               {&kb.Evidence{}, "source"},
		"ExcerptInput":           {&kb.ExcerptInput{}, "exact"},
		"GateException":          {&kb.GateException{}, "reason"},
		"ImportedRuling":         {&kb.ImportedRuling{}, "review_publisher"},
		"IndependenceAssessment": {&kb.IndependenceAssessment{}, "source"},
		"Judgement":              {&kb.Judgement{}, "text"},
		"Masthead":               {&kb.Masthead{}, "name"},
		"Publisher":              {&kb.Publisher{}, "name"},
		"QuoteInput":             {&kb.QuoteInput{}, "exact"},
		"ReplyRequest":           {&kb.ReplyRequest{}, "asked_of"},
		"Rights":                 {&kb.Rights{Shown: "full"}, "rights_note"},
		"RulingDraft":            {&kb.RulingDraft{}, "outcome"},
		"ScaleInput":             {&kb.ScaleInput{}, "ratings"},
		"Source":                 {&kb.Source{}, "title"},
		"Speaker":                {&kb.Speaker{}, "name"},
		"SpeakerRole":            {&kb.SpeakerRole{}, "title"},
		"TaskDone":               {&kb.TaskDone{}, "note"},
		"BannerInput":            {&kb.BannerInput{}, "reason"},
		"Dispute":                {&kb.Dispute{}, "text"},
		"DisputeDecision":        {&kb.DisputeDecision{}, "answer"},
		"Emergency":              {&kb.Emergency{}, "kind"},
		"Policy":                 {&kb.Policy{}, "note"},
		"RedactionRequest":       {&kb.RedactionRequest{}, "basis"},
		"Tip":                    {&kb.Tip{}, "text"},
		"TipDecision":            {&kb.TipDecision{}, "state"},
		"WebhookInput":           {&kb.WebhookInput{}, "url"},
		"TokenInput":             {&kb.TokenInput{}, "name"},
		"Withdrawal":             {&kb.Withdrawal{}, "cause"},
	}
	for _, name := range validated(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt, ok := tests[name]
			if !ok {
				t.Fatal("this type is not in the table")
			}
			got := fields(t, tt.value.Validate())
			if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+tt.want+" ") {
				t.Errorf("the fields %q do not name %q", got, tt.want)
			}
		})
	}
}

var validateMethod = regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) Validate\(\) error`)

// validated gives the types that have a Validate method, from the code itself,
// so that a new one cannot be forgotten.
func validated(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range validateMethod.FindAllStringSubmatch(string(code), -1) {
			names = append(names, m[1])
		}
	}
	if len(names) == 0 {
		t.Fatal("no Validate method was found")
	}
	return names
}

func claimInput(text string) *kb.ClaimInput {
	return &kb.ClaimInput{Claim: kb.Claim{Text: text, Language: "en", Kind: "other", Checkability: "checkable"}}
}

// fields names the marked fields of an Invalid error, in order.
func fields(t *testing.T, err error) []string {
	t.Helper()
	e, ok := errors.AsType[*kb.Error](err)
	if !ok || e.Kind != kb.Invalid {
		t.Fatalf("got %v, want an error about fields", err)
	}
	var names []string
	for _, f := range e.Fields {
		if f.Message == "" {
			t.Errorf("the field %q is marked without a word", f.Field)
		}
		names = append(names, f.Field)
	}
	return names
}
