package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
)

// The search of the Fact Check Tools API v1alpha1, so that programs made for it
// work here: the same parameters, pages, filters and errors.

const (
	factCheckPath   = "/v1alpha1/"
	factCheckRows   = 10
	mostFactChecks  = 100
	longestAge      = 100_000 // days
	longestQuery    = 2000    // characters
	filterTagLength = 6       // bytes
)

// factChecks answers claims:search.
func (p *public) factChecks(c *gin.Context) error {
	anybody(c)
	q, answerable, err := p.factCheckQuery(c)
	if err != nil {
		return err
	}
	answer := interchange.FactChecks{}
	if answerable {
		page, err := p.follower.Claims(c.Request.Context(), q)
		if err != nil {
			return err
		}
		site := p.site()
		for _, d := range page.Digests {
			answer.Claims = append(answer.Claims, interchange.FactCheckOf(site, d))
		}
		if page.Next != "" {
			answer.NextToken = pageToken(factCheckFilter(c), page.Next)
		}
	}
	b, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return p.bytes(c, "application/json; charset=UTF-8", append(b, '\n'))
}

// factCheckQuery reads the parameters. Not answerable is what no ruling of this
// site can match.
func (p *public) factCheckQuery(c *gin.Context) (q follow.Query, answerable bool, err error) {
	words, site := strings.TrimSpace(c.Query("query")), strings.TrimSpace(c.Query("reviewPublisherSiteFilter"))
	if words == "" && site == "" {
		return q, false, kb.Errorf(kb.Malformed, "Give a query, or reviewPublisherSiteFilter.")
	}
	if len(words) > longestQuery {
		return q, false, kb.Errorf(kb.Malformed, "query is too long: at most %d characters.", longestQuery)
	}
	q = follow.Query{Wanted: search.Parse(words), Strict: true, InForce: true}
	for name, into := range map[string]*int{"pageSize": &q.Limit, "offset": &q.Offset} {
		if *into, err = countQuery(c, name); err != nil {
			return q, false, err
		}
	}
	if q.Limit == 0 {
		q.Limit = factCheckRows
	}
	q.Limit = min(q.Limit, mostFactChecks)
	days, err := countQuery(c, "maxAgeDays")
	if err != nil {
		return q, false, err
	}
	if days > 0 {
		q.Since = p.record.Now().AddDate(0, 0, -min(days, longestAge)).Format(time.DateOnly)
	}
	if token := c.Query("pageToken"); token != "" {
		q.Offset = 0
		if q.After, err = pageCursor(factCheckFilter(c), token); err != nil {
			return q, false, err
		}
	}
	ours := site == "" || interchange.HostOf("//"+strings.TrimPrefix(site, "//")) == p.site().Host() || interchange.HostOf(site) == p.site().Host()
	return q, ours && p.writesIn(c.Query("languageCode")), nil
}

// writesIn reports whether rulings are written in a language, whatever the
// region.
func (p *public) writesIn(code string) bool {
	primary := func(tag string) string {
		tag, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
		return tag
	}
	return code == "" || primary(code) == primary(p.site().Language())
}

// countQuery reads a number that is not negative; 0 when none is given.
func countQuery(c *gin.Context, name string) (int, error) {
	raw := c.Query(name)
	if raw == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(raw, 10, 32)
	if err != nil || n < 0 {
		return 0, kb.Errorf(kb.Malformed, "%s should be a number, 0 or more.", name)
	}
	return int(n), nil
}

// factCheckFilter is what must stay the same from one page to the next.
func factCheckFilter(c *gin.Context) string {
	return strings.Join([]string{c.Query("query"), c.Query("reviewPublisherSiteFilter"), c.Query("languageCode"), c.Query("maxAgeDays")}, "\x00")
}

// pageToken makes an opaque token of a cursor, bound to the filter that it
// belongs to.
func pageToken(filter, cursor string) string {
	tag := sha256.Sum256([]byte(filter))
	return base64.RawURLEncoding.EncodeToString(append(tag[:filterTagLength], cursor...))
}

// pageCursor reads a token. Errors: Malformed when it is none, or belongs to
// another filter.
func pageCursor(filter, token string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	tag := sha256.Sum256([]byte(filter))
	if err != nil || len(raw) <= filterTagLength || string(raw[:filterTagLength]) != string(tag[:filterTagLength]) {
		return "", kb.Errorf(kb.Malformed, "pageToken is none of this search: repeat the query that it came from.")
	}
	return string(raw[filterTagLength:]), nil
}

// factCheckStatuses are the words that Google's APIs have for statuses.
var factCheckStatuses = map[int]string{
	http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusNotFound: "NOT_FOUND", http.StatusForbidden: "PERMISSION_DENIED", http.StatusTooManyRequests: "RESOURCE_EXHAUSTED",
	http.StatusMethodNotAllowed: "UNIMPLEMENTED", http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusInternalServerError: "INTERNAL",
}

// writeFactCheckError answers in the shape in which that API's clients read
// errors.
func writeFactCheckError(w http.ResponseWriter, status int, e *kb.Error) {
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	words := factCheckStatuses[status]
	if words == "" {
		words = "UNKNOWN"
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Error body `json:"error"`
	}{body{status, e.Message, words}})
}
