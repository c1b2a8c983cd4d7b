// Command clients reads a site of the demonstration with programs that others
// wrote: Google's client of the Fact Check Tools API, and a feed reader. It
// exits with 1 and one line a fault when they do not find what they should.
//
//	go run -C cmd/claimtrail/testdata/clients . http://127.0.0.1:8080
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// patience bounds the whole reading.
const patience = 2 * time.Minute

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: clients BASEURL")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f := &findings{base: strings.TrimSuffix(os.Args[1], "/")}
	retracted := f.feeds(ctx)
	f.factChecks(ctx, retracted)
	for _, fault := range f.faults {
		fmt.Fprintln(os.Stderr, fault)
	}
	if len(f.faults) > 0 {
		os.Exit(1)
	}
	fmt.Println(strings.Join(f.seen, "; "))
}

// findings collects what was wrong, and what was looked at.
type findings struct {
	base   string
	faults []string
	seen   []string
}

func (f *findings) fault(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

func (f *findings) saw(format string, args ...any) {
	f.seen = append(f.seen, fmt.Sprintf(format, args...))
}
