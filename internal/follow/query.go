package follow

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
)

// Query selects published claims: the newest publication first, or the best first when
// words are asked for. Empty fields do not filter. From and To bound the day on which
// it was said, Since the later of that and the day of the ruling (YYYY-MM-DD).
type Query struct {
	Rating, Speaker, Topic, Publisher, Source, Language, Year string
	From, To, Since                                           string
	Wanted                                                    search.Wanted
	Newest                                                    bool // first, though words are asked for
	Strict                                                    bool // as search.Query has it
	Corrected                                                 bool
	InForce                                                   bool   // leaves out what was retracted
	After                                                     string // cursor of the page before
	Offset                                                    int    // how many to leave out, for those who have no cursor
	Limit                                                     int
	Count                                                     bool // fill the counts of the page
}

// Page is one page of a list: what to show, how many match in all, the cursor
// of the next page, and counts over all that match; those of a field that is filtered
// by as if it were not. Any, Corrected, Missing and Found are those of search.Result.
type Page struct {
	Digests    []record.Digest
	Total      int
	Next       string
	Ratings    []Count
	Topics     []Count
	Speakers   []Count
	Publishers []Count
	Languages  []Count
	Years      []Count
	Any        bool
	Corrected  []search.Corrected
	Missing    []string
	Found      search.Found
}

// Count is how many claims a filter would leave.
type Count struct {
	Key, Name string
	N         int
}

// Claims answers a query: matching, ranking and counting in memory, then one read for
// the rows that are shown. Errors: Malformed for a cursor that is none.
func (f *Follower) Claims(ctx context.Context, q Query) (Page, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return Page{}, err
	}
	page, events, err := f.match(q)
	leave()
	if err != nil {
		return page, err
	}
	page.Digests, err = f.public.Digests(ctx, events)
	return page, err
}

// enter waits for one of the places in which the index is searched, as many as there
// are processors: whoever asks for much does not keep the record from being read.
func (f *Follower) enter(ctx context.Context) (leave func(), err error) {
	select {
	case f.searching <- struct{}{}:
		return func() { <-f.searching }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a search: %w", ctx.Err())
	}
}

func (f *Follower) match(q Query) (Page, []int64, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	asked, err := f.claims.asked(q)
	if err != nil {
		return Page{}, nil, err
	}
	r := f.claims.found.Search(asked)
	page := Page{Total: r.Total, Any: r.Any, Corrected: r.Corrected, Missing: r.Missing, Found: r.Found}
	events := make([]int64, len(r.Hits))
	for i, h := range r.Hits {
		events[i] = int64(f.claims.eventOf[h.Doc])
	}
	if r.More && len(r.Hits) > 0 {
		last := len(r.Hits) - 1
		page.Next = strconv.FormatInt(events[last], 36)
		if r.Hits[last].Score > 0 {
			page.Next += "-" + strconv.FormatUint(uint64(r.Hits[last].Score), 36)
		}
	}
	itself := func(key string) string { return key }
	page.Ratings = counts(r.Counts[search.Rating], itself)
	page.Languages = counts(r.Counts[search.Language], itself)
	page.Years = counts(r.Counts[search.Year], itself)
	page.Topics = counts(r.Counts[search.Topic], func(key string) string { return f.names[Subject{Topic, key}] })
	page.Speakers = counts(r.Counts[search.Speaker], func(key string) string { return f.names[Subject{Speaker, key}] })
	page.Publishers = counts(r.Counts[search.Publisher], func(key string) string { return f.names[Subject{Publisher, key}] })
	return page, events, nil
}

// asked says a query in the words of the index.
func (c *claims) asked(q Query) (search.Query, error) {
	asked := search.Query{Wanted: q.Wanted, Newest: q.Newest, Strict: q.Strict, From: q.From, To: q.To, Since: q.Since, Skip: q.Offset, Limit: q.Limit, Count: q.Count}
	for _, v := range []search.Value{
		{Field: search.Rating, Key: q.Rating}, {Field: search.Speaker, Key: q.Speaker}, {Field: search.Topic, Key: q.Topic},
		{Field: search.Publisher, Key: q.Publisher}, {Field: search.Language, Key: q.Language}, {Field: search.Year, Key: q.Year},
	} {
		if v.Key != "" {
			asked.Filters = append(asked.Filters, v)
		}
	}
	if q.Corrected {
		asked.Filters = append(asked.Filters, search.Value{Field: search.Mark, Key: markCorrected})
	}
	if q.InForce {
		asked.Without = append(asked.Without, search.Value{Field: search.Mark, Key: markRetracted})
	}
	if q.Source != "" {
		asked.Among = c.cited.of(q.Source)
	}
	if q.After == "" {
		return asked, nil
	}
	place, ok := c.place(q.After)
	if !ok {
		return asked, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
	}
	asked.After = place
	return asked, nil
}

// place reads a cursor: the event of the last claim, and its score if it has one.
func (c *claims) place(cursor string) (search.Place, bool) {
	event, score, scored := strings.Cut(cursor, "-")
	e, err := strconv.ParseInt(event, 36, 64)
	if err != nil || e < 0 {
		return search.Place{}, false
	}
	place := search.Place{Hit: search.Hit{Doc: c.documentsBefore(e)}, Set: true}
	if scored {
		s, err := strconv.ParseUint(score, 36, 32)
		if err != nil {
			return place, false
		}
		place.Score = uint32(s)
	}
	return place, true
}

func counts(found []search.Count, name func(string) string) []Count {
	list := make([]Count, len(found))
	for i, c := range found {
		list[i] = Count{c.Key, name(c.Key), c.N}
	}
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
	return list
}

// Newest gives the digests of the newest revisions of the given claims, as far
// as they are published.
func (f *Follower) Newest(ctx context.Context, claims []string) (map[string]record.Digest, error) {
	f.mu.RLock()
	var events []int64
	for _, c := range claims {
		if s, ok := f.claims.slot(c); ok && s.doc > 0 {
			events = append(events, int64(s.event))
		}
	}
	f.mu.RUnlock()
	digests, err := f.public.Digests(ctx, events)
	if err != nil {
		return nil, err
	}
	newest := make(map[string]record.Digest, len(digests))
	for _, d := range digests {
		newest[d.Claim] = d
	}
	return newest, nil
}

// Ruling says where the newest revision of a claim stands in the log, and since
// when the claim is published.
type Ruling struct {
	Claim     string
	Event     int64
	First     string // as documents write times
	Published string
}

// Rulings lists what matches a query whole, the newest first, from memory.
func (f *Follower) Rulings(q Query) []Ruling {
	f.mu.RLock()
	defer f.mu.RUnlock()
	q.Limit, q.Newest, q.After = math.MaxInt, true, ""
	asked, err := f.claims.asked(q)
	if err != nil {
		return nil
	}
	hits := f.claims.found.Search(asked).Hits
	list := make([]Ruling, len(hits))
	for i, h := range hits {
		list[i] = f.claims.slots[f.claims.slotOf[h.Doc]].ruling()
	}
	return list
}

func (s *slot) ruling() Ruling {
	return Ruling{s.claim.String(), int64(s.event), stamp(s.first), stamp(s.published)}
}

// Ruling gives where the newest revision of one claim stands, whatever became of
// it.
func (f *Follower) Ruling(claim string) (Ruling, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	s, ok := f.claims.slot(claim)
	if !ok || s.number == 0 {
		return Ruling{}, false
	}
	return s.ruling(), true
}

// Subjects lists the ids of what published claims name of a kind, sorted, above an id
// and at most limit.
func (f *Follower) Subjects(kind, above string, limit int) []string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if kind == Source {
		return f.claims.sources(above, limit)
	}
	var ids []string
	for s := range f.names {
		if s.Kind == kind && s.ID > above {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), limit)]
}

func (c *claims) sources(above string, limit int) []string {
	seen := map[key]bool{}
	var ids []string
	for doc, source := range c.cited.each {
		if id := source.String(); id > above && !seen[source] && c.found.Has(doc) {
			seen[source] = true
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), limit)]
}

// Names gives the newest published name of each of the ids of a kind that has one.
func (f *Follower) Names(ctx context.Context, kind string, ids []string) (map[string]string, error) {
	names := map[string]string{}
	f.mu.RLock()
	if kind != Source {
		defer f.mu.RUnlock()
		for _, id := range ids {
			if name, known := f.names[Subject{kind, id}]; known {
				names[id] = name
			}
		}
		return names, nil
	}
	events := f.claims.citing(ids)
	f.mu.RUnlock()
	digests, err := f.public.Digests(ctx, events)
	if err != nil {
		return nil, fmt.Errorf("read the names of sources: %w", err)
	}
	for _, d := range digests { // in the order of the log
		for _, s := range d.Sources {
			if slices.Contains(ids, s.ID) {
				names[s.ID] = s.Name
			}
		}
	}
	return names, nil
}

// citing gives, in order, the newest event for each source that names it.
func (c *claims) citing(sources []string) []int64 {
	newest := map[key]int64{}
	for _, id := range sources {
		newest[keyOf(id)] = -1
	}
	for doc, source := range c.cited.each {
		if _, wanted := newest[source]; wanted && c.found.Has(doc) {
			newest[source] = int64(c.eventOf[doc])
		}
	}
	var events []int64
	for _, e := range newest {
		if e >= 0 {
			events = append(events, e)
		}
	}
	slices.Sort(events)
	return slices.Compact(events)
}

// Name gives the newest published name of a subject; false when no published claim
// names it.
func (f *Follower) Name(ctx context.Context, s Subject) (string, bool, error) {
	names, err := f.Names(ctx, s.Kind, []string{s.ID})
	name, known := names[s.ID]
	return name, known, err
}
