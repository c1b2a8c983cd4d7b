package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// quoteCmd checks one quotation against one text, without a database.
type quoteCmd struct {
	Text   string `required:"" placeholder:"FILE" help:"The text, UTF-8; - for standard input."`
	Exact  string `required:"" help:"The quotation. … and […] stand for words left out, unless the text has them. One that begins with a dash: --exact=\"- …\"."`
	Prefix string `help:"What stands before it, to tell like places apart."`
	Suffix string `help:"What stands after it."`
	Near   int    `default:"-1" help:"The code point near which it is expected."`
}

// longestText is the largest file that the tools read, in bytes.
const longestText = 64 << 20

// Run prints how the quotation stands to the text.
func (c *quoteCmd) Run(env *environment, _ *commands) error {
	text, err := env.read(c.Text)
	if err != nil {
		return err
	}
	if !utf8.Valid(text) {
		return fmt.Errorf("%s is not UTF-8 text", c.Text)
	}
	return env.printJSON(quote.New(string(text)).Find(quote.Query{Exact: c.Exact, Prefix: c.Prefix, Suffix: c.Suffix, Near: c.Near}))
}

// trailCmd computes the origins of one set of items, without a database.
type trailCmd struct {
	File string `arg:"" help:"Sources, derivations and items as JSON; - for standard input."`
}

// Run prints the analysis.
func (c *trailCmd) Run(env *environment, _ *commands) error {
	b, err := env.read(c.File)
	if err != nil {
		return err
	}
	var g trail.Graph
	decoder := json.NewDecoder(bytes.NewReader(b))
	if err := decoder.Decode(&g); err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: something follows the graph", c.File)
	}
	if err := g.Validate(); err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	return env.printJSON(trail.Analyse(g))
}

// read gives a file, or standard input.
func (env *environment) read(name string) ([]byte, error) {
	in := env.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, longestText+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > longestText {
		return nil, fmt.Errorf("%s is larger than %d MiB", name, longestText>>20)
	}
	return b, nil
}

func (env *environment) printJSON(v any) error {
	out := json.NewEncoder(env.stdout)
	out.SetEscapeHTML(false)
	return out.Encode(v)
}
