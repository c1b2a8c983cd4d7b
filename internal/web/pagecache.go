package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
)

// pageCache keeps what public pages answered, compressed once. An answer holds as
// long as nothing that it was made from has changed in the record: what follows
// the record knows that from memory, so a hit asks no database. An answer that
// was begun before a change is not taken for one of after it, since it bears the
// place in the log at which it was begun.
type pageCache struct {
	record  changes
	kept    *otter.Cache[string, *answer] // nil: nothing is kept
	filling singleflight.Group
	meters  *meters
}

// changes tells how far the record was read, and up to where it concerns claims.
// A [follow.Follower] does.
type changes interface {
	Index() int64
	Changed(claims []string) int64
}

// Sizes in the cache, in bytes.
const (
	longestKey    = 512
	longestAnswer = 1 << 20
	entryOverhead = 1 << 10
)

// newPageCache makes a cache that holds so many bytes.
func newPageCache(record changes, size int64, counts *meters) (*pageCache, error) {
	if size == 0 {
		return &pageCache{record: record, meters: counts}, nil
	}
	kept, err := otter.New(&otter.Options[string, *answer]{
		MaximumWeight: uint64(size),                                                                //nolint:gosec // never negative
		Weigher:       func(key string, a *answer) uint32 { return uint32(len(key) + a.weight()) }, //nolint:gosec // at most a few megabytes
	})
	if err != nil {
		return nil, fmt.Errorf("make the page cache: %w", err)
	}
	return &pageCache{record: record, kept: kept, meters: counts}, nil
}

// answer is what a page answered, and what it was made from.
type answer struct {
	header http.Header
	status int
	body   []byte
	gzip   []byte
	brotli func() []byte
	tag    string   // of the bytes
	index  int64    // place in the log at which it was begun
	claims []string // that it was made from; none: from the whole record
}

// weight is what an answer takes in memory, in bytes: brotli is reckoned as gzip.
func (a *answer) weight() int { return len(a.body) + 2*len(a.gzip) + entryOverhead }

// holds reports whether nothing that an answer was made from has changed since.
func (c *pageCache) holds(a *answer) bool { return c.record.Changed(a.claims) <= a.index }

// ingredients gather the claims that an answer is made from while it is made.
type ingredients struct {
	mu     sync.Mutex
	claims []string
}

type ingredientsKey struct{}

// madeFrom notes that the answer to a request is made from claims too.
func madeFrom(ctx context.Context, claims []string) {
	s, noted := ctx.Value(ingredientsKey{}).(*ingredients)
	if !noted {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims = append(s.claims, claims...)
}

// ofClaim caches the answers about one claim, until something happens to it or to
// one of its family.
func (p *public) ofClaim(h func(*gin.Context) error) func(*gin.Context) error {
	return p.cached(h, func(c *gin.Context) []string {
		a, err := parseClaim(c.Param("claim"))
		if err != nil {
			return nil
		}
		return []string{string(a.id)}
	})
}

// ofRecord caches answers that anything in the record may change.
func (p *public) ofRecord(h func(*gin.Context) error) func(*gin.Context) error {
	return p.cached(h, func(*gin.Context) []string { return nil })
}

func (p *public) cached(h func(*gin.Context) error, from func(*gin.Context) []string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		key := c.Request.URL.RequestURI()
		if p.pages.kept == nil || len(key) > longestKey || c.GetHeader("Accept-Datetime") != "" {
			return h(c)
		}
		if a, ok := p.pages.kept.GetIfPresent(key); ok && p.pages.holds(a) {
			p.pages.meters.kept.Inc()
			a.serve(c, a.brotli)
			return nil
		}
		return p.pages.fill(c, key, from(c), h)
	}
}

// fill makes an answer, once for all who wait for it.
func (pc *pageCache) fill(c *gin.Context, key string, claims []string, h func(*gin.Context) error) error {
	var own bool
	shared, err, _ := pc.filling.Do(key, func() (any, error) {
		own = true
		pc.meters.made.Inc()
		a, err := pc.make(c, claims, h)
		if err == nil && a.status == http.StatusOK && len(a.body) <= longestAnswer {
			pc.kept.Set(key, a)
		}
		return a, err
	})
	if own && err != nil {
		return err
	}
	if a, made := shared.(*answer); err == nil && made && (own || pc.holds(a)) {
		a.serve(c, nil)
		return nil
	}
	return h(c) // somebody else's failed, or was begun before a change
}

// make lets a page answer into memory.
func (pc *pageCache) make(c *gin.Context, claims []string, h func(*gin.Context) error) (*answer, error) {
	a := &answer{index: pc.record.Index()}
	noted := &ingredients{claims: claims}
	writer, request := c.Writer, c.Request
	held := &heldAnswer{ResponseWriter: writer, header: http.Header{}}
	c.Writer = held
	c.Request = request.Clone(context.WithValue(request.Context(), ingredientsKey{}, noted))
	c.Request.Method = http.MethodGet
	c.Request.Header.Del("If-None-Match")
	err := h(c)
	c.Writer, c.Request = writer, request
	if err != nil {
		maps.Copy(writer.Header(), held.header) // the error bears them too
		return nil, err
	}
	a.header, a.status, a.body = held.header, max(held.status, http.StatusOK), held.body.Bytes()
	if claims != nil {
		slices.Sort(noted.claims)
		a.claims = slices.Compact(noted.claims)
	}
	sum := sha256.Sum256(a.body)
	a.tag = hex.EncodeToString(sum[:12])
	a.header.Del("ETag")
	if compressible(a.header.Get("Content-Type")) {
		a.gzip = quickGzip(a.body)
	}
	a.brotli = sync.OnceValue(func() []byte { return packedBrotli(a.body) })
	return a, nil
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "xml")
}

// quickGzip compresses while somebody waits.
func quickGzip(b []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // the level is valid
	_, _ = w.Write(b)                                    // memory does not fail
	_ = w.Close()
	return packed.Bytes()
}

// packedBrotli compresses for those who come again.
func packedBrotli(b []byte) []byte {
	var packed bytes.Buffer
	w := brotli.NewWriterLevel(&packed, brotliLevel)
	_, _ = w.Write(b) // memory does not fail
	_ = w.Close()
	return packed.Bytes()
}

const brotliLevel = 5

// heldAnswer holds back what a handler answers.
type heldAnswer struct {
	gin.ResponseWriter

	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header { return h.header }

// WriteHeader sets the status; gin gives one below zero for “as it is”.
func (h *heldAnswer) WriteHeader(status int) {
	if status > 0 {
		h.status = status
	}
}

func (h *heldAnswer) WriteHeaderNow() {
	if h.status == 0 {
		h.status = http.StatusOK
	}
}

func (h *heldAnswer) Write(b []byte) (int, error) {
	h.WriteHeaderNow()
	return h.body.Write(b)
}

func (h *heldAnswer) WriteString(s string) (int, error) { return h.Write([]byte(s)) }

func (h *heldAnswer) Status() int   { return h.status }
func (h *heldAnswer) Size() int     { return h.body.Len() }
func (h *heldAnswer) Written() bool { return h.status != 0 }

// serve sends the answer in the best encoding that the request takes, or 304. The
// tags of its encodings differ, as they must. Who waits for the answer to be made
// is not made to wait for brotli too.
func (a *answer) serve(c *gin.Context, packed func() []byte) {
	h := c.Writer.Header()
	for name, values := range a.header {
		h[name] = slices.Clone(values)
	}
	body, encoding := a.body, ""
	if a.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		switch accepted := c.GetHeader("Accept-Encoding"); {
		case packed != nil && takes(accepted, "br"):
			body, encoding = packed(), "br"
		case takes(accepted, "gzip"):
			body, encoding = a.gzip, "gzip"
		}
	}
	if a.status != http.StatusOK {
		c.Data(a.status, h.Get("Content-Type"), a.body)
		return
	}
	tag := a.tag
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		tag += "-" + encoding
	}
	h.Set("ETag", `"`+tag+`"`)
	if matchesETag(c.GetHeader("If-None-Match"), `"`+tag+`"`) {
		h.Del("Content-Encoding")
		h.Del("Content-Type")
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(body) // whoever asked may be gone
	}
}

// takes reports whether an Accept-Encoding lets an answer be encoded so.
func takes(accepted, encoding string) bool {
	for part := range strings.SplitSeq(accepted, ",") {
		name, weight, weighted := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return !weighted || (err == nil && q > 0)
		}
	}
	return false
}
