// Package api is the JSON API: reading what is published, open to everybody, and
// working on drafts with a token, through the same use cases as the desk's own
// pages. It describes itself as OpenAPI 3.1. It knows nothing of pages.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Prefix is where the API's addresses begin.
const Prefix = "/api/v1"

// DocumentPath is where the API describes itself.
const DocumentPath = "/api/openapi.json"

// Options is what the API works with.
type Options struct {
	DB       *store.DB
	Desk     *desk.Desk
	Follower *follow.Follower
	BaseURL  string
	Version  string
	Logger   *slog.Logger
	// Status gives the HTTP status of a kind of error and its words.
	Status func(kb.Kind) (int, string)
	// RequestID names the request in errors.
	RequestID func(context.Context) string
	// Pace refuses what one address asks too often.
	Pace func(context.Context) error
}

// API answers requests below Prefix, and for its own description.
type API struct {
	Options

	public   *store.Public
	huma     huma.API
	document []byte
	mux      *http.ServeMux
	handler  http.Handler
}

// New makes the API.
func New(o Options) (*API, error) {
	a := &API{Options: o, public: o.DB.Public(), mux: http.NewServeMux()}
	config := huma.DefaultConfig("Claimtrail", o.Version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // answers hold what they say they hold, and no link to a schema
	config.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Info.Description = description
	config.Servers = []*huma.Server{{URL: o.BaseURL}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		tokenScheme: {Type: "http", Scheme: "bearer", Description: "A token of an account, made on its page at the desk. It may do what its scopes and the account's roles both allow."},
	}
	a.huma = humago.New(a.mux, config)
	a.readOperations()
	a.matchOperation()
	a.deskOperations()
	a.sourceOperations()
	a.mux.Handle(anything, http.HandlerFunc(a.nothing))
	var err error
	if a.document, err = json.Marshal(a.huma.OpenAPI()); err != nil {
		return nil, err
	}
	a.handler = a.wrap(a.mux)
	return a, nil
}

// schemaName names the shape of a type: what stands in documents of the record
// is told from what the API itself says.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if strings.HasSuffix(t.PkgPath(), "/record") {
		return "Document" + name
	}
	return name
}

const description = "Reading what is published needs no token and may be done from any web page. Writing works on drafts at the desk and takes a token; nothing is published through it: that takes two people. " +
	"Give every write an Idempotency-Key, and it is carried out once however often it is sent. Errors are application/problem+json (RFC 9457)."

// OpenAPI gives the API's description, for pages that show it.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// Handler answers requests.
func (a *API) Handler() http.Handler { return a.handler }

func (a *API) site() interchange.Site {
	return interchange.Site{BaseURL: a.BaseURL, Masthead: a.Follower.Masthead()}
}

// anything is the pattern of what no operation has.
const anything = "/"

func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	if methods := a.methodsAt(r); len(methods) > 0 {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		a.fail(w, r, kb.Errorf(kb.WrongMethod, "This address does not take such a request."))
		return
	}
	a.fail(w, r, kb.Errorf(kb.NotFound, "The API has nothing at this address; see %s.", DocumentPath))
}

// methodsAt gives what can be asked of a request's address, by another method.
func (a *API) methodsAt(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := a.mux.Handler(probe); pattern != anything {
			methods = append(methods, method)
		}
	}
	return methods
}

// tokenScheme is the name of the security scheme in the description.
const tokenScheme = "token"

// operation describes one request. Those at the desk take a token.
func operation(method, path, id, summary string, tags ...string) huma.Operation {
	op := huma.Operation{Method: method, Path: Prefix + path, OperationID: id, Summary: summary, Tags: tags}
	if strings.HasPrefix(path, deskPath) {
		op.Security = []map[string][]string{{tokenScheme: {}}}
		op.Errors = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests}
	}
	if slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodDelete}, method) {
		op.Parameters = []*huma.Param{{
			Name: idempotencyHeader, In: "header", Description: "Up to 255 characters of your choice that name this request. Sent again with the same name it is not carried out again, and answered as before, for 48 hours.",
			Schema: &huma.Schema{Type: "string", MaxLength: new(longestKey)},
		}}
	}
	return op
}

// register adds an operation whose errors are the desk's and the store's.
func register[I, O any](a *API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}
