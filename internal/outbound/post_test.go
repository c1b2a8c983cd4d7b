package outbound_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/outbound"
)

// TestPost: what is sent arrives as it is, under a name of its own, and without
// asking robots.txt.
func TestPost(t *testing.T) {
	t.Parallel()
	got := make(chan []string, 1)
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- []string{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("Webhook-Id"), r.UserAgent(), string(body)}
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "thanks")
	})
	header := http.Header{"Content-Type": {"application/json"}, "Webhook-Id": {"msg_1"}, "User-Agent": {"somebody else"}}
	status, answer, err := client(outbound.Options{Pace: 1 << 40}).Post(t.Context(), s.URL+"/hook?a=1", header, []byte(`{"a":1}`))
	if err != nil || status != http.StatusAccepted || string(answer) != "thanks" {
		t.Fatalf("got %d %q, %v", status, answer, err)
	}
	want := []string{"POST", "/hook?a=1", "application/json", "msg_1", "ClaimtrailWebhook/1 (tells of published fact-checks)", `{"a":1}`}
	if diff := cmp.Diff(want, <-got); diff != "" {
		t.Error(diff)
	}
	if header.Get("User-Agent") != "somebody else" {
		t.Error("the caller's header was changed")
	}
	if asked := s.asked(); len(asked) != 1 {
		t.Errorf("asked for %v", asked)
	}
}

// TestPostWithoutHeader: a message may carry no header of its own.
func TestPostWithoutHeader(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(http.ResponseWriter, *http.Request) {})
	if status, _, err := client(outbound.Options{}).Post(t.Context(), s.URL, nil, nil); err != nil || status != http.StatusOK {
		t.Errorf("got %d, %v", status, err)
	}
}

// TestPostRedirect: a redirect is an answer, and nobody goes where it leads.
func TestPostRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		l := listen(t, one, 0)
		s := serve(t, one, http.RedirectHandler("http://"+l.Addr().String()+"/", status).ServeHTTP)
		if got, _, err := client(outbound.Options{}).Post(t.Context(), s.URL, nil, []byte("x")); err != nil || got != status {
			t.Errorf("got %d, %v, want %d", got, err, status)
		}
		unvisited(t, l)
	}
}

// TestPostForbidden: nobody can make us send into our own network.
func TestPostForbidden(t *testing.T) {
	t.Parallel()
	l := listen(t, other, 0)
	c := client(outbound.Options{Resolver: resolver(t, inside)})
	for _, x := range forbidden {
		address := strings.ReplaceAll(x.address, "PORT", fmt.Sprint(port(l)))
		status, _, err := c.Post(t.Context(), address, nil, []byte("x"))
		e, ok := errors.AsType[*outbound.Error](err)
		if !ok || e.Reason != outbound.Refused || e.Temporary() {
			t.Errorf("%s (%s): got %d, %v", x.name, address, status, err)
		}
	}
	unvisited(t, l)
}

// TestPostMalformed: what is no address of a web page is not sent to.
func TestPostMalformed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "page", "ftp://loopback.example/", "http://user@loopback.example/", "http://[::1", "http://%00/"} {
		_, _, err := client(outbound.Options{}).Post(t.Context(), address, nil, nil)
		if e, ok := errors.AsType[*outbound.Error](err); !ok || e.Reason != outbound.Refused {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

// TestPostTimeout: a receiver that does not answer is not waited for.
func TestPostTimeout(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	s := serve(t, one, func(http.ResponseWriter, *http.Request) { <-over })
	t.Cleanup(func() { close(over) })
	_, _, err := client(outbound.Options{Timeout: soon}).Post(t.Context(), s.URL, nil, []byte("x"))
	e, ok := errors.AsType[*outbound.Error](err)
	if !ok || e.Reason != outbound.Unreachable || !e.Temporary() || e.Readable() != "The server does not answer in time." {
		t.Errorf("got %v", err)
	}
}

// TestPostAnswer: no more of an answer is read than it takes to see what is
// wrong, and one that breaks off is an answer all the same.
func TestPostAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/short" {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "broken")
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		for range 1000 {
			if _, err := w.Write(bytes.Repeat([]byte("a"), 1<<10)); err != nil {
				return
			}
		}
	})
	c := client(outbound.Options{})
	if status, answer, err := c.Post(t.Context(), s.URL+"/long", nil, nil); err != nil || status != http.StatusInternalServerError || len(answer) != 4<<10 {
		t.Errorf("got %d with %d bytes, %v", status, len(answer), err)
	}
	if status, answer, err := c.Post(t.Context(), s.URL+"/short", nil, nil); err != nil || status != http.StatusOK || string(answer) != "broken" {
		t.Errorf("got %d %q, %v", status, answer, err)
	}
}

// TestPostCancelled: the caller can stop it.
func TestPostCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := client(outbound.Options{}).Post(ctx, "http://127.0.0.1/", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
