package store

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Blobs keeps the bytes of captures under their SHA-256. Get's error is of the
// kind NotFound when they are not kept.
type Blobs interface {
	Get(ctx context.Context, hash string) ([]byte, error)
	Put(ctx context.Context, body []byte) (string, error)
}

// Progress is told how many rows and blobs are done, out of how many.
type Progress func(done, total int64)

// Manifest says what a backup holds.
type Manifest struct {
	Format       int              `json:"format"`
	Schema       int64            `json:"schema"`
	Engine       string           `json:"engine"`
	CreatedAt    time.Time        `json:"createdAt"`
	LogSize      int64            `json:"logSize"`
	Tables       map[string]int64 `json:"tables"` // rows
	Blobs        int64            `json:"blobs"`
	MissingBlobs []string         `json:"missingBlobs,omitempty"` // named by rows, but not kept any more
}

// Rows is the number of rows of all tables.
func (m Manifest) Rows() int64 {
	var n int64
	for _, rows := range m.Tables {
		n += rows
	}
	return n
}

// The parts of a backup, which is a zip.
const (
	dumpFormat     = 1
	manifestName   = "manifest.json"
	checkpointName = "log.checkpoint"
	tablesFolder   = "tables/"
	tablesEnding   = ".jsonl"
	blobsFolder    = "blobs/"
)

// leftOut are the tables that no backup holds: the migrations make their own;
// sessions, throttles and one-time links are over soon, and a backup that is
// restored must not let anybody in who was shut out since. Leases need not be
// left out: one whose time passed is taken by the next runner.
var leftOut = map[string]bool{"goose_db_version": true, "session": true, "throttle": true, "one_time_link": true}

// A kind of column is what both engines can keep exactly.
type columnKind string

const (
	textColumn    columnKind = "text"
	integerColumn columnKind = "integer"
	booleanColumn columnKind = "boolean"
	bytesColumn   columnKind = "bytes"
	timeColumn    columnKind = "time"
)

// kindOfType tells what a column holds from its type in either engine.
var kindOfType = map[string]columnKind{
	"TEXT": textColumn, "INTEGER": integerColumn, "BOOLEAN": booleanColumn, "BLOB": bytesColumn, "DATETIME": timeColumn,
	"text": textColumn, "bigint": integerColumn, "integer": integerColumn, "boolean": booleanColumn, "bytea": bytesColumn, "timestamp with time zone": timeColumn,
}

type column struct {
	name string
	kind columnKind
}

type table struct {
	name    string
	columns []column
}

func (t table) file() string { return tablesFolder + t.name + tablesEnding }

// quotedColumns lists the columns for a statement.
func (t table) quotedColumns() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quoted(c.name)
	}
	return strings.Join(names, ", ")
}

// quoted is a name as both engines read it.
func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// keptTables reads from the schema which tables a backup holds.
func keptTables(g *gorm.DB, d dialect) ([]table, error) {
	var rows []struct{ TableName, ColumnName, ColumnType string }
	if err := g.Raw(d.columnTypes()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	var tables []table
	for _, r := range rows {
		if leftOut[r.TableName] {
			continue
		}
		kind, known := kindOfType[r.ColumnType]
		if !known {
			return nil, fmt.Errorf("read schema: %s.%s is of the type %q, which backups do not know", r.TableName, r.ColumnName, r.ColumnType)
		}
		if len(tables) == 0 || tables[len(tables)-1].name != r.TableName {
			tables = append(tables, table{name: r.TableName})
		}
		last := &tables[len(tables)-1]
		last.columns = append(last.columns, column{r.ColumnName, kind})
	}
	return tables, nil
}

// Dump writes a backup of the database as it was at one moment, while others go
// on writing, and of the blobs that its rows name. remembered is the checkpoint
// kept beside the log's key, nil when there is none; it must have been read
// before Dump is called. The backup's log then holds all that the checkpoint
// signs; one read later might sign entries that the backup has not, and a
// database restored from it would pass for a fork. Errors: record.ErrFork when
// the log does not extend the checkpoint.
func (db *DB) Dump(ctx context.Context, w io.Writer, remembered []byte, blobs Blobs, progress Progress) (Manifest, error) {
	d := &dumper{
		zip: zip.NewWriter(w), at: db.clock(), dialect: db.dialect, count: counted{progress: progress},
		manifest: Manifest{Format: dumpFormat, Engine: db.dialect.name(), CreatedAt: db.clock(), Tables: map[string]int64{}},
	}
	if err := db.dump(ctx, d, remembered, blobs); err != nil {
		return Manifest{}, translate(fmt.Errorf("back up: %w", err))
	}
	return d.manifest, nil
}

func (db *DB) dump(ctx context.Context, d *dumper, remembered []byte, blobs Blobs) error {
	p, err := provider(db.dialect, db.pools[0])
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, p); err != nil {
		return err
	}
	var hashes []string
	err = db.reader.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		hashes, err = d.snapshot(g, remembered)
		return err
	}, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	// Blobs never change, so they need not hold the transaction open.
	if err := d.addBlobs(ctx, hashes, blobs); err != nil {
		return err
	}
	if remembered != nil {
		if err := d.add(checkpointName, remembered); err != nil {
			return err
		}
	}
	manifest, err := json.MarshalIndent(d.manifest, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(d.add(manifestName, append(manifest, '\n')), d.zip.Close())
}

// dumper writes one backup.
type dumper struct {
	zip      *zip.Writer
	at       time.Time
	dialect  dialect
	manifest Manifest
	count    counted
}

// counted passes progress on.
type counted struct {
	done, total int64
	progress    Progress
}

func (c *counted) step() {
	c.done++
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
}

// snapshot writes the tables, all from one transaction, and gives the hashes of
// the blobs that they name.
func (d *dumper) snapshot(g *gorm.DB, remembered []byte) ([]string, error) {
	if err := d.dialect.unhurried(g); err != nil {
		return nil, err
	}
	if err := g.Raw("SELECT MAX(version_id) FROM goose_db_version WHERE is_applied").Scan(&d.manifest.Schema).Error; err != nil {
		return nil, fmt.Errorf("read schema version: %w", err)
	}
	tree, err := committedTree(g)
	if err != nil {
		return nil, err
	}
	d.manifest.LogSize = tree.Size
	if err := extends(tree, remembered); err != nil {
		return nil, err
	}
	tables, err := keptTables(g, d.dialect)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		var rows int64
		if err := g.Table(t.name).Count(&rows).Error; err != nil {
			return nil, fmt.Errorf("count %s: %w", t.name, err)
		}
		d.count.total += rows
	}
	var hashes []string
	for _, t := range tables {
		if err := d.addTable(g, t); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		if t.name != "snapshot" {
			continue
		}
		if err := g.Table(t.name).Distinct("body_hash").Where("body_hash <> ''").Order("body_hash").Pluck("body_hash", &hashes).Error; err != nil {
			return nil, fmt.Errorf("list blobs: %w", err)
		}
	}
	d.count.total += int64(len(hashes))
	return hashes, nil
}

// extends checks that a tree holds what a checkpoint signs.
func extends(t Tree, signed []byte) error {
	if signed == nil {
		return nil
	}
	c, err := UnverifiedCheckpoint(signed)
	if err != nil {
		return err
	}
	return record.CheckExtends(c, t.Size, t.Hashes)
}

// UnverifiedCheckpoint reads what a signed note states, whoever signed it: a
// backup is made and restored where the log's key may not lie.
func UnverifiedCheckpoint(signed []byte) (record.Checkpoint, error) {
	lines := strings.Split(string(signed), "\n")
	if len(lines) < 4 {
		return record.Checkpoint{}, errors.New("read checkpoint: it has not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return record.Checkpoint{}, fmt.Errorf("read checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return record.Checkpoint{}, errors.New("read checkpoint: the root is no hash")
	}
	return record.Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root)}, nil
}

func (d *dumper) create(name string) (io.Writer, error) {
	return d.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: d.at})
}

func (d *dumper) add(name string, content []byte) error {
	w, err := d.create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

func (d *dumper) addTable(g *gorm.DB, t table) (err error) {
	w, err := d.create(t.file())
	if err != nil {
		return err
	}
	rows, err := g.Raw("SELECT " + t.quotedColumns() + " FROM " + quoted(t.name)).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return d.addRows(w, t, rows)
}

func (d *dumper) addRows(w io.Writer, t table, rows *sql.Rows) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	n := int64(0)
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := make(map[string]any, len(values))
		for i, c := range t.columns {
			cell, err := encodeCell(c.kind, values[i])
			if err != nil {
				return fmt.Errorf("row %d, %s: %w", n+1, c.name, err)
			}
			row[c.name] = cell
		}
		if err := lines.Encode(row); err != nil {
			return err
		}
		d.count.step()
	}
	d.manifest.Tables[t.name] = n
	return rows.Err()
}

func (d *dumper) addBlobs(ctx context.Context, hashes []string, blobs Blobs) error {
	for _, hash := range hashes {
		body, err := blobs.Get(ctx, hash)
		if kb.KindOf(err) == kb.NotFound {
			d.manifest.MissingBlobs = append(d.manifest.MissingBlobs, hash)
			d.count.step()
			continue
		}
		if err != nil {
			return fmt.Errorf("bytes %s: %w", hash, err)
		}
		if err := d.add(blobsFolder+hash, body); err != nil {
			return err
		}
		d.manifest.Blobs++
		d.count.step()
	}
	return nil
}

// A cell is JSON's own null, boolean, number or string where that says it all,
// and otherwise an object with the one field that names what it is.
type (
	bytesCell struct {
		Bytes []byte `json:"bytes"`
	}
	timeCell struct {
		Time string `json:"time"`
	}
	// rawTextCell is a text that is not UTF-8, which SQLite does not mind.
	rawTextCell struct {
		Text []byte `json:"text"`
	}
)

// cellTime is UTC to the microsecond, which is what both engines keep.
const cellTime = "2006-01-02T15:04:05.000000Z"

func encodeCell(kind columnKind, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if kind == textColumn && utf8.ValidString(v) {
			return v, nil
		}
		if kind == textColumn {
			return rawTextCell{[]byte(v)}, nil
		}
	case []byte:
		if kind == bytesColumn {
			return bytesCell{append([]byte{}, v...)}, nil // of no length, but not null
		}
	case time.Time:
		if kind == timeColumn {
			return timeCell{v.UTC().Format(cellTime)}, nil
		}
	case bool:
		if kind == booleanColumn {
			return v, nil
		}
	case int64:
		if kind == integerColumn {
			return v, nil
		}
		if kind == booleanColumn && (v == 0 || v == 1) { // SQLite's
			return v == 1, nil
		}
	}
	return nil, fmt.Errorf("%T is not %s", value, kind)
}

func decodeCell(kind columnKind, cell json.RawMessage) (any, error) {
	if string(cell) == "null" {
		return nil, nil
	}
	switch kind {
	case textColumn:
		if s, err := decodeAs[string](cell); err == nil {
			return s, nil
		}
		raw, err := decodeAs[rawTextCell](cell)
		if err != nil || raw.Text == nil {
			return nil, notOf(kind, cell)
		}
		return string(raw.Text), nil
	case integerColumn:
		n, err := decodeAs[int64](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return n, nil
	case booleanColumn:
		b, err := decodeAs[bool](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return b, nil
	case bytesColumn:
		b, err := decodeAs[bytesCell](cell)
		if err != nil || b.Bytes == nil {
			return nil, notOf(kind, cell)
		}
		return b.Bytes, nil
	default:
		c, err := decodeAs[timeCell](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		t, err := time.Parse(cellTime, c.Time)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return t, nil
	}
}

func decodeAs[T any](cell []byte) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(cell))
	d.DisallowUnknownFields()
	err := d.Decode(&v)
	return v, err
}

func notOf(kind columnKind, cell []byte) error {
	const enough = 40
	return fmt.Errorf("%s is not %s", bytes.ToValidUTF8(cell[:min(len(cell), enough)], nil), kind)
}

// Backup is an opened backup.
type Backup struct {
	Manifest   Manifest
	Checkpoint []byte // that was remembered beside the key; nil when there was none
	zip        *zip.Reader
	files      map[string]*zip.File
}

// OpenBackup reads what a backup says of itself. The rest of it is looked at by
// Restore.
func OpenBackup(r io.ReaderAt, size int64) (*Backup, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("open backup: it is cut off, or none: %w", err)
	}
	b := &Backup{zip: z, files: map[string]*zip.File{}}
	for _, f := range z.File {
		if b.files[f.Name] != nil {
			return nil, fmt.Errorf("open backup: %s is in it twice", f.Name)
		}
		b.files[f.Name] = f
	}
	manifest, err := b.read(manifestName)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	if err := json.Unmarshal(manifest, &b.Manifest); err != nil {
		return nil, fmt.Errorf("open backup: %s: %w", manifestName, err)
	}
	if b.Manifest.Format != dumpFormat {
		return nil, fmt.Errorf("open backup: it is of the format %d, and this program reads %d", b.Manifest.Format, dumpFormat)
	}
	if b.files[checkpointName] == nil {
		return b, nil
	}
	if b.Checkpoint, err = b.read(checkpointName); err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	return b, nil
}

func (b *Backup) read(name string) ([]byte, error) {
	f := b.files[name]
	if f == nil {
		return nil, fmt.Errorf("%s is missing", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}

// eachLine calls f with each line of a table's file.
func (b *Backup) eachLine(name string, f func(line []byte) error) error {
	file := b.files[name]
	if file == nil {
		return fmt.Errorf("%s is missing", name)
	}
	r, err := file.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err == nil {
			err = f(line)
		}
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", name, n, err)
		}
	}
}

// check reads the backup through before anything is written: every file is
// whole and belongs here, every line is a row, and every blob has its hash.
func (b *Backup) check(count *counted) error {
	var blobs int64
	for _, f := range b.zip.File {
		name := f.Name
		table, isTable := strings.CutPrefix(name, tablesFolder)
		hash, isBlob := strings.CutPrefix(name, blobsFolder)
		switch {
		case name == manifestName, name == checkpointName:
		case isBlob:
			if _, err := b.blob(hash); err != nil {
				return err
			}
			blobs++
			count.step()
		case isTable:
			if err := b.checkTable(strings.TrimSuffix(table, tablesEnding), name, count); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s does not belong into a backup", name)
		}
	}
	if blobs != b.Manifest.Blobs {
		return fmt.Errorf("there are %d blobs, and should be %d", blobs, b.Manifest.Blobs)
	}
	for name := range b.Manifest.Tables {
		if t := (table{name: name}); b.files[t.file()] == nil {
			return fmt.Errorf("%s is missing", t.file())
		}
	}
	return nil
}

func (b *Backup) checkTable(name, file string, count *counted) error {
	want, known := b.Manifest.Tables[name]
	if !known {
		return fmt.Errorf("%s: the manifest does not name this table", file)
	}
	var rows int64
	err := b.eachLine(file, func(line []byte) error {
		rows++
		count.step()
		var row map[string]json.RawMessage
		return json.Unmarshal(line, &row)
	})
	if err == nil && rows != want {
		err = fmt.Errorf("%s: it has %d rows, and should have %d", file, rows, want)
	}
	return err
}

func (b *Backup) blob(hash string) ([]byte, error) {
	body, err := b.read(blobsFolder + hash)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("%s%s: its bytes do not have this hash", blobsFolder, hash)
	}
	return body, nil
}

// Restore loads a backup into the empty database at an address, which may lack
// a schema, and brings it up to this program's version. Rows are loaded in one
// transaction: a backup whose log is not what its checkpoints sign, or that is
// damaged in any way, leaves nothing behind but blobs. appRole is as in Migrate.
func Restore(ctx context.Context, address, appRole string, b *Backup, blobs Blobs, progress Progress) error {
	count := &counted{total: 2 * (b.Manifest.Rows() + b.Manifest.Blobs), progress: progress}
	if err := b.restore(ctx, address, appRole, blobs, count); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func (b *Backup) restore(ctx context.Context, address, appRole string, blobs Blobs, count *counted) error {
	if err := b.refuseTarget(ctx, address); err != nil {
		return err
	}
	if err := b.check(count); err != nil {
		return err
	}
	if err := b.putBlobs(ctx, blobs, count); err != nil {
		return err
	}
	if err := MigrateTo(ctx, address, b.Manifest.Schema); err != nil {
		return fmt.Errorf("make the schema of the backup: %w", err)
	}
	if err := withTransaction(ctx, address, func(g *gorm.DB, d dialect) error { return b.load(g, d, count) }); err != nil {
		return err
	}
	_, err := Migrate(ctx, address, appRole)
	return err
}

// refuseTarget looks at a database before anything is written to it.
func (b *Backup) refuseTarget(ctx context.Context, address string) error {
	_, err := withProvider(ctx, address, func(_ dialect, _ *sql.DB, p *goose.Provider, _ string) ([]MigrationStatus, error) {
		current, newest, err := p.GetVersions(ctx)
		if err != nil {
			return nil, fmt.Errorf("read schema version: %w", err)
		}
		if b.Manifest.Schema > newest {
			return nil, fmt.Errorf("the backup's schema (%d) is newer than this program (%d); use a newer claimtrail", b.Manifest.Schema, newest)
		}
		if current > b.Manifest.Schema {
			return nil, fmt.Errorf("the database's schema (%d) is newer than the backup's (%d); restore into a database without a schema, it is brought up to date afterwards", current, b.Manifest.Schema)
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	return withTransaction(ctx, address, func(g *gorm.DB, d dialect) error {
		tables, err := keptTables(g, d)
		if err != nil {
			return err
		}
		return refuseRows(g, tables)
	})
}

func refuseRows(g *gorm.DB, tables []table) error {
	for _, t := range tables {
		var filled bool
		if err := g.Raw("SELECT EXISTS (SELECT 1 FROM " + quoted(t.name) + ")").Scan(&filled).Error; err != nil {
			return fmt.Errorf("look into %s: %w", t.name, err)
		}
		if filled {
			return fmt.Errorf("the database is not empty (%s has rows); a backup is restored into an empty one only", t.name)
		}
	}
	return nil
}

// withTransaction writes to the database at an address as its owner.
func withTransaction(ctx context.Context, address string, f func(*gorm.DB, dialect) error) error {
	db, err := Open(ctx, address, Options{})
	if err != nil {
		return err
	}
	err = db.writer.WithContext(ctx).Transaction(func(g *gorm.DB) error { return f(g, db.dialect) })
	return errors.Join(err, db.Close())
}

func (b *Backup) putBlobs(ctx context.Context, blobs Blobs, count *counted) error {
	for _, f := range b.zip.File {
		hash, isBlob := strings.CutPrefix(f.Name, blobsFolder)
		if !isBlob {
			continue
		}
		body, err := b.blob(hash)
		if err != nil {
			return err
		}
		if _, err := blobs.Put(ctx, body); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		count.step()
	}
	return nil
}

// load fills the tables. What keeps others from changing the record stands in
// the way here, so it is suspended and put back, in this transaction; the log is
// held against its checkpoints instead.
func (b *Backup) load(g *gorm.DB, d dialect, count *counted) error {
	if err := d.unhurried(g); err != nil {
		return err
	}
	tables, err := keptTables(g, d)
	if err != nil {
		return err
	}
	if err := b.sameTables(tables); err != nil {
		return err
	}
	var suspensions []struct{ Suspend, Resume string }
	if err := g.Raw(d.suspensions()).Scan(&suspensions).Error; err != nil {
		return fmt.Errorf("read triggers: %w", err)
	}
	for _, s := range suspensions {
		if err := execute(g, s.Suspend); err != nil {
			return fmt.Errorf("suspend triggers: %w", err)
		}
	}
	// Again: somebody may have written since, and nobody can any more.
	if err := refuseRows(g, tables); err != nil {
		return err
	}
	for _, t := range tables {
		l := tableLoader{g: g, table: t, count: count}
		if err := b.eachLine(t.file(), l.add); err != nil {
			return err
		}
		if err := l.flush(); err != nil {
			return err
		}
	}
	if err := d.settle(g); err != nil {
		return fmt.Errorf("check references: %w", err)
	}
	if err := b.verify(Reader{g}); err != nil {
		return err
	}
	for _, s := range suspensions {
		if err := execute(g, s.Resume); err != nil {
			return fmt.Errorf("put back triggers: %w", err)
		}
	}
	return nil
}

// execute runs a statement as it stands: gorm would look for its own marks in
// the text of a trigger.
func execute(g *gorm.DB, statement string) error {
	_, err := g.Statement.ConnPool.ExecContext(g.Statement.Context, statement)
	return err
}

// sameTables holds the backup's tables against those of its schema version.
func (b *Backup) sameTables(tables []table) error {
	known := map[string]bool{}
	for _, t := range tables {
		known[t.name] = true
		if b.files[t.file()] == nil {
			return fmt.Errorf("%s is missing", t.file())
		}
	}
	for name := range b.Manifest.Tables {
		if t := (table{name: name}); !known[name] {
			return fmt.Errorf("%s, line 1: the schema %d has no such table to restore", t.file(), b.Manifest.Schema)
		}
	}
	return nil
}

// What one statement inserts at most; engines limit the parameters.
const (
	loadParameters = 2000
	loadBytes      = 1 << 20
)

// tableLoader inserts the rows of one table, many at a time.
type tableLoader struct {
	g      *gorm.DB
	table  table
	count  *counted
	values []any
	bytes  int
	lines  int // read
	loaded int
}

func (l *tableLoader) add(line []byte) error {
	l.lines++
	var row map[string]json.RawMessage
	if err := json.Unmarshal(line, &row); err != nil {
		return err
	}
	for _, c := range l.table.columns {
		cell, there := row[c.name]
		if !there {
			return fmt.Errorf("the column %s is missing", c.name)
		}
		delete(row, c.name)
		value, err := decodeCell(c.kind, cell)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		l.values = append(l.values, value)
	}
	for name := range row {
		return fmt.Errorf("the table has no column %s", name)
	}
	if err := l.checkBody(); err != nil {
		return err
	}
	l.bytes += len(line)
	l.count.step()
	if l.bytes < loadBytes && len(l.values)+len(l.table.columns) <= loadParameters {
		return nil
	}
	return l.flush()
}

// checkBody checks the hash of the document that was read last: the log signs
// hashes only.
func (l *tableLoader) checkBody() error {
	if l.table.name != "document_body" {
		return nil
	}
	row := map[string]any{}
	for i, value := range l.values[len(l.values)-len(l.table.columns):] {
		row[l.table.columns[i].name] = value
	}
	if body, _ := row["bytes"].([]byte); record.Hash(body) != row["hash"] {
		return errors.New("the document does not have its hash")
	}
	return nil
}

func (l *tableLoader) flush() error {
	if l.lines == l.loaded {
		return nil
	}
	row := "(?" + strings.Repeat(", ?", len(l.table.columns)-1) + ")"
	rows := row + strings.Repeat(", "+row, l.lines-l.loaded-1)
	insert := "INSERT INTO " + quoted(l.table.name) + " (" + l.table.quotedColumns() + ") VALUES " + rows
	if err := l.g.Exec(insert, l.values...).Error; err != nil {
		return fmt.Errorf("%s, lines %d to %d: %w", l.table.file(), l.loaded+1, l.lines, err)
	}
	l.values, l.bytes, l.loaded = l.values[:0], 0, l.lines
	return nil
}

// verify computes the log anew from its entries and holds it against the stored
// hashes, the newest checkpoint in the table and the one that was remembered.
func (b *Backup) verify(r Reader) error {
	tree, err := committedTree(r.g)
	if err != nil {
		return err
	}
	if tree.Size != b.Manifest.LogSize {
		return fmt.Errorf("the log has %d entries, and should have %d", tree.Size, b.Manifest.LogSize)
	}
	if err := verifyHashes(r, tree.Size); err != nil {
		return err
	}
	last, err := findSome[checkpoint](r, "checkpoint", "size DESC", 1, "1 = 1")
	if err != nil {
		return err
	}
	for _, c := range last {
		if err := extends(tree, c.Note); err != nil {
			return err
		}
	}
	return extends(tree, b.Checkpoint)
}

// verifyPage is how many entries of the log are looked at together.
const verifyPage = 1000

func verifyHashes(r Reader, size int64) error {
	known := edge{}
	for from := int64(0); from < size; from += verifyPage {
		events, err := findSome[recordEvent](r, "log", "idx", verifyPage, "idx >= ?", from)
		if err != nil {
			return err
		}
		var hashes []tlog.Hash
		for i, e := range events {
			if e.Idx != from+int64(i) {
				return fmt.Errorf("the log has no entry %d", from+int64(i))
			}
			more, err := record.Hashes(e.Idx, e.Leaf, known)
			if err != nil {
				return err
			}
			hashes = append(hashes, more...)
			known[record.FirstHash(e.Idx)+int64(len(more))-1] = more[len(more)-1]
		}
		first := record.FirstHash(from)
		stored, err := find[logHash](r, "log hashes", "idx", "idx >= ? AND idx < ?", first, record.FirstHash(from+int64(len(events))))
		if err != nil {
			return err
		}
		for i, h := range hashes {
			if i >= len(stored) || stored[i].Idx != first+int64(i) || !bytes.Equal(stored[i].Hash, h[:]) {
				return fmt.Errorf("the log's entries are not those that were signed: hash %d does not follow from them", first+int64(i))
			}
		}
	}
	return nil
}

// edge holds the roots of the full subtrees so far by their stored index. Each
// is asked for once, when the one beside it is complete.
type edge map[int64]tlog.Hash

// ReadHashes gives hashes and forgets them.
func (e edge) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = e[index]
		delete(e, index)
	}
	return hashes, nil
}
