package store

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/record"
)

// verify computes the log anew from its entries and holds it against the stored
// hashes, the newest checkpoint in the table and the one that was remembered.
func (b *Backup) verify(r Reader) error {
	tree, err := committedTree(r.g)
	if err != nil {
		return err
	}
	if tree.Size != b.Manifest.LogSize {
		return fmt.Errorf("the log has %d entries, and should have %d", tree.Size, b.Manifest.LogSize)
	}
	if err := verifyHashes(r, tree.Size); err != nil {
		return err
	}
	last, err := findSome[checkpoint](r, "checkpoint", "size DESC", 1, "1 = 1")
	if err != nil {
		return err
	}
	for _, c := range last {
		if err := extends(tree, c.Note); err != nil {
			return err
		}
	}
	return extends(tree, b.Checkpoint)
}

// verifyPage is how many entries of the log are looked at together.
const verifyPage = 1000

func verifyHashes(r Reader, size int64) error {
	known := edge{}
	for from := int64(0); from < size; from += verifyPage {
		events, err := findSome[recordEvent](r, "log", "idx", verifyPage, "idx >= ?", from)
		if err != nil {
			return err
		}
		var hashes []tlog.Hash
		for i, e := range events {
			if e.Idx != from+int64(i) {
				return fmt.Errorf("the log has no entry %d", from+int64(i))
			}
			more, err := record.Hashes(e.Idx, e.Leaf, known)
			if err != nil {
				return err
			}
			hashes = append(hashes, more...)
			known[record.FirstHash(e.Idx)+int64(len(more))-1] = more[len(more)-1]
		}
		first := record.FirstHash(from)
		stored, err := find[logHash](r, "log hashes", "idx", "idx >= ? AND idx < ?", first, record.FirstHash(from+int64(len(events))))
		if err != nil {
			return err
		}
		for i, h := range hashes {
			if i >= len(stored) || stored[i].Idx != first+int64(i) || !bytes.Equal(stored[i].Hash, h[:]) {
				return fmt.Errorf("the log's entries are not those that were signed: hash %d does not follow from them", first+int64(i))
			}
		}
	}
	return nil
}

// edge holds the roots of the full subtrees so far by their stored index. Each
// is asked for once, when the one beside it is complete.
type edge map[int64]tlog.Hash

// ReadHashes gives hashes and forgets them.
func (e edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = e[index]
		delete(e, index)
	}
	return hashes, nil
}
