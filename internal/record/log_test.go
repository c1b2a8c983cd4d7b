package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/record"
)

// tree is a log whose hashes lie in a map, as the store keeps them in a table.
type tree struct {
	leaves [][]byte
	hashes map[int64]tlog.Hash
}

func grow(t *testing.T, leaves ...string) *tree {
	t.Helper()
	log := &tree{hashes: map[int64]tlog.Hash{}}
	for _, leaf := range leaves {
		log.add(t, leaf)
	}
	return log
}

func (log *tree) add(t *testing.T, leaf string) {
	t.Helper()
	n := log.size()
	hashes, err := record.Hashes(n, []byte(leaf), log)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hashes {
		at := record.FirstHash(n) + int64(i)
		if _, taken := log.hashes[at]; taken {
			t.Fatalf("entry %d writes over the hash %d", n, at)
		}
		log.hashes[at] = h
	}
	log.leaves = append(log.leaves, []byte(leaf))
}

func (log *tree) size() int64 { return int64(len(log.leaves)) }

func (log *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		h, ok := log.hashes[at]
		if !ok {
			return nil, fmt.Errorf("there is no hash %d", at)
		}
		hashes[i] = h
	}
	return hashes, nil
}

func (log *tree) checkpoint(t *testing.T) record.Checkpoint {
	t.Helper()
	root, err := tlog.TreeHash(log.size(), log)
	if err != nil {
		t.Fatal(err)
	}
	return record.Checkpoint{Origin: "claimtrail.example/log", Size: log.size(), Root: root}
}

func entries(n int) []string {
	leaves := make([]string, n)
	for i := range leaves {
		leaves[i] = fmt.Sprintf(`{"kind":"revision","revision":%d}`, i+1)
	}
	return leaves
}

// rootOf follows RFC 6962, section 2.1, to the letter, without stored hashes.
func rootOf(leaves [][]byte) tlog.Hash {
	switch n := len(leaves); n {
	case 0:
		return record.EmptyRoot
	case 1:
		return tlog.RecordHash(leaves[0])
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		return tlog.NodeHash(rootOf(leaves[:k]), rootOf(leaves[k:]))
	}
}

func TestTreeGrowsEntryByEntry(t *testing.T) {
	t.Parallel()
	log := grow(t)
	for _, leaf := range append(entries(70), "", "\x00") {
		if got, want := log.checkpoint(t).Root, rootOf(log.leaves); got != want {
			t.Fatalf("%d entries: got the root %s, want %s", log.size(), got, want)
		}
		log.add(t, leaf)
		if got, want := int64(len(log.hashes)), record.FirstHash(log.size()); got != want {
			t.Fatalf("%d entries: %d hashes are stored, the next begins at %d", log.size(), got, want)
		}
	}
}

func TestEveryEntryIsProven(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 7, 8, 33} {
		log := grow(t, entries(size)...)
		root := log.checkpoint(t).Root
		for n, leaf := range log.leaves {
			proof, err := tlog.ProveRecord(log.size(), int64(n), log)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(proof, log.size(), root, int64(n), tlog.RecordHash(leaf)); err != nil {
				t.Errorf("entry %d of %d: %v", n, size, err)
			}
			if tlog.CheckRecord(proof, log.size(), root, int64(n), tlog.RecordHash([]byte("forged"))) == nil {
				t.Errorf("entry %d of %d: a forged entry is proven", n, size)
			}
		}
	}
}

func TestHashesNeedTheTreeSoFar(t *testing.T) {
	t.Parallel()
	empty := grow(t)
	if _, err := record.Hashes(0, []byte("first"), empty); err != nil {
		t.Errorf("the first entry: %v", err)
	}
	if got, err := record.Hashes(3, []byte("fourth"), empty); err == nil {
		t.Errorf("the fourth entry has hashes without the three before it: %v", got)
	}
}

func TestCheckExtends(t *testing.T) {
	t.Parallel()
	signed := grow(t, entries(9)...).checkpoint(t)
	none := grow(t).checkpoint(t)
	rewritten, reordered := entries(12), entries(9)
	rewritten[4] = "another"
	reordered[0], reordered[1] = reordered[1], reordered[0]
	tests := []struct {
		name       string
		remembered record.Checkpoint
		leaves     []string
		want       error
	}{
		{"the same", signed, entries(9), nil},
		{"grown by one", signed, entries(10), nil},
		{"grown by many", signed, entries(40), nil},
		{"nothing was signed yet", none, entries(3), nil},
		{"nothing at all", none, nil, nil},
		{"shrunk by one", signed, entries(8), record.ErrFork},
		{"empty", signed, nil, record.ErrFork},
		{"rewritten and grown", signed, rewritten, record.ErrFork},
		{"rewritten at the same size", signed, rewritten[:9], record.ErrFork},
		{"reordered", signed, reordered, record.ErrFork},
		{"a root of nothing", record.Checkpoint{}, entries(3), record.ErrFork},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			log := grow(t, tt.leaves...)
			if err := record.CheckExtends(tt.remembered, log.size(), log); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestCheckExtendsSaysWhenHashesAreMissing(t *testing.T) {
	t.Parallel()
	log := grow(t, entries(9)...)
	signed := log.checkpoint(t)
	clear(log.hashes)
	if err := record.CheckExtends(signed, log.size(), log); err == nil || errors.Is(err, record.ErrFork) {
		t.Errorf("got %v, want an error that is no fork", err)
	}
}

func TestSigner(t *testing.T) {
	t.Parallel()
	ours, others := signer(t, "claimtrail.example/log"), signer(t, "claimtrail.example/log")
	for _, size := range []int{0, 1, 9} {
		want := grow(t, entries(size)...).checkpoint(t)
		signed, err := ours.Sign(want.Size, want.Root)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ours.Open(signed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		// The public key alone is what anybody else verifies with.
		public, err := note.NewVerifier(ours.VerifierKey())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(signed, note.VerifierList(public)); err != nil {
			t.Errorf("the public key does not verify: %v", err)
		}
		if got, err := others.Open(signed); err == nil {
			t.Errorf("another key of the same name opens it: %+v", got)
		}
	}
}

func TestSignerRefusesChangedNotes(t *testing.T) {
	t.Parallel()
	ours := signer(t, "claimtrail.example/log")
	signed, err := ours.Sign(9, grow(t, entries(9)...).checkpoint(t).Root)
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string][]byte{
		"nothing":          nil,
		"a size":           bytes.Replace(signed, []byte("\n9\n"), []byte("\n8\n"), 1),
		"an origin":        bytes.Replace(signed, []byte("claimtrail"), []byte("claimtrial"), 1),
		"a line more":      bytes.Replace(signed, []byte("\n\n"), []byte("\nmore\n\n"), 1),
		"no signature":     signed[:bytes.Index(signed, []byte("\n\n"))+2],
		"half a signature": signed[:len(signed)-10],
		"text behind":      append(bytes.Clone(signed), "more"...),
	} {
		if got, err := ours.Open(changed); err == nil {
			t.Errorf("%s: opened as %+v", name, got)
		}
	}
	for i := range bytes.Index(signed, []byte("\n\n")) {
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if got, err := ours.Open(changed); err == nil {
			t.Errorf("byte %d: opened as %+v", i, got)
		}
	}
}

func TestNewSignerRefuses(t *testing.T) {
	t.Parallel()
	key := newKey(t, "claimtrail.example/log")
	secret, public, _ := strings.Cut(strings.TrimSpace(key), "\n")
	for name, text := range map[string]string{
		"nothing": "", "no public key": secret, "no secret key": public, "the wrong way round": public + "\n" + secret,
		"a line more": key + secret, "no keys": "a\nb\n", "a broken key": secret[:len(secret)-4] + "\n" + public,
	} {
		if _, err := record.NewSigner(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, origin := range []string{"", "two words", "a+b"} {
		if got, err := record.NewKey(origin); err == nil {
			if _, err := record.NewSigner(got); err == nil {
				t.Errorf("%q is a name of a key that can be used", origin)
			}
		}
	}
}

func newKey(t *testing.T, origin string) string {
	t.Helper()
	key, err := record.NewKey(origin)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signer(t *testing.T, origin string) *record.Signer {
	t.Helper()
	s, err := record.NewSigner(newKey(t, origin))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
