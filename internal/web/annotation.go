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
			Target: targets(base, content, source, *e.Excerpt),
		})
	}
	return page
}

// targets are the pieces of a quotation where they were seen: in the work, or,
// when it was seen only through another one, there. Positions are given where
// they count in a copy, and the copy where readers may have it.
func targets(base string, content record.Content, source record.Source, e record.Excerpt) []target {
	seen, state := source, &timeState{Type: "TimeState", SourceDate: e.Snapshot.CapturedAt}
	copied, hash, rights := e.Snapshot.Method != "excerpt-only", e.Snapshot.TextHash, e.Snapshot.Rights
	if carrier, ok := content.Source(e.Snapshot.Via); ok {
		seen, copied = carrier, false
		if c := e.Snapshot.Carrier; c != nil {
			copied, hash, rights, state.SourceDate = true, c.TextHash, c.Rights, c.CapturedAt
		}
	}
	address := kb.SourceURL(seen.URL)
	if address == "" {
		address = base + sourceURL(seen.ID)
	}
	if copied && rights == "full" {
		state.Cached = base + snapshotURL(seen.ID, hash, 0, 0)
	}
	list := make([]target, len(e.Segments))
	for i, s := range e.Segments {
		list[i] = target{Source: address, State: state, Selector: []selector{
			{Type: "TextQuoteSelector", Exact: s.Exact, Prefix: s.Prefix, Suffix: s.Suffix},
		}}
		if copied && s.End > s.Start && (e.State == kb.Exact || e.State == kb.Normalised) {
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
	own, _, _ = strings.Cut(own, ":~:") // it may have been copied with one
	return base + "#" + own + directive
}
