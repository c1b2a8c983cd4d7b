package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/search"
)

type evalCmd struct {
	Corpus     string `required:"" placeholder:"F.tsv" help:"The claims: id, claim, title; the first line names the columns."`
	Queries    string `required:"" placeholder:"F.tsv" help:"What is looked up: qid, text."`
	Qrels      string `required:"" placeholder:"F.tsv" help:"Which claims answer which query: qid, docid, and 0 for one that does not."`
	NoEncoder  bool   `help:"Match by words and letters only."`
	KeepTitles bool   `help:"Count claims of the same title one by one; else they are one answer."`
}

// Run measures the matching of claims on a labelled collection.
func (c *evalCmd) Run(env *environment) error {
	e := &evaluator{keepTitles: c.KeepTitles, index: search.New(), right: map[string]map[string]bool{}, group: map[string]string{}, encoded: map[string]encoder.Vector{}}
	if err := e.read(c); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	if !c.NoEncoder {
		var err error
		if e.encoder, err = encoder.Load(); err != nil {
			return err
		}
		if err := e.encodeAll(env.ctx); err != nil {
			return err
		}
	}
	f, err := e.run(env.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "queries %d\nMAP@1   %.4f\nMAP@5   %.4f\nMRR     %.4f\nHit@10  %.4f\nHit@50  %.4f\n", f.Queries, f.MAP1, f.MAP5, f.MRR, f.Hit10, f.Hit50)
	return nil
}

// considered is how many candidates are ranked.
const considered = 100

type evaluator struct {
	keepTitles bool
	index      *search.Index
	claims     []evalClaim // by number in the index
	queries    []evalQuery
	group      map[string]string          // by claim: what counts as one answer
	right      map[string]map[string]bool // by query: the groups that answer it
	encoder    *encoder.Encoder
	encoded    map[string]encoder.Vector
}

type (
	evalClaim struct{ id, text, title string }
	evalQuery struct{ id, text string }
)

func (e *evaluator) read(c *evalCmd) error {
	err := eachRow(c.Corpus, 3, func(row []string) error {
		claim := evalClaim{row[0], row[1], row[2]}
		if e.group[claim.id] != "" {
			return fmt.Errorf("the id %s is there twice", claim.id)
		}
		e.group[claim.id] = "id " + claim.id
		if !e.keepTitles && claim.title != "" {
			e.group[claim.id] = "title " + claim.title
		}
		e.claims = append(e.claims, claim)
		e.index.Add(search.Doc{Claim: claim.text, Title: claim.title, Language: "en"})
		return nil
	})
	if err != nil {
		return err
	}
	err = eachRow(c.Qrels, 2, func(row []string) error {
		if e.group[row[1]] == "" {
			return fmt.Errorf("the corpus has no claim %s", row[1])
		}
		if len(row) > 2 && row[2] == "0" {
			return nil // judged to be no answer
		}
		if e.right[row[0]] == nil {
			e.right[row[0]] = map[string]bool{}
		}
		e.right[row[0]][e.group[row[1]]] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = eachRow(c.Queries, 2, func(row []string) error {
		if e.right[row[0]] != nil { // nobody judged the others
			e.queries = append(e.queries, evalQuery{row[0], row[1]})
		}
		return nil
	})
	if err == nil && len(e.queries) == 0 {
		return errors.New("no query has a claim that answers it")
	}
	return err
}

// eachRow reads lines of fields parted by tabs, but for the first.
func eachRow(path string, columns int, take func([]string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line = strings.TrimRight(line, "\r\n"); n == 1 || line == "" {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) < columns {
			return fmt.Errorf("%s, line %d: %d columns, not %d", path, n, len(row), columns)
		}
		if err := take(row); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
	}
}

// encodeAll encodes everything once, on all processors.
func (e *evaluator) encodeAll(ctx context.Context) error {
	var texts []string
	seen := map[string]bool{}
	add := func(t string) {
		if !seen[t] {
			seen[t] = true
			texts = append(texts, t)
		}
	}
	for _, c := range e.claims {
		add(c.text)
		add(c.title)
	}
	for _, q := range e.queries {
		add(search.Gist(q.text))
	}
	vectors := make([]encoder.Vector, len(texts))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(texts) && ctx.Err() == nil; i += workers {
				vectors[i] = e.encoder.Encode(texts[i])
			}
		})
	}
	wg.Wait()
	for i, t := range texts {
		e.encoded[t] = vectors[i]
	}
	return ctx.Err()
}

func (e *evaluator) run(ctx context.Context) (search.Figures, error) {
	var evaluation search.Evaluation
	for _, q := range e.queries {
		if err := ctx.Err(); err != nil {
			return search.Figures{}, err
		}
		right := e.right[q.id]
		var answers []bool
		given := map[string]bool{}
		for _, m := range e.match(q.text) {
			group := e.group[e.claims[m.Doc].id]
			if !given[group] {
				given[group] = true
				answers = append(answers, right[group])
			}
		}
		evaluation.Add(answers, len(right))
	}
	return evaluation.Figures(), nil
}

func (e *evaluator) match(text string) []search.Match {
	var texts []search.Text
	for _, c := range e.index.Candidates(text, considered) {
		claim := e.claims[c.Doc]
		t := search.Text{Candidate: c, Claim: claim.text, Title: claim.title}
		if e.encoder != nil {
			t.Meanings = []encoder.Vector{e.encoded[claim.text], e.encoded[claim.title]}
		}
		texts = append(texts, t)
	}
	if e.encoder == nil {
		return search.Rank(text, nil, texts)
	}
	meaning := e.encoded[search.Gist(text)]
	return search.Rank(text, &meaning, texts)
}
