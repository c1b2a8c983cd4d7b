package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// collection writes the three files of a small collection.
func collection(t *testing.T, corpus, queries, qrels string) []string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"eval", "--no-encoder"}
	for name, content := range map[string]string{"corpus": "id\tclaim\ttitle\n" + corpus, "queries": "qid\ttext\n" + queries, "qrels": "qid\tdocid\n" + qrels} {
		file := filepath.Join(dir, name+".tsv")
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--"+name, file)
	}
	return args
}

// TestEval: the figures of a collection that can be reckoned by hand, with and without
// the encoder, and a clear word about what cannot be read.
func TestEval(t *testing.T) {
	t.Parallel()
	corpus := "1\tForged messages tell young people that they were drafted\tDraft texts\n2\tA photograph shows a flooded airport in Houston\tHouston airport\n3\tThe same photograph was taken in Manila\tHouston airport\n"
	queries := "a\tPhoto of the flooded Houston airport!!\nb\tfake draft messages\nc\tnobody judged this\n"
	args := collection(t, corpus, queries, "a\t3\nb\t1\nb\t2\t0\n")
	for _, args := range [][]string{args, append([]string{"eval"}, args[2:]...)} {
		code, out, said := try(t, "", args...)
		if code != 0 || !strings.Contains(out, "queries 2\nMAP@1   1.0000\nMAP@5   1.0000") {
			t.Errorf("%v: %d %s%s", args, code, out, said)
		}
	}
	if _, out, _ := try(t, "", append(args, "--keep-titles")...); !strings.Contains(out, "MAP@1   0.5000") {
		t.Errorf("one by one: %s", out)
	}
	for want, args := range map[string][]string{
		"corpus.tsv, line 2: 2 columns, not 3": collection(t, "1\tx\n", "a\tx\n", "a\t1\n"),
		"the corpus has no claim 9":            collection(t, "1\tx\ty\n", "a\tx\n", "a\t9\n"),
		"the id 1 is there twice":              collection(t, "1\tx\ty\n1\tx\ty\n", "a\tx\n", "a\t1\n"),
		"no query has a claim":                 collection(t, "1\tx\ty\n", "b\tx\n", "a\t1\n"),
	} {
		if code, _, said := try(t, "", args...); code == 0 || !strings.Contains(said, want) {
			t.Errorf("%d %q, want %q", code, said, want)
		}
	}
}

// TestExportJudgements: what editors said can be measured by as it is.
func TestExportJudgements(t *testing.T) {
	t.Parallel()
	data, into := t.TempDir(), filepath.Join(t.TempDir(), "collection")
	for _, args := range [][]string{{"migrate", "up", "--data", data}, {"seed", "--data", data}, {"export", "judgements", "--data", data, into}} {
		if code, _, said := try(t, "", args...); code != 0 {
			t.Fatalf("%v: %d %s", args, code, said)
		}
	}
	corpus, err := os.ReadFile(filepath.Join(into, "corpus.tsv"))
	if err != nil || strings.Count(string(corpus), "\n") < 10 || !strings.HasPrefix(string(corpus), "id\tclaim\ttitle\n") {
		t.Errorf("%v: %.200s", err, corpus)
	}
}
