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
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"github.com/claimtrail/claimtrail/internal/express"
)

// pageCache keeps what public pages answered, compressed once. An answer holds as
// long as nothing that it was made from has changed in the record: what follows
// the record knows that from memory, so a hit asks no database. An answer that
// was begun before a change is not taken for one of after it, since it bears the
// stamp of what was known when it was begun.
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
	Stamp() int64
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
	status    int
	plain     packed
	gzip      *packed            // nil where nothing is compressed
	brotli    func() *packed     // made when it is first asked for
	stamp     int64              // of what was known of the record when it was begun
	claims    []string           // that it was made from; none: from the whole record
	whole     prometheus.Counter // how often it was served
	unchanged prometheus.Counter // how often it was said to be unchanged
}

// packed is an answer in one encoding, with all of its headers.
type packed struct {
	header http.Header
	body   []byte
	tag    string

	fields    []byte // the headers as they go over the wire
	unchanged []byte // those of a 304
}

// written gives headers as they go over the wire, with the empty line.
func written(header http.Header) []byte {
	var b bytes.Buffer
	_ = header.Write(&b) // memory does not fail
	b.WriteString("\r\n")
	return b.Bytes()
}

// withoutBody takes from headers what 304 has not.
func withoutBody(header http.Header) {
	for _, name := range []string{"Content-Encoding", "Content-Type", "Content-Length"} {
		header.Del(name)
	}
}

// weight is what an answer takes in memory, in bytes: brotli is reckoned as gzip.
func (a *answer) weight() int {
	weight := len(a.plain.body) + entryOverhead
	if a.gzip != nil {
		weight += 2 * len(a.gzip.body)
	}
	return weight
}

// count counts an answer that was served from memory. How long it took is not
// measured: that is less than measuring takes.
func (a *answer) count(status int) {
	if status == http.StatusNotModified {
		a.unchanged.Inc()
	} else {
		a.whole.Inc()
	}
}

// holds reports whether nothing that an answer was made from has changed since.
func (c *pageCache) holds(a *answer) bool { return c.record.Changed(a.claims) <= a.stamp }

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
		return p.pages.fill(c, key, from(c), h)
	}
}

// front answers what is kept before anything else looks at the request: no log, no
// session, no route.
func (pc *pageCache) front(next http.Handler) http.Handler {
	if pc.kept == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (r.Method == http.MethodGet || r.Method == http.MethodHead) && len(r.Header["Accept-Datetime"]) == 0 {
			if a, ok := pc.kept.GetIfPresent(r.RequestURI); ok && pc.holds(a) && seenBy(r) <= pc.record.Index() {
				pc.meters.kept.Inc()
				a.count(a.serve(w, r, a.brotli))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// find is front for requests that are not parsed by net/http.
func (pc *pageCache) find(r express.Request) (express.Answer, bool) {
	if pc.kept == nil || r.AcceptDatetime != "" || strings.Contains(r.Cookie, seenCookie) {
		return express.Answer{}, false
	}
	a, ok := pc.kept.GetIfPresent(r.Target)
	if !ok || !pc.holds(a) {
		return express.Answer{}, false
	}
	pc.meters.kept.Inc()
	p := a.in(r.AcceptEncoding, a.brotli)
	if matchesETag(r.IfNoneMatch, p.tag) {
		return express.Answer{Unchanged: true, Fields: p.unchanged, Sent: a.unchanged.Inc}, true
	}
	return express.Answer{Fields: p.fields, Body: p.body, Sent: a.whole.Inc}, true
}

// fill makes an answer, once for all who wait for it.
func (pc *pageCache) fill(c *gin.Context, key string, claims []string, h func(*gin.Context) error) error {
	var own bool
	shared, err, _ := pc.filling.Do(key, func() (any, error) {
		own = true
		pc.meters.made.Inc()
		a, err := pc.make(c, claims, h)
		if err == nil && a.status == http.StatusOK && len(a.plain.body) <= longestAnswer {
			pc.kept.Set(key, a)
		}
		return a, err
	})
	if own && err != nil {
		return err
	}
	if a, made := shared.(*answer); err == nil && made && (own || pc.holds(a)) {
		a.serve(c.Writer, c.Request, nil)
		return nil
	}
	return h(c) // somebody else's failed, or was begun before a change
}

// make lets a page answer into memory.
func (pc *pageCache) make(c *gin.Context, claims []string, h func(*gin.Context) error) (*answer, error) {
	a := &answer{stamp: pc.record.Stamp()}
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
	a.status = max(held.status, http.StatusOK)
	if claims != nil {
		slices.Sort(noted.claims)
		a.claims = slices.Compact(noted.claims)
	}
	header := writer.Header().Clone() // what every answer bears
	maps.Copy(header, held.header)
	header.Del("X-Request-Id")
	header.Del("Connection")
	a.pack(header, held.body.Bytes())
	a.whole, a.unchanged = pc.meters.servedAt(askingOf(request.Context()).route)
	return a, nil
}

// pack makes the encodings. Their tags differ, as they must.
func (a *answer) pack(header http.Header, body []byte) {
	header.Set("Surrogate-Key", surrogateKey(a.claims))
	sum := sha256.Sum256(body)
	tag := hex.EncodeToString(sum[:12])
	zipped := compressible(header.Get("Content-Type"))
	if zipped {
		header.Add("Vary", "Accept-Encoding")
	}
	in := func(encoding string, body []byte) *packed {
		p := packed{header: header.Clone(), body: body, tag: `"` + tag + `"`}
		if encoding != "" {
			p.header.Set("Content-Encoding", encoding)
			p.tag = `"` + tag + "-" + encoding + `"`
		}
		if a.status == http.StatusOK {
			p.header.Set("ETag", p.tag)
		} else {
			p.header.Del("ETag")
		}
		p.header.Set("Content-Length", strconv.Itoa(len(body)))
		p.fields = written(p.header)
		unchanged := p.header.Clone()
		withoutBody(unchanged)
		p.unchanged = written(unchanged)
		return &p
	}
	a.plain = *in("", body)
	if zipped {
		a.gzip = in("gzip", quickGzip(body))
		a.brotli = sync.OnceValue(func() *packed { return in("br", packedBrotli(body)) })
	}
}

// surrogateKey names what a page is purged by in a cache that others run.
func surrogateKey(claims []string) string {
	if claims == nil {
		return "site record"
	}
	keys := "site"
	for _, c := range claims {
		keys += " claim-" + c
	}
	return keys
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

// serve sends the answer in the best encoding that the request takes, or 304, and gives
// the status. Who waits for the answer to be made is not made to wait for brotli too.
func (a *answer) serve(w http.ResponseWriter, r *http.Request, brotli func() *packed) int {
	p := a.in(r.Header.Get("Accept-Encoding"), brotli)
	h := w.Header()
	maps.Copy(h, p.header)
	if a.status == http.StatusOK && matchesETag(r.Header.Get("If-None-Match"), p.tag) {
		withoutBody(h)
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(p.body) // whoever asked may be gone
	}
	return a.status
}

// in gives the answer in the best encoding that is accepted.
func (a *answer) in(accepted string, brotli func() *packed) *packed {
	switch {
	case a.gzip == nil || a.status != http.StatusOK:
		return &a.plain
	case brotli != nil && takes(accepted, "br"):
		return brotli()
	case takes(accepted, "gzip"):
		return a.gzip
	}
	return &a.plain
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
