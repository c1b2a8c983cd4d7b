package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gosimple/slug"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// The addresses of the site are built here and nowhere else.

// claimURL is the address of a claim as people see it, with a slug.
func claimURL(id, text string) string {
	if s := slugOf(text); s != "" {
		return "/claims/" + id + "-" + s
	}
	return "/claims/" + id
}

// slugLength keeps addresses short enough to be read.
const slugLength = 60

func slugOf(text string) string {
	s := slug.Make(text)
	if len(s) > slugLength {
		s = s[:slugLength]
		if i := strings.LastIndexByte(s, '-'); i > 0 {
			s = s[:i]
		}
	}
	return strings.Trim(s, "-")
}

func revisionURL(claim string, number int) string {
	return "/claims/" + claim + "/revisions/" + strconv.Itoa(number)
}

func speakerURL(id string) string   { return "/speakers/" + id }
func publisherURL(id string) string { return "/publishers/" + id }
func sourceURL(id string) string    { return "/sources/" + id }
func topicURL(slug string) string   { return "/topics/" + url.PathEscape(slug) }

func deskClaim(id kb.ID, rest ...string) string {
	return "/desk/claims/" + strings.Join(append([]string{string(id)}, rest...), "/")
}

func deskSource(id kb.ID, rest ...string) string {
	return "/desk/sources/" + strings.Join(append([]string{string(id)}, rest...), "/")
}

// claimAddress is what `:claim` of an address holds: the id, a slug that is
// only for people, and a suffix that asks for another form.
type claimAddress struct {
	id     kb.ID
	suffix string // ".json" or nothing
}

func parseClaim(param string) (claimAddress, error) {
	rest, found := strings.CutSuffix(param, ".json")
	a := claimAddress{}
	if found {
		a.suffix = ".json"
	}
	id, _, _ := strings.Cut(rest, "-")
	var err error
	a.id, err = kb.ParseID(id)
	return a, err
}

// revisionSuffixes are the other forms of a revision: its document, its entry in
// the log, the proof that the entry is there.
var revisionSuffixes = []string{".tlog-proof", ".entry.json", ".json"}

// parseNumber reads a revision's number with its suffix.
func parseNumber(param string) (int, string, error) {
	rest, suffix := param, ""
	for _, s := range revisionSuffixes {
		if r, found := strings.CutSuffix(param, s); found {
			rest, suffix = r, s
			break
		}
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 || strconv.Itoa(n) != rest {
		return 0, "", kb.Errorf(kb.NotFound, "There is no such revision.")
	}
	return n, suffix, nil
}

// localPath gives next if it leads to a page of this site, otherwise the
// fallback: nobody can be sent away by a prepared address.
func localPath(next, fallback string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return fallback
	}
	return next
}
