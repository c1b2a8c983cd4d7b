// Package metrics tells Prometheus how a process stands: how far it has read the
// record, whether the log is signed to its end, what waits at the desk and in the
// queues, and how busy the database's pools are. What requests took, the web tells
// itself.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Site is what is measured.
type Site struct {
	DB       *store.DB
	Follower *follow.Follower
	Report   func(error) // told what could not be read; that part of the metrics is missing then
}

// patience is how long the database may take over one scrape.
const patience = 3 * time.Second

var (
	read   = describe("follower_read_index", "Log index up to which this process has read the record.")
	lag    = describe("follower_lag_events", "Events of the record that this process has not read yet.")
	leaves = describe("log_leaves", "Entries of the log.")
	signed = describe("log_checkpoint_size", "Entries that the newest checkpoint covers.")
	claims = describe("desk_claims", "Claims at the desk by state of the work.", "state")
	jobs   = describe("jobs", "Jobs by queue and state.", "queue", "state")
	open   = describe("db_connections_open", "Open connections by pool.", "pool")
	busy   = describe("db_connections_busy", "Connections in use by pool.", "pool")
	waits  = describe("db_waits_total", "How often a connection was waited for, by pool.", "pool")
	nearby = describe("replica_reads_total", "Requests whose reads of the record went to the replica (served), or to the primary instead since the replica was behind, busy or failed.", "result")
	waited = describe("db_waited_seconds_total", "How long connections were waited for, by pool.", "pool")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("claimtrail_"+name, help, labels, nil)
}

// Describe is of prometheus.Collector. The metrics are not told beforehand, since some
// may be missing.
func (Site) Describe(chan<- *prometheus.Desc) {}

// Collect is of prometheus.Collector.
func (s Site) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for pool, stats := range s.DB.Pools() {
		gauge(open, float64(stats.OpenConnections), pool)
		gauge(busy, float64(stats.InUse), pool)
		to <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(stats.WaitCount), pool)
		to <- prometheus.MustNewConstMetric(waited, prometheus.CounterValue, stats.WaitDuration.Seconds(), pool)
	}
	if use, ok := s.DB.ReplicaUse(); ok {
		for result, n := range map[string]int64{"served": use.Served, "behind": use.Behind, "busy": use.Busy, "failed": use.Failed} {
			to <- prometheus.MustNewConstMetric(nearby, prometheus.CounterValue, float64(n), result)
		}
	}
	gauge(read, float64(s.Follower.Index()))
	for _, part := range []func() error{
		func() error {
			l, err := s.Follower.Lag(ctx)
			if err == nil {
				gauge(lag, float64(l.Events()))
				gauge(leaves, float64(l.Head+1))
			}
			return err
		},
		func() error {
			tree, err := s.DB.Public().Signed(ctx)
			if err == nil {
				gauge(signed, float64(tree.Size))
			}
			return err
		},
		func() error {
			counts, err := s.DB.Desk(ctx).StateCounts()
			for state, n := range counts {
				gauge(claims, float64(n), string(state))
			}
			return err
		},
		func() error {
			counts, err := s.DB.Desk(ctx).JobCounts()
			for _, c := range counts {
				gauge(jobs, float64(c.N), c.Queue, c.State)
			}
			return err
		},
	} {
		if err := part(); err != nil {
			s.Report(err)
		}
	}
}
