// Command logcheck verifies a site's log with the libraries of the
// transparency-dev project and nothing of claimtrail: the checkpoint, every
// tile against the entries, the proof of every revision, and that the tree of
// every size grew out of the smaller ones.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	site := flag.String("url", "", "origin of the site")
	vkey := flag.String("vkey", "", "file with the verifying key")
	flag.Parse()
	if err := check(strings.TrimSuffix(*site, "/"), *vkey); err != nil {
		fmt.Fprintln(os.Stderr, "logcheck:", err)
		os.Exit(1)
	}
}

// checker reads one site.
type checker struct {
	site     string
	client   http.Client
	verifier note.Verifier
	size     uint64
	entries  [][]byte
	tiles    map[string][]byte
}

func check(site, vkey string) error {
	key, err := os.ReadFile(vkey)
	if err != nil {
		return err
	}
	c := &checker{site: site, client: http.Client{Timeout: 30 * time.Second}, tiles: map[string][]byte{}}
	if c.verifier, err = note.NewVerifier(strings.TrimSpace(string(key))); err != nil {
		return err
	}
	checkpoint, err := c.checkpoint()
	if err != nil {
		return err
	}
	c.size = checkpoint.Size
	if err := c.readEntries(); err != nil {
		return err
	}
	revisions, err := c.checkRevisions()
	if err != nil {
		return err
	}
	pairs, err := c.checkConsistency(checkpoint.Hash)
	if err != nil {
		return err
	}
	fmt.Printf("%d entries, %d revisions proven, %d pairs of trees consistent\n", c.size, revisions, pairs)
	return nil
}

func (c *checker) get(path string) ([]byte, error) {
	answer, err := c.client.Get(c.site + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 64<<20))
}

func (c *checker) checkpoint() (*log.Checkpoint, error) {
	b, err := c.get("/log/checkpoint")
	if err != nil {
		return nil, err
	}
	checkpoint, _, _, err := log.ParseCheckpoint(b, c.verifier.Name(), c.verifier)
	return checkpoint, err
}

const width = 256

// tile reads a tile as wide as the tree has it.
func (c *checker) tile(level string, n, hashes uint64) ([]byte, error) {
	path := fmt.Sprintf("/log/tile/%s/%03d", level, n%1000)
	if n >= 1000 {
		path = fmt.Sprintf("/log/tile/%s/x%03d/%03d", level, n/1000, n%1000)
	}
	if have := hashes - n*width; have < width {
		path += fmt.Sprintf(".p/%d", have)
	}
	if b, known := c.tiles[path]; known {
		return b, nil
	}
	b, err := c.get(path)
	if err != nil {
		return nil, err
	}
	c.tiles[path] = b
	return b, nil
}

// readEntries reads all entries and holds the tiles of their hashes against them.
func (c *checker) readEntries() error {
	for n := uint64(0); n*width < c.size; n++ {
		bundle, err := c.tile("entries", n, c.size)
		if err != nil {
			return err
		}
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle %d is cut off", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			c.entries = append(c.entries, bundle[2:end])
			bundle = bundle[end:]
		}
	}
	if uint64(len(c.entries)) != c.size {
		return fmt.Errorf("%d entries are shown of %d", len(c.entries), c.size)
	}
	for i, e := range c.entries {
		h, err := c.node(compact.NewNodeID(0, uint64(i)))
		if err != nil {
			return err
		}
		if !bytes.Equal(h, rfc6962.DefaultHasher.HashLeaf(e)) {
			return fmt.Errorf("entry %d is not the one whose hash is in the tile", i)
		}
	}
	return nil
}

// node computes a node of the tree from the tile that it lies in.
func (c *checker) node(id compact.NodeID) ([]byte, error) {
	level, up := id.Level/8, id.Level%8
	first, last := id.Index<<up, (id.Index+1)<<up
	n := first / width
	tile, err := c.tile(fmt.Sprint(level), n, c.size>>(8*level))
	if err != nil {
		return nil, err
	}
	if uint64(len(tile)) < (last-n*width)*32 {
		return nil, fmt.Errorf("tile %d of level %d is cut off", n, level)
	}
	var row [][]byte
	for i := first - n*width; i < last-n*width; i++ {
		row = append(row, tile[i*32:(i+1)*32])
	}
	for len(row) > 1 {
		var next [][]byte
		for i := 0; i < len(row); i += 2 {
			next = append(next, rfc6962.DefaultHasher.HashChildren(row[i], row[i+1]))
		}
		row = next
	}
	return row[0], nil
}

// root computes the root of the tree of a smaller size.
func (c *checker) root(size uint64) ([]byte, error) {
	var root []byte
	ids := compact.RangeNodes(0, size, nil)
	for i := len(ids) - 1; i >= 0; i-- {
		h, err := c.node(ids[i])
		if err != nil {
			return nil, err
		}
		if root == nil {
			root = h
			continue
		}
		root = rfc6962.DefaultHasher.HashChildren(h, root)
	}
	return root, nil
}

// checkRevisions verifies the proof of every revision in the log.
func (c *checker) checkRevisions() (int, error) {
	n := 0
	for i, raw := range c.entries {
		var e struct {
			Kind, Claim string
			Revision    int
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			return n, fmt.Errorf("entry %d: %w", i, err)
		}
		if e.Kind != "revision" {
			continue
		}
		if err := c.checkRevision(uint64(i), raw, fmt.Sprintf("/claims/%s/revisions/%d", e.Claim, e.Revision)); err != nil {
			return n, fmt.Errorf("revision %d of claim %s: %w", e.Revision, e.Claim, err)
		}
		n++
	}
	if n == 0 {
		return 0, errors.New("the log has no revision")
	}
	return n, nil
}

func (c *checker) checkRevision(index uint64, raw []byte, path string) error {
	entry, err := c.get(path + ".entry.json")
	if err != nil {
		return err
	}
	if !bytes.Equal(entry, raw) {
		return errors.New("its entry is not the one in the log")
	}
	b, err := c.get(path + ".tlog-proof")
	if err != nil {
		return err
	}
	var p tlogproof.TLogProof
	if err := p.Unmarshal(b); err != nil {
		return err
	}
	if p.Index != index {
		return fmt.Errorf("it is entry %d, the proof is of %d", index, p.Index)
	}
	if !bytes.Equal(p.Marshal(), b) {
		return errors.New("the proof is not written as it should be")
	}
	checkpoint, _, _, err := log.ParseCheckpoint(p.Checkpoint, c.verifier.Name(), c.verifier)
	if err != nil {
		return err
	}
	var hashes [][]byte
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:])
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, checkpoint.Size, rfc6962.DefaultHasher.HashLeaf(entry), hashes, checkpoint.Hash); err != nil {
		return err
	}
	if proof.VerifyInclusion(rfc6962.DefaultHasher, index, checkpoint.Size, rfc6962.DefaultHasher.HashLeaf(append(entry, ' ')), hashes, checkpoint.Hash) == nil {
		return errors.New("another entry is proven too")
	}
	return nil
}

// checkConsistency verifies that the signed tree, and the one that is half as
// large, grew out of every smaller one.
func (c *checker) checkConsistency(signed []byte) (int, error) {
	n := 0
	for _, larger := range []uint64{c.size, c.size/2 + 1} {
		root, err := c.root(larger)
		if err != nil {
			return n, err
		}
		if larger == c.size && !bytes.Equal(root, signed) {
			return n, errors.New("the tiles do not make the signed root")
		}
		for smaller := uint64(1); smaller < larger; smaller += 1 + larger/500 {
			if err := c.checkPair(smaller, larger, root); err != nil {
				return n, fmt.Errorf("the trees of %d and %d entries: %w", smaller, larger, err)
			}
			n++
		}
	}
	return n, nil
}

func (c *checker) checkPair(smaller, larger uint64, root []byte) error {
	before, err := c.root(smaller)
	if err != nil {
		return err
	}
	nodes, err := proof.Consistency(smaller, larger)
	if err != nil {
		return err
	}
	var hashes [][]byte
	for _, id := range nodes.IDs {
		h, err := c.node(id)
		if err != nil {
			return err
		}
		hashes = append(hashes, h)
	}
	if hashes, err = nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren); err != nil {
		return err
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, smaller, larger, hashes, before, root); err != nil {
		return err
	}
	other := bytes.Clone(before)
	other[0] ^= 1
	if proof.VerifyConsistency(rfc6962.DefaultHasher, smaller, larger, hashes, other, root) == nil {
		return errors.New("another history is consistent too")
	}
	return nil
}
