package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	factchecktools "google.golang.org/api/factchecktools/v1alpha1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
)

type (
	searchCall = factchecktools.ClaimsSearchCall
	answer     = factchecktools.GoogleFactcheckingFactchecktoolsV1alpha1FactCheckedClaimSearchResponse
)

const (
	words    = "north korea treaty"
	most     = 100 // claims on a page
	few      = 3
	nonsense = "zyxwvut"
)

// factChecks asks the search of the Fact Check Tools API. Retracted are the
// pages of claims whose rulings were taken back.
func (f *findings) factChecks(ctx context.Context, retracted []string) {
	service, err := factchecktools.NewService(ctx, option.WithEndpoint(f.base+"/"), option.WithAPIKey("any"))
	if err != nil {
		f.fault("the client does not start: %v", err)
		return
	}
	search := &factSearch{findings: f, service: service, site: hostOf(f.base)}
	search.query(ctx)
	search.pages(ctx)
	search.filters(ctx)
	search.faultsOfOthers(ctx)
	search.unchanged(ctx)
	search.withoutRetracted(ctx, retracted)
}

type factSearch struct {
	*findings
	service *factchecktools.Service
	site    string
}

// ask begins a search.
func (s *factSearch) ask() *searchCall { return s.service.Claims.Search().PageSize(most) }

// do runs a search and gives the addresses of the reviews that it finds.
func (s *factSearch) do(ctx context.Context, what string, call *searchCall) []string {
	got, err := call.Context(ctx).Do()
	if err != nil {
		s.fault("search %s: %v", what, err)
		return nil
	}
	return reviews(got)
}

func reviews(got *answer) []string {
	var list []string
	for _, c := range got.Claims {
		for _, r := range c.ClaimReview {
			list = append(list, r.Url)
		}
	}
	return list
}

// all finds every claim of the site.
func (s *factSearch) all(ctx context.Context) []string {
	return s.do(ctx, "by publisher", s.ask().ReviewPublisherSiteFilter(s.site))
}

// query searches by words and looks at every field of what is found.
func (s *factSearch) query(ctx context.Context) {
	got, err := s.ask().Query(words).Context(ctx).Do()
	if err != nil {
		s.fault("search %q: %v", words, err)
		return
	}
	if len(got.Claims) < few {
		s.fault("search %q finds %d claims", words, len(got.Claims))
	}
	for _, c := range got.Claims {
		for word := range strings.FieldsSeq(words) {
			if !strings.Contains(strings.ToLower(c.Text), word) {
				s.fault("search %q finds %q", words, c.Text)
			}
		}
		if len(c.ClaimReview) != 1 {
			s.fault("%q has %d reviews", c.Text, len(c.ClaimReview))
			continue
		}
		r := c.ClaimReview[0]
		if r.Url == "" || r.Title == "" || r.TextualRating == "" || r.ReviewDate == "" || r.LanguageCode == "" || r.Publisher == nil || r.Publisher.Site != s.site || r.Publisher.Name == "" {
			s.fault("the review of %q lacks something: %+v", c.Text, r)
		}
	}
	if none := s.do(ctx, nonsense, s.ask().Query(nonsense)); len(none) > 0 {
		s.fault("search %q finds %v", nonsense, none)
	}
	s.saw("search: %d of %q", len(got.Claims), words)
}

// pages collects small pages: together they are the one large page.
func (s *factSearch) pages(ctx context.Context) {
	for what, ask := range map[string]func() *searchCall{
		"by words":     func() *searchCall { return s.service.Claims.Search().Query(words) },
		"by publisher": func() *searchCall { return s.service.Claims.Search().ReviewPublisherSiteFilter(s.site) },
	} {
		whole := s.do(ctx, what, ask().PageSize(most))
		var pages [][]string
		err := ask().PageSize(few).Pages(ctx, func(got *answer) error {
			pages = append(pages, reviews(got))
			return nil
		})
		if err != nil {
			s.fault("pages %s: %v", what, err)
		}
		if parts := slices.Concat(pages...); !slices.Equal(parts, whole) {
			s.fault("pages %s give %v, one page %v", what, parts, whole)
		}
		if slices.ContainsFunc(pages, func(p []string) bool { return len(p) > few }) || len(pages) != (len(whole)+few-1)/few {
			s.fault("%d claims %s are on %d pages of %d", len(whole), what, len(pages), few)
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(whole))); len(distinct) != len(whole) {
			s.fault("%s %d claims are found, %d different ones", what, len(whole), len(distinct))
		}
		if rest := s.do(ctx, what, ask().PageSize(most).Offset(few)); !slices.Equal(rest, whole[min(few, len(whole)):]) {
			s.fault("%s from the %dth on: %v of %v", what, few+1, rest, whole)
		}
		s.saw("%s: %d claims on %d pages", what, len(whole), len(pages))
	}
}

// filters narrows the search: by what holds for every claim of the
// demonstration, which was published today in English, and by what holds for
// none.
func (s *factSearch) filters(ctx context.Context) {
	all := s.all(ctx)
	for name, call := range map[string]*searchCall{
		"English":                s.ask().LanguageCode("en"),
		"English, of any region": s.ask().LanguageCode("en-GB"),
		"a day old at most":      s.ask().MaxAgeDays(1),
		"of all time":            s.ask().MaxAgeDays(100_000),
	} {
		if got := s.do(ctx, name, call.ReviewPublisherSiteFilter(s.site)); !slices.Equal(got, all) {
			s.fault("%s are %d claims of %d", name, len(got), len(all))
		}
	}
	for name, call := range map[string]*searchCall{
		"German":       s.ask().ReviewPublisherSiteFilter(s.site).LanguageCode("de"),
		"of others":    s.ask().ReviewPublisherSiteFilter("checks.example"),
		"German words": s.ask().Query(words).LanguageCode("de-AT"),
		"others words": s.ask().Query(words).ReviewPublisherSiteFilter("checks.example"),
	} {
		if got := s.do(ctx, name, call); len(got) != 0 {
			s.fault("%s are %v, none were expected", name, got)
		}
	}
}

// faultsOfOthers sends requests that cannot be answered: the client has to be
// able to say what is wrong with them.
func (s *factSearch) faultsOfOthers(ctx context.Context) {
	for name, call := range map[string]*searchCall{
		"no query":           s.ask(),
		"a made-up token":    s.ask().Query(words).PageToken("AAAA"),
		"a negative age":     s.ask().Query(words).MaxAgeDays(-1),
		"a negative offset":  s.ask().Query(words).Offset(-1),
		"a negative page":    s.service.Claims.Search().Query(words).PageSize(-1),
		"another page token": s.ask().Query(nonsense).PageToken(s.tokenOf(ctx)),
	} {
		_, err := call.Context(ctx).Do()
		var refused *googleapi.Error
		if !errors.As(err, &refused) || refused.Code != http.StatusBadRequest || refused.Message == "" {
			s.fault("%s is answered by %v", name, err)
		}
	}
	_, err := s.service.Claims.ImageSearch().ImageUri("https://example.org/a.png").Context(ctx).Do()
	var missing *googleapi.Error
	if !errors.As(err, &missing) || missing.Code != http.StatusNotFound || missing.Message == "" {
		s.fault("the search for images, which there is not, is answered by %v", err)
	}
}

func (s *factSearch) tokenOf(ctx context.Context) string {
	got, err := s.service.Claims.Search().Query(words).PageSize(1).Context(ctx).Do()
	if err != nil {
		s.fault("the first page: %v", err)
		return ""
	}
	return got.NextPageToken
}

// unchanged asks again with the tag of an answer.
func (s *factSearch) unchanged(ctx context.Context) {
	got, err := s.ask().Query(words).Context(ctx).Do()
	if err != nil {
		s.fault("search %q: %v", words, err)
		return
	}
	tag := got.Header.Get("ETag")
	if _, err := s.ask().Query(words).IfNoneMatch(tag).Context(ctx).Do(); tag == "" || !googleapi.IsNotModified(err) {
		s.fault("asked again with the tag %q: %v", tag, err)
	}
	if _, err := s.ask().Query("putin").IfNoneMatch(tag).Context(ctx).Do(); err != nil {
		s.fault("asked something else with the tag %q: %v", tag, err)
	}
}

// withoutRetracted looks for claims whose rulings were taken back.
func (s *factSearch) withoutRetracted(ctx context.Context, retracted []string) {
	if len(retracted) == 0 {
		s.fault("no ruling of the demonstration was retracted")
	}
	found := append(s.all(ctx), s.do(ctx, "land mine", s.ask().Query("land mine"))...)
	for _, page := range retracted {
		if slices.Contains(found, page) {
			s.fault("the retracted ruling %s is found", page)
		}
	}
	s.saw("%d retracted, not found", len(retracted))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
