package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/seed"
)

type serveFlags struct {
	Addr      string        `default:"127.0.0.1:8080" help:"Address to listen on."`
	BaseURL   string        `name:"base-url" help:"Public origin, as in every absolute link; default: from --addr."`
	LogFormat string        `name:"log-format" enum:"text,json," default:"" help:"text or json; default: text on a terminal."`
	Proxies   []string      `name:"trusted-proxy" help:"Address or network whose X-Forwarded-For is believed; repeatable."`
	PageCache uint16        `name:"page-cache" default:"64" placeholder:"MiB" help:"Memory for public pages that are kept ready, in MiB; 0: none."`
	Encoder   bool          `default:"true" negatable:"" help:"Compare meanings when claims are matched; takes some 40 MB of memory."`
	Drain     time.Duration `default:"0s" help:"How long to go on answering after SIGTERM, while /readyz says no more, so that a load balancer can turn away."`
	Metrics   string        `name:"metrics-addr" placeholder:"HOST:PORT" help:"Address on which Prometheus finds /metrics; keep it from the public. Default: nowhere."`
}

// base gives the public origin; the listener knows the port when it was 0.
func (f serveFlags) base(l net.Listener) string {
	if f.BaseURL != "" {
		return strings.TrimSuffix(f.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

type serveCmd struct {
	databaseFlags
	serveFlags

	ReplicaURL string `name:"replica-url" placeholder:"postgres://…" help:"Streaming replica of the database that public pages are read from while it is not behind."`
}

// Run serves the configured database.
func (c *serveCmd) Run(env *environment) error {
	l, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	log := newLogger(env.stderr, c.LogFormat)
	c.replica = c.ReplicaURL
	s, err := openSite(env.ctx, c.databaseFlags, c.base(l), log)
	if err != nil {
		return err
	}
	err = s.serve(env.ctx, l, c.serveFlags, func() { log.InfoContext(env.ctx, "serving", "address", s.base) })
	return errors.Join(err, s.close())
}

type demoCmd struct {
	serveFlags

	Data string `help:"Keep the data in this folder; default: a fresh temporary one, removed at the end."`
}

// Run serves the demonstration data set. A second start on the same folder
// keeps what was entered.
func (c *demoCmd) Run(env *environment) error {
	folder := c.Data
	if folder == "" {
		dir, err := os.MkdirTemp("", "claimtrail-demo-")
		if err != nil {
			return fmt.Errorf("make demo folder: %w", err)
		}
		defer os.RemoveAll(dir)
		folder = dir
	}
	l, err := listen(c.Addr)
	if err != nil {
		return fmt.Errorf("%w (choose another address with --addr, such as 127.0.0.1:0)", err)
	}
	defer l.Close()
	s, err := openSite(env.ctx, databaseFlags{Data: folder}, c.base(l), newLogger(env.stderr, c.LogFormat))
	if err != nil {
		return err
	}
	if err := c.load(env, s); err != nil {
		return errors.Join(err, s.close())
	}
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		return errors.Join(err, s.close())
	}
	err = s.serve(env.ctx, l, c.serveFlags, func() { greet(env, s.base, folder, accounts) })
	return errors.Join(err, s.close())
}

// load loads the data set once: what somebody entered or changed since stays.
func (c *demoCmd) load(env *environment, s *site) error {
	_, err := s.desk.FindMasthead(env.ctx)
	if kb.KindOf(err) != kb.NotFound {
		return err
	}
	fmt.Fprintln(env.stdout, "Loading the demonstration data …")
	return seed.Load(env.ctx, s.desk, seed.Data())
}

func greet(env *environment, base, folder string, accounts []seed.Account) {
	fmt.Fprintf(env.stdout, "\nClaimtrail is at %s\nSign in at %s/login as\n\n", base, base)
	for _, a := range accounts {
		fmt.Fprintf(env.stdout, "  %-22s %-22s %s\n", a.Email, a.Password, strings.ReplaceAll(a.Roles.String(), " ", ", "))
	}
	where, _ := filepath.Abs(folder)
	fmt.Fprintf(env.stdout, "\nData in %s. Stop with Ctrl-C.\n", where)
}
