package web

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// policy is what a page of ours may load and do. It shows frames of our own, the
// cards; nobody shows it in one.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; frame-src 'self'; " +
	"form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"

// cardPolicy is what a card may do in anybody's page: less.
const cardPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"

// secured sets the headers that every answer carries.
func secured(next http.Handler, tls bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		if embeddable(r.URL.Path) {
			h.Set("Content-Security-Policy", cardPolicy)
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		} else {
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
		}
		if tls {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if needsSession(r.URL.Path) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// begun answers with 503 until the record was read: what lists and search leave out
// would be taken for all there is. Whether the process lives can be asked at once, and
// the log, which is read as it lies in the database.
func (s *Server) begun(next http.Handler) http.Handler {
	var begun atomic.Bool
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if begun.Load() || r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || strings.HasPrefix(r.URL.Path, "/static/") || strings.HasPrefix(r.URL.Path, "/log/") {
			next.ServeHTTP(w, r)
			return
		}
		done, err := s.follower.Begun(r.Context())
		switch {
		case err != nil:
			s.writeError(w, r, err)
		case done:
			begun.Store(true)
			next.ServeHTTP(w, r)
		default:
			s.writeError(w, r, kb.Errorf(kb.Unavailable, "This copy of the site has just started and is reading its record: %d entries so far. It answers within a minute.", s.follower.Index()+1))
		}
	})
}

// limited bounds time and body of a request, and refuses addresses that hold
// what no text can.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query, err := url.QueryUnescape(r.URL.RawQuery); err != nil || !plainText(query) || !plainText(r.URL.Path) {
			s.writeError(w, r, kb.Errorf(kb.Malformed, "This address cannot be read."))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimitOf(r.URL.Path))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bodyLimitOf is how much may be sent to an address, in bytes.
func bodyLimitOf(path string) int64 {
	if takesFiles(path) {
		return fileLimit
	}
	return bodyLimit
}

// takesFiles reports whether captures are given at an address.
func takesFiles(path string) bool {
	return strings.HasPrefix(path, "/desk/sources/") && strings.HasSuffix(path, "/captures/new")
}

func plainText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// requestOf gives the id of a request, for the log and for error pages.
func requestOf(ctx context.Context) string {
	return askingOf(ctx).id
}

// logged numbers the request, turns a panic into the error page, and logs what
// changed something, failed or took long. Reading is not logged: it is most of
// the traffic and nobody's business.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:12]
		a := &asking{id: id, route: "none"}
		r = r.WithContext(context.WithValue(r.Context(), askingKey{}, a))
		w.Header().Set("X-Request-Id", id)
		rec := &recorder{ResponseWriter: w}
		start := time.Now()
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.log.ErrorContext(r.Context(), "panic", "request", id, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.writeError(rec, r, kb.Errorf(kb.Internal, "panic"))
				}
			}
			took := time.Since(start)
			s.meters.answered(r.Method, a.route, rec.status, took)
			s.logRequest(r, rec.status, took, id)
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) logRequest(r *http.Request, status int, took time.Duration, id string) {
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reading && status < 500 && took < time.Second {
		return
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	s.log.Log(r.Context(), level, "request", "request", id, "method", r.Method, "path", loggedPath(r.URL.Path), "status", status, "ms", took.Milliseconds())
}

// loggedPath keeps one-time tokens out of the log.
func loggedPath(path string) string {
	if rest, found := strings.CutPrefix(path, "/login/link/"); found && rest != "" {
		return "/login/link/…"
	}
	return path
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter

	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
