package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
)

// filters are what feeds of rulings are narrowed to here: each fits some of the
// demonstration's claims and not all of them.
var filters = []string{"topic=treaties", "topic=united-states", "rating=unproven", "rating=retracted", "language=en&rating=opinion"}

// feeds reads the feeds in both forms and follows every link. It gives the pages
// of claims whose rulings were retracted.
func (f *findings) feeds(ctx context.Context) (retracted []string) {
	all := f.bothForms(ctx, "/feeds/claims", "")
	for _, filter := range filters {
		some := f.bothForms(ctx, "/feeds/claims", "?"+filter)
		if len(some) == 0 || len(some) >= len(all) {
			f.fault("of %d rulings %d are %s", len(all), len(some), filter)
		}
		for _, item := range some {
			if !slices.ContainsFunc(all, func(i *gofeed.Item) bool { return i.GUID == item.GUID }) {
				f.fault("%s is %s, but not in the whole feed", item.GUID, filter)
			}
		}
	}
	corrections := f.bothForms(ctx, "/feeds/corrections", "")
	f.bothForms(ctx, "/feeds/corrections", "?class=rating-change")
	for _, item := range corrections {
		if slices.Contains(item.Categories, "Retraction") {
			page, _, _ := strings.Cut(item.Link, "/revisions/")
			retracted = append(retracted, page)
		}
	}
	for _, page := range retracted {
		i := slices.IndexFunc(all, func(i *gofeed.Item) bool { return i.Link == page })
		if i < 0 || !strings.HasSuffix(all[i].Title, "Retracted") {
			f.fault("the feed of rulings does not say that %s was retracted", page)
		}
	}
	f.saw("feeds: %d rulings, %d corrections", len(all), len(corrections))
	return retracted
}

// bothForms reads a feed as Atom and as JSON: they say the same.
func (f *findings) bothForms(ctx context.Context, path, query string) []*gofeed.Item {
	atom := f.feed(ctx, path+".atom"+query, "atom")
	json := f.feed(ctx, path+".json"+query, "json")
	if atom == nil || json == nil {
		return nil
	}
	if !slices.EqualFunc(atom.Items, json.Items, sameItem) || atom.Title != json.Title {
		f.fault("%s%s: Atom and JSON differ", path, query)
	}
	f.follow(ctx, atom.Items)
	return atom.Items
}

func sameItem(a, b *gofeed.Item) bool {
	return a.GUID == b.GUID && a.Title == b.Title && a.Link == b.Link && a.Content == contentOf(b) && slices.Equal(a.Categories, b.Categories) &&
		a.PublishedParsed.Equal(*b.PublishedParsed) && a.UpdatedParsed.Equal(*b.UpdatedParsed)
}

// contentOf gives what the reader takes for the content of an item: of a JSON
// feed that has text only, it is the text.
func contentOf(item *gofeed.Item) string {
	if item.Content == "" {
		return item.Description
	}
	return item.Content
}

// feed reads one feed and checks what holds for every one.
func (f *findings) feed(ctx context.Context, path, kind string) *gofeed.Feed {
	feed, err := gofeed.NewParser().ParseURLWithContext(f.base+path, ctx)
	if err != nil {
		f.fault("%s: %v", path, err)
		return nil
	}
	if feed.FeedType != kind || feed.Title == "" || feed.FeedLink != f.base+path || !strings.HasPrefix(feed.Link, f.base+"/") || len(feed.Authors) == 0 {
		f.fault("%s is a feed of the kind %s, titled %q, of %s at %s", path, feed.FeedType, feed.Title, feed.FeedLink, feed.Link)
	}
	if len(feed.Items) == 0 {
		f.fault("%s is empty", path)
	}
	for i, item := range feed.Items {
		if fault := faultOf(item); fault != "" {
			f.fault("%s, item %d: %s", path, i, fault)
			return nil
		}
		if i > 0 && item.UpdatedParsed.After(*feed.Items[i-1].UpdatedParsed) {
			f.fault("%s: item %d is newer than the one before", path, i)
		}
	}
	if distinct := distinctIDs(feed.Items); distinct != len(feed.Items) {
		f.fault("%s: %d items have %d ids", path, len(feed.Items), distinct)
	}
	return feed
}

func faultOf(item *gofeed.Item) string {
	switch {
	case item.GUID == "" || item.Title == "" || item.Link == "":
		return "no id, title or link"
	case contentOf(item) == "":
		return "no content"
	case item.PublishedParsed == nil || item.UpdatedParsed == nil:
		return "no dates"
	case item.UpdatedParsed.Before(*item.PublishedParsed):
		return "updated before it was published"
	case item.UpdatedParsed.After(time.Now()):
		return "from the future"
	}
	return ""
}

func distinctIDs(items []*gofeed.Item) int {
	ids := map[string]bool{}
	for _, item := range items {
		ids[item.GUID] = true
	}
	return len(ids)
}

// follow opens the link of every item.
func (f *findings) follow(ctx context.Context, items []*gofeed.Item) {
	for _, item := range items {
		if err := opens(ctx, item.Link); err != nil {
			f.fault("the link of %q: %v", item.Title, err)
		}
	}
}

func opens(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, got.Status)
	}
	return nil
}
