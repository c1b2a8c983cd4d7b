package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meters count what is asked of this process, and how it was answered.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	kept     prometheus.Counter
	made     prometheus.Counter
}

func newMeters() *meters {
	return &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "claimtrail_http_requests_total", Help: "Requests by method, route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "claimtrail_http_request_seconds", Help: "Time until a request was answered, by route.", Buckets: []float64{.0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"route"}),
		kept: prometheus.NewCounter(prometheus.CounterOpts{Name: "claimtrail_page_cache_hits_total", Help: "Public pages that were served as they were kept."}),
		made: prometheus.NewCounter(prometheus.CounterOpts{Name: "claimtrail_page_cache_fills_total", Help: "Public pages that were made."}),
	}
}

// Describe is of prometheus.Collector.
func (m *meters) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect is of prometheus.Collector.
func (m *meters) Collect(to chan<- prometheus.Metric) {
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.kept, m.made} {
		c.Collect(to)
	}
}

func (m *meters) answered(method, route string, status int, took time.Duration) {
	if status == 0 {
		status = 499 // the reader went away
	}
	m.requests.WithLabelValues(known(method), route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// servedAt gives what counts the answers that are served from memory, whole and
// unchanged.
func (m *meters) servedAt(route string) (whole, unchanged prometheus.Counter) {
	return m.requests.WithLabelValues(http.MethodGet, route, "200"), m.requests.WithLabelValues(http.MethodGet, route, "304")
}

// known keeps made-up methods from making metrics without end.
func known(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return method
	}
	return "other"
}

// asking is what is known of a request while it is answered.
type asking struct {
	id    string
	route string // as it is registered; "none" until one is found

	address string // of who asks, where that matters
}

type askingKey struct{}

func askingOf(ctx context.Context) *asking {
	a, ok := ctx.Value(askingKey{}).(*asking)
	if !ok {
		return &asking{}
	}
	return a
}

// Metrics gives what this process counts of requests.
func (s *Server) Metrics() prometheus.Collector { return s.meters }
