//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkPageBesideNginx serves the same bytes of a claim page, compressed
// beforehand, from the program and from nginx, one round after the other, to wrk with
// 16 connections, and reports the ratio of the medians of requests a second, and
// what processor time each took for a request, kernel included. Where wrk is the
// slowest of the three, only the times tell the servers apart.
func BenchmarkPageBesideNginx(b *testing.B) {
	for _, tool := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Fatalf("%s is missing: install it (Debian: apt-get install nginx wrk)", tool)
		}
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	own := "http://" + freeAddress(b)
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--no-encoder", "--addr", strings.TrimPrefix(own, "http://")}, func(string) string { return "" }, nil, io.Discard, io.Discard)
	}()
	page := own + firstClaim(b, own)
	body := compressed(b, page) // kept from now on
	nginx, master := startNginx(b, body)
	oursUsed := func() time.Duration { return usedBy(b, os.Getpid()) }
	theirsUsed := func() time.Duration { return usedBy(b, append(childrenOf(b, master), master)...) }
	for range 2 { // the first rounds warm both up
		measure(b, page, oursUsed)
		measure(b, nginx, theirsUsed)
	}
	var ours, theirs rounds
	for b.Loop() {
		ours.add(measure(b, page, oursUsed))
		theirs.add(measure(b, nginx, theirsUsed))
	}
	b.ReportMetric(median(ours.rates), "requests/s")
	b.ReportMetric(median(theirs.rates), "nginx-requests/s")
	b.ReportMetric(median(ours.rates)/median(theirs.rates), "of-nginx")
	b.ReportMetric(median(ours.times), "cpu-µs/request")
	b.ReportMetric(median(theirs.times), "nginx-cpu-µs/request")
	b.ReportMetric(float64(len(body)), "bytes")
	cancel()
	<-ended
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// firstClaim waits until the site answers, and gives the path of a claim on it.
func firstClaim(b *testing.B, site string) string {
	b.Helper()
	for range 300 {
		resp, err := http.Get(site + "/claims")
		if err == nil {
			html, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if m := regexp.MustCompile(`href="(/claims/[^"?]+)"`).FindSubmatch(html); resp.StatusCode == http.StatusOK && m != nil {
				return string(m[1])
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatal("the demonstration does not answer")
	return ""
}

// compressed gives the compressed bytes of a page, asked for until they come from memory.
func compressed(b *testing.B, page string) []byte {
	b.Helper()
	var body []byte
	for range 3 {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, page, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			b.Fatal(err)
		}
		body, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "gzip" {
			b.Fatal(resp.Status, err)
		}
	}
	return body
}

// startNginx serves bytes as a page that was compressed beforehand, and gives its
// address and the process that holds the others.
func startNginx(b *testing.B, gzipped []byte) (string, int) {
	b.Helper()
	dir := b.TempDir()
	address := freeAddress(b)
	config := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log stderr; worker_processes auto;
events { worker_connections 256; }
http {
	access_log off; gzip_static always; default_type "text/html; charset=utf-8"; sendfile on; tcp_nopush on;
	client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
	server { listen %[2]s; root %[1]s; }
}`, dir, address)
	for name, content := range map[string][]byte{"nginx.conf": []byte(config), "page.gz": gzipped} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil { // its workers are another user
			b.Fatal(err)
		}
	}
	cmd := exec.Command("nginx", "-e", "stderr", "-c", filepath.Join(dir, "nginx.conf"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	page := "http://" + address + "/page"
	for range 50 {
		if resp, err := http.Get(page); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return page, cmd.Process.Pid
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatalf("nginx does not answer: %s", said.String())
	return "", 0
}

// rounds are requests a second, and microseconds of processor time for each.
type rounds struct{ rates, times []float64 }

func (r *rounds) add(rate, took float64) {
	r.rates, r.times = append(r.rates, rate), append(r.times, took)
}

var (
	perSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	inAll     = regexp.MustCompile(`(\d+) requests in`)
)

// measure gives the requests a second of one round, and what one took of the time
// that is used.
func measure(b *testing.B, page string, used func() time.Duration) (rate, took float64) {
	b.Helper()
	before := used()
	out, err := exec.Command("wrk", "-t1", "-c16", "-d2s", "-H", "Accept-Encoding: gzip", page).CombinedOutput()
	spent := used() - before
	if err != nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	return number(b, perSecond, out), float64(spent.Microseconds()) / number(b, inAll, out)
}

func number(b *testing.B, pattern *regexp.Regexp, in []byte) float64 {
	b.Helper()
	m := pattern.FindSubmatch(in)
	if m == nil {
		b.Fatalf("no %s in\n%s", pattern, in)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

const ticksPerSecond = 100 // of the times that Linux gives of a process

// usedBy gives the processor time that processes used: Linux says so.
func usedBy(b *testing.B, processes ...int) time.Duration {
	b.Helper()
	ticks := 0
	for _, pid := range processes {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Fatal(err)
		}
		_, after, _ := strings.Cut(string(stat), ") ")
		for _, field := range strings.Fields(after)[11:13] { // utime and stime, proc(5)
			n, err := strconv.Atoi(field)
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

func childrenOf(b *testing.B, pid int) []int {
	b.Helper()
	list, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	if err != nil {
		b.Fatal(err)
	}
	var children []int
	for _, field := range strings.Fields(string(list)) {
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		children = append(children, n)
	}
	return children
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
