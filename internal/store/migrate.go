package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/gorm/schema"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/migrations"
)

// MigrationStatus is one migration and when it was applied; zero if it was not.
type MigrationStatus struct {
	Version int64
	Name    string
	Applied time.Time
}

// Migrate brings the schema at an address up to this program's version and, on
// PostgreSQL, gives the application's role its rights and no more. A SQLite
// file that has data is backed up beside itself first. appRole may be empty
// when the owner is the application.
func Migrate(ctx context.Context, address, appRole string) ([]MigrationStatus, error) {
	return withProvider(ctx, address, func(d dialect, pool *sql.DB, p *goose.Provider, target string) ([]MigrationStatus, error) {
		if err := refuseNewer(ctx, p); err != nil {
			return nil, err
		}
		if err := backUp(ctx, d, pool, p, target); err != nil {
			return nil, err
		}
		if _, err := p.Up(ctx); err != nil {
			return nil, translate(fmt.Errorf("migrate: %w", err))
		}
		if appRole != "" {
			if err := grant(ctx, pool, appRole); err != nil {
				return nil, err
			}
		}
		return statusOf(ctx, p)
	})
}

// MigrateTo stops at an earlier version, for tests of what comes after it.
func MigrateTo(ctx context.Context, address string, version int64) error {
	_, err := withProvider(ctx, address, func(_ dialect, _ *sql.DB, p *goose.Provider, _ string) ([]MigrationStatus, error) {
		_, err := p.UpTo(ctx, version)
		return nil, err
	})
	return err
}

// Status lists the migrations of the schema at an address.
func Status(ctx context.Context, address string) ([]MigrationStatus, error) {
	return withProvider(ctx, address, func(_ dialect, _ *sql.DB, p *goose.Provider, _ string) ([]MigrationStatus, error) {
		return statusOf(ctx, p)
	})
}

// CheckSchema reports an error with the command to run unless the schema is
// exactly this program's.
func (db *DB) CheckSchema(ctx context.Context) error {
	p, err := provider(db.dialect, db.pools[0])
	if err != nil {
		return err
	}
	// The application's role may not even make the table of versions.
	if _, err := p.GetDBVersion(ctx); err != nil && kb.KindOf(translate(err)) != kb.Unavailable {
		return fmt.Errorf("the database has no schema yet, or it cannot be read (%w); %s", err, howToMigrate)
	}
	if err := refuseNewer(ctx, p); err != nil {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil {
		return translate(fmt.Errorf("check schema: %w", err))
	}
	if pending {
		return errors.New("the database's schema is older than this program; " + howToMigrate)
	}
	return nil
}

const howToMigrate = "run: claimtrail migrate up --owner-database-url postgres://…"

func withProvider(ctx context.Context, address string, f func(dialect, *sql.DB, *goose.Provider, string) ([]MigrationStatus, error)) ([]MigrationStatus, error) {
	d, target, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	pool, err := d.open(target, false)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer pool.Close()
	if err := pool.PingContext(ctx); err != nil {
		return nil, translate(fmt.Errorf("reach database: %w", err))
	}
	p, err := provider(d, pool)
	if err != nil {
		return nil, err
	}
	return f(d, pool, p, target)
}

func provider(d dialect, pool *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations.Files, d.name())
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger())}
	if d.goose() == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("lock migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.goose(), pool, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return translate(fmt.Errorf("read schema version: %w", err))
	}
	if current > target {
		return fmt.Errorf("the database's schema (%d) is newer than this program (%d); use a newer claimtrail", current, target)
	}
	return nil
}

func statusOf(ctx context.Context, p *goose.Provider) ([]MigrationStatus, error) {
	all, err := p.Status(ctx)
	if err != nil {
		return nil, translate(fmt.Errorf("read migrations: %w", err))
	}
	list := make([]MigrationStatus, len(all))
	for i, s := range all {
		list[i] = MigrationStatus{s.Source.Version, s.Source.Path, s.AppliedAt}
	}
	return list, nil
}

// backUp copies a SQLite database that is about to be migrated.
func backUp(ctx context.Context, d dialect, pool *sql.DB, p *goose.Provider, file string) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return translate(fmt.Errorf("read schema version: %w", err))
	}
	if d.name() != "sqlite" || current == 0 || current == target {
		return nil
	}
	copyName := fmt.Sprintf("%s.before-%d", file, target)
	if err := os.Remove(copyName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up before migrating: %w", err)
	}
	if _, err := pool.ExecContext(ctx, "VACUUM INTO ?", copyName); err != nil {
		return fmt.Errorf("back up before migrating: %w", err)
	}
	return nil
}

// appendOnly are the tables whose rows never change; document_body may lose
// bodies that a redaction names.
var appendOnly = []string{"record_event", "revision", "log_hash", "checkpoint", "redacted_hash", "audit_event", "document_body"}

// grant gives the application's role what it needs; the record it may only
// append to.
func grant(ctx context.Context, pool *sql.DB, role string) error {
	who := pgx.Identifier{role}.Sanitize()
	statements := []string{
		"GRANT USAGE ON SCHEMA public TO " + who,
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + who,
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO " + who,
		"REVOKE UPDATE, DELETE, TRUNCATE ON " + strings.Join(appendOnly, ", ") + " FROM " + who,
		"GRANT DELETE ON document_body TO " + who,
		"REVOKE INSERT, UPDATE, DELETE ON goose_db_version FROM " + who,
	}
	for _, s := range statements {
		if _, err := pool.ExecContext(ctx, s); err != nil {
			return translate(fmt.Errorf("grant rights to %s: %w", role, err))
		}
	}
	return nil
}

// Columns lists the columns of the schema as table.column, for tests that
// compare engines and mappings.
func (db *DB) Columns(ctx context.Context) ([]string, error) {
	var rows []struct{ TableName, ColumnName string }
	if err := db.reader.WithContext(ctx).Raw(db.dialect.columns()).Scan(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read columns: %w", err))
	}
	columns := make([]string, len(rows))
	for i, r := range rows {
		columns[i] = r.TableName + "." + r.ColumnName
	}
	return columns, nil
}

// MappedColumns lists the columns that the program reads and writes, as
// table.column.
func (db *DB) MappedColumns() ([]string, error) {
	var columns []string
	for _, row := range []any{
		documentBody{}, recordEvent{}, Revision{}, logHash{}, checkpoint{}, redactedHash{}, digest{}, auditEvent{}, publicID{},
		kb.Person{}, kb.Account{}, oneTimeLink{}, session{}, throttle{}, kb.Speaker{}, kb.SpeakerRole{}, kb.Publisher{}, kb.Source{},
		kb.Snapshot{}, kb.Excerpt{}, kb.Topic{}, kb.Claim{}, kb.ClaimPart{}, claimTopic{}, kb.Appearance{}, kb.Attestation{},
		kb.ClaimRelation{}, kb.Evidence{}, kb.Derivation{}, kb.IndependenceAssessment{}, kb.RatingScale{}, kb.Rating{}, kb.RulingDraft{},
		draftContributor{}, kb.GateException{}, kb.ReplyRequest{}, kb.CaptureJob{}, kb.QuotationCheck{}, fingerprint{}, kb.Suggestion{}, kb.Task{}, kb.Candidate{}, kb.Approval{}, kb.Masthead{},
		housePolicy{}, kb.ScheduledPublication{}, Recheck{}, kb.RedactionRequest{}, kb.Tip{}, kb.Dispute{}, kb.Webhook{}, kb.WebhookDelivery{},
		kb.APIToken{}, idempotencyKey{}, kb.ImportedRuling{}, mirror{}, Meaning{}, kb.Judgement{},
	} {
		s, err := schema.Parse(row, &sync.Map{}, db.writer.NamingStrategy)
		if err != nil {
			return nil, fmt.Errorf("map %T: %w", row, err)
		}
		for _, name := range s.DBNames {
			columns = append(columns, s.Table+"."+name)
		}
	}
	return columns, nil
}

type redactedHash struct {
	Hash     string
	EventIdx int64
}
