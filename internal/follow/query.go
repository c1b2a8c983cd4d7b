package follow

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Query selects published claims, the newest publication first. Empty fields do
// not filter. From and To bound the day on which it was said, Since the later of
// that and the day of the ruling (YYYY-MM-DD).
type Query struct {
	Rating, Speaker, Topic, Publisher, Source, Language string
	From, To, Since                                     string
	Terms                                               []string // of search.Terms; all of them must be there
	Corrected                                           bool
	InForce                                             bool   // leaves out what was retracted
	After                                               string // cursor of the page before
	Offset                                              int    // how many to leave out, for those who have no cursor
	Limit                                               int
}

// Page is one page of a list: what to show, how many match in all, the cursor
// of the next page, and counts by rating and topic over all that match.
type Page struct {
	Digests []record.Digest
	Total   int
	Next    string
	Ratings []Count
	Topics  []Count
}

// Count is how many claims a filter would leave.
type Count struct {
	Key, Name string
	N         int
}

// Claims answers a query: matching and counting in memory, then one read for
// the rows that are shown. Errors: Malformed for a cursor that is none.
func (f *Follower) Claims(ctx context.Context, q Query) (Page, error) {
	after := int64(-1)
	if q.After != "" {
		var err error
		if after, err = strconv.ParseInt(q.After, 36, 64); err != nil || after < 0 {
			return Page{}, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
		}
	}
	page, events := f.match(q, after)
	var err error
	page.Digests, err = f.public.Digests(ctx, events)
	return page, err
}

func (f *Follower) match(q Query, after int64) (Page, []int64) {
	f.inOrder()
	defer f.mu.RUnlock()
	var page Page
	var events []int64
	ratings, topics := map[string]int{}, map[string]int{}
	for _, r := range f.newest {
		if !q.matches(r) {
			continue
		}
		page.Total++
		ratings[r.rating]++
		for _, t := range r.topics {
			topics[t]++
		}
		switch {
		case after >= 0 && r.event >= after, after < 0 && page.Total <= q.Offset:
		case len(events) < q.Limit:
			events = append(events, r.event)
		case page.Next == "":
			page.Next = strconv.FormatInt(events[len(events)-1], 36)
		}
	}
	page.Ratings = counts(ratings, func(key string) string { return key })
	page.Topics = counts(topics, func(slug string) string { return f.names[Subject{Topic, slug}] })
	return page, events
}

func (q Query) matches(r *row) bool {
	return !r.hidden && (q.Rating == "" || q.Rating == r.rating) &&
		(q.Language == "" || q.Language == r.language) &&
		(q.Speaker == "" || slices.Contains(r.speakers, q.Speaker)) &&
		(q.Topic == "" || slices.Contains(r.topics, q.Topic)) &&
		(q.Publisher == "" || slices.Contains(r.publishers, q.Publisher)) &&
		(q.Source == "" || slices.Contains(r.sources, q.Source)) &&
		(q.From == "" || (r.said != "" && r.said >= q.From)) &&
		(q.To == "" || (r.said != "" && r.said <= q.To)) &&
		(q.Since == "" || r.said >= q.Since || r.published >= q.Since) &&
		(!q.Corrected || r.corrected) && (!q.InForce || !r.retracted) && r.words.Have(q.Terms)
}

func counts(m map[string]int, name func(string) string) []Count {
	list := make([]Count, 0, len(m))
	for key, n := range m {
		list = append(list, Count{key, name(key), n})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
	return list
}

// Newest gives the digests of the newest revisions of the given claims, as far
// as they are published.
func (f *Follower) Newest(ctx context.Context, claims []string) (map[string]record.Digest, error) {
	f.mu.RLock()
	var events []int64
	for _, c := range claims {
		if r, ok := f.rows[c]; ok && !r.hidden {
			events = append(events, r.event)
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
	f.inOrder()
	defer f.mu.RUnlock()
	var list []Ruling
	for _, r := range f.newest {
		if q.matches(r) {
			list = append(list, Ruling{r.claim, r.event, r.first, r.published})
		}
	}
	return list
}

// Ruling gives where the newest revision of one claim stands, whatever became of
// it.
func (f *Follower) Ruling(claim string) (Ruling, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	r, ok := f.rows[claim]
	if !ok {
		return Ruling{}, false
	}
	return Ruling{r.claim, r.event, r.first, r.published}, true
}

// inOrder takes the lock for reading, with the rows sorted.
func (f *Follower) inOrder() {
	f.mu.RLock()
	for !f.sorted {
		f.mu.RUnlock()
		f.sort()
		f.mu.RLock()
	}
}

// Subjects lists the ids of everything of a kind that a published claim names,
// sorted.
func (f *Follower) Subjects(kind string) []string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var ids []string
	for s := range f.names {
		if s.Kind == kind {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
