package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

const (
	deskPath          = "/desk/"
	idempotencyHeader = "Idempotency-Key"
	longestKey        = 255
	mostBody          = 1 << 20 // bytes
	writeTime         = 20 * time.Second
)

type actorKey struct{}

// actorOf gives who acts, as the token says.
func actorOf(ctx context.Context) kb.Actor {
	actor, _ := ctx.Value(actorKey{}).(kb.Actor)
	return actor
}

// wrap puts around the operations what every request passes.
func (a *API) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, Prefix+deskPath) {
			w.Header().Set("Cache-Control", "no-store")
			a.withToken(w, r, next)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Link")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		switch {
		case r.Method == http.MethodOptions && r.URL.Path == MatchPath:
			h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Accept, Content-Type")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodPost && r.URL.Path == MatchPath:
			h.Set("Cache-Control", "no-store")
			if err := a.ask(w, r, next); err != nil {
				a.fail(w, r, err)
			}
		case r.Method == http.MethodOptions:
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Accept, If-None-Match")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			a.fail(w, r, kb.Errorf(kb.WrongMethod, "What is published can only be read. Drafts are at %s%s.", Prefix, strings.TrimSuffix(deskPath, "/")))
		case r.URL.Path == DocumentPath:
			h.Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
			serve(w, r, answer{http.StatusOK, h, a.document})
		default:
			serve(w, r, held(next, r))
		}
	})
}

// ask lets an operation answer a request that has a body.
func (a *API) ask(w http.ResponseWriter, r *http.Request, next http.Handler) error {
	body, err := bodyOf(w, r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	serve(w, r, held(next, r))
	return nil
}

// answer is what an operation answered, held back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// recorder holds an answer back.
type recorder struct {
	answer
	bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.Buffer.Write(b)
}

// held lets an operation answer into memory. HEAD is answered as GET is.
func held(next http.Handler, r *http.Request) answer {
	if r.Method == http.MethodHead {
		r = r.Clone(r.Context())
		r.Method = http.MethodGet
	}
	rec := &recorder{answer: answer{header: http.Header{}}}
	next.ServeHTTP(rec, r)
	rec.WriteHeader(http.StatusOK)
	rec.body = rec.Bytes()
	return rec.answer
}

// serve sends an answer, with a tag of its bytes unless it has one of its own,
// or 304 to those who have it.
func serve(w http.ResponseWriter, r *http.Request, got answer) {
	h := w.Header()
	for name, values := range got.header {
		h[name] = values
	}
	if got.status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		if h.Get("ETag") == "" {
			sum := sha256.Sum256(got.body)
			h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		}
		if h.Get("Cache-Control") == "" {
			h.Set("Cache-Control", "public, max-age=0, s-maxage=60")
		}
		if has(r.Header.Get("If-None-Match"), h.Get("ETag")) {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(got.body)))
	w.WriteHeader(got.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(got.body) // whoever asked may be gone
	}
}

// has reports whether a list of tags has one.
func has(list, tag string) bool {
	for candidate := range strings.SplitSeq(list, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}

// withToken lets only those pass who bring a token in force.
func (a *API) withToken(w http.ResponseWriter, r *http.Request, next http.Handler) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", "Bearer")
		a.fail(w, r, kb.Errorf(kb.Unauthenticated, "Send a token as “Authorization: Bearer …”. It is made on your account's page at the desk."))
		return
	}
	actor, err := a.Desk.TokenActor(r.Context(), strings.TrimSpace(secret))
	if err != nil {
		if kb.KindOf(err) == kb.Unauthenticated {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		}
		a.fail(w, r, err)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), actorKey{}, actor))
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		serve(w, r, held(next, r))
		return
	}
	if err := a.Desk.CountWrite(r.Context(), actor); err != nil {
		a.fail(w, r, err)
		return
	}
	if err := a.write(w, r, next, actor); err != nil {
		a.fail(w, r, err)
	}
}

// write carries a write out, once for each Idempotency-Key.
func (a *API) write(w http.ResponseWriter, r *http.Request, next http.Handler, actor kb.Actor) error {
	keys := r.Header.Values(idempotencyHeader)
	if !goodKeys(keys) {
		return kb.Errorf(kb.Malformed, "%s is one name of 1 to %d printable characters of ASCII.", idempotencyHeader, longestKey)
	}
	if len(keys) == 0 {
		return a.ask(w, r, next)
	}
	body, err := bodyOf(w, r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	// What has a key is carried to its end, and its answer kept, even when whoever
	// sent it is gone: that is when it is sent again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), writeTime)
	defer cancel()
	r = r.WithContext(ctx)
	key, fingerprint := keys[0], fingerprintOf(r, body)
	before, err := a.Desk.Answered(r.Context(), actor, key)
	if err == nil {
		return replay(w, r, before, fingerprint)
	}
	if kb.KindOf(err) != kb.NotFound {
		return err
	}
	got := held(next, r.WithContext(a.Desk.Once(r.Context(), actor, key, fingerprint)))
	if got.status < http.StatusMultipleChoices {
		if err := a.keep(r.Context(), actor, key, got); err != nil {
			return err
		}
	}
	serve(w, r, got)
	return nil
}

// goodKeys reports whether a request has no Idempotency-Key, or a good one.
func goodKeys(keys []string) bool {
	if len(keys) == 0 {
		return true
	}
	return len(keys) == 1 && keys[0] != "" && len(keys[0]) <= longestKey && !strings.ContainsFunc(keys[0], func(c rune) bool { return c < ' ' || c > '~' })
}

// bodyOf reads what was sent. What no text can be is refused: read as JSON it
// would silently become another text.
func bodyOf(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, kb.Errorf(kb.TooLarge, "A request may have %d KiB at most.", mostBody>>10).Because(err)
	}
	if err != nil {
		return nil, kb.Errorf(kb.Malformed, "The request ended before its end.").Because(err)
	}
	if !utf8.Valid(body) || loneSurrogate(body) {
		return nil, kb.Errorf(kb.Malformed, "This is not valid text: JSON is UTF-8, and its \\u escapes of surrogates come in pairs.")
	}
	return body, nil
}

// loneSurrogate reports whether JSON has half of a character as an escape.
func loneSurrogate(body []byte) bool {
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		if first := escaped(body[i:]); utf16.IsSurrogate(first) {
			if utf16.DecodeRune(first, escaped(body[min(i+escapeLength, len(body)):])) == utf8.RuneError {
				return true
			}
			i += 2*escapeLength - 1
			continue
		}
		i++ // what is escaped may be a backslash
	}
	return false
}

// escapeLength is that of \uXXXX.
const escapeLength = 6

// escaped reads the code that a \uXXXX at the beginning stands for, -1 when there
// is none.
func escaped(b []byte) rune {
	if len(b) < escapeLength || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	code, err := strconv.ParseUint(string(b[2:escapeLength]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(code)
}

// fingerprintOf is what a request asks for: another request under the same key is
// a mistake.
func fingerprintOf(r *http.Request, body []byte) string {
	sum := sha256.New()
	for _, part := range []string{r.Method, r.URL.RequestURI(), r.Header.Get("If-Match"), r.Header.Get("Content-Type")} {
		_, _ = io.WriteString(sum, part+"\x00") // a hash takes everything
	}
	_, _ = sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// replay answers a request that was carried out before, as it was answered then.
func replay(w http.ResponseWriter, r *http.Request, before store.Answer, fingerprint string) error {
	switch {
	case before.Fingerprint != fingerprint:
		return kb.Errorf(kb.Invalid, "This %s was used for another request.", idempotencyHeader)
	case before.Status == 0:
		return kb.Errorf(kb.Conflict, "This request was carried out, or is being carried out; its answer is not here. Read what it was about.").Because(store.ErrRepeated)
	}
	header := http.Header{}
	if err := json.Unmarshal([]byte(before.Headers), &header); err != nil {
		return err
	}
	header.Set("Idempotency-Replayed", "true")
	serve(w, r, answer{before.Status, header, before.Body})
	return nil
}

func (a *API) keep(ctx context.Context, actor kb.Actor, key string, got answer) error {
	headers, err := json.Marshal(got.header)
	if err != nil {
		return err
	}
	err = a.Desk.KeepAnswer(ctx, actor, key, store.Answer{Status: got.status, Headers: string(headers), Body: got.body})
	if err != nil { // it was carried out; the answer is worth more than the record of it
		a.Logger.ErrorContext(ctx, "an answer could not be kept", "request", a.RequestID(ctx), "error", err)
	}
	return nil
}
