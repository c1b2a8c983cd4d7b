package seed

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// What comes after a first publication: disputes, the second revision or the
// retraction, the outcome of the disputes, the sign “under review”, and tips.

func (l *loader) sendDisputes(ctx context.Context, c *logged) error {
	for i, x := range c.Disputes {
		id, _, err := l.desk.SendDispute(ctx, readerAt(c.Key, i), kb.Dispute{ClaimID: l.claims[c.Key], Kind: x.Kind, Text: x.Text, Evidence: x.Evidence})
		if err != nil {
			return fmt.Errorf("dispute %d: %w", i+1, err)
		}
		c.disputes = append(c.disputes, id)
	}
	return nil
}

// readerAt stands for the network address of a reader, each of whom may send
// only so much.
func readerAt(what string, i int) string { return fmt.Sprintf("demonstration %s %d", what, i) }

// revise publishes the second revision of a claim.
func (l *loader) revise(ctx context.Context, c *logged) error {
	if c.Revision == nil {
		return nil
	}
	claim, actor := l.claims[c.Key], l.actors[c.By]
	if err := l.desk.Revise(ctx, actor, claim); err != nil {
		return err
	}
	if err := l.addEvidence(ctx, c, c.Revision.Evidence); err != nil {
		return err
	}
	if err := l.saveDraft(ctx, actor, claim, c.Revision.Ruling, c.cites, c.Revision); err != nil {
		return err
	}
	return l.review(ctx, actor, claim, "published")
}

// retract withdraws a ruling: one publisher asks for it, a second person
// approves it.
func (l *loader) retract(ctx context.Context, c *logged) error {
	if c.Retraction == nil {
		return nil
	}
	claim, publisher := l.claims[c.Key], l.withRole(kb.PublisherR)
	hash, err := l.desk.Retract(ctx, publisher, kb.Withdrawal{ClaimID: claim, Cause: c.Retraction.Cause, Note: c.Retraction.Note})
	if err != nil {
		return err
	}
	if err := l.desk.Approve(ctx, l.withRole(kb.Reviewer, publisher), claim, hash, ""); err != nil {
		return err
	}
	_, err = l.desk.Publish(ctx, publisher, claim)
	return err
}

// settle says what became of the disputes of a claim.
func (l *loader) settle(ctx context.Context, c *logged) error {
	for i, x := range c.Disputes {
		if err := l.settleOne(ctx, c, c.disputes[i], x); err != nil {
			return fmt.Errorf("dispute %d: %w", i+1, err)
		}
	}
	return nil
}

func (l *loader) settleOne(ctx context.Context, c *logged, id kb.ID, x dispute) error {
	if x.State == "received" {
		return nil
	}
	if err := l.desk.Examine(ctx, l.actors[x.By], id, asSent); err != nil || x.State == "examining" {
		return err
	}
	decision := kb.DisputeDecision{ID: id, Outcome: x.State, Answer: x.Answer, Version: asSent + 1}
	if c.Revision != nil {
		decision.Revision = 2
	}
	_, err := l.desk.SettleDispute(ctx, l.actors[x.By], decision)
	return err
}

// asSent is the version of what a reader sent before anybody touched it.
const asSent = 1

func (l *loader) putUnderReview(ctx context.Context, c *logged) error {
	if c.Banner == "" {
		return nil
	}
	_, err := l.desk.SetBanner(ctx, l.withRole(kb.PublisherR), kb.BannerInput{ClaimID: l.claims[c.Key], Up: true, Reason: c.Banner})
	return err
}

// loadTips sends the tips of a data set that has any. A tip has no name by which
// it could be found again; tips come with the first claims, or not at all.
func (l *loader) loadTips(ctx context.Context, set fs.FS) error {
	var tips []tip
	if err := read(set, "tips.json", &tips); err != nil || !l.fresh {
		return absent(err)
	}
	for i, t := range tips {
		if err := l.loadTip(ctx, readerAt("tips", i), t); err != nil {
			return fmt.Errorf("tip %d: %w", i+1, err)
		}
	}
	return nil
}

func (l *loader) loadTip(ctx context.Context, address string, t tip) error {
	claim, err := lookup(l.claims, t.Claim, "claim")
	if err != nil {
		return err
	}
	id, _, err := l.desk.SendTip(ctx, address, kb.Tip{Text: t.Text, Where: t.Where, Note: t.Note, Email: t.Email})
	if err != nil || t.State == "received" {
		return err
	}
	return l.desk.DecideTip(ctx, l.actors[t.By], kb.TipDecision{ID: id, State: t.State, Claim: string(claim), Answer: t.Answer, Version: asSent})
}
