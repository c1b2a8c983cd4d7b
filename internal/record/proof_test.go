package record_test

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/record"
)

const origin = "claimtrail.example/log"

// TestRangeGrowsLikeTheTree compares the root that needs no stored hashes with
// the stored tree's, at every size.
func TestRangeGrowsLikeTheTree(t *testing.T) {
	t.Parallel()
	var r record.Range
	if r.Root() != record.EmptyRoot || r.Size() != 0 {
		t.Errorf("nothing has the root %s and the size %d", r.Root(), r.Size())
	}
	log := grow(t)
	for range 3000 {
		leaf := noise(30)
		log.add(t, leaf)
		r.Add([]byte(leaf))
		if got, want := r.Root(), log.checkpoint(t).Root; got != want || r.Size() != log.size() {
			t.Fatalf("%d entries: the root %s of %d, want %s", log.size(), got, r.Size(), want)
		}
	}
}

// TestProofs proves random entries of trees of random sizes, and what tlog proves
// is what we prove.
func TestProofs(t *testing.T) {
	t.Parallel()
	ours := signer(t, origin)
	log := random(t, 3000)
	for range 150 {
		size := 1 + rand.Int64N(log.size())
		index := rand.Int64N(size)
		root, err := tlog.TreeHash(size, log)
		if err != nil {
			t.Fatal(err)
		}
		p := prove(t, ours, log, index, size)
		want, err := tlog.ProveRecord(size, index, log)
		if err != nil || !slices.Equal(p.Hashes, want) {
			t.Errorf("entry %d of %d: the proof is not that of tlog: %v", index, size, err)
		}
		read, err := record.ParseProof(p.Bytes())
		if err != nil || read.Index != index || !slices.Equal(read.Hashes, p.Hashes) || !bytes.Equal(read.Checkpoint, p.Checkpoint) {
			t.Fatalf("entry %d of %d: written and read it is another proof: %v", index, size, err)
		}
		c, err := read.Check(log.leaves[index], ours.VerifierKey())
		if err != nil || c != (record.Checkpoint{Origin: origin, Size: size, Root: root}) {
			t.Errorf("entry %d of %d: %+v, %v", index, size, c, err)
		}
		if _, err := read.Check([]byte("forged"), ours.VerifierKey()); err == nil {
			t.Errorf("entry %d of %d: a forged entry is proven", index, size)
		}
		if other := rand.Int64N(log.size()); !bytes.Equal(log.leaves[other], log.leaves[index]) {
			if _, err := read.Check(log.leaves[other], ours.VerifierKey()); err == nil {
				t.Errorf("entry %d of %d: the proof fits the entry %d", index, size, other)
			}
		}
	}
	for _, at := range [][2]int64{{5, 5}, {6, 5}, {-1, 5}, {0, 0}, {0, 4000}} {
		if _, err := record.Prove(at[0], at[1], nil, log); err == nil {
			t.Errorf("entry %d of %d is proven", at[0], at[1])
		}
	}
}

func prove(t testing.TB, by *record.Signer, log *tree, index, size int64) record.Proof {
	t.Helper()
	root, err := tlog.TreeHash(size, log)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := by.Sign(size, root)
	if err != nil {
		t.Fatal(err)
	}
	p, err := record.Prove(index, size, signed, log)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// holds reports whether a file proves an entry.
func holds(file, entry []byte, vkeys ...string) bool {
	p, err := record.ParseProof(file)
	if err != nil {
		return false
	}
	_, err = p.Check(entry, vkeys...)
	return err == nil
}

// TestChangedProofs: with any one byte changed a proof is refused. The one
// exception is no change: the last letter of the signature carries two bits that
// stand for nothing, and golang.org/x/mod/sumdb/note passes over them.
func TestChangedProofs(t *testing.T) {
	t.Parallel()
	ours := signer(t, origin)
	for _, at := range [][2]int64{{0, 1}, {0, 2}, {6, 7}, {11, 40}} {
		log := random(t, int(at[1]))
		file, entry := prove(t, ours, log, at[0], at[1]).Bytes(), log.leaves[at[0]]
		if !holds(file, entry, ours.VerifierKey()) {
			t.Fatalf("entry %d of %d is not proven", at[0], at[1])
		}
		for i := range file {
			for _, b := range []byte{file[i] ^ 1, file[i] ^ 2, file[i] ^ 4, file[i] ^ 8, file[i] ^ 16, file[i] ^ 32, file[i] ^ 128, '\n', '\r', ' ', '=', 'A', '0', 0} {
				changed := bytes.Clone(file)
				changed[i] = b
				if changed[i] != file[i] && holds(changed, entry, ours.VerifierKey()) && !sameSignature(changed, file) {
					t.Errorf("entry %d of %d: byte %d may be %q instead of %q:\n%s", at[0], at[1], i, changed[i], file[i], changed)
				}
			}
		}
		for i := range entry {
			changed := bytes.Clone(entry)
			changed[i] ^= 1 << rand.IntN(8)
			if holds(file, changed, ours.VerifierKey()) {
				t.Errorf("entry %d of %d: byte %d of the entry may be changed", at[0], at[1], i)
			}
		}
	}
}

// sameSignature reports whether two files differ in nothing but how the bytes
// of the signature at their end are written.
func sameSignature(a, b []byte) bool {
	i, j := bytes.LastIndexByte(a, ' '), bytes.LastIndexByte(b, ' ')
	x, errX := base64.StdEncoding.DecodeString(string(a[i+1:]))
	y, errY := base64.StdEncoding.DecodeString(string(b[j+1:]))
	return errX == nil && errY == nil && bytes.Equal(x, y) && bytes.Equal(a[:i], b[:j])
}

func TestMalformedProofs(t *testing.T) {
	t.Parallel()
	ours := signer(t, origin)
	log := random(t, 5)
	file := string(prove(t, ours, log, 2, 5).Bytes())
	lines := strings.SplitN(file, "\n", 4)
	if !holds([]byte(file), log.leaves[2], ours.VerifierKey()) {
		t.Fatal("the proof does not hold")
	}
	extra := strings.Replace(file, "index 2", "extra AAAA\nindex 2", 1)
	if !holds([]byte(extra), log.leaves[2], ours.VerifierKey()) {
		t.Error("what a log adds for itself spoils the proof")
	}
	for name, changed := range map[string]string{
		"nothing":               "",
		"another format":        strings.Replace(file, "@v1", "@v2", 1),
		"no index":              strings.Replace(file, "index 2\n", "", 1),
		"an index without name": strings.Replace(file, "index 2", "2", 1),
		"an index with a sign":  strings.Replace(file, "index 2", "index +2", 1),
		"an index with a zero":  strings.Replace(file, "index 2", "index 02", 1),
		"a negative index":      strings.Replace(file, "index 2", "index -2", 1),
		"a huge index":          strings.Replace(file, "index 2", "index 99999999999999999999", 1),
		"two indexes":           strings.Replace(file, "index 2", "index 2\nindex 2", 1),
		"extra after the index": strings.Replace(file, "index 2", "index 2\nextra AAAA", 1),
		"a hash less":           strings.Replace(file, lines[2]+"\n", "", 1),
		"a hash more":           strings.Replace(file, lines[2], lines[2]+"\n"+lines[2], 1),
		"a hash twice a line":   strings.Replace(file, lines[2], lines[2]+lines[2], 1),
		"a carriage return":     strings.Replace(file, lines[2], lines[2]+"\r", 1),
		"a space":               strings.Replace(file, lines[2], lines[2]+" ", 1),
		"no checkpoint":         file[:strings.Index(file, "\n\n")+2],
		"the checkpoint alone":  file[strings.Index(file, "\n\n")+2:],
	} {
		if holds([]byte(changed), log.leaves[2], ours.VerifierKey()) {
			t.Errorf("%s: the proof holds", name)
		}
	}
}

// TestTwoKeys: while one key takes over from another both sign, and whoever
// knows either of them can verify.
func TestTwoKeys(t *testing.T) {
	t.Parallel()
	first := signer(t, origin)
	both, err := first.With(newKey(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	second, err := both.WithoutOldest()
	if err != nil {
		t.Fatal(err)
	}
	third, older, newer := signer(t, origin), first.VerifierKey(), second.VerifierKey()
	if !slices.Equal(both.VerifierKeys(), []string{newer, older}) || both.VerifierKey() != newer || both.Origin() != origin {
		t.Errorf("both have the keys %v", both.VerifierKeys())
	}
	if _, err := second.WithoutOldest(); err == nil {
		t.Error("the last key was retired")
	}
	if again, err := record.NewSigner(both.String()); err != nil || !slices.Equal(again.VerifierKeys(), both.VerifierKeys()) {
		t.Errorf("written and read there are other keys: %v", err)
	}
	if _, err := first.With(newKey(t, "another.example/log")); err == nil {
		t.Error("a key of another log was added")
	}
	log := random(t, 9)
	for _, tt := range []struct {
		name  string
		by    *record.Signer
		vkeys []string
		want  bool
	}{
		{"both signed, the older is known", both, []string{older}, true},
		{"both signed, the newer is known", both, []string{newer}, true},
		{"both signed, both are known", both, []string{older, newer}, true},
		{"both signed, one of another log is known too", both, []string{signer(t, "another.example/log").VerifierKey(), newer}, true},
		{"both signed, neither is known", both, []string{third.VerifierKey()}, false},
		{"both signed, none is given", both, nil, false},
		{"the newer signed, the older is known", second, []string{older}, false},
		{"the newer signed, both are known", second, []string{older, newer}, true},
		{"the older signed, the newer is known", first, []string{newer}, false},
	} {
		if got := holds(prove(t, tt.by, log, 3, 9).Bytes(), log.leaves[3], tt.vkeys...); got != tt.want {
			t.Errorf("%s: the proof holds: %v", tt.name, got)
		}
	}
}

// TestAnotherName: a key signs for the log that it is named after, and no other.
func TestAnotherName(t *testing.T) {
	t.Parallel()
	other := "another.example/log"
	key := newKey(t, other)
	secret, public, _ := strings.Cut(strings.TrimSpace(key), "\n")
	by, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	root := base64.StdEncoding.EncodeToString(make([]byte, tlog.HashSize))
	signed, err := note.Sign(&note.Note{Text: origin + "\n9\n" + root + "\n"}, by)
	if err != nil {
		t.Fatal(err)
	}
	ours := signer(t, origin).VerifierKey()
	for name, vkeys := range map[string][]string{"alone": {public}, "after ours": {ours, public}, "before ours": {public, ours}} {
		if got, err := record.OpenCheckpoint(signed, vkeys...); err == nil {
			t.Errorf("%s: the key of %s signed %+v", name, other, got)
		}
	}
	if _, err := record.OpenCheckpoint(signed, "no key"); err == nil {
		t.Error("opened with something that is no key")
	}
}

// FuzzProof: reading never fails but with an error, and what is read is written
// and read again as the same.
func FuzzProof(f *testing.F) {
	ours, err := record.NewKey(origin)
	if err != nil {
		f.Fatal(err)
	}
	by, err := record.NewSigner(ours)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := by.Sign(1, tlog.RecordHash([]byte("x")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(record.Proof{Checkpoint: signed}.Bytes())
	f.Add(record.Proof{Index: 70_000, Hashes: make(tlog.RecordProof, 17), Checkpoint: signed}.Bytes())
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex -1\n\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := record.ParseProof(file)
		if err != nil {
			return
		}
		_, _ = p.Check([]byte("x"), by.VerifierKey())
		again, err := record.ParseProof(p.Bytes())
		if err != nil || again.Index != p.Index || !slices.Equal(again.Hashes, p.Hashes) || !bytes.Equal(again.Checkpoint, p.Checkpoint) {
			t.Errorf("%q is read again as %+v, %v", file, again, err)
		}
		if !bytes.Contains(file, []byte("\nextra ")) && !bytes.Equal(p.Bytes(), file) {
			t.Errorf("%q may be written as %q too", p.Bytes(), file)
		}
	})
}
