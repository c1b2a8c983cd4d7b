// Command claimtrail is the whole product: the server, its embedded database
// and the tools around them. This package is the only place that reads the
// environment and wires things together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

// commands is the command line, one field a subcommand.
type commands struct {
	Demo       demoCmd       `cmd:"" help:"Serve the demonstration data set from an embedded database. Needs nothing else."`
	Serve      serveCmd      `cmd:"" help:"Serve the configured database."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database's schema up to date, or show how it stands."`
	Seed       seedCmd       `cmd:"" help:"Load a data set; what is there already is left as it is."`
	User       userCmd       `cmd:"" help:"Manage accounts."`
	Backup     backupCmd     `cmd:"" help:"Write everything but the signing key to one file, while the server runs."`
	Restore    restoreCmd    `cmd:"" help:"Load a backup into an empty database, of either engine."`
	Import     importCmd     `cmd:"" help:"Take claims and rulings over from elsewhere; what others ruled stays marked as theirs."`
	Export     exportCmd     `cmd:"" help:"Write rulings, or the whole record, for other programs."`
	Lint       lintCmd       `cmd:"" help:"Name the defects of ClaimReviews, in a file or at an address."`
	Eval       evalCmd       `cmd:"" help:"Measure the matching of claims on a labelled collection."`
	Capture    captureCmd    `cmd:"" help:"Archive one page."`
	Quote      quoteCmd      `cmd:"" help:"Check a quotation against a text file; prints JSON."`
	Trail      trailCmd      `cmd:"" help:"Compute the independent origins of a graph of sources; JSON in, JSON out."`
	ExtractPDF extractPDFCmd `cmd:"" hidden:"" name:"extract-pdf"`
	Verify     verifyCmd     `cmd:"" help:"Verify a site, or the bundle of one claim, from outside: nothing but its public addresses is needed."`
	LogKey     logKeyCmd     `cmd:"" name:"log-key" help:"The keys of the transparency log: show, rotate, retire, restart."`
	Version    versionCmd    `cmd:"" help:"Show version, commit and Go version."`
}

// environment is what commands may touch of the world.
type environment struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run is main without the process: it can be called from tests. It gives the
// exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("claimtrail"),
		kong.Description("A claim-tracking fact-check knowledge base."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.Resolvers(settings(getenv)),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(stderr, "claimtrail:", err)
		return exitFailure
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help was answered
		return exit
	}
	if err != nil {
		fmt.Fprintln(stderr, "claimtrail:", err)
		return exitUsage
	}
	if err := command.Run(&environment{ctx, stdin, stdout, stderr}, &cli); err != nil {
		fmt.Fprintln(stderr, "claimtrail:", oneLine(err))
		return exitFailure
	}
	return 0
}

// settings takes flags that were not given from CLAIMTRAIL_*; the address of
// the database also from DATABASE_URL.
func settings(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if notSettings[flag.Name] {
			return nil, nil
		}
		name := "CLAIMTRAIL_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if v := getenv(name); v != "" {
			return v, nil
		}
		if v := getenv("DATABASE_URL"); v != "" && flag.Name == "database-url" {
			return v, nil
		}
		return nil, nil
	})
}

// notSettings are flags of single commands that no environment decides.
var notSettings = map[string]bool{
	"help": true, "password-stdin": true, "text": true, "exact": true, "reason": true, "url": true, "bundle": true, "vkey": true, "remember": true, "json": true, "prefix": true, "suffix": true, "near": true, "corpus": true, "queries": true, "qrels": true, "as": true,
}

func oneLine(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
