package web

import (
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// The shapes of a W3C AnnotationPage, as far as quotations need them. A
// quotation with words left out has one target for each of its pieces.

type annotations struct {
	Context string       `json:"@context"`
	ID      string       `json:"id"`
	Type    string       `json:"type"`
	Items   []annotation `json:"items"`
}

type annotation struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Motivation string   `json:"motivation"`
	Created    string   `json:"created"`
	Body       []any    `json:"body"`
	Target     []target `json:"target"`
}

type textualBody struct {
	Type   string `json:"type"`
	Value  string `json:"value"`
	Format string `json:"format"`
}

type target struct {
	Source   string     `json:"source"`
	Selector []selector `json:"selector"`
	State    *timeState `json:"state,omitempty"`
}

// selector is a TextQuoteSelector or a TextPositionSelector.
type selector struct {
	Type   string `json:"type"`
	Exact  string `json:"exact,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	Suffix string `json:"suffix,omitempty"`
	Start  *int   `json:"start,omitempty"`
	End    *int   `json:"end,omitempty"`
}

type timeState struct {
	Type       string `json:"type"`
	SourceDate string `json:"sourceDate"`
	Cached     string `json:"cached,omitempty"`
}

func annotationPage(base string, content record.Content) annotations {
	claim := base + "/claims/" + content.Claim.ID
	page := annotations{
		Context: "http://www.w3.org/ns/anno.jsonld", ID: claim + "/annotations.json", Type: "AnnotationPage", Items: []annotation{},
	}
	for _, e := range content.Evidence {
		if e.Excerpt == nil {
			continue
		}
		source, _ := content.Source(e.Source)
		page.Items = append(page.Items, annotation{
			ID: claim + "#e" + e.ID, Type: "Annotation", Motivation: "assessing", Created: e.Excerpt.CheckedAt,
			Body:   []any{textualBody{"TextualBody", kb.Label(kb.Stances, e.Stance) + ": " + content.Claim.Text, "text/plain"}},
			Target: targets(base, source, *e.Excerpt),
		})
	}
	return page
}

func targets(base string, source record.Source, e record.Excerpt) []target {
	address := kb.SourceURL(source.URL)
	if address == "" {
		address = base + sourceURL(source.ID)
	}
	state := &timeState{Type: "TimeState", SourceDate: e.Snapshot.CapturedAt}
	if e.Snapshot.Rights == "full" && e.Snapshot.Via == "" && e.Snapshot.Method != "excerpt-only" {
		state.Cached = base + snapshotURL(source.ID, e.Snapshot.TextHash, 0, 0)
	}
	list := make([]target, len(e.Segments))
	for i, s := range e.Segments {
		list[i] = target{Source: address, State: state, Selector: []selector{
			{Type: "TextQuoteSelector", Exact: s.Exact, Prefix: s.Prefix, Suffix: s.Suffix},
		}}
		if s.End > s.Start && (e.State == kb.Exact || e.State == kb.Normalised) {
			list[i].Selector = append(list[i].Selector, selector{Type: "TextPositionSelector", Start: &s.Start, End: &s.End})
		}
	}
	return list
}

// withFragment puts a text fragment at the end of an address, beside the
// fragment that it may have.
func withFragment(address, directive string) string {
	if directive == "" {
		return address
	}
	base, own, _ := strings.Cut(address, "#")
	return base + "#" + own + directive
}
