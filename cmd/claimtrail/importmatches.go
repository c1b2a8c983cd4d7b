package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
)

// overlaps is the report of what was imported and may have been checked here already,
// row by row.
type overlaps struct {
	follower *follow.Follower
	base     string
	file     *os.File
	table    *csv.Writer
	count    int // of rows that have a match
}

// mostOverlaps is how many published claims are named for one row.
const mostOverlaps = 3

var howSure = map[search.Shown]string{search.Related: "related", search.Possibly: "possibly the same", search.Probably: "probably the same"}

// newOverlaps reads what is published, to compare it with what is imported.
func newOverlaps(ctx context.Context, s *site, name string) (*overlaps, error) {
	follower := follow.New(s.db.Public())
	head, err := s.db.Public().Head(ctx)
	if err != nil {
		return nil, err
	}
	if err := follower.CatchUp(ctx, head); err != nil {
		return nil, err
	}
	e, err := encoder.Load()
	if err != nil {
		return nil, err
	}
	follower.UseEncoder(e)
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("write the matches: %w", err)
	}
	o := &overlaps{follower: follower, base: s.base, file: file, table: csv.NewWriter(file)}
	return o, o.table.Write([]string{"row", "imported", "text", "match", "published", "published_text", "shared_words"})
}

// add looks for what says the same as a claim that was imported; in a trial it has no
// id.
func (o *overlaps) add(ctx context.Context, row int, imported kb.ID, text string) error {
	found, err := o.follower.Match(ctx, text, true)
	if err != nil {
		return err
	}
	shown := 0
	for _, m := range found {
		if m.Shown == search.NotShown || shown == mostOverlaps {
			continue
		}
		shown++
		err := o.table.Write([]string{
			strconv.Itoa(row), string(imported), text, howSure[m.Shown], o.base + "/claims/" + m.Digest.Claim, m.Digest.Text, strings.Join(m.Words, " "),
		})
		if err != nil {
			return err
		}
	}
	if shown > 0 {
		o.count++
	}
	return nil
}

func (o *overlaps) close() error {
	o.table.Flush()
	return errors.Join(o.table.Error(), o.file.Close())
}
