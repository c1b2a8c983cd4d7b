package store

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/record"
)

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
