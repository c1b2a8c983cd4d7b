package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

type exportJudgementsCmd struct {
	databaseFlags

	Folder string `arg:"" help:"The folder to write corpus.tsv, queries.tsv and qrels.tsv to, as eval reads them."`
}

const exportedAtOnce = 1000

// Run writes what editors said of matches, as a collection to measure matching by.
func (c *exportJudgementsCmd) Run(env *environment) error {
	db, err := store.Open(env.ctx, c.address(), store.Options{})
	if err != nil {
		return err
	}
	return errors.Join(c.export(env, db), db.Close())
}

func (c *exportJudgementsCmd) export(env *environment, db *store.DB) error {
	if err := db.CheckSchema(env.ctx); err != nil {
		return err
	}
	judgements, err := db.Desk(env.ctx).Judgements()
	if err != nil {
		return err
	}
	head, err := db.Public().Head(env.ctx)
	if err != nil {
		return err
	}
	follower := follow.New(db.Public())
	if err := follower.CatchUp(env.ctx, head); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return err
	}
	corpus, queries, qrels := table("id", "claim", "title"), table("qid", "text"), table("qid", "docid", "relevance")
	published := map[kb.ID]bool{}
	for q := (follow.Query{Limit: exportedAtOnce}); ; {
		page, err := follower.Claims(env.ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page.Digests {
			corpus.row(d.Claim, d.Text, d.Summary)
			published[kb.ID(d.Claim)] = true
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	numbers := map[string]string{}
	for _, j := range judgements {
		if !published[j.ClaimID] {
			continue // of a draft, or of what is in no list any more
		}
		if numbers[j.TextHash] == "" {
			numbers[j.TextHash] = fmt.Sprint(len(numbers) + 1)
			queries.row(numbers[j.TextHash], j.Text)
		}
		relevance := "0"
		if j.Verdict == kb.SameClaim {
			relevance = "1"
		}
		qrels.row(numbers[j.TextHash], string(j.ClaimID), relevance)
	}
	for name, t := range map[string]*tsv{"corpus.tsv": corpus, "queries.tsv": queries, "qrels.tsv": qrels} {
		err := writeTo(env, filepath.Join(c.Folder, name), func(w io.Writer) error {
			_, err := io.WriteString(w, t.String())
			return err
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(env.stderr, "%d judgements of %d texts written\n", len(judgements), len(numbers))
	return nil
}

// tsv is a table of fields parted by tabs; white space within a field is one space.
type tsv struct{ strings.Builder }

func table(columns ...string) *tsv {
	t := &tsv{}
	t.row(columns...)
	return t
}

func (t *tsv) row(fields ...string) {
	for i, f := range fields {
		if i > 0 {
			t.WriteByte('\t')
		}
		t.WriteString(strings.Join(strings.Fields(f), " "))
	}
	t.WriteByte('\n')
}
