//go:build e2e

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/verify"
)

const (
	serverVariable = "CLAIMTRAIL_TEST_SERVER" // arguments of a server that is to be killed
	killsVariable  = "CLAIMTRAIL_KILLS"       // how often it is killed on each engine
	usualKills     = 6
	killClients    = 8
	killedWithin   = 60 // requests after a start
)

// TestKillWhilePublishing kills the program with SIGKILL at random moments while
// clients correct and publish rulings, each its own. Whatever was acknowledged
// is in the log and to be seen; nothing is there twice, nothing is missing, and
// the site verifies from outside, against a checkpoint from before.
func TestKillWhilePublishing(t *testing.T) {
	kills := usualKills
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	storetest.EachAddress(t, func(t *testing.T, address string) {
		p := newPrey(t, address)
		p.start(t)
		p.signIn(t)
		for range kills {
			p.huntOnce(t)
		}
		p.settle(t)
	})
}

// TestServer is no test of its own: as the process to be killed it serves until
// that happens.
func TestServer(t *testing.T) {
	if args := os.Getenv(serverVariable); args != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		os.Exit(run(ctx, strings.Split(args, "\n"), func(string) string { return "" }, os.Stdin, io.Discard, os.Stderr))
	}
}

// prey is a server that is killed and started again at one address, with its
// clients.
type prey struct {
	args     []string
	base     string
	process  *exec.Cmd
	editor   *http.Client
	reviewer *http.Client
	requests atomic.Int64
	kill     atomic.Int64 // the request at which to kill
	clients  sync.WaitGroup
	mu       sync.Mutex
	claims   []kb.ID
	shown    map[kb.ID]int // newest revision that was acknowledged, by claim
	total    int           // publications that were acknowledged
	vkey     string
	before   []byte // a checkpoint of the start
}

func newPrey(t *testing.T, address string) *prey {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &prey{base: "http://" + l.Addr().String(), shown: map[kb.ID]int{}}
	data := t.TempDir()
	p.args = []string{"serve", "--addr", l.Addr().String(), "--database-url", address, "--data", data}
	s, err := openSite(t.Context(), databaseFlags{DatabaseURL: address, Data: data}, p.base, newLogger(os.Stderr, "json"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, a := range []kb.AccountInput{
		{Name: "Ed", Email: "ed@example.org", Roles: kb.Roles{kb.Researcher}}, {Name: "Rea", Email: "rea@example.org", Roles: kb.Roles{kb.Reviewer, kb.PublisherR}},
	} {
		id, _, err := s.desk.AddAccount(t.Context(), kb.System, a)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.desk.SetPassword(t.Context(), kb.System, id, killPassword); err != nil {
			t.Fatal(err)
		}
	}
	for n := range killClients {
		id := publishedOpinion(t, s.desk, n)
		p.claims = append(p.claims, id)
		p.shown[id] = 1
	}
	p.vkey = s.keys[0]
	if p.before, err = s.db.Public().Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "log.checkpoint")); err != nil {
		t.Fatal(err)
	}
	return p
}

const killPassword = "a password for this test"

// publishedOpinion publishes a claim that cannot be rated, with every house rule
// that it does not meet excepted.
func publishedOpinion(t *testing.T, d *desk.Desk, n int) kb.ID {
	t.Helper()
	ctx := t.Context()
	editor, err := d.FindAccount(ctx, "ed@example.org")
	if err != nil {
		t.Fatal(err)
	}
	reviewer, err := d.FindAccount(ctx, "rea@example.org")
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.LogClaim(ctx, editor, desk.NewClaim{Claim: kb.ClaimInput{Claim: kb.Claim{Text: fmt.Sprintf("Opinion %d", n), Language: "en", Kind: "other", Checkability: "opinion", CheckabilityReason: "taste"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error {
			return d.SaveDraft(ctx, editor, kb.RulingDraft{ClaimID: id, Outcome: "opinion", OutcomeReason: "It is one.", Summary: "Summary 1", Reasoning: "Because.", AsOf: kb.StatedDate("2026-01-01")})
		},
		func() error { return exceptAll(ctx, d, editor, id) },
		func() error { _, err := d.Submit(ctx, editor, id); return err },
		func() error { return approveOpen(ctx, d, reviewer, id) },
		func() error { _, err := d.Publish(ctx, reviewer, id); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// exceptAll states an exception from every rule that stands in the way.
func exceptAll(ctx context.Context, d *desk.Desk, editor kb.Actor, id kb.ID) error {
	for _, g := range kb.Gates {
		if g.Fixed {
			continue
		}
		if err := d.StateException(ctx, editor, kb.GateException{ClaimID: id, Gate: g.Key, Reason: "A trial."}); err != nil {
			return err
		}
	}
	return nil
}

func approveOpen(ctx context.Context, d *desk.Desk, reviewer kb.Actor, id kb.ID) error {
	hash, err := d.UnderReview(ctx, id)
	if err != nil {
		return err
	}
	return d.Approve(ctx, reviewer, id, hash, "")
}

// start runs the server until it answers.
func (p *prey) start(t *testing.T) {
	t.Helper()
	p.process = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServer$")
	p.process.Env = append(os.Environ(), serverVariable+"="+strings.Join(p.args, "\n"))
	p.process.Stderr = os.Stderr
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		answer, err := http.Get(p.base + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not start")
		}
	}
}

func (p *prey) signIn(t *testing.T) {
	t.Helper()
	for email, client := range map[string]**http.Client{"ed@example.org": &p.editor, "rea@example.org": &p.reviewer} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		*client = &http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		if status, body, err := p.post(*client, "/login", url.Values{"email": {email}, "password": {killPassword}}); err != nil || status != http.StatusSeeOther {
			t.Fatalf("sign in: %d %v %s", status, err, body)
		}
	}
}

// huntOnce lets the clients work until a random request, then kills the server
// and starts it again. Clients live on; what they asked of a dead server fails.
func (p *prey) huntOnce(t *testing.T) {
	t.Helper()
	killed := make(chan struct{})
	var once sync.Once
	p.kill.Store(p.requests.Load() + 1 + rand.Int64N(killedWithin))
	for _, id := range p.claims {
		p.clients.Go(func() {
			for {
				if p.requests.Add(1) >= p.kill.Load() {
					once.Do(func() { close(killed) })
				}
				if err := p.advance(t, id); err != nil {
					return // the server is gone
				}
			}
		})
	}
	<-killed
	if err := p.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.process.Wait() // it was killed
	p.clients.Wait()
	p.start(t)
}

var (
	stateOf   = regexp.MustCompile(`<p class="state"><span class="chip[^"]*">([^<]+)</span>`)
	versionOf = regexp.MustCompile(`name="version" value="(\d+)"`)
	hashOf    = regexp.MustCompile(`name="hash" value="([0-9a-f]{64})"`)
)

// advance takes the next step with a claim, whatever state it was left in. An
// error means that the server did not answer.
func (p *prey) advance(t *testing.T, id kb.ID) error {
	at := "/desk/claims/" + string(id)
	page, err := p.get(p.editor, at)
	if err != nil {
		return err
	}
	state := stateOf.FindStringSubmatch(page)
	if state == nil {
		return errors.New("no state is shown")
	}
	switch state[1] {
	case "published":
		_, _, err = p.post(p.editor, at+"/steps/revise", nil)
	case "researching":
		err = p.edit(at, id)
	case "in review":
		var review string
		if review, err = p.get(p.reviewer, at+"/review"); err == nil {
			if hash := hashOf.FindStringSubmatch(review); hash != nil {
				_, _, err = p.post(p.reviewer, at+"/approve", url.Values{"hash": {hash[1]}})
			}
		}
	case "approved":
		err = p.publish(t, at, id)
	default:
		t.Errorf("claim %s is %s", id, state[1])
	}
	return err
}

func (p *prey) edit(at string, id kb.ID) error {
	form, err := p.get(p.editor, at+"/ruling")
	if err != nil {
		return err
	}
	version := versionOf.FindStringSubmatch(form)
	if version == nil {
		return errors.New("no version is shown")
	}
	_, _, err = p.post(p.editor, at+"/ruling", url.Values{
		"version": {version[1]}, "outcome": {"opinion"}, "outcome_reason": {"It is one."}, "reasoning": {"Because."}, "as_of": {"2026-01-01"},
		"summary": {"Summary, version " + version[1] + " of " + string(id)}, "cause": {"our-error"}, "public_note": {"We say it more clearly."},
	})
	if err != nil {
		return err
	}
	_, _, err = p.post(p.editor, at+"/steps/submit", nil)
	return err
}

// publish publishes; if that is acknowledged, the very next request has to show
// one revision more.
func (p *prey) publish(t *testing.T, at string, id kb.ID) error {
	status, body, err := p.post(p.reviewer, at+"/steps/publish", nil)
	if err != nil {
		return err
	}
	if status != http.StatusSeeOther {
		t.Errorf("publish: %d %s", status, body)
		return nil
	}
	p.mu.Lock()
	p.shown[id]++
	p.total++
	atLeast := p.shown[id]
	p.mu.Unlock()
	number, err := p.newest(id)
	if err != nil {
		return err
	}
	if number < atLeast {
		t.Errorf("claim %s: %d publications were acknowledged, revision %d is shown", id, atLeast, number)
	}
	p.mu.Lock()
	p.shown[id] = number // one more may have been committed and not acknowledged
	p.mu.Unlock()
	return nil
}

func (p *prey) newest(id kb.ID) (int, error) {
	body, err := p.get(p.editor, "/claims/"+string(id)+".json")
	if err != nil {
		return 0, err
	}
	var document struct{ Number int }
	err = json.Unmarshal([]byte(body), &document)
	return document.Number, err
}

func (p *prey) get(client *http.Client, path string) (string, error) {
	answer, err := client.Get(p.base + path)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d", path, answer.StatusCode)
	}
	return string(body), err
}

func (p *prey) post(client *http.Client, path string, values url.Values) (int, string, error) {
	request, err := http.NewRequest(http.MethodPost, p.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

// settle holds the last state against what was acknowledged, and verifies the
// whole site from outside.
func (p *prey) settle(t *testing.T) {
	t.Helper()
	revisions := 0
	for id, acknowledged := range p.shown {
		number, err := p.newest(id)
		if err != nil {
			t.Fatal(err)
		}
		if number < acknowledged {
			t.Errorf("claim %s: revision %d was acknowledged, %d is the newest", id, acknowledged, number)
		}
		revisions += number
	}
	site := &remoteSite{base: p.base, client: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	report, err := verify.Verify(t.Context(), site, verify.Options{Keys: []string{p.vkey}, Remembered: p.before})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Errorf("%s: %s", f.Kind, f.Words)
	}
	if report.Revisions != revisions || report.Compared == 0 {
		t.Errorf("the log has %d revisions, the pages %d; it extends %d entries", report.Revisions, revisions, report.Compared)
	}
	t.Logf("%d publications were acknowledged, %d revisions are in a log of %d entries", p.total, revisions, report.Size)
	if err := p.process.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = p.process.Wait()
}
