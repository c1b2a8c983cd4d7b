package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

type exportCmd struct {
	CSV         exportCSVCmd         `cmd:"" name:"csv" help:"Write all rulings, ours and imported ones, as a table."`
	ClaimReview exportClaimReviewCmd `cmd:"" name:"claimreview" help:"Write all rulings, ours and imported ones, as a DataFeed of ClaimReviews."`
	Bundle      exportBundleCmd      `cmd:"" name:"bundle" help:"Write the whole public record to one file that anybody can verify."`
	Judgements  exportJudgementsCmd  `cmd:"" name:"judgements" help:"Write what editors said of matches, as a collection that eval reads."`
}

// exportFlags are what every export of rulings takes.
type exportFlags struct {
	databaseFlags

	File    string `arg:"" optional:"" help:"The file to write, or - for standard output."`
	BaseURL string `name:"base-url" help:"Public origin of the site; default: as its record has it."`
}

// writer is one form of an export.
type writer interface {
	Add(c interchange.Checked) error
	Close() error
}

type exportCSVCmd struct {
	exportFlags

	Template bool `help:"Print the columns with what each holds, and an empty table."`
}

// Run writes the table.
func (c *exportCSVCmd) Run(env *environment) error {
	if c.Template {
		for _, column := range interchange.CSVColumns() {
			fmt.Fprintf(env.stderr, "%-21s %s\n", column.Value, column.Label)
		}
		table, err := interchange.NewCSVWriter(env.stdout)
		if err != nil {
			return err
		}
		return table.Close()
	}
	return c.run(env, func(w io.Writer, _ string) (writer, error) { return interchange.NewCSVWriter(w) })
}

type exportClaimReviewCmd struct{ exportFlags }

// feedExport writes a DataFeed.
type feedExport struct{ *interchange.FeedWriter }

func (f feedExport) Add(c interchange.Checked) error { return f.FeedWriter.Add(c.Review) }

// Run writes the DataFeed.
func (c *exportClaimReviewCmd) Run(env *environment) error {
	return c.run(env, func(w io.Writer, modified string) (writer, error) {
		return feedExport{interchange.NewFeedWriter(w, "", "", modified)}, nil
	})
}

func (f exportFlags) run(env *environment, begin func(w io.Writer, modified string) (writer, error)) error {
	if f.File == "" {
		return errors.New("export: name the file to write, or - for standard output")
	}
	db, err := store.Open(env.ctx, f.address(), store.Options{})
	if err != nil {
		return err
	}
	if err := db.CheckSchema(env.ctx); err != nil {
		return errors.Join(err, db.Close())
	}
	n := 0
	err = writeTo(env, f.File, func(w io.Writer) error {
		all, err := f.rulings(env.ctx, db)
		if err != nil {
			return err
		}
		n, err = all.write(w, begin)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(env.stderr, "%d rulings written\n", n)
	return nil
}

// writeTo writes a file whole, or not at all; - is standard output.
func writeTo(env *environment, name string, write func(io.Writer) error) error {
	if name == "-" {
		out := bufio.NewWriter(env.stdout)
		return errors.Join(write(out), out.Flush())
	}
	part := name + ".part"
	file, err := os.Create(part)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	if err := errors.Join(write(out), out.Flush(), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}

// ruling is one that is to be written, and its place: the newest first, then by
// the key of its address. The order is that of any other site that has them.
type ruling struct {
	reviewed, key string
	checked       interchange.Checked
}

func before(a, b ruling) bool {
	return cmp.Or(-cmp.Compare(a.reviewed, b.reviewed), cmp.Compare(a.key, b.key)) < 0
}

// rulings are all that the site has, of its own and of others, in order.
type rulings struct {
	own, others *ahead
}

// ahead is a list of rulings that is read some at a time.
type ahead struct {
	read    func() ([]ruling, error)
	waiting []ruling
	over    bool
}

// next gives the first that waits, and keeps it waiting.
func (a *ahead) next() (*ruling, error) {
	if len(a.waiting) == 0 && !a.over {
		var err error
		if a.waiting, err = a.read(); err != nil {
			return nil, err
		}
		a.over = len(a.waiting) == 0
	}
	if len(a.waiting) == 0 {
		return nil, nil //nolint:nilnil // there is no more
	}
	return &a.waiting[0], nil
}

func (f exportFlags) rulings(ctx context.Context, db *store.DB) (*rulings, error) {
	follower := follow.New(db.Public())
	head, err := db.Public().Head(ctx)
	if err != nil {
		return nil, err
	}
	if err := follower.CatchUp(ctx, head); err != nil {
		return nil, err
	}
	base := f.BaseURL
	if base == "" {
		if base, err = db.Public().Origin(ctx); err != nil {
			return nil, err
		}
	}
	return &rulings{ownRulings(ctx, db, follower, interchange.Site{BaseURL: base, Masthead: follower.Masthead()}), importedRulings(ctx, db)}, nil
}

// atOnce is how many documents are read at a time.
const atOnce = 100

func ownRulings(ctx context.Context, db *store.DB, follower *follow.Follower, site interchange.Site) *ahead {
	type place struct {
		follow.Ruling

		ruling
	}
	var places []place
	for _, r := range follower.Rulings(follow.Query{}) {
		places = append(places, place{r, ruling{reviewed: interchange.Seconds(r.Published), key: interchange.AddressKey(site.ClaimURL(r.Claim))}})
	}
	slices.SortFunc(places, func(a, b place) int {
		if before(a.ruling, b.ruling) {
			return -1
		}
		return 1
	})
	return &ahead{read: func() ([]ruling, error) {
		some := places[:min(len(places), atOnce)]
		places = places[len(some):]
		events, at := make([]int64, len(some)), map[string]place{}
		for i, p := range some {
			events[i], at[p.Claim] = p.Event, p
		}
		documents, err := db.Public().DocumentsAt(ctx, events)
		if err != nil {
			return nil, err
		}
		list := make([]ruling, len(documents))
		for i, b := range documents {
			doc, content, err := record.ReadPublished(b)
			if err != nil {
				return nil, err
			}
			p := at[doc.Claim]
			list[i] = ruling{p.reviewed, p.key, interchange.CheckedOf(site, doc, content, p.First)}
		}
		return list, nil
	}}
}

func importedRulings(ctx context.Context, db *store.DB) *ahead {
	var last kb.ImportedRuling
	return &ahead{read: func() ([]ruling, error) {
		rows, err := db.Desk(ctx).ImportedAfter(last.ReviewedOn, last.Key, atOnce)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		last = rows[len(rows)-1]
		list := make([]ruling, len(rows))
		for i, row := range rows {
			checked, err := interchange.ReadChecked(row.Fields)
			if err != nil {
				return nil, err
			}
			list[i] = ruling{row.ReviewedOn, row.Key, checked}
		}
		return list, nil
	}}
}

// write writes them all, in order, and gives their number.
func (all *rulings) write(w io.Writer, begin func(io.Writer, string) (writer, error)) (int, error) {
	var out writer
	for n := 0; ; n++ {
		r, err := all.take()
		if err != nil {
			return n, err
		}
		if out == nil {
			modified := ""
			if r != nil {
				modified = r.reviewed
			}
			if out, err = begin(w, modified); err != nil {
				return n, err
			}
		}
		if r == nil {
			return n, out.Close()
		}
		if err := out.Add(r.checked); err != nil {
			return n, err
		}
	}
}

// take gives the next of both lists; nil at the end.
func (all *rulings) take() (*ruling, error) {
	own, err := all.own.next()
	if err != nil {
		return nil, err
	}
	other, err := all.others.next()
	if err != nil {
		return nil, err
	}
	from := all.own
	if own == nil || (other != nil && before(*other, *own)) {
		own, from = other, all.others
	}
	if own == nil {
		return nil, nil //nolint:nilnil // there is no more
	}
	taken := *own
	from.waiting = from.waiting[1:]
	return &taken, nil
}
