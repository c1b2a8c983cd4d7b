package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// What never changes may be kept; what grows is asked for again.
const (
	immutable = "public, max-age=31536000, immutable"
	growing   = "no-cache"
)

// logEntries is how many of the newest entries people are shown.
const logEntries = 40

// logPage tells people what the log is, how to verify it, and what it has of
// late.
func (p *public) logPage(c *gin.Context) error {
	ctx := c.Request.Context()
	page := views.Log{Page: p.page("Transparency log", "/log"), Keys: p.keys, Base: p.baseURL}
	signed, err := p.record.Signed(ctx)
	switch {
	case kb.KindOf(err) == kb.NotFound && err != nil:
		return p.show(c, views.LogPage(page))
	case err != nil:
		return err
	}
	page.Checkpoint, page.Size = string(signed.Note), strconv.FormatInt(signed.Size, 10)
	first := max(0, signed.Size-logEntries)
	leaves, err := p.record.Leaves(ctx, first, int(signed.Size-first))
	if err != nil {
		return err
	}
	for i, b := range slices.Backward(leaves) {
		var leaf record.Leaf
		if err := json.Unmarshal(b, &leaf); err != nil {
			return fmt.Errorf("read log entry: %w", err)
		}
		page.Entries = append(page.Entries, logEntry(first+int64(i), leaf))
	}
	return p.show(c, views.LogPage(page))
}

// eventWords are the kinds of entries in the words of the site.
var eventWords = map[string]string{
	record.KindRevision: "revision", record.KindBanner: "under review: begun or ended", record.KindRedaction: "redaction", record.KindScale: "rating scale",
	record.KindPolicy: "house policy", record.KindMasthead: "masthead", record.KindKey: "key of the log", record.KindDispute: "dispute settled",
	record.KindQuotationCheck: "quotations compared with the live page", record.KindRelease: "text of a source released or taken down",
}

func logEntry(index int64, leaf record.Leaf) views.LogEntry {
	e := views.LogEntry{Index: strconv.FormatInt(index, 10), Words: eventWords[leaf.Kind], At: stamped(leaf.PublishedAt), Hash: leaf.SHA256, Document: "/log/documents/" + leaf.SHA256 + ".json"}
	if leaf.Claim != "" {
		e.Claim = views.Link{Text: leaf.Claim, URL: "/claims/" + leaf.Claim}
	}
	if leaf.Kind == record.KindRevision {
		e.Words = "revision " + strconv.Itoa(leaf.Revision) + ": " + leaf.Rating
		e.Document = revisionURL(leaf.Claim, leaf.Revision) + ".json"
	}
	return e
}

// logCheckpoint serves the newest signed note of the log (C2SP tlog-tiles).
func (p *public) logCheckpoint(c *gin.Context) error {
	signed, err := p.record.Signed(c.Request.Context())
	if err != nil {
		return err
	}
	return p.logBytes(c, "text/plain; charset=utf-8", growing, signed.Note)
}

// logTile serves a tile of hashes or a bundle of entries, as far as the newest
// checkpoint goes.
func (p *public) logTile(c *gin.Context) error {
	ctx := c.Request.Context()
	nothing := kb.Errorf(kb.NotFound, "The log has no such tile.")
	tile, err := record.ParseTile(strings.TrimPrefix(c.Param("path"), "/"))
	if err != nil {
		return nothing.Because(err)
	}
	signed, err := p.record.Signed(ctx)
	if err != nil {
		return err
	}
	if !tile.In(signed.Size) {
		return nothing
	}
	if tile.Level != record.Entries {
		b, err := record.TileHashes(tile, p.record.Hashes(ctx))
		if err != nil {
			return err
		}
		return p.logBytes(c, "application/octet-stream", kept(tile), b)
	}
	leaves, err := p.record.Leaves(ctx, tile.N*record.TileWidth, tile.Width)
	if err != nil {
		return err
	}
	var bundle []byte
	for _, leaf := range leaves {
		if bundle, err = record.AppendEntry(bundle, leaf); err != nil {
			return err
		}
	}
	return p.logBytes(c, "application/octet-stream", kept(tile), bundle)
}

// kept says how long a tile may be kept: a full one for ever, a partial one until
// it is full.
func kept(t record.Tile) string {
	if t.Width == record.TileWidth {
		return immutable
	}
	return fresh
}

// logKey serves the key that checkpoints are verified with.
func (p *public) logKey(c *gin.Context) error {
	if len(p.keys) == 0 {
		return kb.Errorf(kb.NotFound, "This site signs no log.")
	}
	return p.logBytes(c, "text/plain; charset=utf-8", growing, []byte(p.keys[0]+"\n"))
}

// logPolicy serves the log's policy (C2SP tlog-policy): its keys, and that no
// witness cosigns yet.
func (p *public) logPolicy(c *gin.Context) error {
	if len(p.keys) == 0 {
		return kb.Errorf(kb.NotFound, "This site signs no log.")
	}
	var b strings.Builder
	for _, key := range p.keys {
		fmt.Fprintf(&b, "log %s %s/log\n", key, p.baseURL)
	}
	b.WriteString("quorum none\n")
	return p.logBytes(c, "text/plain; charset=utf-8", growing, []byte(b.String()))
}

// logDocument serves the document of an event, exactly the bytes that were
// hashed.
func (p *public) logDocument(c *gin.Context) error {
	hash, found := strings.CutSuffix(c.Param("hash"), ".json")
	if !found {
		return kb.Errorf(kb.NotFound, "There is nothing at this address; documents end in .json.")
	}
	b, err := p.record.EventDocument(c.Request.Context(), hash)
	if err != nil {
		return err
	}
	return p.bytes(c, "application/json", b)
}

func (p *public) logBytes(c *gin.Context, kind, cache string, b []byte) error {
	h := c.Writer.Header()
	h.Set("Cache-Control", cache)
	h.Set("Access-Control-Allow-Origin", "*")
	c.Data(http.StatusOK, kind, b)
	return nil
}

// proof serves the proof that a revision is in the signed log (C2SP tlog-proof).
func (p *public) proof(c *gin.Context, claim kb.ID, number int, index int64) error {
	proof, err := p.record.Proof(c.Request.Context(), index)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+string(claim)+"-r"+strconv.Itoa(number)+`.tlog-proof"`)
	return p.logBytes(c, "text/plain; charset=utf-8", fresh, proof.Bytes())
}

// entry serves the entry of the log that stands for a revision, exactly the
// bytes of the leaf.
func (p *public) entry(c *gin.Context, index int64) error {
	leaves, err := p.record.Leaves(c.Request.Context(), index, 1)
	if err != nil {
		return err
	}
	return p.logBytes(c, "application/json", fresh, leaves[0])
}
