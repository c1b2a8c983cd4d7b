package outbound

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
	"golang.org/x/time/rate"
)

// mostHosts is how many hosts are remembered; the oldest are forgotten.
const mostHosts = 1000

// remembered keeps one value a host, for a while and for so many hosts.
type remembered[T any] struct {
	mu    sync.Mutex
	hosts map[string]T
	order []string
}

// of gives the value of a host, made when there is none.
func (m *remembered[T]) of(host string, make func() T) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.hosts[host]; ok {
		return v
	}
	if m.hosts == nil {
		m.hosts = map[string]T{}
	}
	if len(m.order) >= mostHosts {
		delete(m.hosts, m.order[0])
		m.order = m.order[1:]
	}
	v := make()
	m.hosts[host], m.order = v, append(m.order, host)
	return v
}

// pace keeps us slow to each host.
type pace struct {
	every time.Duration
	hosts remembered[*rate.Limiter]
}

const defaultPace = 2 * time.Second

func newPace(every time.Duration) *pace {
	if every == 0 {
		every = defaultPace
	}
	return &pace{every: every}
}

func (p *pace) wait(ctx context.Context, host string) error {
	if p.every < 0 {
		return nil
	}
	// Two at once: robots.txt and the page itself.
	limiter := p.hosts.of(strings.ToLower(host), func() *rate.Limiter { return rate.NewLimiter(rate.Every(p.every), 2) })
	if err := limiter.Wait(ctx); ctx.Err() != nil {
		return explain(ctx.Err())
	} else if err != nil {
		return &Error{Reason: Unreachable, Words: "The server was asked often just now, and is given a rest.", cause: err}
	}
	return nil
}

// robots remembers what hosts say in robots.txt.
type robots struct {
	client *Client
	hosts  remembered[*rules]
}

type rules struct {
	mu      sync.Mutex
	data    *robotstxt.RobotsData
	fetched time.Time
}

const (
	robotsPath  = "/robots.txt"
	robotsLimit = 512 << 10 // bytes, as RFC 9309 asks at least; the rest is not read
	robotsAge   = 24 * time.Hour
)

func newRobots(c *Client) *robots { return &robots{client: c} }

// allow asks the host's robots.txt (RFC 9309). A host without one allows all; one
// that cannot be asked for trouble of its own allows nothing, for now.
func (r *robots) allow(ctx context.Context, u *url.URL) error {
	known := r.hosts.of(strings.ToLower(u.Scheme+"://"+u.Host), func() *rules { return &rules{} })
	known.mu.Lock()
	defer known.mu.Unlock()
	if known.data == nil || time.Since(known.fetched) > robotsAge {
		answer, err := r.client.get(ctx, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: robotsPath}, robotsLimit)
		if err != nil {
			return err
		}
		if answer.Status >= http.StatusInternalServerError {
			return &Error{Reason: Unreachable, Words: "The server has trouble of its own: it cannot say whether it allows captures."}
		}
		if known.data, err = robotstxt.FromStatusAndBytes(answer.Status, directives(answer.Body)); err != nil {
			known.data = &robotstxt.RobotsData{} // unreadable: nothing is forbidden
		}
		known.fetched = time.Now()
	}
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if !known.data.TestAgent(path, agent) {
		return &Error{Reason: Forbidden, Words: "The site's robots.txt asks programs not to fetch this page. Paste its text, or upload the file."}
	}
	return nil
}

// directives gives the lines of a robots.txt that RFC 9309 knows. The parser
// would give up on the whole of it for a line of another kind that it does not
// like, or for rules before the first user agent, which are for nobody.
func directives(body []byte) []byte {
	lines := []byte("User-agent: nobody\n")
	for _, found := range directive.FindAllSubmatch(body, -1) {
		lines = fmt.Appendf(lines, "%s: %s\n", found[1], found[2])
	}
	return lines
}

var directive = regexp.MustCompile(`(?i)(?:^|[\r\n])[\s\x{feff}]*(user-?agent|allow|disallow)[ \t]*:([^\r\n#]*)`)
