package verify_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/verify"
)

// bundleOf fetches the bundle of a claim and takes it apart.
func bundleOf(t testing.TB, s server, claim kb.ID) map[string][]byte {
	t.Helper()
	status, b, err := s.Get(t.Context(), "/claims/"+string(claim)+"/bundle.zip")
	check(t, err)
	if status != 200 {
		t.Fatalf("the bundle of %s: status %d", claim, status)
	}
	return unpacked(t, b)
}

func unpacked(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range must(zip.NewReader(bytes.NewReader(b), int64(len(b))))(t).File {
		r := must(f.Open())(t)
		files[f.Name] = must(io.ReadAll(r))(t)
		check(t, r.Close())
	}
	return files
}

// file is one file of a zip file that is made for a test.
type file struct {
	name string
	body []byte
}

func packed(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		_, err := must(z.Create(f.name))(t).Write(f.body)
		check(t, err)
	}
	check(t, z.Close())
	return b.Bytes()
}

func packedMap(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var list []file
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, file{name, files[name]})
	}
	return packed(t, list...)
}

func verified(b []byte, keys ...string) (verify.BundleReport, error) {
	return verify.Bundle(bytes.NewReader(b), int64(len(b)), keys)
}

// TestBundles: the bundle of every claim can be verified with the key alone, and
// whatever in it anything vouches for cannot be altered.
func TestBundles(t *testing.T) {
	t.Parallel()
	s := serve(t, good(t))
	key := signer().VerifierKey()
	texts, quotations, longest := 0, 0, 0
	for _, c := range must(rulings(t.Context(), s.db))(t) {
		files := bundleOf(t, s, c.id)
		r, err := verified(packedMap(t, files), key)
		if err != nil || !r.Good() || r.Claim != string(c.id) || r.Revisions != len(c.revisions) || r.Redacted != 0 || r.Origin != signer().Origin() || r.Size == 0 {
			t.Errorf("the bundle of %s: %+v, %v", c.id, r, err)
		}
		if len(c.revisions) > longest || (r.Texts > 0 && texts == 0) {
			alter(t, files, key)
		}
		texts, quotations, longest = texts+r.Texts, quotations+r.Quotations, max(longest, r.Revisions)
	}
	if texts == 0 || quotations == 0 || longest < 2 {
		t.Errorf("bundles with %d texts, %d quotations, up to %d revisions prove little", texts, quotations, longest)
	}
}

// unsigned are the files that nothing vouches for.
var unsigned = []string{"README.txt", "vkey", "annotations.json"}

// alter changes each file of a bundle in several ways.
func alter(t testing.TB, files map[string][]byte, key string) {
	t.Helper()
	for name, body := range files {
		flipped := bytes.Clone(body)
		if strings.HasSuffix(name, ".tlog-proof") { // but for bits that stand for nothing, at its end
			flipped[rand.IntN(len(body)-4)] ^= 1
		} else {
			flipped[rand.IntN(len(body))] ^= 1
		}
		for how, other := range map[string][]byte{"a bit": flipped, "longer": append(bytes.Clone(body), 'x'), "cut off": body[:len(body)/2], "empty": {}} {
			altered := maps.Clone(files)
			altered[name] = other
			r, err := verified(packedMap(t, altered), key)
			if err == nil && r.Good() != slices.Contains(unsigned, name) {
				t.Errorf("%s altered (%s): good %v, %v", name, how, r.Good(), r.Findings)
			}
		}
	}
}

// TestIncompleteBundles: what is missing is said, or cannot be known without the
// log: a bundle may end early, and a document may have been redacted.
func TestIncompleteBundles(t *testing.T) {
	t.Parallel()
	s := serve(t, good(t))
	c := choose(t, s.db)
	files, other := bundleOf(t, s, c.revised.id), bundleOf(t, s, c.plain.id)
	if len(c.revised.revisions) != 2 {
		t.Fatalf("the claim has %d revisions", len(c.revised.revisions))
	}
	const first, second = "revisions/1/", "revisions/2/"
	without := func(names ...string) map[string][]byte {
		left := maps.Clone(files)
		for _, name := range names {
			delete(left, name)
		}
		return left
	}
	with := func(name string, body []byte) map[string][]byte {
		more := maps.Clone(files)
		more[name] = body
		return more
	}
	const entry, document, proof = "entry.json", "document.json", "proof.tlog-proof"
	for name, tt := range map[string]struct {
		files map[string][]byte
		want  string // of revisions, redacted ones and findings
	}{
		"nothing is missing":              {files, "2 0 "},
		"nothing but what is not needed":  {without(unsigned...), "2 0 "},
		"a document, as if redacted":      {without(first + document), "2 1 "},
		"all documents":                   {without(first+document, second+document), "2 2 "},
		"the newest revision":             {without(second+document, second+entry, second+proof), "1 0 "},
		"the first revision":              {without(first+document, first+entry, first+proof), "0 0 document document document document"},
		"an entry in the middle":          {without(first + entry), "0 0 document document document document document document"},
		"a proof":                         {without(second + proof), "1 0 entry"},
		"everything":                      {nil, "0 0 document"},
		"a folder more":                   {with("revisions/", nil), "2 0 "},
		"a document of no revision":       {with("revisions/7/"+document, []byte("{}")), "2 0 document"},
		"a ruling beside the revisions":   {with("ruling.html", []byte("True.")), "2 0 document"},
		"a text without its hash":         {with("texts/0.txt", []byte("text")), "2 0 document"},
		"the document of another claim":   {with(second+document, other[first+document]), "2 0 document"},
		"the entry of another claim":      {with(second+entry, other[first+entry]), "1 0 entry"},
		"the proof of another claim":      {with(second+proof, other[first+proof]), "1 0 entry"},
		"the revision of another claim":   {swapped(files, other), "2 0 chain"},
		"the same revision twice":         {twice(files), "2 0 chain"},
		"revisions the other way round":   {reversed(files), "2 0 chain chain"},
		"a document that cannot be read":  {with(second+document, []byte("{")), "2 0 document"},
		"an entry that cannot be read":    {with(second+entry, []byte("{")), "1 0 entry"},
		"a checkpoint without the proof":  {with(second+proof, []byte("c2sp.org/tlog-proof@v1\nindex 0\n\n")), "1 0 entry"},
		"a document beside its directory": {with("../document.json", []byte("{}")), "2 0 document"},
	} {
		r, err := verified(packedMap(t, tt.files), signer().VerifierKey())
		var kinds []string
		for _, f := range r.Findings {
			kinds = append(kinds, f.Kind)
		}
		if got := fmt.Sprintf("%d %d %s", r.Revisions, r.Redacted, strings.Join(kinds, " ")); err != nil || got != tt.want {
			t.Errorf("%s: got %q, want %q: %v, %v", name, got, tt.want, r.Findings, err)
		}
	}
	if r, err := verified(packedMap(t, files), must(newSigner())(t).VerifierKey()); err != nil || r.Good() {
		t.Errorf("another key verifies it: %+v, %v", r, err)
	}
	if r, err := verified(packedMap(t, files)); err != nil || r.Good() {
		t.Errorf("no key verifies it: %+v, %v", r, err)
	}
}

// copied gives a bundle with one revision put in the place of another.
func copied(files, from map[string][]byte, number, as int) map[string][]byte {
	out := maps.Clone(files)
	for _, name := range []string{"document.json", "entry.json", "proof.tlog-proof"} {
		out[fmt.Sprintf("revisions/%d/%s", as, name)] = from[fmt.Sprintf("revisions/%d/%s", number, name)]
	}
	return out
}

func swapped(files, other map[string][]byte) map[string][]byte { return copied(files, other, 1, 2) }
func twice(files map[string][]byte) map[string][]byte          { return copied(files, files, 1, 2) }
func reversed(files map[string][]byte) map[string][]byte {
	return copied(copied(files, files, 2, 1), files, 1, 2)
}

// TestHostileBundles: what is no bundle is refused, and costs little.
func TestHostileBundles(t *testing.T) {
	t.Parallel()
	key := signer().VerifierKey()
	zeros := make([]byte, 33<<20)
	cut := packed(t, file{"README.txt", []byte("read me")})
	noisy := bytes.Clone(cut)
	const header = 30 // of a file, before its name
	noisy[header+len("README.txt")+2] ^= 0xff
	for name, b := range map[string][]byte{
		"nothing":                    nil,
		"no zip file":                []byte("no zip file"),
		"one that is cut off":        cut[:len(cut)-8],
		"one with noise in it":       noisy,
		"a file that is too large":   packed(t, file{"annotations.json", zeros}),
		"files that are too large":   repeated(t, packed(t, file{"text", zeros[:32<<20]}), 9),
		"a file that is in it twice": packed(t, file{"revisions/1/document.json", []byte("{}")}, file{"revisions/1/document.json", []byte("{ }")}),
	} {
		if r, err := verified(b, key); err == nil {
			t.Errorf("%s is read: %+v", name, r)
		}
	}
}

// repeated gives a zip file with the one file of another under several names,
// without compressing it again.
func repeated(t testing.TB, b []byte, times int) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	one := must(zip.NewReader(bytes.NewReader(b), int64(len(b))))(t).File[0]
	for i := range times {
		header := one.FileHeader
		header.Name = fmt.Sprintf("texts/%d.txt", i)
		_, err := io.Copy(must(z.CreateRaw(&header))(t), must(one.OpenRaw())(t))
		check(t, err)
	}
	check(t, z.Close())
	return out.Bytes()
}

// FuzzBundle: whatever is given, there is a report or an error, and nothing that
// our key did not sign is good.
func FuzzBundle(f *testing.F) {
	f.Add([]byte("PK"))
	f.Add(packed(f, file{"revisions/1/entry.json", []byte("{}")}, file{"revisions/1/proof.tlog-proof", []byte("c2sp.org/tlog-proof@v1\nindex 0\n\n")}))
	f.Add(packed(f, file{"vkey", []byte("x")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := verified(b, signer().VerifierKey()); err == nil && r.Good() {
			t.Errorf("%q is good: %+v", b, r)
		}
	})
}
