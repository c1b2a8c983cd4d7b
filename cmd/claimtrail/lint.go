package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/interchange"
)

type lintCmd struct {
	From   string `arg:"" name:"file-or-url" help:"A JSON-LD file, a DataFeed, a page that carries ClaimReviews, or the address of any of these; - is standard input."`
	Online bool   `help:"Ask every address of a check too: one that redirects or is gone is a defect."`
	JSON   bool   `name:"json" help:"Print one JSON object a defect."`
}

const (
	lintTime = 30 * time.Second
	mostAsks = 500 // addresses in one run
)

// linter reports defects as items are read.
type linter struct {
	ctx           context.Context
	client        *http.Client
	out           io.Writer
	asJSON        bool
	online        bool
	today         string
	items, faults int
	remarks, asks int
}

// Run names the defects, and fails when one of them is an error.
func (c *lintCmd) Run(env *environment) error {
	l := &linter{
		ctx: env.ctx, out: env.stdout, asJSON: c.JSON, online: c.Online, today: time.Now().UTC().Format(time.DateOnly),
		client: &http.Client{Timeout: lintTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	in, err := l.open(env, c.From)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := interchange.ReadClaimReviews(in, l.item); err != nil {
		return fmt.Errorf("lint: %w", err)
	}
	if !c.JSON {
		fmt.Fprintf(env.stdout, "%d ClaimReviews, %d errors, %d warnings\n", l.items, l.faults, l.remarks)
	}
	if l.faults > 0 {
		return fmt.Errorf("lint: %d errors", l.faults)
	}
	return nil
}

func (l *linter) open(env *environment, from string) (io.ReadCloser, error) {
	if !strings.HasPrefix(from, "http://") && !strings.HasPrefix(from, "https://") {
		in, _, err := openInput(env, from)
		return in, err
	}
	following := *l.client
	following.CheckRedirect = nil
	answer, err := get(l.ctx, &following, http.MethodGet, from)
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("lint: %s answers %s", from, answer.Status), answer.Body.Close())
	}
	return answer.Body, nil
}

func get(ctx context.Context, client *http.Client, method, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "claimtrail-lint")
	return client.Do(r)
}

func (l *linter) item(i interchange.Item) error {
	if i.Err != nil {
		return l.tell(i.Number, interchange.Defect{Rule: "unreadable", Severity: interchange.Fault, Words: i.Err.Error()})
	}
	l.items++
	found := interchange.Lint(i.Review, i.Raw, l.today)
	if l.online && i.Review.URL != "" && l.asks < mostAsks {
		l.asks++
		found = append(found, l.ask(i.Review.URL)...)
	}
	for _, d := range found {
		if err := l.tell(i.Number, d); err != nil {
			return err
		}
	}
	return nil
}

// ask looks whether the page of a check is where its address says.
func (l *linter) ask(address string) []interchange.Defect {
	answer, err := get(l.ctx, l.client, http.MethodHead, address)
	if err != nil {
		return []interchange.Defect{{Rule: "url-unreachable", Severity: interchange.Remark, Field: "url", Words: "The address cannot be reached: " + err.Error()}}
	}
	defer answer.Body.Close()
	switch to := answer.Header.Get("Location"); {
	case answer.StatusCode >= 300 && answer.StatusCode < 400 && to != "":
		return []interchange.Defect{interchange.Redirected(address, to)}
	case answer.StatusCode >= 400:
		return []interchange.Defect{{Rule: "url-gone", Severity: interchange.Fault, Field: "url", Words: "The address answers " + answer.Status + "."}}
	}
	return nil
}

func (l *linter) tell(number int, d interchange.Defect) error {
	if d.Severity == interchange.Fault {
		l.faults++
	} else {
		l.remarks++
	}
	if l.asJSON {
		return json.NewEncoder(l.out).Encode(struct {
			Item     int    `json:"item"`
			Rule     string `json:"rule"`
			Severity string `json:"severity"`
			Field    string `json:"field,omitempty"`
			Words    string `json:"words"`
		}{number, d.Rule, d.Severity, d.Field, d.Words})
	}
	where := d.Field
	if where != "" {
		where = " " + where
	}
	_, err := fmt.Fprintf(l.out, "item %d: %s %s%s: %s\n", number, d.Severity, d.Rule, where, d.Words)
	return err
}
