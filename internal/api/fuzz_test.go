package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// FuzzParseID: what stands in an address is an id, perhaps with a slug, or
// nothing is there.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", "-", "0123abcd", "0123ABCD-a-slug", "O1L3abcd", "0123abcd-", "-0123abcd", "\xff-\x00", " 0123abcd ", "ｱｱｱｱｱｱｱｱ-", "0123abcd–dash"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		id, err := parseID(ref)
		if err != nil {
			if id != "" || kb.KindOf(err) != kb.NotFound {
				t.Errorf("%q: %q, %v", ref, id, err)
			}
			return
		}
		if again, err := parseID(string(id) + "-a-slug"); err != nil || again != id || len(id) != 8 {
			t.Errorf("%q is %q, with a slug %q, %v", ref, id, again, err)
		}
	})
}

// FuzzIfMatch: a change is of the version that stands there, or of none.
func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{"", "*", `"v7"`, `W/"v7"`, `"v6", "v7"`, `"v8"`, "v7", "7", `"v07"`, `"v+7"`, `w/"v7"`, "\x00", `"v7" "v7"`, strings.Repeat(",", 100)} {
		f.Add(seed, int64(7))
	}
	f.Fuzz(func(t *testing.T, match string, current int64) {
		version, err := Precondition{match}.version(current)
		if err == nil {
			if version != current || (!strings.Contains(match, etag(current)) && !strings.Contains(match, "*")) {
				t.Errorf("%q is version %d of %d", match, version, current)
			}
			return
		}
		var p *Problem
		if !errors.As(err, &p) || version != 0 || (p.StatusCode != http.StatusPreconditionFailed && p.StatusCode != http.StatusPreconditionRequired) {
			t.Errorf("%q: %d, %v", match, version, err)
		}
		if (p.StatusCode == http.StatusPreconditionRequired) != (strings.TrimSpace(match) == "") {
			t.Errorf("%q: %d", match, p.StatusCode)
		}
	})
}

// FuzzHas: a list of tags has each of those that it was made of.
func FuzzHas(f *testing.F) {
	for _, seed := range []string{"", "*", `"a"`, `W/"a"`, `"a", "b"`, `"a,b"`, ",,,", `W/W/"a"`, "\xff"} {
		f.Add(seed, `"b"`)
	}
	f.Fuzz(func(t *testing.T, list, tag string) {
		found := has(list, tag)
		if found && !strings.Contains(list, strings.TrimSpace(tag)) && !strings.Contains(list, "*") {
			t.Errorf("%q has %q", list, tag)
		}
		own := etag(int64(len(tag)))
		if !has(list+", "+own, own) || !has(own+","+list, own) || !has("W/"+own, own) || has(`"`+own+`"`, own) {
			t.Errorf("%q beside %q is not found, or where it is not", own, list)
		}
	})
}

// FuzzGoodKeys: a key is short and plain, and there is one.
func FuzzGoodKeys(f *testing.F) {
	for _, seed := range []string{"", "a", "7f1c-…", "a b", "\t", "\x7f", "~ ", strings.Repeat("k", longestKey), strings.Repeat("k", longestKey+1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		good := goodKeys([]string{key})
		if good && (key == "" || len(key) > longestKey || !utf8.ValidString(key) || strings.ContainsAny(key, "\x00\r\n\t\x7f")) {
			t.Errorf("%q is good", key)
		}
		if !goodKeys(nil) || goodKeys([]string{key, key}) {
			t.Error("none is bad, or two are good")
		}
	})
}

// FuzzLoneSurrogate: JSON without lone surrogates loses nothing when it is read;
// with one it does.
func FuzzLoneSurrogate(f *testing.F) {
	for _, seed := range []string{``, `a`, `\ud83d\udd25`, `\ud83d`, `\udd25\ud83d`, `\\ud83d`, `\\\ud83d`, `\u0041`, `\uD83Dx`, `\ud83d\n`, `\ud83d\u0041`, `\ud83`, `\ufffd`, `\`, `\ud83d\ud83d\udd25`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, inside string) {
		body := []byte(`"` + inside + `"`)
		var s string
		if !utf8.Valid(body) || json.Unmarshal(body, &s) != nil {
			loneSurrogate(body) // which must only not fail
			return
		}
		replaced := strings.Count(s, "\ufffd") - strings.Count(inside, "\ufffd") - strings.Count(strings.ToLower(strings.ReplaceAll(inside, `\\`, "")), `\ufffd`)
		if lone := loneSurrogate(body); lone != (replaced > 0) {
			t.Errorf("%s: a lone surrogate: %v; %d characters were replaced", inside, lone, replaced)
		}
	})
}

// FuzzJSONName: the name of a field keeps its letters and has no underscore; what
// belongs to a date stands after a point.
func FuzzJSONName(f *testing.F) {
	for _, seed := range []string{"", "text", "said_on", "said_on_basis", "_", "__a", "a__b", "gate-reply", "\xff_\xff", "a_é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		name := jsonName(field)
		if strings.Contains(name, "_") || jsonName(name) != name {
			t.Errorf("%q is %q", field, name)
		}
		if utf8.ValidString(field) && !strings.EqualFold(strings.ReplaceAll(name, ".", ""), strings.NewReplacer("_", "", ".", "").Replace(field)) {
			t.Errorf("%q is %q", field, name)
		}
	})
}
