package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

func (p *public) speaker(c *gin.Context) error {
	return p.subject(c, follow.Speaker, "Claims by ", func(id string) follow.Query { return follow.Query{Speaker: id} })
}

func (p *public) topic(c *gin.Context) error {
	return p.subject(c, follow.Topic, "", func(id string) follow.Query { return follow.Query{Topic: id} })
}

func (p *public) publisher(c *gin.Context) error {
	return p.subject(c, follow.Publisher, "", func(id string) follow.Query { return follow.Query{Publisher: id} })
}

func (p *public) source(c *gin.Context) error {
	return p.subject(c, follow.Source, "", func(id string) follow.Query { return follow.Query{Source: id} })
}

// subject shows what is known of a speaker, topic, publisher or source, as the
// newest claim that it belongs to has it, and its claims.
func (p *public) subject(c *gin.Context, kind, prefix string, query func(id string) follow.Query) error {
	id := c.Param("id")
	name, ok, err := p.follower.Name(c.Request.Context(), follow.Subject{Kind: kind, ID: id})
	if err != nil {
		return err
	}
	if !ok {
		return kb.Errorf(kb.NotFound, "There is nothing published at this address.")
	}
	q := query(id)
	q.Limit, q.After = listRows, c.Query("after")
	address := "/" + kind + "s/" + id
	l, err := p.list(c, q, address)
	if err != nil {
		return err
	}
	l.Heading, l.Facets, l.Filters, l.Search = prefix+name, nil, nil, nil
	l.Page = p.page(prefix+name, address)
	if kind == follow.Source || kind == follow.Publisher {
		if l.Facts, err = p.subjectFacts(c, kind, id, q); err != nil {
			return err
		}
	}
	return p.show(c, views.ClaimListPage(l))
}

func (p *public) subjectFacts(c *gin.Context, kind, id string, q follow.Query) ([]views.Fact, error) {
	ctx := c.Request.Context()
	q.Limit, q.After = 1, ""
	page, err := p.follower.Claims(ctx, q)
	if err != nil || len(page.Digests) == 0 {
		return nil, err
	}
	revisions, err := p.record.Revisions(ctx, kb.ID(page.Digests[0].Claim))
	if err != nil {
		return nil, err
	}
	body, err := p.record.Document(ctx, revisions[0].Hash)
	if err != nil {
		return nil, err
	}
	_, content, err := record.ReadPublished(body)
	if err != nil {
		return nil, err
	}
	if kind == follow.Source {
		return sourceFacts(content, id), nil
	}
	return publisherFacts(content, id), nil
}

func sourceFacts(content record.Content, id string) []views.Fact {
	s, _ := content.Source(id)
	facts := []views.Fact{{Label: "Kind", Value: kb.Label(kb.SourceKinds, s.Kind)}}
	publisher := views.Fact{Label: "Publisher", Value: "unknown"}
	if p, ok := content.Publisher(s.Publisher); ok {
		publisher = views.Fact{Label: "Publisher", Value: p.Name, URL: publisherURL(p.ID)}
	}
	facts = append(facts, publisher)
	if len(s.Authors) > 0 {
		facts = append(facts, views.Fact{Label: "Author", Value: strings.Join(s.Authors, ", ")})
	}
	facts = append(facts, views.Fact{Label: "Published", Value: s.PublishedOn.String() + dateAside(s.PublishedOn)})
	if carrier, ok := content.Source(s.PartOf); ok {
		facts = append(facts, views.Fact{Label: "Part of", Value: carrier.Title, URL: sourceURL(carrier.ID)})
	}
	if s.Locator != "" {
		facts = append(facts, views.Fact{Label: "Where", Value: s.Locator})
	}
	if address := kb.SourceURL(s.URL); address != "" {
		facts = append(facts, views.Fact{Label: "Live page", Value: address, URL: address})
	}
	if s.Interest != "" {
		facts = append(facts, views.Fact{Label: "Interest", Value: s.Interest})
	}
	return facts
}

func publisherFacts(content record.Content, id string) []views.Fact {
	p, _ := content.Publisher(id)
	facts := []views.Fact{{Label: "Kind", Value: kb.Label(kb.PublisherKinds, p.Kind)}}
	if owner, ok := content.Publisher(p.Owner); ok {
		facts = append(facts, views.Fact{Label: "Owner", Value: owner.Name, URL: publisherURL(owner.ID)})
	}
	if p.Country != "" {
		facts = append(facts, views.Fact{Label: "Country", Value: p.Country})
	}
	if p.Interest != "" {
		facts = append(facts, views.Fact{Label: "Interest", Value: p.Interest})
	}
	if p.Invented {
		facts = append(facts, views.Fact{Label: "Note", Value: "invented for this demonstration"})
	}
	return facts
}

func dateAside(d kb.Date) string {
	if d.Unknown() || (d.Basis != kb.Inferred && d.Note == "") {
		return ""
	}
	return " (" + dateBasis(d) + ")"
}
