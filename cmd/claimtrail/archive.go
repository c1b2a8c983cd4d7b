package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3://bucket?endpoint=…

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/store"
)

// openArchive opens the store of captured bytes and builds what captures pages.
func openArchive(ctx context.Context, address, folder string) (*capture.Archive, io.Closer, error) {
	bucket, err := openBucket(ctx, address, folder)
	if err != nil {
		return nil, nil, fmt.Errorf("open blobs: %w", err)
	}
	return capture.New(outbound.New(outbound.Options{}), capture.NewBlobs(bucket), readPDFApart), bucket, nil
}

// openBucket opens a folder, given as file:PATH and made when it is missing, or
// any bucket by its URL.
func openBucket(ctx context.Context, address, folder string) (*blob.Bucket, error) {
	if address == "" {
		address = "file:" + filepath.Join(folder, "blobs")
	}
	path, isFile := strings.CutPrefix(address, "file:")
	if !isFile {
		return blob.OpenBucket(ctx, address)
	}
	if u, err := url.Parse(address); err == nil && strings.HasPrefix(path, "//") {
		path = u.Path
	}
	return fileblob.OpenBucket(path, &fileblob.Options{
		CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
	})
}

// pdfTime is how long a PDF may take to be read.
const pdfTime = 30 * time.Second

// readPDFApart reads a PDF in a process of its own, which can be ended: a file
// made to loop or to eat memory harms nobody else.
func readPDFApart(ctx context.Context, file []byte) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("read PDF: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	var out, errs bytes.Buffer
	c := exec.CommandContext(ctx, program, "extract-pdf")
	c.Stdin, c.Stdout, c.Stderr, c.Env = bytes.NewReader(file), &out, &errs, []string{}
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("read PDF: %w: %s", err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// extractPDFCmd is the process that readPDFApart starts.
type extractPDFCmd struct{}

// pdfMemory is how much memory a PDF may take, in bytes.
const pdfMemory = 1 << 30

// Run reads a PDF from standard input and prints its text.
func (extractPDFCmd) Run(env *environment, _ *commands) error {
	debug.SetMemoryLimit(pdfMemory)
	stop := watchMemory(func() { os.Exit(exitFailure) })
	defer stop()
	file, err := env.read("-")
	if err != nil {
		return err
	}
	text, err := capture.ReadPDF(file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(env.stdout, text)
	return err
}

// watchEvery is how often the memory of a reading process is looked at.
const watchEvery = 200 * time.Millisecond

// watchMemory calls over once the process holds more than a PDF may take.
func watchMemory(over func()) (stop func()) {
	ticker, done := time.NewTicker(watchEvery), make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
			}
			var m runtime.MemStats
			if runtime.ReadMemStats(&m); m.HeapAlloc > pdfMemory {
				over()
			}
		}
	}()
	return func() { ticker.Stop(); close(done) }
}

// captureCmd archives one page from the command line.
type captureCmd struct {
	databaseFlags

	BaseURL string `name:"base-url" help:"Public origin of the site; default: as its record has it."`
	URL     string `arg:"" help:"Address of the page."`
	As      string `placeholder:"EMAIL" help:"The account in whose name it is captured; default: the first that may."`
}

// Run captures the page now, and says what came of it.
func (c *captureCmd) Run(env *environment, _ *commands) error {
	flags := c.databaseFlags
	flags.keyless = true
	base, err := c.base(env.ctx)
	if err != nil {
		return err
	}
	s, err := openSite(env.ctx, flags, base, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	job, err := captureURL(env.ctx, s.desk, c.As, c.URL)
	if err = errors.Join(err, s.close()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %s\n", job.State, job.Words)
	if job.SnapshotID == "" {
		return errors.New("nothing was captured")
	}
	fmt.Fprintf(env.stdout, "source %s, copy %s\n", job.SourceID, job.SnapshotID)
	return nil
}

// base gives the public origin that links in the record begin with: what a
// capture finds of published quotations is recorded for ever.
func (c *captureCmd) base(ctx context.Context) (string, error) {
	if c.BaseURL != "" {
		return strings.TrimSuffix(c.BaseURL, "/"), nil
	}
	const fresh = "http://127.0.0.1:8080" // nothing is published, so nothing of it is recorded
	if file, embedded := strings.CutPrefix(c.address(), "sqlite:"); embedded {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return fresh, nil
		}
	}
	db, err := store.Open(ctx, c.address(), store.Options{})
	if err != nil {
		return "", err
	}
	origin, err := db.Public().Origin(ctx)
	if err = errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	return cmp.Or(origin, fresh), nil
}

func captureURL(ctx context.Context, d *desk.Desk, email, address string) (kb.CaptureJob, error) {
	actor, err := d.FindActor(ctx, email, desk.CaptureSource)
	if err != nil {
		return kb.CaptureJob{}, err
	}
	return d.CaptureAddress(ctx, actor, address)
}
