package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/api"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// apiVersion is the version of the API's description.
const apiVersion = "1.0.0"

// programs answers what programs ask below /api, and people who want to know
// what they can ask.
func (s *Server) programs(c *gin.Context) {
	if c.Request.URL.Path != "/api/docs" {
		from(c)
		s.api.Handler().ServeHTTP(c.Writer, c.Request)
		return
	}
	s.handle(func(c *gin.Context) error {
		if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
			return kb.Errorf(kb.WrongMethod, "This address does not take such a request.")
		}
		return s.public.show(c, views.APIPage(s.apiDocs()))
	})(c)
}

func (s *Server) apiDocs() views.API {
	document := s.api.OpenAPI()
	page := views.API{
		Page: s.public.page("The JSON API", "/api/docs"), Lead: document.Info.Description, Base: s.baseURL,
		Document: views.Link{Text: "The same as OpenAPI 3.1", URL: api.DocumentPath},
		Begin: "curl " + s.baseURL + api.Prefix + "/desk/claims -H 'Authorization: Bearer ctk_…' -H 'Idempotency-Key: 2026-11-22-a' \\\n" +
			"  --json '{\"text\": \"The bridge was closed for two years.\", \"appearance\": {\"speaker\": \"A. Mayor\", \"saidOn\": {\"edtf\": \"2026-11-20\", \"basis\": \"stated\"}}}'",
	}
	page.Description = "Read what is published, work on drafts: the JSON API."
	groups := map[string]int{}
	for _, path := range sortedPaths(document) {
		for _, o := range operationsAt(document.Paths[path]) {
			at, known := groups[o.Tags[0]]
			if !known {
				at = len(page.Groups)
				groups[o.Tags[0]] = at
				page.Groups = append(page.Groups, views.APIGroup{Name: o.Tags[0]})
			}
			page.Groups[at].Operations = append(page.Groups[at].Operations, s.apiOperation(o))
		}
	}
	shapes := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		page.Schemas = append(page.Schemas, views.APISchema{Name: name, Fields: schemaFields(shapes[name])})
	}
	return page
}

// sortedPaths puts what everybody may read first.
func sortedPaths(document *huma.OpenAPI) []string {
	paths := slices.Collect(maps.Keys(document.Paths))
	sort.Slice(paths, func(i, j int) bool {
		x, y := strings.HasPrefix(paths[i], api.Prefix+"/desk"), strings.HasPrefix(paths[j], api.Prefix+"/desk")
		if x != y {
			return y
		}
		return paths[i] < paths[j]
	})
	return paths
}

func operationsAt(item *huma.PathItem) []*huma.Operation {
	return slices.DeleteFunc([]*huma.Operation{item.Get, item.Post, item.Put, item.Delete}, func(o *huma.Operation) bool { return o == nil })
}

func (s *Server) apiOperation(o *huma.Operation) views.APIOperation {
	v := views.APIOperation{ID: o.OperationID, Method: o.Method, Path: o.Path, Summary: o.Summary, Token: len(o.Security) > 0}
	for _, p := range o.Parameters {
		v.Parameters = append(v.Parameters, views.APIField{Name: p.Name, In: p.In, Kind: strings.TrimSpace(schemaKind(p.Schema) + " in the " + p.In), Doc: strings.TrimPrefix(p.Description+bounds(p.Schema), "; "), Required: p.Required})
	}
	if o.RequestBody != nil {
		v.Body = schemaLink(o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if strings.HasPrefix(status, "2") {
			v.Status, v.Answer = status, schemaLink(o.Responses[status].Content)
		}
	}
	if o.Method == http.MethodGet && !v.Token {
		v.Example = "curl " + s.baseURL + o.Path
	} else if o.Method == http.MethodPost {
		v.Example = "curl " + s.baseURL + o.Path + " -H 'Authorization: Bearer …' -H 'Idempotency-Key: …' --json '{…}'"
	}
	return v
}

func schemaLink(content map[string]*huma.MediaType) views.Link {
	for _, m := range content {
		if m.Schema != nil && m.Schema.Ref != "" {
			name := m.Schema.Ref[strings.LastIndexByte(m.Schema.Ref, '/')+1:]
			return views.Link{Text: name, URL: "#shape-" + name}
		}
	}
	return views.Link{}
}

func schemaFields(s *huma.Schema) []views.APIField {
	var fields []views.APIField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		fields = append(fields, views.APIField{Name: name, Kind: schemaKind(p), Doc: p.Description, Required: slices.Contains(s.Required, name)})
	}
	return fields
}

// schemaKind says in words what a value is.
func schemaKind(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == "array":
		return "list of " + schemaKind(s.Items)
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i], _ = e.(string)
		}
		return strings.Join(words, " | ")
	}
	return s.Type
}

// bounds says what a number may be, and what it is when it is left out.
func bounds(s *huma.Schema) string {
	words := ""
	if s.Minimum != nil && s.Maximum != nil {
		words += fmt.Sprintf("; %v to %v", *s.Minimum, *s.Maximum)
	}
	if s.Default != nil {
		words += fmt.Sprintf("; %v unless you say otherwise", s.Default)
	}
	return words
}
