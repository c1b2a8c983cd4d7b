package interchange

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/record"
)

// Site is the organisation that publishes, as other people's programs need to
// know it.
type Site struct {
	BaseURL  string // public origin, without a slash at the end
	Masthead record.Masthead
}

// Name gives the organisation's name.
func (s Site) Name() string {
	if s.Masthead.Name == "" {
		return "Claimtrail"
	}
	return s.Masthead.Name
}

// Language gives the language that the organisation writes in.
func (s Site) Language() string {
	if s.Masthead.Language == "" {
		return "en"
	}
	return s.Masthead.Language
}

// Home is the address of the organisation: its own page, or the site's.
func (s Site) Home() string { return s.BaseURL + "/" }

// Host gives the site as programs tell publishers apart: without scheme, port
// and "www.".
func (s Site) Host() string { return HostOf(s.BaseURL) }

// ClaimURL is the canonical address of a claim.
func (s Site) ClaimURL(id string) string { return s.BaseURL + "/claims/" + id }

// RevisionURL is the address of one revision of a claim, for ever.
func (s Site) RevisionURL(id string, number int) string {
	return s.ClaimURL(id) + "/revisions/" + strconv.Itoa(number)
}

// CardURL is the address of a claim's card; it remembers the revision that the
// article's author saw, unless that is 0.
func (s Site) CardURL(id string, revision int) string {
	return s.BaseURL + "/embed/claims/" + id + pinned(revision)
}

func pinned(revision int) string {
	if revision == 0 {
		return ""
	}
	return "?rev=" + strconv.Itoa(revision)
}

// HostOf gives the host of an address without port and "www."; nothing for what
// is no address.
func HostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
