package web

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// bundle serves everything that is needed to verify a claim offline: documents,
// entries, proofs, the texts that may be shown.
func (p *public) bundle(c *gin.Context) error {
	ctx := c.Request.Context()
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	b := record.Bundle{Claim: string(a.id), Home: p.baseURL, Keys: p.keys, Texts: map[string]string{}}
	for i := len(revisions) - 1; i >= 0; i-- {
		item, err := p.bundleItem(c, revisions[i])
		if err != nil {
			return err
		}
		b.Revisions = append(b.Revisions, item)
	}
	newest := b.Revisions[len(b.Revisions)-1]
	if newest.Document == nil {
		return kb.Errorf(kb.Gone, "This document was redacted.")
	}
	_, content, err := record.ReadPublished(newest.Document)
	if err != nil {
		return err
	}
	if b.Annotations, err = record.Canonical(annotationPage(p.baseURL, content)); err != nil {
		return err
	}
	for _, s := range content.Texts() {
		_, text, err := p.record.Release(ctx, kb.ID(s.Source), s.Hash)
		switch kb.KindOf(err) {
		case kb.NotFound, kb.Gone:
			continue
		}
		if err != nil {
			return err
		}
		b.Texts[s.Hash] = text
	}
	var zip bytes.Buffer
	if err := b.Write(&zip); err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Disposition", `attachment; filename="`+string(a.id)+`.zip"`)
	h.Set("Cache-Control", fresh)
	c.Data(http.StatusOK, "application/zip", zip.Bytes())
	return nil
}

func (p *public) bundleItem(c *gin.Context, r store.Revision) (record.BundleRevision, error) {
	ctx := c.Request.Context()
	item := record.BundleRevision{Number: r.Number}
	var err error
	if item.Document, err = p.record.Document(ctx, r.Hash); err != nil && kb.KindOf(err) != kb.Gone {
		return item, err
	}
	proof, err := p.record.Proof(ctx, r.EventIdx)
	if err != nil {
		return item, err
	}
	item.Proof = proof.Bytes()
	leaves, err := p.record.Leaves(ctx, r.EventIdx, 1)
	if err != nil {
		return item, err
	}
	item.Entry = leaves[0]
	return item, nil
}
