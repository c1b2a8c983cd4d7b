package store

import (
	"archive/zip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
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
// sessions, throttles, one-time links and the keys of requests are over soon, and
// a backup that is restored must not let anybody in who was shut out since, be it
// with a token, nor send webhooks again what they were sent. Leases need not be
// left out: one whose time passed is taken by the next runner.
var leftOut = map[string]bool{"goose_db_version": true, "session": true, "throttle": true, "one_time_link": true, "webhook_delivery": true, "api_token": true, "idempotency_key": true}

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
	c, err := record.ReadCheckpoint(signed)
	if err != nil {
		return err
	}
	return record.CheckExtends(c, t.Size, t.Hashes)
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
