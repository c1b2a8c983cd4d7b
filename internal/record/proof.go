package record

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// proofHeader is the first line of a proof (C2SP tlog-proof).
const proofHeader = "c2sp.org/tlog-proof@v1"

// Proof shows that an entry is in the tree of a signed checkpoint. It can be
// verified offline.
type Proof struct {
	Index      int64
	Hashes     tlog.RecordProof
	Checkpoint []byte // the signed note
}

// Prove makes the proof of an entry in the tree of a signed checkpoint of the
// given size.
func Prove(index, size int64, checkpoint []byte, r tlog.HashReader) (Proof, error) {
	hashes, err := tlog.ProveRecord(size, index, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry %d: %w", index, err)
	}
	return Proof{index, hashes, checkpoint}, nil
}

// Bytes writes the proof as a file.
func (p Proof) Bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHeader, p.Index)
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// ParseProof reads a proof, which can be written in one way only. Its checkpoint
// is not verified yet.
func ParseProof(b []byte) (Proof, error) {
	head, checkpoint, found := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != proofHeader {
		return Proof{}, errors.New("read proof: it is not a " + proofHeader)
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return Proof{}, errors.New("read proof: it has no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || index < 0 || lines[0] != fmt.Sprintf("index %d", index) {
		return Proof{}, fmt.Errorf("read proof: %q is no index", lines[0])
	}
	p := Proof{Index: index, Checkpoint: checkpoint}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != tlog.HashSize || line != base64.StdEncoding.EncodeToString(h) {
			return Proof{}, fmt.Errorf("read proof: %q is no hash", line)
		}
		p.Hashes = append(p.Hashes, tlog.Hash(h))
	}
	return p, nil
}

// Check verifies that an entry is in the tree that one of the keys signed, and
// gives the checkpoint.
func (p Proof) Check(entry []byte, vkeys ...string) (Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, vkeys...)
	if err != nil {
		return c, err
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, tlog.RecordHash(entry)); err != nil {
		return c, fmt.Errorf("check proof: entry %d is not in the signed tree: %w", p.Index, err)
	}
	return c, nil
}

// Range is the tree over entries that are added one after the other. It keeps
// the roots of its full subtrees only, so a log of any length can be read
// through it.
type Range struct {
	size  int64
	roots []tlog.Hash // of full subtrees, the largest first
}

// Size is the number of entries.
func (r *Range) Size() int64 { return r.size }

// Add appends an entry.
func (r *Range) Add(entry []byte) {
	r.roots = append(r.roots, tlog.RecordHash(entry))
	r.size++
	for n := r.size; n%2 == 0; n /= 2 {
		last := len(r.roots) - 1
		r.roots = append(r.roots[:last-1], tlog.NodeHash(r.roots[last-1], r.roots[last]))
	}
}

// Root gives the root of the tree (RFC 6962).
func (r *Range) Root() tlog.Hash {
	if r.size == 0 {
		return EmptyRoot
	}
	root := r.roots[len(r.roots)-1]
	for i := len(r.roots) - 2; i >= 0; i-- {
		root = tlog.NodeHash(r.roots[i], root)
	}
	return root
}
