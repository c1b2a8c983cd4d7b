package web

import (
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// routes is the site map.
func (s *Server) routes(r *gin.Engine) {
	s.publicRoutes(r)
	s.readerRoutes(r)
	s.accountRoutes(r)
	r.Any("/api/*path", s.programs)

	d := r.Group("/desk", s.signedIn)
	s.get(d, "", s.queue)
	s.get(d, "/audit", s.audit)
	s.get(d, "/audit.csv", s.auditExport)
	s.get(d, "/tips", s.tips)
	s.form(d, "/tips/:id", desk.DecideTip, s.tipSheet, s.decideTip)
	s.post(d, "/tips/:id/erase", s.eraseReaderTip)
	s.get(d, "/disputes", s.disputes)
	s.form(d, "/disputes/:id", desk.SettleDispute, s.disputeSheet, s.settleDispute)
	s.post(d, "/disputes/:id/examine", s.examineDispute)
	s.post(d, "/disputes/:id/erase", s.eraseReaderDispute)
	s.get(d, "/redactions", s.redactions)
	s.post(d, "/redactions/:id", s.decideRedaction)
	s.get(d, "/matches", s.deskMatches)
	s.post(d, "/matches", s.judgeMatch)
	s.get(d, "/tasks", s.tasks)
	s.post(d, "/tasks/:id", s.closeTask)
	s.get(d, "/suggestions/:id", s.suggestion)
	s.post(d, "/suggestions/:id", s.decide)
	s.claimRoutes(d)
	s.workflowRoutes(d)
	s.sourceRoutes(d)
	s.settingsRoutes(d)

	r.NoRoute(s.handle(func(*gin.Context) error { return kb.Errorf(kb.NotFound, "There is nothing at this address.") }))
	r.NoMethod(s.handle(func(*gin.Context) error {
		return kb.Errorf(kb.WrongMethod, "This address does not take such a request.")
	}))
}

func (s *Server) publicRoutes(r *gin.Engine) {
	p := s.public
	s.get(r, "/", p.ofRecord(p.front))
	s.get(r, "/claims", p.ofRecord(p.claims))
	s.get(r, "/claims/:claim", p.ofClaim(p.claim))
	s.get(r, "/claims/:claim/annotations.json", p.ofClaim(p.claimAnnotations))
	s.get(r, "/claims/:claim/trail.svg", p.ofClaim(p.trailPicture))
	s.get(r, "/claims/:claim/revisions", p.ofClaim(p.history))
	s.get(r, "/claims/:claim/revisions/:n", p.revision)
	s.get(r, "/claims/:claim/compare", p.goToCompare)
	s.get(r, "/claims/:claim/compare/:range", p.ofClaim(p.compare))
	s.get(r, "/claims/:claim/at", p.goToDate)
	s.get(r, "/claims/:claim/at/:stamp", p.at)
	s.get(r, "/claims/:claim/timemap", p.ofClaim(p.timemap))
	s.get(r, "/claims/:claim/bundle.zip", p.bundle)
	s.get(r, "/claims/:claim/embed", p.ofClaim(p.embedPage))
	s.get(r, "/claims/:claim/claimreview.json", p.ofClaim(p.claimReview))
	s.get(r, "/claims/:claim/cite", p.ofClaim(p.cite))
	s.get(r, "/claims/:claim/cite.bib", p.ofClaim(p.cite))
	s.get(r, "/claims/:claim/cite.ris", p.ofClaim(p.cite))
	s.get(r, "/claims/:claim/cite.csl.json", p.ofClaim(p.cite))
	s.get(r, "/claims/:claim/revisions/:n/card.png", p.picture)
	s.get(r, "/oembed", p.ofRecord(p.oembed))
	s.get(r, "/matches", p.matches)
	s.get(r, "/lint", p.lintPage)
	s.post(r, "/lint", p.lint)
	s.get(r, "/embed/claims/:claim", p.ofClaim(p.card))
	s.get(r, "/embed.js", p.embedScript)
	s.get(r, "/corrections", p.ofRecord(p.corrections))
	s.get(r, "/feeds/corrections.atom", p.ofRecord(p.correctionsFeed))
	s.get(r, "/feeds/corrections.json", p.ofRecord(p.correctionsFeed))
	s.get(r, "/feeds/claims.atom", p.ofRecord(p.claimsFeed))
	s.get(r, "/feeds/claims.json", p.ofRecord(p.claimsFeed))
	s.get(r, "/feeds/claimreview.json", p.claimReviewFeed)
	s.get(r, "/v1alpha1/claims\\:search", p.factChecks)
	s.get(r, "/sitemap.xml", p.ofRecord(p.sitemapIndex))
	s.get(r, "/sitemaps/:name", p.sitemap)
	s.get(r, "/robots.txt", p.robots)
	s.get(r, "/log", p.logPage)
	s.get(r, "/log/checkpoint", p.logCheckpoint)
	s.get(r, "/log/tile/*path", p.logTile)
	s.get(r, "/log/documents/:hash", p.logDocument)
	s.get(r, "/log/vkey", p.logKey)
	s.get(r, "/log/policy", p.logPolicy)
	s.get(r, "/speakers/:id", p.ofRecord(p.speaker))
	s.get(r, "/publishers/:id", p.ofRecord(p.publisher))
	s.get(r, "/sources/:id", p.ofRecord(p.source))
	s.get(r, "/sources/:id/snapshots/:hash", p.snapshot)
	s.get(r, "/topics/:id", p.ofRecord(p.topic))
	s.get(r, "/methodology", p.ofRecord(p.methodology))
	s.get(r, "/static/:name", p.asset)
	s.get(r, "/healthz", healthy)
	s.get(r, "/readyz", s.ready)
}

// readerRoutes take what readers send, and show them what becomes of it.
func (s *Server) readerRoutes(r *gin.Engine) {
	s.form(r, "/tips", desk.SendTip, s.tipForm, s.sendTip)
	s.get(r, "/tips/:id", s.tipStatus)
	s.post(r, "/tips/:id/erase", s.eraseTip)
	s.get(r, "/disputes", s.public.ofRecord(s.public.disputeRegister))
	s.form(r, "/disputes/new", desk.SendDispute, s.newDisputeForm, s.sendDispute)
	s.get(r, "/disputes/:id", s.disputeStatus)
	s.post(r, "/disputes/:id/erase", s.eraseDispute)
}

func (s *Server) accountRoutes(r *gin.Engine) {
	s.form(r, "/login", "", s.loginForm, s.login)
	s.form(r, "/login/link/:token", "", s.linkForm, s.useLink)
	s.post(r, "/logout", s.logout)
}

func (s *Server) claimRoutes(d *gin.RouterGroup) {
	s.form(d, "/claims/new", desk.SuggestClaim, s.newClaimForm, s.logClaim)
	s.get(d, "/claims/:id", s.caseFile)
	s.get(d, "/claims/:id/preview", s.preview)
	s.get(d, "/claims/:id/trail", s.trailSheet)
	s.form(d, "/claims/:id/edit", desk.EditClaim, s.claimForm, s.saveClaim)
	s.form(d, "/claims/:id/appearances/new", desk.EditAppearance, s.newAppearanceForm, s.addAppearance)
	s.form(d, "/claims/:id/appearances/:sub", desk.EditAppearance, s.appearanceForm, s.saveAppearance)
	s.post(d, "/claims/:id/appearances/:sub/remove", s.removeAppearance)
	s.form(d, "/claims/:id/appearances/:sub/attestations/new", desk.EditAppearance, s.attestationForm, s.addAttestation)
	s.post(d, "/claims/:id/attestations/:sub/remove", s.removeAttestation)
	s.form(d, "/claims/:id/evidence/new", desk.EditEvidence, s.newEvidenceForm, s.addEvidence)
	s.form(d, "/claims/:id/evidence/:sub", desk.EditEvidence, s.evidenceForm, s.saveEvidence)
	s.post(d, "/claims/:id/evidence/:sub/remove", s.removeEvidence)
	s.form(d, "/claims/:id/derivations/new", desk.EditDerivation, s.itemDerivationForm, s.addItemDerivation)
	s.form(d, "/claims/:id/assessments/new", desk.Assess, s.assessmentForm, s.assess)
	s.form(d, "/claims/:id/relations/new", desk.RelateClaims, s.relationForm, s.relate)
	s.post(d, "/claims/:id/relations/:sub/remove", s.unrelate)
	s.form(d, "/claims/:id/ruling", desk.EditRuling, s.rulingForm, s.saveRuling)
	s.form(d, "/claims/:id/replies/new", desk.EditReply, s.replyForm, s.saveReply)
	s.form(d, "/claims/:id/replies/:sub", desk.EditReply, s.replyForm, s.saveReply)
	s.form(d, "/claims/:id/exceptions/:sub", desk.StateException, s.exceptionForm, s.stateException)
	s.post(d, "/claims/:id/exceptions/:sub/remove", s.withdrawException)
}

func (s *Server) workflowRoutes(d *gin.RouterGroup) {
	s.post(d, "/claims/:id/steps/:sub", s.step)
	s.post(d, "/claims/:id/assign", s.assign)
	s.get(d, "/claims/:id/review", s.review)
	s.post(d, "/claims/:id/approve", s.approve)
	s.post(d, "/claims/:id/return", s.returnClaim)
	s.form(d, "/claims/:id/schedule", desk.StepAction(kb.Schedule), s.scheduleForm, s.schedule)
	s.form(d, "/claims/:id/expedite", desk.StepAction(kb.Expedite), s.expediteForm, s.expedite)
	s.form(d, "/claims/:id/retract", desk.StepAction(kb.Retract), s.retractForm, s.retract)
	s.form(d, "/claims/:id/absorb", desk.StepAction(kb.Absorb), s.absorbForm, s.absorb)
	s.form(d, "/claims/:id/banner", desk.SetBanner, s.bannerForm, s.setBanner)
	s.form(d, "/claims/:id/redact", desk.AskRedaction, s.redactForm, s.askRedaction)
}

func (s *Server) sourceRoutes(d *gin.RouterGroup) {
	s.get(d, "/sources", s.sources)
	s.form(d, "/sources/new", desk.EditSource, s.newSourceForm, s.addSource)
	s.get(d, "/sources/:id", s.sourceSheet)
	s.form(d, "/sources/:id/edit", desk.EditSource, s.sourceForm, s.saveSource)
	s.form(d, "/sources/:id/captures/new", desk.CaptureSource, s.captureForm, s.giveCapture)
	s.post(d, "/sources/:id/captures", s.captureNow)
	s.post(d, "/sources/:id/captures/:sub/cancel", s.cancelCapture)
	s.get(d, "/sources/:id/snapshots/:sub", s.copySheet)
	s.post(d, "/sources/:id/snapshots/:sub", s.takeQuote)
	s.get(d, "/sources/:id/snapshots/:sub/bytes", s.file)
	s.post(d, "/sources/:id/snapshots/:sub/rights", s.setRights)
	s.form(d, "/sources/:id/excerpts/new", desk.CopyExcerpt, s.excerptForm, s.copyExcerpt)
	s.form(d, "/sources/:id/derivations/new", desk.EditDerivation, s.derivationForm, s.addDerivation)
	s.post(d, "/sources/:id/derivations/:sub/remove", s.removeDerivation)
	s.post(d, "/sources/:id/excerpts/:sub/attest", s.attestExcerpt)
	s.get(d, "/speakers", s.speakers)
	s.form(d, "/speakers/new", desk.EditSpeaker, s.newSpeakerForm, s.addSpeaker)
	s.get(d, "/speakers/:id", s.speakerSheet)
	s.form(d, "/speakers/:id/edit", desk.EditSpeaker, s.speakerForm, s.saveSpeaker)
	s.form(d, "/speakers/:id/roles/new", desk.EditSpeaker, s.roleForm, s.addRole)
	s.post(d, "/speakers/:id/roles/:sub/remove", s.removeRole)
	s.get(d, "/publishers", s.publishers)
	s.form(d, "/publishers/new", desk.EditPublisher, s.newPublisherForm, s.addPublisher)
	s.form(d, "/publishers/:id", desk.EditPublisher, s.publisherForm, s.savePublisher)
}

func (s *Server) settingsRoutes(d *gin.RouterGroup) {
	s.get(d, "/settings", s.settings)
	s.form(d, "/settings/masthead", desk.EditMasthead, s.mastheadForm, s.saveMasthead)
	s.form(d, "/settings/policy", desk.EditPolicy, s.policyForm, s.savePolicy)
	s.form(d, "/settings/scales/new", desk.EditScale, s.scaleForm, s.addScale)
	s.form(d, "/settings/accounts/new", desk.ManageAccounts, s.newAccountForm, s.addAccount)
	s.form(d, "/settings/accounts/:id", desk.ManageAccounts, s.rolesForm, s.saveRoles)
	s.post(d, "/settings/accounts/:id/link", s.recoveryLink)
	s.post(d, "/settings/accounts/:id/disable", s.disableAccount)
	s.post(d, "/settings/accounts/:id/enable", s.enableAccount)
	s.form(d, "/account", desk.ReadDesk, s.ownAccountForm, s.changePassword)
	s.post(d, "/account/sign-out-everywhere", s.signOutEverywhere)
	s.tokenRoutes(d)
	s.webhookRoutes(d)
}

// get answers GET, and HEAD with it.
func (s *Server) get(r gin.IRoutes, path string, h func(*gin.Context) error) {
	r.GET(path, s.handle(h))
	r.HEAD(path, s.handle(h))
}

func (s *Server) post(r gin.IRoutes, path string, h func(*gin.Context) error) {
	r.POST(path, s.handle(h))
}
