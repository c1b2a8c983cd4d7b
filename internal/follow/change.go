package follow

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// change is one correction in columns.
type change struct {
	event        int64
	claim        string
	number       int
	class, cause string
	day          string        // of its publication
	stood        time.Duration // how long the revision before it was in force
	was          string        // the rating before
	topics       []string
}

// changeOf compares a revision with what stood before it.
func (f *Follower) changeOf(index int64, d record.Digest) change {
	c := change{event: index, claim: d.Claim, number: d.Number, class: d.Correction.Class, cause: d.Correction.Cause, day: d.PublishedAt[:min(len(d.PublishedAt), len(time.DateOnly))]}
	if before, known := f.claims.slot(d.Claim); known && before.number > 0 {
		c.was = f.claims.ratings[before.rating]
		c.stood = time.Duration(micros(d.PublishedAt)-before.published) * time.Microsecond
	}
	for _, t := range d.Topics {
		c.topics = append(c.topics, t.Slug)
	}
	return c
}

// ChangeQuery selects corrections, the newest first. Empty fields do not filter;
// typos are left out unless they are asked for. From and To bound the day of the
// correction (YYYY-MM-DD).
type ChangeQuery struct {
	Class, Cause, Topic, From, To string
	After                         string // cursor of the page before
	Limit                         int
}

// Change is a correction as a list shows it.
type Change struct {
	Digest record.Digest
	Stood  time.Duration // how long what it corrects was in force
	Was    string        // key of the rating before
}

// ChangePage is one page of the register: what to show, how many match in all,
// the cursor of the next page, counts by class and cause, and the median time
// until a correction of an error of ours.
type ChangePage struct {
	Changes []Change
	Total   int
	Next    string
	Classes []Count
	Causes  []Count
	Median  time.Duration
}

// Changes answers a query. Errors: Malformed for a cursor that is none.
func (f *Follower) Changes(ctx context.Context, q ChangeQuery) (ChangePage, error) {
	after := int64(-1)
	if q.After != "" {
		var err error
		if after, err = strconv.ParseInt(q.After, 36, 64); err != nil || after < 0 {
			return ChangePage{}, kb.Errorf(kb.Malformed, "This page of the register does not exist; start again at the first.")
		}
	}
	page, found := f.matchChanges(q, after)
	events := make([]int64, len(found))
	for i, c := range found {
		events[i] = c.event
	}
	digests, err := f.public.Digests(ctx, events)
	if err != nil {
		return page, err
	}
	for i, d := range digests {
		if d.Correction == nil {
			continue // redacted since
		}
		page.Changes = append(page.Changes, Change{d, found[i].stood, found[i].was})
	}
	return page, nil
}

func (f *Follower) matchChanges(q ChangeQuery, after int64) (ChangePage, []change) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var page ChangePage
	var found []change
	var errors []time.Duration
	classes, causes := map[string]int{}, map[string]int{}
	for _, c := range slices.Backward(f.changes) {
		if !q.matches(c) {
			continue
		}
		page.Total++
		classes[c.class]++
		causes[c.cause]++
		if c.cause == "our-error" {
			errors = append(errors, c.stood)
		}
		switch {
		case after >= 0 && c.event >= after:
		case len(found) < q.Limit:
			found = append(found, c)
		case page.Next == "":
			page.Next = strconv.FormatInt(found[len(found)-1].event, 36)
		}
	}
	page.Classes = tallied(classes, func(key string) string { return kb.Label(kb.Classes, key) })
	page.Causes = tallied(causes, func(key string) string { return kb.Label(kb.Causes, key) })
	if len(errors) > 0 {
		slices.Sort(errors)
		page.Median = errors[len(errors)/2]
	}
	return page, found
}

func tallied(m map[string]int, name func(string) string) []Count {
	list := make([]Count, 0, len(m))
	for key, n := range m {
		list = append(list, Count{key, name(key), n})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Name, b.Name)) })
	return list
}

func (q ChangeQuery) matches(c change) bool {
	return (q.Class == c.class || (q.Class == "" && c.class != "typo")) &&
		(q.Cause == "" || q.Cause == c.cause) &&
		(q.Topic == "" || slices.Contains(c.topics, q.Topic)) &&
		(q.From == "" || c.day >= q.From) &&
		(q.To == "" || c.day <= q.To)
}
