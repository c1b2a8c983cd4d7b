package desk_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gocloud.dev/blob/fileblob"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// press is a newsroom with an archive and a clock that the test moves.
type press struct {
	*room

	address string
	clock   *clock
	live    *live
}

func newPress(t *testing.T, address string) *press {
	t.Helper()
	c := &clock{}
	p := &press{address: address, clock: c, live: &live{clock: c}}
	p.room = newRoom(t, p.open(t, c))
	p.desk = p.deskOn(p.db, p.live)
	return p
}

// eachPress runs f in a newsroom on each engine, in parallel.
func eachPress(t *testing.T, f func(t *testing.T, p *press)) {
	t.Helper()
	storetest.EachAddress(t, func(t *testing.T, address string) { f(t, newPress(t, address)) })
}

func (p *press) open(t *testing.T, c *clock) *store.DB {
	t.Helper()
	db := must(store.Open(t.Context(), p.address, store.Options{Now: c.now}))(t)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (p *press) deskOn(db *store.DB, archive desk.Archive) *desk.Desk {
	o := desk.Options{DB: db, BaseURL: "https://claims.example", Archive: archive}
	if p.room != nil {
		o.Signer, o.Memory = p.signer, p.memory
	}
	return desk.New(o)
}

// another is the desk of a second process: it shares nothing but the database,
// and its clock is ahead by a while.
func (p *press) another(t *testing.T, ahead time.Duration) (*desk.Desk, *live) {
	t.Helper()
	c := &clock{}
	c.pass(time.Duration(p.clock.passed.Load()) + ahead)
	l := &live{clock: c}
	return p.deskOn(p.open(t, c), l), l
}

// clock stands still until it is moved.
type clock struct{ passed atomic.Int64 }

var begun = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time       { return begun.Add(time.Duration(c.passed.Load())) }
func (c *clock) pass(d time.Duration) { c.passed.Add(int64(d)) }

// live is an archive to which the web is what the test says.
type live struct {
	clock *clock
	fetch func(ctx context.Context, address string, progress func(string)) (kb.Capture, error)
}

func (l *live) Fetch(ctx context.Context, address string, progress func(string)) (kb.Capture, error) {
	return l.fetch(ctx, address, progress)
}

func (l *live) Upload(_ context.Context, name string, file []byte) (kb.Capture, error) {
	if strings.HasSuffix(name, ".pdf") {
		return kb.Capture{}, kb.NewCaptureFailure("trouble", "The PDF cannot be read. Paste its text instead.", false, nil)
	}
	return given(string(file)), nil
}

func (l *live) Paste(_ context.Context, text string) (kb.Capture, error) {
	if len(text) > kb.LongestSnapshot {
		return kb.Capture{}, kb.NewCaptureFailure("too-large", "Its text is longer than 8 MiB.", false, nil)
	}
	return given(text), nil
}

func given(text string) kb.Capture {
	return kb.Capture{
		Text: text, MediaType: "text/plain", Body: []byte(text), BodyHash: record.Hash([]byte(text)), Complete: "unknown",
		Extractor: "test", ExtractorVersion: "1",
	}
}

// shows makes every page the one of a text from now on.
func (l *live) shows(text string) {
	l.fetch = func(_ context.Context, address string, _ func(string)) (kb.Capture, error) {
		c := given(text)
		c.RequestedURL, c.FinalURL, c.Status, c.Complete, c.At = address, address, 200, "yes", l.clock.now()
		return c, nil
	}
}

// fails makes every capture fail from now on.
func (l *live) fails(state string, temporary bool) {
	l.fetch = func(context.Context, string, func(string)) (kb.Capture, error) {
		return kb.Capture{}, kb.NewCaptureFailure(state, "It is "+state+".", temporary, nil)
	}
}

// source adds a work at an address; none when it is empty.
func (p *press) source(t *testing.T, title, address string, more ...func(*desk.SourceInput)) kb.ID {
	t.Helper()
	in := desk.SourceInput{Source: kb.Source{Title: title, URL: address, Kind: "news-report", Language: "en", PublishedOn: kb.UnknownDate()}}
	for _, change := range more {
		change(&in)
	}
	return must(p.desk.AddSource(t.Context(), p.editor, in))(t)
}

// page adds a work that has an address of its own.
func (p *press) page(t *testing.T, name string, more ...func(*desk.SourceInput)) kb.ID {
	t.Helper()
	return p.source(t, name, "https://pages.example/"+strings.ReplaceAll(strings.ToLower(name), " ", "-"), more...)
}

// paste gives the text of a work, and a moment passes.
func (p *press) paste(t *testing.T, source kb.ID, text string) kb.ID {
	t.Helper()
	p.clock.pass(time.Second)
	return must(p.desk.GiveCapture(t.Context(), p.editor, desk.GivenCapture{SourceID: source, Text: text}))(t)
}

// capture asks for a capture and runs it, and a moment passes.
func (p *press) capture(t *testing.T, source kb.ID) kb.CaptureJob {
	t.Helper()
	p.clock.pass(time.Second)
	id := must(p.desk.AskCapture(t.Context(), p.editor, source))(t)
	p.run(t, true)
	return p.job(t, id)
}

// run runs one capture if there is one that is due.
func (p *press) run(t *testing.T, due bool) {
	t.Helper()
	if busy := must(p.desk.RunCapture(t.Context()))(t); busy != due {
		t.Fatalf("a capture was due: %v, want %v", busy, due)
	}
}

func (p *press) reads(t *testing.T) store.Reader { return p.db.Desk(t.Context()) }

func (p *press) job(t *testing.T, id int64) kb.CaptureJob {
	t.Helper()
	return must(p.reads(t).CaptureJob(id))(t)
}

// copies lists the whole copies of a work, the newest first.
func (p *press) copies(t *testing.T, source kb.ID) []kb.Snapshot {
	t.Helper()
	return must(p.reads(t).SourceFile(source))(t).Captures
}

func (p *press) openTasks(t *testing.T) []store.TaskItem {
	t.Helper()
	return must(p.reads(t).Tasks(true, 100))(t)
}

// audited lists what was done since an entry of the audit, the oldest first, as
// "action by whom".
func (p *press) audited(t *testing.T, since int64) []string {
	t.Helper()
	var list []string
	for _, item := range must(p.reads(t).Audit(store.AuditQuery{Limit: 1000}))(t) {
		if item.ID > since {
			list = append(list, item.Action+" by "+item.Person)
		}
	}
	slices.Reverse(list)
	return list
}

func (p *press) lastAudit(t *testing.T) int64 {
	t.Helper()
	items := must(p.reads(t).Audit(store.AuditQuery{Limit: 1}))(t)
	if len(items) == 0 {
		return 0
	}
	return items[0].ID
}

// unwritten checks that f leaves no trace, not even in the audit.
func (p *press) unwritten(t *testing.T, what string, f func()) {
	t.Helper()
	before := p.lastAudit(t)
	f()
	if did := p.audited(t, before); len(did) > 0 {
		t.Errorf("%s: it was refused, and yet there is %v", what, did)
	}
}

// wantField checks that an error is about a field that a person filled in.
func wantField(t *testing.T, field string, err error) {
	t.Helper()
	wantKind(t, kb.Invalid, err)
	if e, ok := errors.AsType[*kb.Error](err); !ok || !slices.ContainsFunc(e.Fields, func(f kb.FieldError) bool { return f.Field == field }) {
		t.Errorf("got %v, want a message at %s", err, field)
	}
}

// TestCaptureIsKept follows a capture from the question to the copy.
func TestCaptureIsKept(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		source := p.page(t, "On the moon")
		id := must(p.desk.AskCapture(ctx, p.editor, source))(t)
		j := p.job(t, id)
		if j.State != kb.Queued || j.RequestedBy != p.editor.Person || j.Scheduled || !j.RunAt.Equal(begun) || j.URL != "https://pages.example/on-the-moon" {
			t.Errorf("queued: %+v", j)
		}
		text := "It is rock, he said. Größer als man denkt."
		c := given(text)
		c.RequestedURL, c.FinalURL, c.Redirects = j.URL, "https://www.pages.example/moon", kb.Strings{j.URL, "https://pages.example/moon"}
		c.Status, c.Headers, c.MediaType, c.Complete, c.At = 200, kb.Strings{"Etag: x", "Server: y"}, "text/html", "no", begun.Add(time.Minute)
		c.Facts = kb.PageFacts{Title: "The moon", Authors: []string{"A", "B"}, Publisher: "A Paper", Published: "2024-06-20", Language: "en", Paywalled: true}
		p.live.fetch = func(_ context.Context, address string, progress func(string)) (kb.Capture, error) {
			if address != j.URL {
				t.Errorf("fetched %s", address)
			}
			progress("Reading 1 kB")
			for p.job(t, id).Words != "Reading 1 kB" {
				continue // they are told while the work goes on
			}
			return c, nil
		}
		p.run(t, true)
		j = p.job(t, id)
		if j.State != kb.Kept || j.Words != "Kept, with 42 characters of text. The page says that it must be paid for: this may be a part of it." ||
			j.FinishedAt == nil || j.LeaseUntil != nil || j.Attempt != 1 {
			t.Errorf("kept: %+v", j)
		}
		s := must(p.reads(t).Snapshot(j.SnapshotID))(t)
		s.CapturedAt = s.CapturedAt.UTC()
		want := kb.Snapshot{
			ID: j.SnapshotID, SourceID: source, RequestedURL: c.RequestedURL, FinalURL: c.FinalURL, Redirects: c.Redirects, Headers: c.Headers,
			CapturedAt: c.At, Status: 200, MediaType: "text/html", BodyHash: c.BodyHash, Text: text, TextHash: record.Hash([]byte(text)),
			Extractor: "test", ExtractorVersion: "1", Method: "fetched", Complete: "no", Rights: "quotation", CapturedBy: p.editor.Person, Facts: c.Facts,
		}
		if !reflect.DeepEqual(s, want) {
			t.Errorf("the copy is\n%+v, want\n%+v", s, want)
		}
		p.run(t, false)
	})
}

// TestAskCaptureRefused: what cannot be captured is said when it is asked for.
func TestAskCaptureRefused(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		source := p.page(t, "Asked twice")
		must(p.desk.AskCapture(ctx, p.editor, source))(t)
		p.unwritten(t, "asking", func() {
			_, err := p.desk.AskCapture(ctx, p.editor, source)
			wantKind(t, kb.Conflict, err)
			_, err = p.desk.AskCapture(ctx, p.editor, "00000000")
			wantKind(t, kb.NotFound, err)
		})
		spoken := p.source(t, "A speech", "")
		_, err := p.desk.AskCapture(ctx, p.editor, spoken)
		wantField(t, "url", err)
	})
}

// TestCancelQueued: a capture that waits can be taken back, once.
func TestCancelQueued(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		source, other := p.page(t, "One"), p.page(t, "Another")
		id := must(p.desk.AskCapture(ctx, p.editor, source))(t)
		wantKind(t, kb.NotFound, p.desk.CancelCapture(ctx, p.editor, other, id))
		wantKind(t, kb.NotFound, p.desk.CancelCapture(ctx, p.editor, source, id+1))
		ok(t, p.desk.CancelCapture(ctx, p.editor, source, id))
		if j := p.job(t, id); j.State != kb.Cancelled || j.Words != "Cancelled by Ed." || j.FinishedAt == nil {
			t.Errorf("cancelled: %+v", j)
		}
		wantKind(t, kb.Conflict, p.desk.CancelCapture(ctx, p.editor, source, id))
		p.run(t, false)
		must(p.desk.AskCapture(ctx, p.editor, source))(t) // and asked for again
	})
}

// TestCancelRunning: a capture that is cancelled while it runs is stopped, and
// leaves nothing, however it ends then.
func TestCancelRunning(t *testing.T) {
	t.Parallel()
	endings := map[string]func(ctx context.Context) (kb.Capture, error){
		"it heard of it": func(ctx context.Context) (kb.Capture, error) {
			return kb.Capture{}, kb.NewCaptureFailure("trouble", "It was stopped.", true, ctx.Err())
		},
		"it failed for good": func(context.Context) (kb.Capture, error) {
			return kb.Capture{}, kb.NewCaptureFailure("gone", "It is gone.", false, nil)
		},
		"it was done just then": func(context.Context) (kb.Capture, error) { return given("It is rock, he said."), nil },
	}
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		for name, end := range endings {
			id := must(p.desk.AskCapture(ctx, p.editor, f.source))(t)
			var before int64
			p.live.fetch = func(ctx context.Context, _ string, progress func(string)) (kb.Capture, error) {
				ok(t, p.desk.CancelCapture(ctx, p.editor, f.source, id))
				before = p.lastAudit(t)
				progress("Reading on")
				<-ctx.Done() // telling the words shows that nobody waits for them
				return end(ctx)
			}
			p.run(t, true)
			if j := p.job(t, id); j.State != kb.Cancelled || j.Words != "Cancelled by Ed." {
				t.Errorf("%s: %+v", name, j)
			}
			if did := p.audited(t, before); len(did) > 0 || len(p.copies(t, f.source)) > 0 || len(p.openTasks(t)) > 0 {
				t.Errorf("%s: after it was cancelled there is %v", name, did)
			}
		}
	})
}

// TestUnchangedPage: the same page is no second copy; another text is, and so
// is another page with the same text.
func TestUnchangedPage(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		source := p.page(t, "Same and not the same")
		p.live.shows("One text.")
		first := p.capture(t, source)
		again := p.capture(t, source)
		if again.State != kb.Unchanged || again.SnapshotID != first.SnapshotID || again.Words != "The page is the same as before." {
			t.Errorf("the same page: %+v", again)
		}
		if n := len(p.copies(t, source)); n != 1 {
			t.Errorf("%d copies of one page", n)
		}
		p.live.shows("Another text.")
		second := p.capture(t, source)
		if second.State != kb.Kept || second.SnapshotID == first.SnapshotID {
			t.Errorf("another text: %+v", second)
		}
		p.live.shows("One text.")
		if back := p.capture(t, source); back.State != kb.Kept {
			t.Errorf("the first text again, after another: %+v", back)
		}
		if n := len(p.copies(t, source)); n != 3 {
			t.Errorf("%d copies, want 3", n)
		}
	})
}

// TestTemporaryFailure: what may pass is tried again, later each time, and in
// the end fails and tells whoever works on a claim that rests on the page.
func TestTemporaryFailure(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		p.live.fails("unreachable", true)
		j := p.capture(t, f.source)
		for attempt, pause := range []string{"1 minute", "10 minutes", "1 hour", "6 hours"} {
			d := []time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}[attempt]
			want := fmt.Sprintf("It is unreachable. Attempt %d of 5; the next in %s.", attempt+1, pause)
			if j.State != kb.Queued || j.Attempt != attempt+1 || j.Words != want || !j.RunAt.Equal(p.clock.now().Add(d)) || j.LeaseUntil != nil {
				t.Errorf("after attempt %d: %+v, want %q", attempt+1, j, want)
			}
			if tasks := p.openTasks(t); len(tasks) > 0 {
				t.Errorf("a task before the last attempt: %+v", tasks)
			}
			p.clock.pass(d - time.Second)
			p.run(t, false)
			p.clock.pass(time.Second)
			p.run(t, true)
			j = p.job(t, j.ID)
		}
		if j.State != kb.FailedJob || j.Failure != "unreachable" || j.Words != "It is unreachable." || j.Attempt != 5 || j.FinishedAt == nil {
			t.Errorf("after the last attempt: %+v", j)
		}
		tasks := p.openTasks(t)
		if len(tasks) != 1 || tasks[0].Kind != "unreachable" || tasks[0].ClaimID != f.claim || tasks[0].SourceID != f.source || tasks[0].ExcerptID != f.excerpt {
			t.Errorf("tasks: %+v", tasks)
		}
	})
}

// TestRecovers: a failure that passed leaves no trace in what follows.
func TestRecovers(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		source := p.page(t, "Away for a minute")
		p.live.fails("unreachable", true)
		j := p.capture(t, source)
		p.clock.pass(time.Minute)
		p.live.shows("Here again.")
		p.run(t, true)
		if j = p.job(t, j.ID); j.State != kb.Kept || j.Attempt != 2 || j.Failure != "" {
			t.Errorf("the second attempt: %+v", j)
		}
	})
}

// TestPermanentFailure: a page that is gone is told apart from one that nobody
// could read, and nobody waits for either.
func TestPermanentFailure(t *testing.T) {
	t.Parallel()
	for failure, want := range map[string]struct{ task, outcome string }{
		"gone": {"drift", "gone"}, "unreachable": {"unreachable", "unreachable"}, "refused": {"unreachable", "unreachable"},
		"paywalled": {"unreachable", "unreachable"}, "empty": {"unreachable", "unreachable"}, "not-text": {"unreachable", "unreachable"},
	} {
		t.Run(failure, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				f := p.ready(t)
				p.live.fails(failure, false)
				j := p.capture(t, f.source)
				if j.State != kb.FailedJob || j.Failure != failure || j.Attempt != 1 {
					t.Errorf("the job: %+v", j)
				}
				tasks := p.openTasks(t)
				if len(tasks) != 1 || tasks[0].Kind != want.task || tasks[0].ExcerptID != f.excerpt {
					t.Errorf("tasks: %+v", tasks)
				}
				checks := must(p.reads(t).Checks([]kb.ID{f.excerpt}))(t)
				if c := checks[f.excerpt]; c.Outcome != want.outcome || c.SnapshotID != "" {
					t.Errorf("the check: %+v", c)
				}
			})
		})
	}
}

// TestUnknownTrouble: an error that no archive should give is temporary, and
// shows nothing of the inside.
func TestUnknownTrouble(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		p.live.fetch = func(context.Context, string, func(string)) (kb.Capture, error) {
			return kb.Capture{}, io.ErrUnexpectedEOF
		}
		j := p.capture(t, p.page(t, "Trouble"))
		if j.State != kb.Queued || strings.Contains(j.Words, "EOF") || !strings.HasPrefix(j.Words, "The capture failed.") {
			t.Errorf("the job: %+v", j)
		}
	})
}

// TestDeadRunner: while a runner holds its lease nobody else runs its capture;
// once it is gone the next does, and what the first brings after all is dropped.
func TestDeadRunner(t *testing.T) {
	t.Parallel()
	late := map[string]func() (kb.Capture, error){
		"with a copy": func() (kb.Capture, error) { return given("What the first one saw. It is rock, he said."), nil },
		"gone":        func() (kb.Capture, error) { return kb.Capture{}, kb.NewCaptureFailure("gone", "Gone.", false, nil) },
		"in trouble": func() (kb.Capture, error) {
			return kb.Capture{}, kb.NewCaptureFailure("trouble", "Trouble.", true, nil)
		},
	}
	for name, end := range late {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachPress(t, func(t *testing.T, p *press) {
				f := p.ready(t)
				early, _ := p.another(t, 20*time.Second)
				next, live := p.another(t, 21*time.Second)
				live.shows("What the next one saw. It is rock, he said.")
				var before int64
				p.live.fetch = func(ctx context.Context, _ string, _ func(string)) (kb.Capture, error) {
					if busy := must(early.RunCapture(ctx))(t); busy {
						t.Error("a capture was taken from a runner that held it")
					}
					if busy := must(next.RunCapture(ctx))(t); !busy {
						t.Error("nobody took over from a runner that is gone")
					}
					before = p.lastAudit(t)
					return end()
				}
				id := must(p.desk.AskCapture(t.Context(), p.editor, f.source))(t)
				p.run(t, true)
				if j := p.job(t, id); j.State != kb.Kept || j.Attempt != 2 {
					t.Errorf("the job: %+v", j)
				}
				if did := p.audited(t, before); len(did) > 0 {
					t.Errorf("the first runner still wrote %v", did)
				}
				if copies := p.copies(t, f.source); len(copies) != 1 || must(p.reads(t).Snapshot(copies[0].ID))(t).Text != "What the next one saw. It is rock, he said." {
					t.Errorf("copies: %+v", copies)
				}
			})
		})
	}
}

// TestBegunTooOften: a capture that takes its runner down each time comes to an
// end all the same, in words, and is not fetched again.
func TestBegunTooOften(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		id := must(p.desk.AskCapture(t.Context(), p.editor, f.source))(t)
		fetched := 0
		p.live.fetch = func(context.Context, string, func(string)) (kb.Capture, error) {
			fetched++
			return given("It is rock, he said."), nil
		}
		for p.job(t, id).Attempt < 20 { // runners that take it and are never heard of again
			ok(t, p.db.Platform(t.Context(), func(tx *store.Platform) error {
				_, err := tx.LeaseCapture(time.Minute, 0)
				return err
			}))
			p.clock.pass(time.Hour)
		}
		p.run(t, true)
		j := p.job(t, id)
		if j.State != kb.FailedJob || j.Failure != "trouble" || !strings.Contains(j.Words, "never came to an end") || fetched > 0 {
			t.Errorf("the job: %+v, fetched %d times", j, fetched)
		}
		if tasks := p.openTasks(t); len(tasks) != 1 || tasks[0].Kind != "unreachable" {
			t.Errorf("tasks: %+v", tasks)
		}
		must(p.desk.AskCapture(t.Context(), p.editor, f.source))(t) // a person may try again
		p.run(t, true)
		if fetched != 1 {
			t.Errorf("fetched %d times", fetched)
		}
	})
}

// TestStoppedRunner: a runner that is asked to stop leaves its capture to the
// next one, as it is.
func TestStoppedRunner(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		source := p.page(t, "Stopped")
		id := must(p.desk.AskCapture(t.Context(), p.editor, source))(t)
		working, stop := context.WithCancel(t.Context())
		p.live.fetch = func(ctx context.Context, _ string, _ func(string)) (kb.Capture, error) {
			stop()
			<-ctx.Done()
			return kb.Capture{}, kb.NewCaptureFailure("trouble", "Stopped.", true, ctx.Err())
		}
		if _, err := p.desk.RunCapture(working); err == nil {
			t.Error("a stopped run reports nothing")
		}
		if j := p.job(t, id); j.State != kb.Running {
			t.Errorf("the job: %+v", j)
		}
		p.clock.pass(21 * time.Second)
		p.live.shows("Here.")
		p.run(t, true)
		if j := p.job(t, id); j.State != kb.Kept || j.Attempt != 2 {
			t.Errorf("the job: %+v", j)
		}
	})
}

// TestScheduledCaptures: the clock asks in the name of who wanted it, counting
// from the last capture, whoever asked for that one.
func TestScheduledCaptures(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		const day = 24 * time.Hour
		weekly := func(in *desk.SourceInput) { in.RecaptureDays = 7 }
		source := p.page(t, "Looked at weekly", weekly)
		p.page(t, "Looked at when asked")
		other := p.person(t, "Olga", kb.Researcher)
		p.live.shows("A text.")

		newest := func() kb.CaptureJob { return must(p.reads(t).CaptureJobs(source, 1))(t)[0] }
		p.run(t, true) // it has no copy yet
		if j := newest(); !j.Scheduled || j.RequestedBy != p.editor.Person || j.State != kb.Kept {
			t.Errorf("the first: %+v", j)
		}
		p.run(t, false)
		p.clock.pass(7*day - time.Second)
		p.run(t, false)
		p.clock.pass(time.Second)
		p.run(t, true)
		if j := newest(); j.State != kb.Unchanged {
			t.Errorf("a week later: %+v", j)
		}

		p.clock.pass(3 * day)
		if j := p.capture(t, source); j.Scheduled {
			t.Errorf("asked for by hand: %+v", j)
		}
		p.clock.pass(4 * day)
		p.run(t, false)

		in := desk.SourceInput{Source: must(p.reads(t).Source(source))(t)}
		in.Title = "Looked at, and renamed by another"
		ok(t, p.desk.UpdateSource(ctx, other, in))
		p.clock.pass(3 * day)
		p.run(t, true)
		if j := newest(); j.RequestedBy != p.editor.Person {
			t.Errorf("after another renamed it: %+v", j)
		}
		in.Source = must(p.reads(t).Source(source))(t)
		in.RecaptureDays = 30
		ok(t, p.desk.UpdateSource(ctx, other, in))
		p.clock.pass(30*day - time.Second)
		p.run(t, false)
		p.clock.pass(time.Second)
		p.live.shows("Another text.")
		before := p.lastAudit(t)
		p.run(t, true)
		if j := newest(); j.RequestedBy != other.Person || !j.Scheduled || j.State != kb.Kept {
			t.Errorf("not in the name of who set the interval: %+v", j)
		}
		if got := must(p.reads(t).Snapshot(newest().SnapshotID))(t).CapturedBy; got != other.Person {
			t.Errorf("captured by %s", got)
		}
		for _, did := range p.audited(t, before) {
			if !strings.HasSuffix(did, " by Olga") {
				t.Errorf("audited: %s", did)
			}
		}

		in.Source = must(p.reads(t).Source(source))(t)
		in.RecaptureDays = 0
		ok(t, p.desk.UpdateSource(ctx, p.editor, in))
		p.clock.pass(100 * day)
		p.run(t, false)
	})
}

// TestNobodysRecapture: a page that nobody in person wants to be looked at again
// does not keep the others from it.
func TestNobodysRecapture(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		must(p.desk.AddSource(t.Context(), kb.System, desk.SourceInput{Source: kb.Source{
			Title: "Nobody's", URL: "https://pages.example/nobodys", Kind: "other", Language: "en", RecaptureDays: 1,
		}}))(t)
		p.live.shows("A text.")
		if j := p.capture(t, p.page(t, "Somebody's")); j.State != kb.Kept {
			t.Errorf("the job: %+v", j)
		}
		p.run(t, false)
	})
}

// TestManyRunners: several at once run each capture once, and get in nobody's way.
func TestManyRunners(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		const pages, runners = 12, 4
		var sources [pages]kb.ID
		for i := range sources {
			sources[i] = p.page(t, fmt.Sprintf("Page %d", i), func(in *desk.SourceInput) { in.RecaptureDays = 1 })
		}
		p.live.shows("A text.")
		start, errs := make(chan struct{}), make(chan error, runners)
		for range runners {
			go func() {
				<-start
				for {
					busy, err := p.desk.RunCapture(t.Context())
					if err != nil || !busy {
						errs <- err
						return
					}
				}
			}()
		}
		close(start)
		for range runners {
			ok(t, <-errs)
		}
		for busy := true; busy; { // one may have found another at the only job left
			busy = must(p.desk.RunCapture(t.Context()))(t)
		}
		for _, source := range sources {
			jobs := must(p.reads(t).CaptureJobs(source, 10))(t)
			// Two clocks may ask for one page; then the second look finds it unchanged.
			again := slices.DeleteFunc(slices.Clone(jobs), func(j kb.CaptureJob) bool { return j.State == kb.Unchanged })
			once := !slices.ContainsFunc(jobs, func(j kb.CaptureJob) bool { return j.Attempt != 1 })
			if len(again) != 1 || again[0].State != kb.Kept || !once || len(p.copies(t, source)) != 1 {
				t.Errorf("%s: %+v", source, jobs)
			}
		}
	})
}

// TestGivenCaptures: what a person gives in place of a fetch, and what is said
// when it is none.
func TestGivenCaptures(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		source := p.source(t, "Given by hand", "")
		give := func(in desk.GivenCapture) (kb.ID, error) {
			in.SourceID = source
			return p.desk.GiveCapture(ctx, p.editor, in)
		}
		pasted := must(p.reads(t).Snapshot(must(give(desk.GivenCapture{Text: " As it stands.\n", Complete: "yes"}))(t)))(t)
		if pasted.Method != "pasted" || pasted.Complete != "yes" || pasted.Rights != "quotation" || pasted.Text != " As it stands.\n" ||
			!pasted.CapturedAt.Equal(begun) || pasted.CapturedBy != p.editor.Person {
			t.Errorf("pasted: %+v", pasted)
		}
		free := kb.Rights{Shown: "full", Note: "a law"}
		uploaded := must(p.reads(t).Snapshot(must(give(desk.GivenCapture{FileName: "page.html", File: []byte("A file."), Complete: "unknown", Rights: free}))(t)))(t)
		if uploaded.Method != "uploaded" || uploaded.Complete != "unknown" || uploaded.Rights != "full" || uploaded.RightsNote != "a law" || uploaded.Text != "A file." {
			t.Errorf("uploaded: %+v", uploaded)
		}
		for name, bad := range map[string]struct {
			field string
			in    desk.GivenCapture
		}{
			"nothing":              {"text", desk.GivenCapture{}},
			"blanks":               {"text", desk.GivenCapture{Text: " \n "}},
			"both":                 {"text", desk.GivenCapture{Text: "A text.", FileName: "page.html", File: []byte("A file.")}},
			"too long":             {"text", desk.GivenCapture{Text: strings.Repeat("x", kb.LongestSnapshot+1)}},
			"a broken PDF":         {"file", desk.GivenCapture{FileName: "paper.pdf", File: []byte("%PDF-")}},
			"full without why":     {"rights_note", desk.GivenCapture{Text: "A text.", Rights: kb.Rights{Shown: "full"}}},
			"rights that are none": {"rights", desk.GivenCapture{Text: "A text.", Rights: kb.Rights{Shown: "some"}}},
		} {
			p.unwritten(t, name, func() {
				_, err := give(bad.in)
				wantField(t, bad.field, err)
			})
		}
		_, err := p.desk.GiveCapture(ctx, p.editor, desk.GivenCapture{SourceID: "00000000", Text: "A text."})
		wantKind(t, kb.NotFound, err)
	})
}

// TestPasteSaysNothingOfThePage: what a person pastes is no look at the live page.
func TestPasteSaysNothingOfThePage(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		p.paste(t, f.source, "Something else altogether.")
		if tasks := p.openTasks(t); len(tasks) > 0 {
			t.Errorf("tasks: %+v", tasks)
		}
		if checks := must(p.reads(t).Checks([]kb.ID{f.excerpt}))(t); len(checks) > 0 {
			t.Errorf("checks: %+v", checks)
		}
	})
}

// TestCaptureAddress: a page captured by its address becomes a source, with what
// it says of itself; a known one stays as it is.
func TestCaptureAddress(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		const address = "https://pages.example/new?utm_source=x"
		p.live.fetch = func(_ context.Context, address string, _ func(string)) (kb.Capture, error) {
			c := given("A text.")
			c.FinalURL, c.At = address, p.clock.now()
			c.Facts = kb.PageFacts{Title: "Its own title", Authors: []string{"A. Writer"}, Publisher: "A Paper", Published: "2024-06-20", Language: "fr"}
			return c, nil
		}
		j := must(p.desk.CaptureAddress(ctx, p.editor, address))(t)
		s := must(p.reads(t).Source(j.SourceID))(t)
		publisher := must(p.desk.FindPublisher(ctx, "A Paper"))(t)
		if j.State != kb.Kept || s.Title != "Its own title" || s.Language != "fr" || s.PublishedOn.EDTF != "2024-06-20" || s.PublisherID != publisher || len(s.Authors) != 1 {
			t.Errorf("%+v, %+v", j, s)
		}
		again := must(p.desk.CaptureAddress(ctx, p.editor, "https://pages.example/new"))(t)
		if again.SourceID != j.SourceID || again.State != kb.Unchanged || must(p.reads(t).Source(j.SourceID))(t).Version != s.Version {
			t.Errorf("again: %+v", again)
		}
		p.live.fails("unreachable", true)
		if j := must(p.desk.CaptureAddress(ctx, p.editor, "https://pages.example/away"))(t); j.State != kb.Queued || j.Attempt != 1 {
			t.Errorf("away: %+v", j)
		}
	})
}

// TestCapturesAreAudited: each state that a capture comes to has its entry, in
// the name of who asked, and what was fetched has one too.
func TestCapturesAreAudited(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		since := p.lastAudit(t)
		expect := func(what string, want ...string) {
			t.Helper()
			for i := range want {
				want[i] += " by Ed"
			}
			if got := p.audited(t, since); !slices.Equal(got, want) {
				t.Errorf("%s: audited %v, want %v", what, got, want)
			}
			since = p.lastAudit(t)
		}
		p.live.shows("It is rock, he said.")
		p.capture(t, f.source)
		expect("kept", "capture.ask", "snapshot.add", "quotation-check.add", "capture.kept")
		p.capture(t, f.source)
		expect("unchanged", "capture.ask", "quotation-check.change", "capture.unchanged")
		p.live.shows("It was rock, he said.")
		p.capture(t, f.source)
		expect("drifted", "capture.ask", "snapshot.add", "quotation-check.change", "task.open", "capture.kept")
		p.live.fails("gone", false)
		p.capture(t, f.source)
		expect("gone", "capture.ask", "quotation-check.change", "capture.failed")
		id := must(p.desk.AskCapture(ctx, p.editor, f.source))(t)
		ok(t, p.desk.CancelCapture(ctx, p.editor, f.source, id))
		expect("cancelled", "capture.ask", "capture.cancelled")
		s := p.paste(t, f.source, "Pasted.")
		expect("pasted", "snapshot.add")
		must(p.desk.SetRights(ctx, p.editor, s, kb.Rights{Shown: "none"}))(t)
		expect("rights", "snapshot.rights")
	})
}

// TestEvidenceRights: only researchers capture, quote and decide; reviewers may
// close tasks too. Who may not leaves no trace.
func TestEvidenceRights(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		f := p.ready(t)
		p.live.shows("Other words. It was rock, he said.")
		copied := p.capture(t, f.source).SnapshotID
		other := p.page(t, "Never captured")
		asked := must(p.desk.AskCapture(t.Context(), p.editor, other))(t)
		first, second := p.page(t, "First"), p.page(t, "Second")
		p.paste(t, first, prose(1, 80))
		p.paste(t, second, prose(1, 80))
		suggested := must(p.reads(t).OpenSuggestions(1))(t)[0]
		task := p.openTasks(t)[0]

		ctx := t.Context()
		attempts := []struct {
			name  string
			roles []kb.Role
			try   func(kb.Actor) error
		}{
			{"ask for a capture", []kb.Role{kb.Researcher}, func(a kb.Actor) error { _, err := p.desk.AskCapture(ctx, a, first); return err }},
			{"cancel a capture", []kb.Role{kb.Researcher}, func(a kb.Actor) error { return p.desk.CancelCapture(ctx, a, other, asked) }},
			{"paste", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				_, err := p.desk.GiveCapture(ctx, a, desk.GivenCapture{SourceID: first, Text: "Pasted."})
				return err
			}},
			{"set rights", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				_, err := p.desk.SetRights(ctx, a, copied, kb.Rights{Shown: "none"})
				return err
			}},
			{"quote", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				_, err := p.desk.Quote(ctx, a, desk.QuoteInput{QuoteInput: kb.QuoteInput{SnapshotID: copied, Exact: "It was rock", Start: -1}})
				return err
			}},
			{"quote for a claim", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				_, err := p.desk.Quote(ctx, a, desk.QuoteInput{ClaimID: f.claim, Stance: "supports", QuoteInput: kb.QuoteInput{SnapshotID: copied, Exact: "Other words", Start: -1}})
				return err
			}},
			{"decide a suggestion", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				return p.desk.DecideSuggestion(ctx, a, desk.DecisionInput{Decision: kb.Decision{ID: suggested.ID, Reason: "no", Version: suggested.Version}})
			}},
			{"close a task", []kb.Role{kb.Researcher, kb.Reviewer}, func(a kb.Actor) error {
				return p.desk.CloseTask(ctx, a, kb.TaskDone{ID: task.ID, Note: "done", Version: task.Version})
			}},
			{"capture an address", []kb.Role{kb.Researcher}, func(a kb.Actor) error {
				_, err := p.desk.CaptureAddress(ctx, a, "https://pages.example/by-address")
				return err
			}},
		}
		actors := map[kb.Role]kb.Actor{"": {}}
		for _, o := range kb.AllRoles {
			actors[kb.Role(o.Value)] = p.person(t, "some-"+o.Value, kb.Role(o.Value))
		}
		for _, a := range attempts {
			for role, actor := range actors {
				if slices.Contains(a.roles, role) {
					continue
				}
				want := kb.Forbidden
				if role == "" {
					want = kb.Unauthenticated
				}
				p.unwritten(t, a.name+" as "+string(role), func() { wantKind(t, want, a.try(actor)) })
			}
		}
		for _, a := range attempts {
			before := p.lastAudit(t)
			ok(t, a.try(actors[a.roles[len(a.roles)-1]]))
			if len(p.audited(t, before)) == 0 {
				t.Errorf("%s left no entry in the audit", a.name)
			}
		}
	})
}

const (
	victimVariable = "CLAIMTRAIL_TEST_CAPTURER"
	blobsVariable  = "CLAIMTRAIL_TEST_BLOBS"
	haltVariable   = "CLAIMTRAIL_TEST_HALT"
	aheadVariable  = "CLAIMTRAIL_TEST_AHEAD"
	victimsText    = "It is rock, he said. And then he went on about it at length, until nobody listened any more."
)

// TestKilledCapture kills the process that runs a capture: in the middle of the
// fetch, and then at every statement between the bytes being kept and the end.
// Each time nothing is half written and the capture is still to be done; the
// last one does it.
func TestKilledCapture(t *testing.T) {
	t.Parallel()
	eachPress(t, func(t *testing.T, p *press) {
		ctx := t.Context()
		f := p.ready(t)
		const together = 3 // runners that die over one capture before another is asked for
		var id, before int64
		blobs, halts := t.TempDir(), 0
		for {
			if halts%together == 0 {
				id = must(p.desk.AskCapture(ctx, p.editor, f.source))(t)
				before = p.lastAudit(t)
			}
			halted := p.killed(t, blobs, halts)
			j := p.job(t, id)
			if !halted || j.State == kb.Kept { // or it was killed after it had committed
				break
			}
			if j.State != kb.Running || j.Attempt != halts%together+1 {
				t.Fatalf("after being killed %d times: %+v", halts+1, j)
			}
			if did := p.audited(t, before); len(did) > 0 || len(p.copies(t, f.source)) > 0 || len(p.openTasks(t)) > 0 {
				t.Fatalf("half written: %v", did)
			}
			if some := must(p.reads(t).SharingPrints(trail.Fingerprints(victimsText), "00000000", 1))(t); len(some) > 0 {
				t.Fatal("half written: fingerprints")
			}
			if kept := must(os.ReadDir(blobs))(t); len(kept) > 0 != (halts > 0) {
				t.Fatalf("killed %d times, and the bytes are %v", halts+1, kept)
			}
			if halts++; halts%together == 0 {
				ok(t, p.desk.CancelCapture(ctx, p.editor, f.source, id))
			}
		}
		const least = 10 // statements, or it was not killed where it should have been
		if halts < least {
			t.Errorf("it was killed only %d times", halts)
		}
		if some := must(p.reads(t).SharingPrints(trail.Fingerprints(victimsText), "00000000", 1))(t); len(some) != 1 {
			t.Error("in the end there are no fingerprints")
		}
		j := p.job(t, id)
		if copies := p.copies(t, f.source); j.State != kb.Kept || len(copies) != 1 || copies[0].ID != j.SnapshotID || j.Attempt != halts%together+1 {
			t.Errorf("in the end: %+v, %+v", j, copies)
		}
		if got, want := p.audited(t, before), []string{"snapshot.add by Ed", "quotation-check.add by Ed", "capture.kept by Ed"}; !slices.Equal(got, want) {
			t.Errorf("in the end: audited %v, want %v", got, want)
		}
	})
}

// killed lets another process run the capture that is due and kills it where it
// halts. It reports false when that never came to a halt.
func (p *press) killed(t *testing.T, blobs string, halt int) bool {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCapturer$")
	victim.Env = append(os.Environ(), victimVariable+"="+p.address, blobsVariable+"="+blobs, haltVariable+"="+strconv.Itoa(halt),
		aheadVariable+"="+(time.Duration(halt+1)*time.Hour).String())
	in := must(victim.StdinPipe())(t)
	defer in.Close() // while it is open the victim stands where it is
	out := must(victim.StdoutPipe())(t)
	victim.Stderr = os.Stderr
	ok(t, victim.Start())
	halted := false
	var said strings.Builder
	for lines := bufio.NewScanner(out); !halted && lines.Scan(); {
		halted = lines.Text() == "halted"
		fmt.Fprintln(&said, lines.Text())
	}
	if halted {
		ok(t, victim.Process.Kill())
	}
	if err := victim.Wait(); err != nil && !halted {
		t.Fatalf("the victim failed by itself: %v: %s", err, said.String())
	}
	return halted
}

// TestCapturer is no test of its own: as the process to be killed it runs one
// capture, and stands still where it is told to.
func TestCapturer(t *testing.T) {
	address := os.Getenv(victimVariable)
	if address == "" {
		return
	}
	ahead := must(time.ParseDuration(os.Getenv(aheadVariable)))(t)
	halt := must(strconv.Atoi(os.Getenv(haltVariable)))(t)
	bucket := must(fileblob.OpenBucket(os.Getenv(blobsVariable), &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite}))(t)
	stand := func() {
		fmt.Println("halted")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	var fetched atomic.Bool
	var statements atomic.Int64
	db := must(store.Open(t.Context(), address, store.Options{
		Now: func() time.Time { return begun.Add(ahead) },
		OnStatement: func() {
			if fetched.Load() && statements.Add(1) == int64(halt) {
				stand()
			}
		},
	}))(t)
	l := &live{fetch: func(ctx context.Context, address string, _ func(string)) (kb.Capture, error) {
		if halt == 0 {
			stand()
		}
		c := given(victimsText)
		c.FinalURL, c.At, c.BodyHash = address, begun.Add(ahead), must(capture.NewBlobs(bucket).Put(ctx, c.Body))(t)
		fetched.Store(true)
		return c, nil
	}}
	busy := must(desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Archive: l}).RunCapture(t.Context()))(t)
	if !busy {
		t.Error("no capture was due")
	}
}

// Forget has nothing to remove.
func (*live) Forget(context.Context, string) error { return nil }
