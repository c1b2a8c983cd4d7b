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
// 16 connections, and reports the ratio of the medians of requests a second.
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
	nginx := startNginx(b, body)
	for range 2 { // the first rounds warm both up
		measure(b, page)
		measure(b, nginx)
	}
	var ours, theirs []float64
	for b.Loop() {
		ours, theirs = append(ours, measure(b, page)), append(theirs, measure(b, nginx))
	}
	b.ReportMetric(median(ours), "requests/s")
	b.ReportMetric(median(theirs), "nginx-requests/s")
	b.ReportMetric(median(ours)/median(theirs), "of-nginx")
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

// startNginx serves bytes as a page that was compressed beforehand.
func startNginx(b *testing.B, gzipped []byte) string {
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
				return page
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatalf("nginx does not answer: %s", said.String())
	return ""
}

var perSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)

// measure gives the requests a second of one round.
func measure(b *testing.B, page string) float64 {
	b.Helper()
	out, err := exec.Command("wrk", "-t1", "-c16", "-d2s", "-H", "Accept-Encoding: gzip", page).CombinedOutput()
	m := perSecond.FindSubmatch(out)
	if err != nil || m == nil || bytes.Contains(out, []byte("Non-2xx")) {
		b.Fatalf("wrk: %v\n%s", err, out)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
