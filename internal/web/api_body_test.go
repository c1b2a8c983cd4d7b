package web_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestAPIIfMatch: a change is of the version that was read, and of no other.
func TestAPIIfMatch(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		bare := p.id("/claims", object{"text": another("A claim without a draft")})
		for path, body := range map[string]object{
			"/claims/" + f.claim:            {"text": another("Other words"), "kind": "attribution"},
			"/sources/" + f.source:          {"title": "Another title", "kind": "transcript"},
			"/claims/" + f.claim + "/draft": p.ruling(f),
			"/claims/" + bare + "/draft":    {"outcome": "opinion", "outcomeReason": "It is one."},
		} {
			p.precondition(path, body)
		}
	})
}

// precondition tries every If-Match with a change.
func (p *program) precondition(path string, body object) {
	t := p.t
	t.Helper()
	tag := func() string { return p.get(drafts + path).header.Get("ETag") }
	put := func(match string) reply { return p.send(http.MethodPut, drafts+path, body, "If-Match", match) }
	old := tag()
	if strings.HasSuffix(path, "/draft") && body["outcome"] == "opinion" && old != `"v0"` {
		t.Errorf("%s: the first version is %s", path, old)
	}
	before := p.site.newest(t)
	p.send(http.MethodPut, drafts+path, body).problem(t, path+" without If-Match", http.StatusPreconditionRequired)
	for _, match := range []string{`"v99"`, `W/"v99"`, `"v-1"`, `"v+1"`, "v1", "1", `"1"`, `"v1`, `"v01"`, `"v99999999999999999999"`, "nonsense", `"", "v"`, `\xff`, strings.Repeat(`"v98", `, 1000) + `"v99"`} {
		put(match).problem(t, path+" with If-Match "+match[:min(len(match), 30)], http.StatusPreconditionFailed)
	}
	if p.site.newest(t) != before || tag() != old {
		t.Errorf("%s: something was written", path)
	}
	for _, match := range []string{old, "*"} {
		if match != "*" {
			match = tag()
		}
		r := put(match)
		if r.status != http.StatusOK || r.header.Get("ETag") != tag() {
			t.Errorf("%s with If-Match %s: %d %s, the tag is %s", path, match, r.status, r.body, tag())
		}
	}
	put(old).problem(t, path+" with the version before", http.StatusPreconditionFailed)
	for _, form := range []string{"W/%s", ` "v98", %s`, "%s,", "  %s  "} {
		if r := put(fmt.Sprintf(form, tag())); r.status != http.StatusOK {
			t.Errorf("%s with If-Match "+form+": %d %s", path, tag(), r.status, r.body)
		}
	}
	statuses := []int{}
	now := tag()
	for _, r := range p.atOnce(p.request(http.MethodPut, drafts+path, body, "If-Match", now), p.request(http.MethodPut, drafts+path, body, "If-Match", now)) {
		statuses = append(statuses, r.status)
	}
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{http.StatusOK, http.StatusPreconditionFailed}) {
		t.Errorf("%s: two changes of one version: %v", path, statuses)
	}
}

// TestAPIRoundTrip: what was read can be sent back, and changes nothing.
func TestAPIRoundTrip(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		dossier, err := s.db.Desk(t.Context()).Dossier(researched(t, s)) // with all that the demonstration has
		check(t, err)
		check(t, s.desk.UpdateSource(t.Context(), p.as, desk.SourceInput{Source: kb.Source{
			ID: kb.ID(f.source), Title: "Looked at again each week", URL: "https://radio.example/again", Kind: "transcript", Language: "en", RecaptureDays: 7, Version: 1,
		}}))
		for path, read := range map[string][]string{ // with the fields that are only read
			"/claims/" + string(dossier.Claim.ID):                            {"id", "state", "stateReason", "publishedRevision", "partIds", "appearances", "evidence"},
			"/claims/" + string(dossier.Claim.ID) + "/draft":                 nil,
			"/claims/" + f.claim:                                             {"id", "state", "stateReason", "publishedRevision", "partIds", "appearances", "evidence"},
			"/claims/" + f.claim + "/draft":                                  nil,
			"/sources/" + f.source:                                           {"id", "snapshots"},
			"/sources/" + string(dossier.Evidence[0].SourceID):               {"id", "snapshots"},
			"/claims/" + p.id("/claims", object{"text": "Bare."}) + "/draft": nil,
		} {
			before := p.get(drafts + path)
			body := before.object(t)
			for _, name := range read {
				delete(body, name)
			}
			if r := p.send(http.MethodPut, drafts+path, body, "If-Match", before.header.Get("ETag")); r.status != http.StatusOK {
				t.Errorf("%s sent back: %d %s, read as %s", path, r.status, r.body, before.body)
			}
			if after := p.get(drafts + path); !bytes.Equal(after.body, before.body) {
				t.Errorf("%s was %s\nand is %s", path, before.body, after.body)
			}
		}
		if source, err := s.db.Desk(t.Context()).Source(kb.ID(f.source)); err != nil || source.RecaptureDays != 7 || source.RecaptureBy != p.as.Person {
			t.Errorf("what the API does not show is lost: %+v, %v", source, err)
		}
	})
}

// TestAPIBadBodies: what cannot be read, or kept, is refused with words, and
// nothing is written.
func TestAPIBadBodies(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		claim := drafts + "/claims/" + f.claim
		before := s.newest(t)
		for name, x := range map[string]struct {
			body   string
			status int
		}{
			"empty": {"", 400}, "no JSON": {"text=x", 400}, "half": {`{"text":"x"`, 400}, "more": {`{"text":"x"} {"text":"y"}`, 400}, "null": {"null", 422}, "a list": {"[]", 422}, "a word": {`"text"`, 422},
			"unknown field": {`{"text":"A claim.","state":"published"}`, 422}, "an id": {`{"text":"A claim.","id":"00000000"}`, 422}, "another case": {`{"Text":"A claim."}`, 422}, "a prototype": {`{"text":"A claim.","__proto__":{}}`, 422},
			"number for text": {`{"text":7}`, 422}, "text for list": {`{"text":"A claim.","topics":"a"}`, 422}, "text for bool": {`{"text":"A claim.","verbatim":"yes"}`, 422}, "list for date": {`{"text":"A claim.","validFrom":[]}`, 422}, "text for date": {`{"text":"A claim.","validFrom":"2024"}`, 422},
			"null for text": {`{"text":null}`, 422}, "a kind that is none": {`{"text":"A claim.","kind":"none"}`, 422}, "no claim": {`{"text":" \u200b "}`, 422},
			"two spellings": {`{"text":"A claim.","TEXT":"Another."}`, 422}, "deep lists": {strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), 400}, "deep": {strings.Repeat(`{"text":`, 10_001) + `"x"` + strings.Repeat("}", 10_001), 400}, "almost too deep": {`{"text":"A claim.","topics":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "}", 422},
			"2 MB": {`{"text":"` + strings.Repeat("a", 2<<20) + `"}`, 413}, "too long": {`{"text":"` + strings.Repeat("a", 500_000) + `"}`, 422}, "many topics": {`{"text":"A claim.","topics":["` + strings.Repeat(`a","`, 100_000) + `"]}`, 422},
			"NUL": {`{"text":"A \u0000 claim."}`, 422}, "a raw NUL": {"{\"text\":\"A \x00 claim.\"}", 400}, "no UTF-8": {"{\"text\":\"A \xff claim.\"}", 400}, "a surrogate's UTF-8": {"{\"text\":\"A \xed\xa0\x80 claim.\"}", 400},
			"high surrogate": {`{"text":"A \ud83d claim."}`, 400}, "low surrogate": {`{"text":"A \udd25 claim."}`, 400}, "surrogates the wrong way": {`{"text":"\udd25\ud83d"}`, 400}, "one at the end": {`{"text":"\ud83d"}`, 400}, "a surrogate in a name": {`{"text":"A claim.","\ud83d":1}`, 400},
			"UTF-16": {"\xff\xfe{\x00}\x00", 400}, "BOM": {"\xef\xbb\xbf{}", 400}, "infinity": {`{"text":1e999}`, 400}, "entity": {`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`, 400},
		} {
			for _, key := range [][]string{nil, {"Idempotency-Key", another("bad")}} {
				p.send(http.MethodPost, drafts+"/claims", x.body, key...).problem(t, name, x.status)
			}
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", "text/html"} {
			p.send(http.MethodPost, drafts+"/claims", object{"text": another("A claim")}, "Content-Type", kind).problem(t, kind, http.StatusUnsupportedMediaType)
		}
		for _, path := range []string{"/zzz", "/00000000", "/" + strings.ToUpper(f.source), "/%00", "/%ff", "/..%2f", "/" + strings.Repeat("9", 3000)} {
			for _, r := range []reply{p.get(drafts + "/claims" + path), p.send(http.MethodPut, drafts+"/claims"+path, object{"text": "A claim."}, "If-Match", "*"), p.send(http.MethodPost, drafts+"/claims"+path+"/submit", nil), p.send(http.MethodPost, claim+"/appearances"+path+"/attestations", object{"source": f.source})} {
				if r.status < 400 || r.status >= 500 {
					t.Errorf("%s: %d %.200s", path, r.status, r.body)
				}
			}
		}
		for _, number := range []string{"0", "-1", "x", "99999999999999999999", "1.5", "0x1"} {
			p.get(drafts+"/captures/"+number).problem(t, "capture "+number, http.StatusUnprocessableEntity)
		}
		for _, place := range []string{"-1", "9223372036854775807", "1e3", "1.5", `"1"`, "99999999999999999999"} {
			r := p.send(http.MethodPost, drafts+"/snapshots/"+f.snapshot+"/quotes", `{"exact":"no such words","start":`+place+`}`)
			if r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
				t.Errorf("a place of %s: %d %s", place, r.status, r.body)
			}
		}
		if s.newest(t) != before {
			t.Error("something was written")
		}
		p.badTexts(f)
	})
}

// badTexts puts what no text can hold into every text of every write.
func (p *program) badTexts(f researchedFile) {
	p.t.Helper()
	document := p.get("/api/openapi.json").object(p.t)
	for _, w := range p.writes(f) {
		good := w.body
		for _, field := range texts(document, w.operation) {
			for what, bad := range map[string]string{"NUL": "a\x00b", "a control": "a\x07b", "a long text": strings.Repeat("long ", 60_000)} {
				if w.operation == "capture" && field.name == "text" {
					continue // a text to keep may be long, and loses its controls
				}
				w.body = maps.Clone(good)
				w.body[field.name] = field.filled(bad)
				before := p.site.newest(p.t)
				r := p.carryOut(w)
				if r.status < 400 || r.status >= 500 || r.header.Get("Content-Type") != "application/problem+json" || p.site.newest(p.t) != before {
					p.t.Errorf("%s with %s in %s: %d %.300s", w.operation, what, field.name, r.status, r.body)
				}
			}
		}
	}
}

// text is a field of a body that holds a text, or some.
type text struct{ name, kind string }

func (x text) filled(s string) any {
	switch x.kind {
	case "string":
		return s
	case "array":
		return []string{s}
	}
	return object{"edtf": s, "basis": s}
}

// texts lists the fields with texts of what an operation is sent.
func texts(document object, operation string) []text {
	var found []text
	for _, methods := range document["paths"].(object) {
		for _, o := range methods.(object) {
			body, sent := o.(object)["requestBody"]
			if !sent || o.(object)["operationId"] != operation {
				continue
			}
			ref := body.(object)["content"].(object)["application/json"].(object)["schema"].(object)["$ref"].(string)
			shape := document["components"].(object)["schemas"].(object)[ref[strings.LastIndexByte(ref, '/')+1:]].(object)
			for name, field := range shape["properties"].(object) {
				found = append(found, text{name, kindOf(field.(object))})
			}
		}
	}
	return slices.DeleteFunc(found, func(x text) bool { return x.kind == "" })
}

// kindOf says what a field holds that a text can be put into: a text, a list of
// them, a date; nothing otherwise.
func kindOf(field object) string {
	if ref, is := field["$ref"].(string); is {
		if strings.HasSuffix(ref, "Date") {
			return "date"
		}
		return ""
	}
	switch kind := field["type"].(type) {
	case string:
		if kind == "string" {
			return kind
		}
	case []any:
		if slices.Contains(kind, any("array")) {
			return "array"
		}
	}
	return ""
}
