package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

type importCmd struct {
	CSV         importCSVCmd         `cmd:"" name:"csv" help:"Take over a table of claims; see export csv --template for its columns."`
	ClaimReview importClaimReviewCmd `cmd:"" name:"claimreview" help:"Take over ClaimReviews: a JSON-LD document or list, a DataFeed, or a page that carries them."`
	Bundle      importBundleCmd      `cmd:"" name:"bundle" help:"Take over the whole record of another site into an empty database, as a mirror of it."`
}

// importFlags are what every import of claims takes.
type importFlags struct {
	databaseFlags

	File    string `arg:"" help:"The file, or - for standard input."`
	As      string `placeholder:"EMAIL" help:"The account in whose name it is done; default: the first that may."`
	DryRun  bool   `name:"dry-run" help:"Say what would be done, and do nothing."`
	Batch   uint16 `default:"2000" help:"Claims in one transaction. Their rows lie all over the indexes, so many at once cost the disk little more than few; nobody else writes meanwhile."`
	Matches string `placeholder:"FILE" help:"Write which of the new claims may have been checked here already to this file, as CSV; takes some 30 ms for each."`
	Report  string `placeholder:"FILE" help:"Write every refused row to this file, as CSV; default: the first twenty to standard error."`
}

type importCSVCmd struct{ importFlags }

// Run imports a table of claims.
func (c *importCSVCmd) Run(env *environment) error {
	return c.run(env, "csv", func(r io.Reader, add func(int, interchange.Checked, string, error) error) (string, error) {
		table, err := interchange.ReadCSV(r, func(row interchange.Row) error { return add(row.Line, row.Checked, row.Field, row.Err) })
		words := table.Encoding + ", delimited by " + strconv.QuoteRune(table.Delimiter)
		if len(table.Ignored) > 0 {
			words += "; columns that mean nothing here: " + strings.Join(table.Ignored, ", ")
		}
		return words, err
	})
}

type importClaimReviewCmd struct{ importFlags }

// Run imports ClaimReviews.
func (c *importClaimReviewCmd) Run(env *environment) error {
	return c.run(env, "claimreview", func(r io.Reader, add func(int, interchange.Checked, string, error) error) (string, error) {
		return "", interchange.ReadClaimReviews(r, func(i interchange.Item) error {
			return add(i.Number, interchange.Checked{Review: i.Review}, "", i.Err)
		})
	})
}

// importer imports claims as they are read, batch by batch.
type importer struct {
	ctx            context.Context
	desk           *desk.Desk
	actor          kb.Actor
	format, origin string
	trial          bool
	size           int // of a batch
	batch          []desk.ImportedClaim
	seen           map[string]bool // in a trial: what earlier batches would have kept
	counts         map[string]int
	report         *refusals
	overlaps       *overlaps // nil: nobody asked
}

func (f importFlags) run(env *environment, format string, read func(io.Reader, func(int, interchange.Checked, string, error) error) (string, error)) error {
	in, size, err := openInput(env, f.File)
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := f.site(env.ctx)
	if err != nil {
		return err
	}
	report, err := newRefusals(env.stderr, f.Report)
	if err != nil {
		return errors.Join(err, s.close())
	}
	x := &importer{ctx: env.ctx, desk: s.desk, format: format, origin: filepath.Base(f.File), trial: f.DryRun, size: int(f.Batch), seen: map[string]bool{}, counts: map[string]int{}, report: report}
	if f.Matches != "" {
		if x.overlaps, err = newOverlaps(env.ctx, s, f.Matches); err != nil {
			return errors.Join(err, report.close(), s.close())
		}
	}
	if x.actor, err = s.desk.FindActor(env.ctx, f.As, desk.ImportClaims); err == nil {
		bar := meterOf(env, size, "Importing")
		var words string
		words, err = read(io.TeeReader(in, bar), x.add)
		err = errors.Join(err, x.flush(), bar.Finish())
		x.say(env.stdout, words)
	}
	if x.overlaps != nil {
		err = errors.Join(err, x.overlaps.close())
	}
	return errors.Join(err, report.close(), s.close())
}

// site opens the database that is there. Its own public address tells which
// rulings of a file are its own.
func (f importFlags) site(ctx context.Context) (*site, error) {
	if file, embedded := strings.CutPrefix(f.address(), "sqlite:"); embedded {
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("import: there is no database: %w", err)
		}
	}
	db, err := store.Open(ctx, f.address(), store.Options{})
	if err != nil {
		return nil, err
	}
	origin, err := db.Public().Origin(ctx)
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	flags := f.databaseFlags
	flags.keyless = true
	return openSite(ctx, flags, cmp.Or(origin, "http://nothing.invalid"), slog.New(slog.DiscardHandler)) // without a record it has no rulings of its own
}

// openInput opens the file and gives its size, -1 when nobody knows.
func openInput(env *environment, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(env.stdin), -1, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// meterOf shows on a terminal how far it is.
func meterOf(env *environment, size int64, words string) *progressbar.ProgressBar {
	if f, isFile := env.stderr.(*os.File); !isFile || !isTerminal(f) {
		return progressbar.DefaultBytesSilent(size, words)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(env.stderr), progressbar.OptionSetDescription(words), progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
}

// add takes one more of the file.
func (x *importer) add(number int, c interchange.Checked, field string, wrong error) error {
	if wrong != nil {
		x.counts[desk.ImportRefused]++
		return x.report.add(number, field, wrong.Error())
	}
	in, err := x.claim(number, c)
	if err != nil {
		return err
	}
	x.batch = append(x.batch, in)
	if len(x.batch) < x.size {
		return nil
	}
	return x.flush()
}

func (x *importer) claim(number int, c interchange.Checked) (desk.ImportedClaim, error) {
	in := desk.ImportedClaim{Number: number, Claim: c.Claim()}
	if c.Ruled() {
		ruling, err := c.Ruling(x.format, x.origin)
		if err != nil {
			return in, err
		}
		in.Ruling = &ruling
	}
	if a, speaker, works, known := c.Appearance(); known {
		in.Appearance = &desk.AppearanceInput{Appearance: a, Speaker: speaker}
		for _, w := range works {
			in.Records = append(in.Records, desk.SourceInput{Source: w})
		}
	}
	return in, nil
}

// flush imports what was gathered.
func (x *importer) flush() error {
	if len(x.batch) == 0 {
		return nil
	}
	keys, texts := map[int]string{}, map[int]string{}
	for _, in := range x.batch {
		texts[in.Number] = in.Claim.Text
		if in.Ruling != nil {
			keys[in.Number] = in.Ruling.Key
		}
	}
	results, err := x.desk.Import(x.ctx, x.actor, x.batch, x.trial)
	x.batch = x.batch[:0]
	if err != nil {
		return err
	}
	for _, r := range results {
		state := r.State
		if key := keys[r.Number]; x.trial && key != "" && state != desk.ImportRefused {
			if x.seen[key] {
				state = desk.ImportKnown
			}
			x.seen[key] = true
		}
		x.counts[state]++
		if x.overlaps != nil && state == desk.ImportNew {
			if x.trial {
				r.Claim = ""
			}
			if err := x.overlaps.add(x.ctx, r.Number, r.Claim, texts[r.Number]); err != nil {
				return err
			}
		}
		for _, f := range r.Fields {
			if err := x.report.add(r.Number, columnOf(f.Field), strings.TrimSuffix(f.Message, " Your text is kept.")); err != nil {
				return err
			}
		}
	}
	return nil
}

// columnOf names the column that a field of the desk comes from.
func columnOf(field string) string {
	columns := map[string]string{
		"text": "claim", "language": "claim_language", "speaker": "claimant", "speaker_name": "claimant", "speaker_role": "claimant_role", "said_on": "claim_date", "url": "appearances", "title": "appearances",
	}
	if column, ok := columns[field]; ok {
		return column
	}
	return field
}

// say tells what became of it all.
func (x *importer) say(w io.Writer, words string) {
	would := ""
	if x.trial {
		would = "A trial: nothing was written. "
	}
	if x.counts[desk.ImportNew]+x.counts[desk.ImportAttached] > 0 {
		words = strings.TrimPrefix(words+"; in the name of "+x.actor.Name, "; ")
	}
	if words != "" {
		fmt.Fprintln(w, words)
	}
	switch {
	case x.overlaps != nil:
		fmt.Fprintf(w, "%d of the new ones may have been checked here already\n", x.overlaps.count)
	case x.counts[desk.ImportNew] > 0:
		fmt.Fprintln(w, "Each is compared with what was checked here when it is opened at the desk; --matches FILE compares all of them at once")
	}
	fmt.Fprintf(w, "%s%d new, %d known claims with another ruling, %d known, %d refused\n",
		would, x.counts[desk.ImportNew], x.counts[desk.ImportAttached], x.counts[desk.ImportKnown], x.counts[desk.ImportRefused])
}

// refusals is the report of what was refused and why, row by row.
type refusals struct {
	file  *os.File
	table *csv.Writer
	shown io.Writer
	count int
}

// mostShown is how many refusals are shown where no file takes them.
const mostShown = 20

func newRefusals(shown io.Writer, name string) (*refusals, error) {
	if name == "" {
		return &refusals{shown: shown}, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	table := csv.NewWriter(file)
	return &refusals{file: file, table: table}, table.Write([]string{"row", "field", "reason"})
}

func (r *refusals) add(row int, field, reason string) error {
	r.count++
	if r.table != nil {
		return r.table.Write([]string{strconv.Itoa(row), field, reason})
	}
	if r.count <= mostShown {
		fmt.Fprintf(r.shown, "row %d: %s\n", row, strings.TrimPrefix(field+": "+reason, ": "))
	} else if r.count == mostShown+1 {
		fmt.Fprintln(r.shown, "… more rows were refused; --report FILE lists them all")
	}
	return nil
}

func (r *refusals) close() error {
	if r.table == nil {
		return nil
	}
	r.table.Flush()
	return errors.Join(r.table.Error(), r.file.Close())
}
