package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// attempt tries a write and gives its error.
func (w *world) attempt(t *testing.T, f func(*store.Tx) error) error {
	t.Helper()
	return w.db.Write(t.Context(), w.actor, f)
}

// leased asks for a capture and takes it.
func (w *world) leased(t *testing.T, lease time.Duration) kb.CaptureJob {
	t.Helper()
	w.write(t, func(tx *store.Tx) error {
		_, err := tx.AskCapture(kb.CaptureJob{SourceID: w.source, URL: "https://a.example/"})
		return err
	})
	return w.lease(t, lease)
}

func (w *world) lease(t *testing.T, lease time.Duration) kb.CaptureJob {
	t.Helper()
	var job *kb.CaptureJob
	if err := w.db.Platform(t.Context(), func(p *store.Platform) error {
		var err error
		job, err = p.LeaseCapture(lease, 0)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if job == nil {
		t.Fatal("no capture is due")
	}
	return *job
}

// TestOneCaptureUnderWay: a source has one capture under way at most, and any
// number that came to their end.
func TestOneCaptureUnderWay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ask := func(tx *store.Tx) error {
			_, err := tx.AskCapture(kb.CaptureJob{SourceID: w.source, URL: "https://a.example/"})
			return err
		}
		for range 3 {
			j := w.leased(t, time.Hour)
			if err := w.attempt(t, ask); kb.KindOf(err) != kb.Conflict {
				t.Errorf("a second one: %v", err)
			}
			j.State = kb.Unchanged
			w.write(t, func(tx *store.Tx) error { return tx.EndCapture(j) })
		}
		jobs, err := db.Desk(t.Context()).CaptureJobs(w.source, 2)
		if err != nil || len(jobs) != 2 || jobs[0].ID <= jobs[1].ID {
			t.Errorf("captures: %+v, %v", jobs, err)
		}
		if under, err := db.Desk(t.Context()).CapturesUnderWay(10); err != nil || len(under) > 0 {
			t.Errorf("under way: %+v, %v", under, err)
		}
	})
}

// TestStaleAttempt: who lost a capture to another runner can neither hold it nor
// end it nor put it back.
func TestStaleAttempt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		stale := w.leased(t, -time.Hour) // it ran out before it began
		j := w.lease(t, time.Hour)
		if j.ID != stale.ID || j.Attempt != stale.Attempt+1 {
			t.Fatalf("leased %+v, then %+v", stale, j)
		}
		stale.State, stale.Words = kb.Kept, "too late"
		if err := w.attempt(t, func(tx *store.Tx) error { return tx.EndCapture(stale) }); kb.KindOf(err) != kb.Conflict {
			t.Errorf("it was ended: %v", err)
		}
		if err := db.Platform(t.Context(), func(p *store.Platform) error {
			if held, err := p.RenewCapture(stale, "too late", time.Hour); held || err != nil {
				t.Errorf("it was held: %v, %v", held, err)
			}
			return p.PutBackCapture(stale, "too late", time.Now())
		}); err != nil {
			t.Fatal(err)
		}
		now, err := db.Desk(t.Context()).CaptureJob(j.ID)
		if err != nil || now.State != kb.Running || now.Attempt != j.Attempt || now.Words != "" || !now.LeaseUntil.Equal(*j.LeaseUntil) {
			t.Errorf("the job is %+v, was %+v: %v", now, j, err)
		}
		j.State = kb.Kept
		w.write(t, func(tx *store.Tx) error { return tx.EndCapture(j) })
		if err := w.attempt(t, func(tx *store.Tx) error { return tx.EndCapture(j) }); kb.KindOf(err) != kb.Conflict {
			t.Errorf("it was ended twice: %v", err)
		}
	})
}

// TestEvidenceChecks tries states that no program of ours would write.
func TestEvidenceChecks(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		w := newWorld(t, storetest.Open(t, address))
		j := w.leased(t, time.Hour)
		w.write(t, func(tx *store.Tx) error {
			if _, err := tx.InsertSuggestion(kb.Suggestion{SourceID: w.source, OtherID: w.foreign, Kind: kb.Reuse, SnapshotID: w.snapshot(t)}); err != nil {
				return err
			}
			if err := tx.SaveCheck(kb.QuotationCheck{ExcerptID: w.excerpt, Outcome: "same"}); err != nil {
				return err
			}
			return tx.OpenTask(kb.Task{Kind: "drift", ClaimID: w.claim, Words: "look"})
		})
		const at = "'2026-11-20 09:00:00+00:00'"
		for _, attempt := range []string{
			"UPDATE capture_job SET state = 'kept'", // not finished
			"UPDATE capture_job SET state = 'queued'",
			"UPDATE capture_job SET lease_until = NULL",
			"UPDATE capture_job SET state = 'paused'",
			"UPDATE capture_job SET finished_at = " + at,
			"UPDATE capture_job SET requested_by = NULL",
			"UPDATE capture_job SET source_id = '00000000'",
			"UPDATE capture_job SET snapshot_id = '00000000'",
			"UPDATE quotation_check SET outcome = 'fine'",
			"UPDATE quotation_check SET excerpt_id = '00000000'",
			"UPDATE suggestion SET other_id = source_id",
			"UPDATE suggestion SET kind = 'guess'",
			"UPDATE suggestion SET state = 'confirmed'",                                                            // by nobody
			"UPDATE suggestion SET decided_by = '" + string(w.actor.Person) + "'",                                  // and open
			"UPDATE suggestion SET state = 'rejected', reason = '', decided_by = '" + string(w.actor.Person) + "'", // for no reason
			"UPDATE suggestion SET snapshot_id = NULL",
			"UPDATE task SET kind = 'chore'",
			"UPDATE task SET state = 'done'", // at no time
			"UPDATE task SET done_at = " + at,
			"UPDATE source SET recapture_days = -1",
			"UPDATE source SET speaker_id = '00000000'",
			"INSERT INTO fingerprint (hash, source_id) VALUES (1, '00000000')",
			fmt.Sprintf("INSERT INTO capture_job (source_id, url, state, run_at, requested_by, requested_at) VALUES ('%s', 'x', 'queued', %s, '%s', %s)",
				j.SourceID, at, w.actor.Person, at),
		} {
			if err := storetest.Exec(t, address, attempt); err == nil {
				t.Errorf("%s went through", attempt)
			}
		}
	})
}

// snapshot gives the snapshot of the world's excerpt.
func (w *world) snapshot(t *testing.T) kb.ID {
	t.Helper()
	e, err := w.db.Desk(t.Context()).Excerpt(w.excerpt)
	if err != nil {
		t.Fatal(err)
	}
	return e.SnapshotID
}

// carries makes a source part of a page.
func (w *world) carries(t *testing.T, page, part kb.ID) error {
	t.Helper()
	return w.attempt(t, func(tx *store.Tx) error {
		s, err := tx.Source(part)
		if err != nil {
			return err
		}
		s.PartOfID = page
		return tx.UpdateSource(s)
	})
}

// TestPartOfCycle: a page is no part of itself, straight or by a detour.
func TestPartOfCycle(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		var chain [4]kb.ID
		w.write(t, func(tx *store.Tx) error {
			for i := range chain {
				var err error
				if chain[i], err = tx.InsertSource(kb.Source{Title: "S", TitleKey: "s", Language: "en", Kind: "other"}); err != nil {
					return err
				}
			}
			return nil
		})
		for i := range len(chain) - 1 {
			if err := w.carries(t, chain[i], chain[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		for _, last := range chain {
			if err := w.carries(t, last, chain[0]); kb.KindOf(err) != kb.Conflict {
				t.Errorf("a circle: %v", err)
			}
		}
		if err := w.carries(t, chain[0], chain[3]); err != nil {
			t.Errorf("no circle: %v", err)
		}
		if err := w.carries(t, "", chain[1]); err != nil {
			t.Errorf("part of nothing: %v", err)
		}
	})
}

// TestPartOfCycleByTwo: two transactions that each draw one half of a circle do
// not both get through.
func TestPartOfCycleByTwo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for range 10 {
			var pair [2]kb.ID
			w.write(t, func(tx *store.Tx) error {
				for i := range pair {
					var err error
					if pair[i], err = tx.InsertSource(kb.Source{Title: "S", TitleKey: "s", Language: "en", Kind: "other"}); err != nil {
						return err
					}
				}
				return nil
			})
			start, errs := make(chan struct{}), make(chan error, 2)
			for i := range pair {
				go func() {
					<-start
					errs <- w.carries(t, pair[i], pair[1-i])
				}()
			}
			close(start)
			first, second := <-errs, <-errs
			if first != nil {
				first, second = second, first
			}
			if first != nil || kb.KindOf(second) != kb.Conflict || second == nil {
				t.Errorf("two halves of a circle: %v; %v", first, second)
			}
		}
	})
}

// TestSuggestedOnce: a suggestion is made once, whatever became of it.
func TestSuggestedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		snapshot := w.snapshot(t)
		suggest := func(s kb.Suggestion) (fresh bool) {
			t.Helper()
			s.SnapshotID = snapshot
			w.write(t, func(tx *store.Tx) error {
				var err error
				if fresh, err = tx.InsertSuggestion(s); err != nil {
					return err
				}
				_, err = tx.InsertPerson(kb.Person{Name: "so that something is audited"})
				return err
			})
			return fresh
		}
		reuse := kb.Suggestion{SourceID: w.source, OtherID: w.foreign, Kind: kb.Reuse}
		named := kb.Suggestion{SourceID: w.source, Kind: kb.Attributed, Named: "Reuters", NamedKey: "reuters"}
		another, other := named, reuse
		another.NamedKey = "tass"
		other.SourceID, other.OtherID = w.foreign, w.source
		for _, s := range []kb.Suggestion{reuse, named, another, other} {
			if !suggest(s) {
				t.Errorf("not made: %+v", s)
			}
			if suggest(s) {
				t.Errorf("made twice: %+v", s)
			}
		}
		open, err := db.Desk(t.Context()).OpenSuggestions(10)
		if err != nil || len(open) != 4 {
			t.Fatalf("open: %+v, %v", open, err)
		}
		for _, s := range open {
			s.State, s.Reason = kb.SuggestionRejected, "no"
			w.write(t, func(tx *store.Tx) error { return tx.DecideSuggestion(s) })
			if err := w.attempt(t, func(tx *store.Tx) error { return tx.DecideSuggestion(s) }); kb.KindOf(err) != kb.Conflict {
				t.Errorf("decided twice: %v", err)
			}
		}
		if suggest(reuse) || suggest(named) {
			t.Error("made again after it was rejected")
		}
		for name, pair := range map[string][2]kb.ID{"one way": {w.source, w.foreign}, "the other": {w.foreign, w.source}} {
			if related, err := db.Desk(t.Context()).Related(pair[0], pair[1], kb.Reuse); !related || err != nil {
				t.Errorf("related %s: %v, %v", name, related, err)
			}
		}
	})
}

// TestTaskOnce: a task is open once, and can be opened again when it is done.
func TestTaskOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		tasks := []kb.Task{
			{Kind: "drift", ClaimID: w.claim, SourceID: w.source, ExcerptID: w.excerpt, Words: "look"},
			{Kind: "unreachable", ClaimID: w.claim, SourceID: w.source, ExcerptID: w.excerpt, Words: "look"},
			{Kind: "drift", ClaimID: w.other, SourceID: w.source, ExcerptID: w.excerpt, Words: "look"},
			{Kind: "recheck", ClaimID: w.claim, Words: "look"}, // about nothing else
		}
		open := func() []store.TaskItem {
			t.Helper()
			for _, task := range tasks {
				w.write(t, func(tx *store.Tx) error {
					if err := tx.OpenTask(task); err != nil {
						return err
					}
					task.Words = "look again"
					if err := tx.OpenTask(task); err != nil {
						return err
					}
					_, err := tx.InsertPerson(kb.Person{Name: "so that something is audited"})
					return err
				})
			}
			rows, err := db.Desk(t.Context()).Tasks(true, 10)
			if err != nil || len(rows) != len(tasks) {
				t.Fatalf("open: %+v, %v", rows, err)
			}
			return rows
		}
		rows := open()
		for _, row := range rows {
			if row.Words != "look" || row.Claim != "a claim" || (row.Source == "T") != (row.SourceID != "") {
				t.Errorf("the task %+v", row)
			}
			w.write(t, func(tx *store.Tx) error { return tx.CloseTask(row.Task) })
		}
		if n, err := db.Desk(t.Context()).OpenTasks(); n != 0 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
		open()
	})
}

// TestFingerprints: those of the newest text stand in place of older ones, and
// what stands in too many works is neither kept nor counted.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		const nobody kb.ID = "00000000"
		prints := make([]int64, 1200) // more than one statement takes
		for i := range prints {
			prints[i] = int64(i) - 600
		}
		replace := func(source kb.ID, prints []int64) {
			t.Helper()
			w.write(t, func(tx *store.Tx) error {
				if err := tx.ReplacePrints(source, prints); err != nil {
					return err
				}
				_, err := tx.InsertPerson(kb.Person{Name: "so that something is audited"})
				return err
			})
		}
		sharing := func(source kb.ID, limit int) []store.Candidate {
			t.Helper()
			found, err := db.Desk(t.Context()).SharingPrints(prints, source, limit)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		replace(w.source, prints)
		replace(w.foreign, prints[:700])
		if got := sharing(nobody, 10); len(got) != 2 || got[0] != (store.Candidate{SourceID: w.source, Shared: 1200}) || got[1] != (store.Candidate{SourceID: w.foreign, Shared: 700}) {
			t.Errorf("sharing: %+v", got)
		}
		if got := sharing(w.source, 10); len(got) != 1 || got[0].SourceID != w.foreign {
			t.Errorf("sharing with itself left out: %+v", got)
		}
		if got := sharing(nobody, 1); len(got) != 1 {
			t.Errorf("limited: %+v", got)
		}
		replace(w.source, prints[:3])
		if got := sharing(w.foreign, 10); len(got) != 1 || got[0].Shared != 3 {
			t.Errorf("replaced: %+v", got)
		}
		var many [50]kb.ID
		w.write(t, func(tx *store.Tx) error {
			for i := range many {
				var err error
				if many[i], err = tx.InsertSource(kb.Source{Title: "S", TitleKey: "s", Language: "en", Kind: "other"}); err != nil {
					return err
				}
			}
			return nil
		})
		for _, id := range many {
			replace(id, prints[1000:1002])
		}
		if got := sharing(nobody, 100); len(got) != 2 {
			t.Errorf("what stands everywhere is counted: %+v", got)
		}
		if got := sharing(many[0], 100); len(got) != 51 { // it stands in few enough others
			t.Errorf("%d share with one of them", len(got))
		}
		replace(w.foreign, prints[1000:1003])
		if got := sharing(nobody, 100); len(got) != 2 || got[0].Shared != 3 || got[1].Shared != 1 {
			t.Errorf("what stands everywhere is kept: %+v", got)
		}
	})
}

// TestWholeCopies: the newest copy is the newest whole one; passages are none.
func TestWholeCopies(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		r := db.Desk(t.Context())
		if _, err := r.NewestWhole(w.source); kb.KindOf(err) != kb.NotFound {
			t.Errorf("of a passage alone: %v", err)
		}
		at := time.Date(2026, 11, 20, 9, 0, 0, 123456789, time.FixedZone("", 3600))
		var newest kb.ID
		w.write(t, func(tx *store.Tx) error {
			for i, method := range []string{"pasted", "fetched", "excerpt-only"} {
				s := kb.Snapshot{SourceID: w.source, Text: method, TextHash: method, Method: method, Complete: "no", Rights: "quotation", CapturedAt: at.Add(time.Duration(i) * time.Hour)}
				id, err := tx.InsertSnapshot(s)
				if err != nil {
					return err
				}
				if method == "fetched" {
					newest = id
				}
			}
			return nil
		})
		s, err := r.NewestWhole(w.source)
		if err != nil || s.ID != newest || !s.CapturedAt.Equal(at.Add(time.Hour).Truncate(time.Microsecond)) {
			t.Errorf("the newest: %+v, %v", s, err)
		}
		s.Rights, s.RightsNote, s.Text = "none", "why", strings.Repeat("x", 10)
		w.write(t, func(tx *store.Tx) error { return tx.UpdateRights(s) })
		if after, err := r.Snapshot(newest); err != nil || after.Rights != "none" || after.RightsNote != "why" || after.Text != "fetched" {
			t.Errorf("after its rights changed: %+v, %v", after, err)
		}
	})
}
