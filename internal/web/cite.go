package web

import (
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// citeForm is one form in which a claim's page and its sources can be cited.
type citeForm struct {
	suffix, kind, label string
	write               func([]interchange.Citation) ([]byte, error)
}

var citeForms = []citeForm{
	{".bib", "application/x-bibtex; charset=utf-8", "BibTeX", func(l []interchange.Citation) ([]byte, error) { return interchange.BibTeX(l), nil }},
	{".ris", "application/x-research-info-systems; charset=utf-8", "RIS", func(l []interchange.Citation) ([]byte, error) { return interchange.RIS(l), nil }},
	{".csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON", interchange.CSL},
}

func citeURL(claim, suffix string) string { return "/claims/" + claim + "/cite" + suffix }

// cite gives the citations of a claim's newest revision: as a page to copy from,
// or as a file.
func (p *public) cite(c *gin.Context) error {
	doc, content, _, err := p.newestDocument(c)
	if err != nil {
		return err
	}
	site := p.site()
	list := interchange.CitationsOf(doc, content, interchange.Page{
		Site: site.Name(), URL: site.RevisionURL(doc.Claim, doc.Number),
		CopyURL: func(source, hash string) string { return p.baseURL + sourceURL(source) + "/snapshots/" + hash },
	})
	if path.Base(c.Request.URL.Path) == "cite" {
		return p.citePage(c, kb.ID(doc.Claim), content, list)
	}
	anybody(c)
	for _, f := range citeForms {
		if !strings.HasSuffix(c.Request.URL.Path, f.suffix) {
			continue
		}
		b, err := f.write(list)
		if err != nil {
			return err
		}
		c.Header("Content-Disposition", `attachment; filename="claimtrail-`+doc.Claim+f.suffix+`"`)
		return p.bytes(c, f.kind, b)
	}
	return kb.Errorf(kb.NotFound, "There is no such form of citation.")
}

func (p *public) citePage(c *gin.Context, claim kb.ID, content record.Content, list []interchange.Citation) error {
	v := views.Cite{
		Page: p.page("Cite: "+clippedTo(content.Claim.Text, 60), "/claims/"+string(claim)+"/cite"), Claim: text(content.Claim.Text, content.Claim.Language),
		ClaimURL: claimURL(string(claim), content.Claim.Text), Count: counted(len(list)-1, "source", "sources"),
	}
	v.NoIndex, v.Module = true, p.assets.page
	for _, f := range citeForms {
		b, err := f.write(list[:1])
		if err != nil {
			return err
		}
		v.Forms = append(v.Forms, views.CopyText{
			Name: strings.Trim(strings.ReplaceAll(f.suffix, ".", "-"), "-"), Label: f.label, Value: strings.TrimSpace(string(b)), Rows: 9,
			File: views.Link{Text: "Page and sources as " + f.label, URL: citeURL(string(claim), f.suffix)},
		})
	}
	return p.show(c, views.CitePage(v))
}
