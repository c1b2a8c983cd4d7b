// Package web is the program's face: routes, middleware, forms and the makers
// of view-models. It is the only importer of gin. Public handlers hold
// store.Public and a follower, so they cannot show a draft; writes go through
// the desk.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/api"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/express"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Options is what the site is made of.
type Options struct {
	DB       *store.DB
	Desk     *desk.Desk
	Follower *follow.Follower
	BaseURL  string                                                 // public origin, without a slash at the end
	Bytes    func(ctx context.Context, hash string) ([]byte, error) // of captures; nil when none are kept
	Logger   *slog.Logger
	Keys     []string // that the log is verified with, the newest first
	Proxies  []string // addresses whose X-Forwarded-For is believed
	Mirror   Mirror   // whose record this is, when it is not our own

	PageCache int64 // bytes of memory for public pages that are kept ready; 0: none is kept
}

// Mirror is the site that a record was taken over from.
type Mirror struct {
	Origin string    // of its log
	Home   string    // its public origin, which canonical addresses have
	At     time.Time // when it was taken over
}

// Server answers requests.
type Server struct {
	public   *public
	db       *store.DB
	desk     *desk.Desk
	bytesOf  func(ctx context.Context, hash string) ([]byte, error)
	follower *follow.Follower
	drafts   *follow.Drafts
	sessions *scs.SessionManager
	baseURL  string
	log      *slog.Logger
	assets   assets
	api      *api.API
	meters   *meters
	draining atomic.Bool
	handler  http.Handler
}

// public is what public handlers hold: no desk table can be reached from it.
type public struct {
	record   *store.Public
	follower *follow.Follower
	baseURL  string
	keys     []string
	assets   assets
	rendered *reasonings
	pictures *pictures
	mirror   Mirror
	pages    *pageCache
	pace     *pace
}

// limits of one request.
const (
	requestTime = 20 * time.Second
	bodyLimit   = 1 << 20
	fileLimit   = 17 << 20
	sessionLife = 14 * 24 * time.Hour
)

// New makes the site.
func New(o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	counts := newMeters()
	pages, err := newPageCache(o.Follower, o.PageCache, counts)
	if err != nil {
		return nil, err
	}
	pace, err := newPace()
	if err != nil {
		return nil, err
	}
	s := &Server{
		db: o.DB, desk: o.Desk, bytesOf: o.Bytes, follower: o.Follower, drafts: follow.NewDrafts(o.DB, o.Follower), baseURL: o.BaseURL, log: o.Logger, assets: a, meters: counts,
		public: &public{record: o.DB.Public(), follower: o.Follower, baseURL: o.BaseURL, keys: o.Keys, assets: a, rendered: newReasonings(), pictures: newPictures(), mirror: o.Mirror, pages: pages, pace: pace},
	}
	s.api, err = api.New(api.Options{
		DB: o.DB, Desk: o.Desk, Follower: o.Follower, BaseURL: o.BaseURL, Version: apiVersion, Logger: o.Logger, RequestID: requestOf, Pace: pace.take,
		Status: func(k kb.Kind) (int, string) { return statuses[k].code, statuses[k].heading },
	})
	if err != nil {
		return nil, err
	}
	s.sessions = scs.New()
	s.sessions.Store = store.Sessions{DB: o.DB}
	s.sessions.HashTokenInStore = true
	s.sessions.Lifetime = sessionLife
	s.sessions.Cookie.Name = "claimtrail"
	s.sessions.Cookie.HttpOnly = true
	s.sessions.Cookie.SameSite = http.SameSiteLaxMode
	s.sessions.Cookie.Secure = strings.HasPrefix(o.BaseURL, "https:")
	s.sessions.ErrorFunc = s.sessionTrouble

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.UseRawPath = false
	if err := engine.SetTrustedProxies(o.Proxies); err != nil {
		return nil, err
	}
	s.routes(engine)
	s.handler = s.wrap(engine)
	return s, nil
}

// Handler gives the whole site.
func (s *Server) Handler() http.Handler { return s.handler }

// wrap puts around the router what every request passes, the outermost last.
func (s *Server) wrap(engine *gin.Engine) http.Handler {
	var sameOrigin http.CrossOriginProtection
	sameOrigin.AddInsecureBypassPattern("POST " + api.MatchPath) // it changes nothing, and has no cookie
	sameOrigin.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	withSession := s.sessions.LoadAndSave(engine)
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if needsSession(r.URL.Path) {
			withSession.ServeHTTP(w, r)
			return
		}
		engine.ServeHTTP(w, r)
	}))
	h = s.begun(s.writers(s.nearby(h)))
	h = sameOrigin.Handler(h)
	h = s.limited(h)
	h = secured(h, strings.HasPrefix(s.baseURL, "https:"))
	return s.farewell(s.public.pages.front(s.logged(h)))
}

// Kept finds public pages that are ready to be sent.
func (s *Server) Kept(r express.Request) (express.Answer, bool) {
	if s.draining.Load() {
		return express.Answer{}, false // it is told that the connection ends
	}
	return s.public.pages.find(r)
}

// Drain has the process say that it is about to end: it is not ready any more, and
// each connection is closed after its next answer.
func (s *Server) Drain() { s.draining.Store(true) }

func (s *Server) farewell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// needsSession keeps cookies away from everything that the public reads.
func needsSession(path string) bool {
	for _, prefix := range []string{"/desk", "/login", "/logout"} {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return true
		}
	}
	return false
}
