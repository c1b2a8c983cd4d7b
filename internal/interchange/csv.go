package interchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// A column of the table of claims: its name, what it holds, and how it is read
// and written.
type csvColumn struct {
	name, doc string
	aliases   []string
	write     func(Checked) string
	read      func(*Checked, string) error
}

// CSVColumns lists the columns of the table with what each holds, in order.
func CSVColumns() []kb.Option {
	list := make([]kb.Option, len(csvColumns))
	for i, c := range csvColumns {
		list[i] = kb.Option{Value: c.name, Label: c.doc}
	}
	return list
}

// csvColumns is the table. Only the claim is required.
var csvColumns = []csvColumn{
	{"claim", "the claim, one sentence; required", []string{"claimreviewed", "claim_reviewed", "text", "statement"}, func(c Checked) string { return c.Review.ClaimReviewed }, func(c *Checked, s string) error { c.Review.ClaimReviewed = s; return nil }},
	{"claim_language", "its language, as en or pt-BR", nil, func(c Checked) string { return c.item().InLanguage }, func(c *Checked, s string) error { c.edit().InLanguage = s; return nil }},
	{"kind", "attribution, statistic, event, causal, promise, prediction, insinuation, media, other", nil, func(c Checked) string { return c.Kind }, func(c *Checked, s string) error { c.Kind = s; return nil }},
	{"topics", "topics, separated by ;", []string{"tags", "topic"}, func(c Checked) string { return joinList(c.Topics) }, func(c *Checked, s string) error { c.Topics = splitList(s); return nil }},
	{"claimant", "who made it", []string{"speaker", "claim_author"}, func(c Checked) string { return c.claimant().Name }, func(c *Checked, s string) error { c.editClaimant().Name = s; return nil }},
	{"claimant_kind", "Person or Organization", nil, func(c Checked) string { return c.claimant().Type }, readKind},
	{"claimant_role", "their role then", []string{"speaker_role"}, func(c Checked) string { return c.claimant().JobTitle }, func(c *Checked, s string) error { c.editClaimant().JobTitle = s; return nil }},
	{"claimant_url", "an address that identifies them, such as Wikidata’s", nil, func(c Checked) string { return c.claimant().SameAs }, func(c *Checked, s string) error { c.editClaimant().SameAs = s; return nil }},
	{"claim_date", "when it was said: 2024-06-20, 2024-06, 2024-06-20/2024-06-23", []string{"said_on", "date_said"}, func(c Checked) string { return c.item().DatePublished }, func(c *Checked, s string) error { return readDate(&c.edit().DatePublished, s) }},
	{"place", "where", nil, func(c Checked) string { return c.Place }, func(c *Checked, s string) error { c.Place = s; return nil }},
	{"appearances", "addresses where it can be seen, the earliest first, separated by spaces", []string{"appearance", "claim_url"}, writeWorks, readWorks},
	{"rating", "the verdict in the words of who ruled", []string{"verdict", "textual_rating", "alternatename"}, func(c Checked) string { return c.rating().Label }, func(c *Checked, s string) error { c.editRating().Label = s; return nil }},
	{"rating_value", "its place on their scale, a whole number", []string{"ratingvalue"}, func(c Checked) string { return numeral(c.rating().Value) }, func(c *Checked, s string) error { return readNumber(&c.editRating().Value, s) }},
	{"rating_worst", "the lowest place", []string{"worstrating"}, func(c Checked) string { return numeral(c.rating().Worst) }, func(c *Checked, s string) error { return readNumber(&c.editRating().Worst, s) }},
	{"rating_best", "the highest place, the truest", []string{"bestrating"}, func(c Checked) string { return numeral(c.rating().Best) }, func(c *Checked, s string) error { return readNumber(&c.editRating().Best, s) }},
	{"summary", "the ruling in a sentence or two", []string{"explanation"}, func(c Checked) string { return c.rating().Explanation }, func(c *Checked, s string) error { c.editRating().Explanation = s; return nil }},
	{"review_url", "address of the ruling, with https://; a rating needs this or review_publisher", []string{"url"}, func(c Checked) string { return c.Review.URL }, func(c *Checked, s string) error { c.Review.URL = s; return nil }},
	{"review_publisher", "who ruled", []string{"publisher", "organisation", "organization"}, func(c Checked) string { return c.author().Name }, func(c *Checked, s string) error { c.editAuthor().Name = s; return nil }},
	{"review_publisher_url", "their address", nil, func(c Checked) string { return c.author().URL }, func(c *Checked, s string) error { c.editAuthor().URL = s; return nil }},
	{"review_date", "when it was first published", []string{"datepublished", "published_at"}, func(c Checked) string { return c.Review.DatePublished }, func(c *Checked, s string) error { return readDate(&c.Review.DatePublished, s) }},
	{"review_modified", "when it was last changed", nil, func(c Checked) string { return c.Review.DateModified }, func(c *Checked, s string) error { return readDate(&c.Review.DateModified, s) }},
	{"review_language", "the language of the ruling", nil, func(c Checked) string { return c.Review.InLanguage }, func(c *Checked, s string) error { c.Review.InLanguage = s; return nil }},
	{"review_status", "Retracted, when it was taken back", nil, func(c Checked) string { return c.Review.Status }, func(c *Checked, s string) error { c.Review.Status = s; return nil }},
	{"licence", "address of the licence of the data", []string{"license"}, func(c Checked) string { return c.Review.License }, func(c *Checked, s string) error { c.Review.License = s; return nil }},
}

func (c Checked) item() ReviewedClaim {
	if c.Review.ItemReviewed == nil {
		return ReviewedClaim{}
	}
	return *c.Review.ItemReviewed
}

func (c *Checked) edit() *ReviewedClaim {
	if c.Review.ItemReviewed == nil {
		c.Review.ItemReviewed = &ReviewedClaim{Type: "Claim"}
	}
	return c.Review.ItemReviewed
}

func (c Checked) claimant() Agent {
	if a := c.item().Author; a != nil {
		return *a
	}
	return Agent{}
}

func (c *Checked) editClaimant() *Agent {
	item := c.edit()
	if item.Author == nil {
		item.Author = &Agent{Type: "Person"}
	}
	return item.Author
}

func (c Checked) rating() ReviewRating {
	if c.Review.ReviewRating == nil {
		return ReviewRating{}
	}
	return *c.Review.ReviewRating
}

func (c *Checked) editRating() *ReviewRating {
	if c.Review.ReviewRating == nil {
		c.Review.ReviewRating = &ReviewRating{Type: "Rating"}
	}
	return c.Review.ReviewRating
}

func (c Checked) author() Agent {
	if c.Review.Author == nil {
		return Agent{}
	}
	return *c.Review.Author
}

func (c *Checked) editAuthor() *Agent {
	if c.Review.Author == nil {
		c.Review.Author = &Agent{Type: "Organization"}
	}
	return c.Review.Author
}

func readKind(c *Checked, s string) error {
	for _, kind := range []string{"Person", "Organization"} {
		if strings.EqualFold(s, kind) {
			c.editClaimant().Type = kind
			return nil
		}
	}
	return errors.New("write Person or Organization")
}

// joinList and splitList carry a list in one cell.
func joinList(list []string) string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = strings.ReplaceAll(s, ";", ",")
	}
	return strings.Join(clean, "; ")
}

func splitList(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func writeWorks(c Checked) string {
	item := c.item()
	var addresses []string
	if item.FirstAppearance != nil {
		addresses = append(addresses, item.FirstAppearance.URL)
	}
	for _, w := range item.Appearance {
		if !slices.Contains(addresses, w.URL) {
			addresses = append(addresses, w.URL)
		}
	}
	return strings.Join(addresses, " ")
}

func readWorks(c *Checked, s string) error {
	item := c.edit()
	for _, address := range strings.Fields(s) {
		item.Appearance = append(item.Appearance, Work{Type: "CreativeWork", URL: address})
	}
	if len(item.Appearance) > 0 {
		item.FirstAppearance = &item.Appearance[0]
	}
	return nil
}

func numeral(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// readDate takes a date that can be understood, as it is written.
func readDate(into *string, s string) error {
	if dateOf(s).Unknown() && !strings.EqualFold(s, "unknown") {
		return errors.New("write a date as 2024-06-20, 2024-06, 2024 or 2024-06-20T09:00:00Z")
	}
	*into = s
	return nil
}

func readNumber(into **int, s string) error {
	n, err := strconv.ParseInt(strings.TrimSuffix(s, ".0"), 10, 32)
	if err != nil {
		return errors.New("write a whole number")
	}
	whole := int(n)
	*into = &whole
	return nil
}

// CSVWriter writes the table row by row.
type CSVWriter struct{ w *csv.Writer }

// NewCSVWriter begins a table with its header.
func NewCSVWriter(w io.Writer) (*CSVWriter, error) {
	t := &CSVWriter{csv.NewWriter(w)}
	header := make([]string, len(csvColumns))
	for i, c := range csvColumns {
		header[i] = c.name
	}
	return t, t.w.Write(header)
}

// Add writes one row.
func (t *CSVWriter) Add(c Checked) error {
	row := make([]string, len(csvColumns))
	for i, column := range csvColumns {
		row[i] = guarded(column.write(c))
	}
	return t.w.Write(row)
}

// Close writes what is left.
func (t *CSVWriter) Close() error {
	t.w.Flush()
	return t.w.Error()
}

// formulas begin what spreadsheets would carry out. An apostrophe before it makes
// words of it, here and in spreadsheets; it is taken away on the way in.
const formulas = "=+-@\t\r'"

func guarded(s string) string {
	if s != "" && strings.ContainsRune(formulas, rune(s[0])) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(formulas, rune(s[1])) {
		return s[1:]
	}
	return s
}

// Row is one row of a table: the line on which it begins, and what it says, or
// what is wrong with it.
type Row struct {
	Line    int
	Checked Checked
	Field   string // that is wrong
	Err     error
}

// Table is how a table was read.
type Table struct {
	Encoding  string
	Delimiter rune
	Ignored   []string // columns that mean nothing here
}

// ReadCSV reads a table of claims, in any of the usual encodings and with any of
// the usual delimiters. It holds one row at a time; one that cannot be read is
// given with its error.
func ReadCSV(r io.Reader, each func(Row) error) (Table, error) {
	in, name, err := decoded(r)
	if err != nil {
		return Table{}, err
	}
	table := Table{Encoding: name}
	text := bufio.NewReaderSize(in, csvPeek)
	head, err := text.Peek(csvPeek)
	if bytes.ContainsRune(head, '\r') && !bytes.ContainsRune(head, '\n') { // as old Macintoshes ended lines
		text = bufio.NewReaderSize(&newlines{text}, csvPeek)
		head, err = text.Peek(csvPeek)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return table, fmt.Errorf("read table: %w", err)
	}
	table.Delimiter = delimiterOf(head)
	m := &meter{r: text, left: mostItem}
	c := csv.NewReader(m)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = table.Delimiter, -1, true
	header, err := c.Read()
	if err != nil {
		return table, fmt.Errorf("read the header of the table: %w", err)
	}
	columns, ignored := columnsOf(header)
	table.Ignored = ignored
	if !slices.ContainsFunc(columns, func(x *csvColumn) bool { return x != nil && x.name == "claim" }) {
		return table, errors.New("the table has no column “claim”; see the template")
	}
	return table, rows(c, m, columns, each)
}

// newlines reads a text whose lines end with a carriage return.
type newlines struct{ r io.Reader }

func (n *newlines) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	for i, c := range p[:read] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return read, err
}

// csvPeek is how much is looked at to tell encoding and delimiter, in bytes.
const csvPeek = 64 << 10

// decoded gives the text of a file as UTF-8, and what it was.
func decoded(r io.Reader) (io.Reader, string, error) {
	in := bufio.NewReaderSize(r, csvPeek)
	head, err := in.Peek(csvPeek)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("read file: %w", err)
	}
	if len(head) == 0 {
		return nil, "", errors.New("the file is empty")
	}
	var from encoding.Encoding
	name := "UTF-8"
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		from, name = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16"
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		from = unicode.UTF8BOM
	case !validStart(head):
		from, name = charmap.Windows1252, "Windows-1252"
	default:
		return in, name, nil
	}
	return transform.NewReader(in, from.NewDecoder()), name, nil
}

// validStart reports whether bytes are UTF-8, but perhaps for a character that is
// cut at the end.
func validStart(b []byte) bool {
	for cut := range utf8.UTFMax {
		if cut <= len(b) && utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// delimiterOf tells by the header: the delimiter under which most of its names
// are columns of ours, and then the one that stands there most.
func delimiterOf(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, score := ',', -1
	for _, candidate := range []rune{',', ';', '\t', '|'} {
		parts := strings.Split(string(line), string(candidate))
		known := 0
		for _, p := range parts {
			if columnNamed(strings.Trim(p, "\" \r")) != nil {
				known++
			}
		}
		if n := known*1000 + len(parts); n > score {
			best, score = candidate, n
		}
	}
	return best
}

func columnNamed(name string) *csvColumn {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
	for i, c := range csvColumns {
		if c.name == name || slices.Contains(c.aliases, name) {
			return &csvColumns[i]
		}
	}
	return nil
}

func columnsOf(header []string) (columns []*csvColumn, ignored []string) {
	columns = make([]*csvColumn, len(header))
	for i, name := range header {
		columns[i] = columnNamed(name)
		if columns[i] == nil || slices.Contains(columns[:i], columns[i]) {
			columns[i] = nil
			ignored = append(ignored, strings.TrimSpace(name))
		}
	}
	return columns, ignored
}

func rows(c *csv.Reader, m *meter, columns []*csvColumn, each func(Row) error) error {
	var wrong *csv.ParseError
	for {
		m.left = mostItem
		cells, err := c.Read()
		if errors.Is(err, io.EOF) && wrong != nil && wrong.Line > wrong.StartLine {
			return fmt.Errorf("read table: the quotation mark that opens in line %d is never closed: nothing after it was read", wrong.StartLine)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		row := Row{}
		wrong = nil
		switch {
		case errors.As(err, &wrong) && !errors.Is(err, errLongItem):
			row.Line, row.Err = wrong.StartLine, wrong.Err
		case err != nil:
			return fmt.Errorf("read table: %w", err)
		default:
			row = rowOf(cells, columns)
			row.Line, _ = c.FieldPos(0)
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

func rowOf(cells []string, columns []*csvColumn) Row {
	row := Row{Checked: Checked{Review: ClaimReview{Type: "ClaimReview"}}}
	for i, cell := range cells {
		if i >= len(columns) {
			row.Field, row.Err = "row", fmt.Errorf("it has %d cells, and the header %d", len(cells), len(columns))
			return row
		}
		cell = unguarded(strings.TrimSpace(cell))
		if columns[i] == nil || cell == "" {
			continue
		}
		if !utf8.ValidString(cell) {
			row.Field, row.Err = columns[i].name, errors.New("this is not valid text")
			return row
		}
		if err := columns[i].read(&row.Checked, cell); err != nil {
			row.Field, row.Err = columns[i].name, err
			return row
		}
	}
	return row
}
