package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// seenCookie says up to where in the log somebody has written, so that whichever
// process answers next has read as far before it shows a page: who publishes sees it
// at once.
const (
	seenCookie = "claimtrail_seen"
	seenFor    = time.Minute // after that every process has read it by itself
)

// seen lets the follower catch up with a publication, and whoever answers the next
// request too.
func (s *Server) seen(c *gin.Context, index int64) {
	ctx := c.Request.Context()
	if err := s.follower.CatchUp(ctx, index); err != nil && !errors.Is(err, context.Canceled) {
		s.log.ErrorContext(ctx, "the follower could not catch up", "error", err)
	}
	http.SetCookie(c.Writer, &http.Cookie{
		Name: seenCookie, Value: strconv.FormatInt(index, 10), Path: "/", MaxAge: int(seenFor.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.sessions.Cookie.Secure,
	})
}

// seenBy gives up to where in the log somebody has written, -1 if nowhere.
func seenBy(r *http.Request) int64 {
	if len(r.Header["Cookie"]) == 0 {
		return -1
	}
	cookie, err := r.Cookie(seenCookie)
	if err != nil {
		return -1
	}
	index, err := strconv.ParseInt(cookie.Value, 10, 64)
	if err != nil {
		return -1
	}
	return index
}

// writers shows everybody what he has written himself.
func (s *Server) writers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if index := seenBy(r); index > s.follower.Index() {
			// An error means that there is no such entry, or no database: the page
			// says so better.
			_ = s.follower.CatchUp(r.Context(), index)
		}
		next.ServeHTTP(w, r)
	})
}

// nearby lets what everybody may read come from the replica, as far as that has what
// this process knows of the record. The log is read where it is written; programs that
// write read there too.
func (s *Server) nearby(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reading := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !reading || needsSession(r.URL.Path) || strings.HasPrefix(r.URL.Path, "/log") || r.Header.Get("Authorization") != "" {
			next.ServeHTTP(w, r)
			return
		}
		ctx, release := s.public.record.Nearby(r.Context(), s.follower.Index)
		defer release()
		next.ServeHTTP(&lateWriter{w, release}, r.WithContext(ctx))
	})
}

// lateWriter gives the connection to the replica back before somebody is written to, who
// may be slow.
type lateWriter struct {
	http.ResponseWriter

	release func()
}

func (w *lateWriter) WriteHeader(status int) {
	w.release()
	w.ResponseWriter.WriteHeader(status)
}

func (w *lateWriter) Write(b []byte) (int, error) {
	w.release()
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *lateWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
