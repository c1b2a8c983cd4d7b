package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/express"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/metrics"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/web"
)

// databaseFlags say where the data is.
type databaseFlags struct {
	DatabaseURL string `name:"database-url" help:"sqlite:FILE or postgres://…; default: sqlite in the data folder."`
	Data        string `default:"./data" help:"Folder of the embedded database and the log key."`
	LogKey      string `name:"log-key" help:"Signing key of the transparency log; default: log.key in the data folder."`
	Blobs       string `help:"Where captured bytes are kept: file:FOLDER or a bucket such as s3://…; default: blobs in the data folder."`

	// replica is where the record may be read too; only a server does.
	replica string
	// keyless commands publish nothing, and so make no key: its name is the
	// server's to give.
	keyless bool
	// newLog begins a log: what was signed before does not count.
	newLog bool
}

func (f databaseFlags) address() string {
	if f.DatabaseURL != "" {
		return f.DatabaseURL
	}
	return "sqlite:" + filepath.Join(f.Data, "claimtrail.db")
}

func (f databaseFlags) keyFile() string {
	if f.LogKey != "" {
		return f.LogKey
	}
	return filepath.Join(f.Data, "log.key")
}

// checkpointFile is where the last signed checkpoint is kept, beside the key.
func (f databaseFlags) checkpointFile() checkpointFile {
	return checkpointFile(strings.TrimSuffix(f.keyFile(), ".key") + ".checkpoint")
}

func isSQLite(address string) bool { return strings.HasPrefix(address, "sqlite:") }

// site is the program put together.
type site struct {
	db      *store.DB
	desk    *desk.Desk
	archive *capture.Archive
	blobs   io.Closer
	log     *slog.Logger
	base    string
	keys    []string // that the log is verified with
}

func (s *site) close() error { return errors.Join(s.blobs.Close(), s.db.Close()) }

// openSite opens the database, migrates it when it is embedded, and builds the
// desk. Whatever of the log is committed and unsigned is signed now; a database
// that is an older copy is refused.
func openSite(ctx context.Context, f databaseFlags, base string, log *slog.Logger) (*site, error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	address := f.address()
	if isSQLite(address) {
		if err := ownerOnly(strings.TrimPrefix(address, "sqlite:")); err != nil {
			return nil, err
		}
		if _, err := store.Migrate(ctx, address, ""); err != nil {
			return nil, err
		}
	}
	db, err := store.Open(ctx, address, store.Options{Replica: f.replica, ReplicaTrouble: func(err error) {
		log.WarnContext(ctx, "the replica fails; pages come from the primary meanwhile", "error", err)
	}})
	if err != nil {
		return nil, err
	}
	archive, blobs, err := openArchive(ctx, f.Blobs, f.Data)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &site{db: db, archive: archive, blobs: blobs, log: log, base: base}
	if s.desk, err = s.openDesk(ctx, f); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// ownerOnly makes the embedded database, if it is not there yet, as a file that
// nobody else may read.
func ownerOnly(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	return f.Close()
}

func (s *site) openDesk(ctx context.Context, f databaseFlags) (*desk.Desk, error) {
	if err := s.db.CheckSchema(ctx); err != nil {
		return nil, err
	}
	origin, err := logOrigin(s.base)
	if err != nil {
		return nil, err
	}
	signedBefore, err := s.db.Public().Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	mirrored, err := s.db.Public().MirrorKey(ctx)
	if err != nil {
		return nil, err
	}
	if f.keyless || signedBefore != nil {
		origin = "" // a key made now would not be the one that signed
	}
	signer, err := loadSigner(f.keyFile(), origin)
	if err != nil {
		return nil, err
	}
	if mirrored != "" {
		s.keys = []string{mirrored}
	} else if signer == nil && !f.keyless && !f.newLog {
		return nil, fmt.Errorf("the log in this database is signed, and its key is not at %s: put log.key back (and log.checkpoint beside it); "+
			"if the key is lost for good, begin a new log: claimtrail log-key restart --base-url URL --reason TEXT", f.keyFile())
	}
	if signer != nil {
		s.keys = signer.VerifierKeys()
	}
	d := desk.New(desk.Options{
		DB: s.db, BaseURL: s.base, Signer: signer, Memory: f.checkpointFile(), NewLog: f.newLog, Archive: s.archive,
		Poster: outbound.New(outbound.Options{}), Logger: s.log,
	})
	if f.newLog {
		return d, nil // nothing is signed before the log says that it begins anew
	}
	return d, d.Sign(ctx)
}

// logOrigin names the log after the site: host and path, without a scheme.
func logOrigin(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("the base URL %q should look like https://claims.example.org", base)
	}
	return u.Host + u.Path + "/log", nil
}

// Limits of the server.
const (
	headerTime   = 5 * time.Second
	readTime     = 30 * time.Second
	writeTime    = 60 * time.Second
	idleTime     = 2 * time.Minute
	shutdownTime = 10 * time.Second
	followEvery  = time.Second / 4
	maxHeader    = 64 << 10
)

// serve answers requests on the listener until the context ends, then lets
// those under way finish.
func (s *site) serve(ctx context.Context, listener net.Listener, f serveFlags, ready func()) error {
	follower := follow.New(s.db.Public())
	mirror, err := s.mirror(ctx)
	if err != nil {
		return err
	}
	meanings, err := s.encoder(follower, f.Encoder)
	if err != nil {
		return err
	}
	handler, err := web.New(web.Options{DB: s.db, Desk: s.desk, Follower: follower, BaseURL: s.base, Bytes: s.archive.Body, Keys: s.keys, Logger: s.log, Proxies: f.Proxies, PageCache: int64(f.PageCache) << 20, Mirror: mirror})
	if err != nil {
		return err
	}
	express := express.Listen(listener, handler.Kept, express.Limits{First: headerTime, Idle: idleTime, Write: writeTime}, func(panicked any, stack []byte) {
		s.log.ErrorContext(ctx, "panic", "panic", panicked, "stack", string(stack))
	})
	server := &http.Server{
		Handler: handler.Handler(), ConnState: express.ConnState, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	stopMetrics, err := s.serveMetrics(f.Metrics, metrics.Site{DB: s.db, Follower: follower, Report: func(err error) { s.log.WarnContext(ctx, "measuring", "error", err) }}, handler.Metrics())
	if err != nil {
		return err
	}
	defer stopMetrics()
	woken := make(chan struct{}, 1)
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // goes on while requests under way are answered
	defer stop()
	group, work := errgroup.WithContext(work)
	for _, run := range []func(context.Context){
		func(ctx context.Context) { follower.Run(ctx, followEvery, woken, s.warn(ctx, "following the record")) },
		func(ctx context.Context) { s.db.Woken(ctx, wake(woken), s.warn(ctx, "listening for publications")) },
		func(ctx context.Context) { s.desk.RunCaptures(ctx, s.warn(ctx, "running captures")) },
		func(ctx context.Context) { s.desk.RunWebhooks(ctx, s.warn(ctx, "sending webhooks")) },
		func(ctx context.Context) {
			if err := s.desk.ForgetRedacted(ctx); err != nil {
				s.warn(ctx, "removing what was redacted")(err)
			}
		},
		func(ctx context.Context) {
			report := s.warn(ctx, "looking at the clock")
			s.db.Lead(ctx, store.Clock, func(ctx context.Context) { s.desk.RunClock(ctx, report) }, report)
		},
		meanings,
	} {
		group.Go(func() error {
			run(work)
			return nil
		})
	}
	group.Go(func() error {
		if err := server.Serve(express); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		defer stop()
		select {
		case <-ctx.Done():
			handler.Drain()
			pause(work, f.Drain)
		case <-work.Done():
		}
		return s.shut(work, server, express)
	})
	ready()
	return group.Wait()
}

// shut lets the requests under way finish, for a while.
func (s *site) shut(ctx context.Context, server *http.Server, express *express.Listener) error {
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	err := errors.Join(server.Shutdown(closing), express.Shutdown(closing))
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.WarnContext(ctx, "requests that did not end in time were cut off")
		err = server.Close()
	}
	return err
}

// warn gives what tells the operator of trouble in the background.
func (s *site) warn(ctx context.Context, doing string) func(error) {
	return func(err error) { s.log.ErrorContext(ctx, doing, "error", err) }
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// encoder has the follower compare meanings, if they are wanted, and gives what works
// them out in the background.
func (s *site) encoder(follower *follow.Follower, wanted bool) (func(context.Context), error) {
	if !wanted {
		return func(context.Context) {}, nil
	}
	e, err := encoder.Load()
	if err != nil {
		return nil, err
	}
	follower.UseEncoder(e)
	return func(ctx context.Context) {
		report := s.warn(ctx, "working out meanings")
		s.db.Lead(ctx, store.Meanings, func(ctx context.Context) { s.desk.NewMeanings(e).Run(ctx, report) }, report)
	}, nil
}

// serveMetrics answers Prometheus on an address of its own, if one is given, until it
// is stopped.
func (s *site) serveMetrics(addr string, collected ...prometheus.Collector) (func(), error) {
	if addr == "" {
		return func() {}, nil
	}
	l, err := listen(addr)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(append(collected, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))...)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serving metrics", "error", err)
		}
	}()
	s.log.Info("metrics", "address", "http://"+l.Addr().String()+"/metrics")
	return func() {
		if err := server.Close(); err != nil {
			s.log.Warn("closing metrics", "error", err)
		}
		<-done
	}, nil
}

// wake fills a channel that holds one wake-up: who is awake already needs no other.
func wake(woken chan<- struct{}) func() {
	return func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	}
}

// mirror says, when the record is somebody else's, whose it is.
func (s *site) mirror(ctx context.Context) (web.Mirror, error) {
	public := s.db.Public()
	origin, at, err := public.Mirror(ctx)
	if err != nil || origin == "" {
		return web.Mirror{}, err
	}
	home, err := public.Origin(ctx)
	return web.Mirror{Origin: origin, Home: home, At: at}, err
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// newLogger logs in text on a terminal, in JSON otherwise.
func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "" {
		format = "json"
		if f, ok := w.(*os.File); ok {
			if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
				format = "text"
			}
		}
	}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}
