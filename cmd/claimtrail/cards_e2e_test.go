//go:build e2e

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	// mostBytes is what one card may cost the reader of an article, with its
	// stylesheet, both scripts and all headers.
	mostBytes = 8192
	// secret is what WordPress gives a frame, and wants to hear again.
	secret = "abc123def4"
	// dark and light are the backgrounds of cards.
	light, dark = "rgb(255, 255, 255)", "rgb(28, 30, 33)"
)

// TestCards shows cards where they are for: in the articles of others, in a real
// browser. The articles come from another origin and are made of what the site
// itself hands out.
func TestCards(t *testing.T) {
	base := demo(t, t.TempDir())
	c := &cards{base: base, browser: browsers(t), paper: newPaper(t), stranger: newPaper(t)}
	c.list(t)
	for name, test := range map[string]func(*testing.T){
		"with scripts":        c.withScripts,
		"without scripts":     c.withoutScripts,
		"nothing allowed":     c.nothingAllowed,
		"WordPress":           c.wordPress,
		"frames apart":        c.apart,
		"widths and themes":   c.widthsAndThemes,
		"every claim, narrow": c.everyClaim,
		"forged messages":     c.forged,
		"pinned":              c.pinned,
		"a claim's life":      c.life,
		"the network":         c.network,
		"accessibility":       c.accessibility,
		"the dialog":          c.dialog,
	} {
		t.Run(name, test)
	}
}

// cards is what the tests share: the site, and two other origins.
type cards struct {
	base            string
	browser         context.Context
	paper, stranger *paper
	claims          []string // addresses, the newest ruling first
	// claims of the demonstration that were ruled otherwise before
	corrected, overtaken, retracted string
}

// list finds the claims.
func (c *cards) list(t *testing.T) {
	t.Helper()
	var feed struct {
		Items []struct{ URL, Title string }
	}
	if err := json.Unmarshal(c.fetch(t, "/feeds/claims.json"), &feed); err != nil {
		t.Fatal(err)
	}
	of := func(words string) string {
		for _, item := range feed.Items {
			if strings.HasPrefix(item.Title, words) {
				return item.URL
			}
		}
		t.Fatalf("no claim begins with %q", words)
		return ""
	}
	for _, item := range feed.Items {
		c.claims = append(c.claims, item.URL)
	}
	c.corrected, c.overtaken, c.retracted = of("Because of the pact"), of("Neither Russia nor North Korea"), of("A land mine went off")
}

// fetch reads an address of the site, which sets no cookie for it.
func (c *cards) fetch(t *testing.T, address string) []byte {
	t.Helper()
	answer, err := http.Get(c.base + strings.TrimPrefix(address, c.base))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, answer.Status, err)
	}
	if cookies := answer.Header.Values("Set-Cookie"); len(cookies) > 0 {
		t.Errorf("%s sets %v", address, cookies)
	}
	return body
}

// snippet is what the site hands out for a claim, by oEmbed.
func (c *cards) snippet(t *testing.T, claim string) string {
	t.Helper()
	var answer struct{ HTML string }
	if err := json.Unmarshal(c.fetch(t, "/oembed?url="+url.QueryEscape(claim)), &answer); err != nil || answer.HTML == "" {
		t.Fatalf("no snippet of %s: %v", claim, err)
	}
	return answer.HTML
}

// quotation is the part of a snippet that needs neither frame nor script.
func quotation(snippet string) string {
	quote, _, _ := strings.Cut(snippet, "<iframe")
	return quote
}

// loader is the script of a snippet.
func loader(snippet string) string { return snippet[strings.Index(snippet, "<script"):] }

// card is the address of a claim's card.
func (c *cards) card(claim, query string) string {
	return c.base + "/embed" + strings.TrimPrefix(claim, c.base) + query
}

var bareFrame = regexp.MustCompile(`(?s)<textarea id="copy-frame"[^>]*>(.*?)</textarea>`)

// bare is the frame that the site hands out for editors that take only frames.
func (c *cards) bare(t *testing.T, claim string) string {
	t.Helper()
	found := bareFrame.FindSubmatch(c.fetch(t, claim+"/embed"))
	if found == nil {
		t.Fatal("the embed page has no bare frame")
	}
	return html.UnescapeString(string(found[1]))
}

// paper is somebody else's site.
type paper struct {
	base     string
	mu       sync.Mutex
	articles map[string]article
}

type article struct{ head, body, policy string }

func newPaper(t *testing.T) *paper {
	t.Helper()
	p := &paper{articles: map[string]article{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.base = server.URL
	return p
}

func (p *paper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	a, found := p.articles[r.URL.Path]
	p.mu.Unlock()
	if !found {
		http.NotFound(w, r)
		return
	}
	if a.policy != "" {
		w.Header().Set("Content-Security-Policy", a.policy)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An article</title>%s</head><body><main><h1>An article</h1><p>Somebody said it.</p>%s</main></body></html>`, a.head, a.body)
}

// publish gives the address of an article.
func (p *paper) publish(a article) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := fmt.Sprintf("/articles/%d", len(p.articles)+1)
	p.articles[path] = a
	return p.base + path
}

// reader opens an article in a tab that is large enough to show all of it: the
// browser does not draw what is out of sight, and so measures nothing there.
func (c *cards) reader(t *testing.T, a article) *tab {
	t.Helper()
	b := newTab(t, c.browser, c.base, true)
	b.prepare(chromedp.EmulateViewport(2000, 3000))
	b.open(c.paper.publish(a))
	return b
}

// eval gives the value of a script in the page.
func eval[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatalf("%s: %v", clip(expression), err)
	}
	return value
}

// until waits for a condition in the page, and fails after a while.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	if !b.soon(condition, stepTime/2) {
		b.t.Fatalf("it does not come about that %s\n%s", what, eval[string](b, "[...document.querySelectorAll(`iframe`)].map(f => [f.src, f.style.cssText, f.height, JSON.stringify(f.getBoundingClientRect())].join(` `)).join(`\\n`)"))
	}
}

// soon reports whether a condition in the page is met within a time.
func (b *tab) soon(condition string, patience time.Duration) bool {
	b.t.Helper()
	return eval[bool](b, fmt.Sprintf(`new Promise((done) => {
		const until = performance.now() + %d;
		const look = () => (%s) ? done(true) : performance.now() > until ? done(false) : setTimeout(look, 10);
		look();
	})`, patience.Milliseconds(), condition), chromedp.EvalAwaitPromise)
}

// revealed waits for all frames of an article to be shown at the height of their
// cards, and nothing else.
func (b *tab) revealed(frames int) {
	b.t.Helper()
	b.until(fmt.Sprintf("%d frames are revealed", frames), fmt.Sprintf(
		`(() => { const f = [...document.querySelectorAll("iframe")]; return f.length === %d && f.every((f) => f.style.display === "block" && !f.style.clip) })()`, frames))
	if shown := eval[int](b, `[...document.querySelectorAll("blockquote")].filter((q) => q.offsetHeight > 0).length`); shown != 0 {
		b.t.Errorf("%d quotations are shown beside their cards", shown)
	}
	b.fitted(frames)
}

// frame is one card in an article, seen from inside.
type frame struct {
	b     *tab
	world runtime.ExecutionContextID
}

// frames gives the cards of the article.
func (b *tab) frames() []frame {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, stepTime)
	defer cancel()
	tree, err := chromedp.Call(ctx, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		b.t.Fatal(err)
	}
	var list []frame
	for _, child := range tree.FrameTree.ChildFrames {
		if !strings.HasPrefix(child.Frame.URL, b.base+"/embed/") {
			continue
		}
		world, err := chromedp.Call(ctx, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: child.Frame.ID, WorldName: "test"})
		if err != nil {
			b.t.Fatal(err)
		}
		list = append(list, frame{b, world.ExecutionContextID})
	}
	return list
}

// inside runs a script in a card.
func inside[T any](f frame, expression string) T {
	f.b.t.Helper()
	return eval[T](f.b, expression, chromedp.EvalAwaitPromise, func(p *runtime.EvaluateParams) { p.ContextID = f.world })
}

// size is how a card stands in its frame, in pixels.
type size struct {
	Frame, Card, Wide, Sideways float64
}

// settled measures a card once its frame fits, or after a while as it is.
func (f frame) settled() size {
	f.b.t.Helper()
	return inside[size](f, `new Promise((done) => {
		const until = performance.now() + 5000;
		const look = () => {
			const card = document.querySelector(".card").getBoundingClientRect(), root = document.documentElement;
			const now = {Frame: innerHeight, Card: card.height, Wide: innerWidth, Sideways: root.scrollWidth - root.clientWidth};
			Math.abs(now.Frame - now.Card) <= 2 || performance.now() > until ? done(now) : setTimeout(look, 10);
		};
		look();
	})`)
}

// fitted checks that every frame is as tall as its card and nothing in it has to
// be scrolled.
func (b *tab) fitted(frames int) {
	b.t.Helper()
	list := b.frames()
	if len(list) != frames {
		b.t.Fatalf("%d frames show cards, want %d", len(list), frames)
	}
	for i, f := range list {
		if s := f.settled(); s.Card < 60 || s.Frame < s.Card-2 || s.Frame > s.Card+2 || s.Sideways > 0 {
			b.t.Errorf("frame %d: %+v", i, s)
		}
	}
}

// withScripts shows cards in every way in which an article may bring them.
func (c *cards) withScripts(t *testing.T) {
	one, two := c.snippet(t, c.claims[1]), c.snippet(t, c.retracted)
	late := `<p id="here"></p><script>
		addEventListener("load", () => here.insertAdjacentHTML("afterend", ` + quoteJS(one) + `));`
	const before = `<script>const before = Object.keys(window)</script>`
	for name, a := range map[string]struct {
		article
		frames int
	}{
		"the snippet":           {article{before, one, ""}, 1},
		"the same claim twice":  {article{before, one + "<p>And again:</p>" + one, ""}, 2},
		"two claims":            {article{before, one + two, ""}, 2},
		"the loader twice":      {article{before, one + loader(one), ""}, 1},
		"a quotation alone":     {article{before, quotation(one) + loader(one), ""}, 1},
		"three quotations":      {article{before, quotation(one) + quotation(one) + quotation(two) + loader(one), ""}, 3},
		"late":                  {article{before, loader(one) + late + "</script>", ""}, 1},
		"late, with its loader": {article{before, late + `addEventListener("load", () => document.head.append(Object.assign(document.createElement("script"), {src: "` + c.base + `/embed.js"})));</script>`, ""}, 1},
		"a strict policy":       {article{"", one, "default-src 'none'; script-src " + c.base + "; frame-src " + c.base}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.reader(t, a.article)
			b.revealed(a.frames)
			added := eval[[]string](b, `typeof before === "undefined" ? ["claimtrail"] : Object.keys(window).filter((k) => !before.includes(k) && isNaN(k) && k !== "here")`)
			if !slices.Equal(added, []string{"claimtrail"}) {
				t.Errorf("the loader adds to window: %v", added)
			}
		})
	}
}

// quoteJS writes a text for a script that stands in a page.
func quoteJS(s string) string {
	b, _ := json.Marshal(s) // a string can always be written; its < are escaped
	return string(b)
}

// withoutScripts: the quotation is what remains of a snippet, and a bare frame
// shows its card.
func (c *cards) withoutScripts(t *testing.T) {
	b := newTab(t, c.browser, c.base, false)
	b.open(c.paper.publish(article{body: c.snippet(t, c.corrected)}))
	b.sees("Because of the pact between Russia and North Korea", "Ruling on ", "Mostly false", "The fact-check and its")
	if clip := eval[string](b, `getComputedStyle(document.querySelector("iframe")).clip`); clip != "rect(1px, 1px, 1px, 1px)" {
		t.Errorf("the frame is shown beside its quotation: %s", clip)
	}
	b.open(c.paper.publish(article{body: c.bare(t, c.corrected)}))
	list := b.frames()
	if len(list) != 1 {
		t.Fatalf("%d frames", len(list))
	}
	s := inside[size](list[0], `({Frame: innerHeight, Card: document.querySelector(".card").offsetHeight, Wide: innerWidth, Sideways: 0})`)
	if s.Wide != 600 || s.Card > s.Frame {
		t.Errorf("the bare frame: %+v", s)
	}
	if said := inside[string](list[0], "document.body.innerText"); !strings.Contains(said, "Mostly false") {
		t.Errorf("the bare frame says %q", said)
	}
}

// nothingAllowed: a page that allows nothing keeps the quotation.
func (c *cards) nothingAllowed(t *testing.T) {
	b := c.reader(t, article{body: c.snippet(t, c.corrected), policy: "default-src 'none'"})
	b.sees("Because of the pact between Russia and North Korea", "Mostly false", "The fact-check and its")
}

// hostOfWordPress is what the script of WordPress does with messages of frames;
// it remembers them, and where it would follow a link it does nothing.
const hostOfWordPress = `<script>
	const told = [];
	addEventListener("message", (e) => {
		const {message, value, secret} = e.data ?? {};
		if (!secret || /[^a-zA-Z0-9]/.test(secret)) return;
		const frame = document.querySelector('iframe[data-secret="' + secret + '"]');
		if (!frame || e.source !== frame.contentWindow) return;
		told.push({message, value, secret, origin: e.origin});
		frame.removeAttribute("style");
		document.querySelector('blockquote[data-secret="' + secret + '"]').style.display = "none";
		if (message === "height") frame.height = Math.min(1000, Math.max(200, parseInt(value, 10)));
	});
	addEventListener("load", () => {
		const frame = document.querySelector("iframe");
		frame.contentWindow.postMessage({message: "ready", secret: frame.dataset.secret}, "*");
	});
</script>`

// told is one message to WordPress.
type told struct {
	Message, Secret, Origin string
	Value                   any
}

// wordPress shows the card as WordPress does that of a site that it does not
// know: in an opaque origin, with a secret.
func (c *cards) wordPress(t *testing.T) {
	quote := strings.NewReplacer(`class="claimtrail"`, `class="wp-embedded-content" data-secret="`+secret+`"`).Replace(quotation(c.snippet(t, c.corrected)))
	b := c.reader(t, article{head: hostOfWordPress, body: quote + `<iframe class="wp-embedded-content" sandbox="allow-scripts" security="restricted" style="position: absolute; clip: rect(1px, 1px, 1px, 1px);" title="Fact check" src="` +
		c.card(c.corrected, "") + "#?secret=" + secret + `" data-secret="` + secret + `" width="600" height="360" frameborder="0" marginwidth="0" marginheight="0" scrolling="no"></iframe>`})
	b.until("the height is told", `told.some((m) => m.message === "height" && document.querySelector("iframe").height === String(m.value))`)
	tabs := c.tabs(t)
	b.clickFrame(`told.some((m) => m.message === "link")`)
	for _, m := range eval[[]told](b, "told") {
		height, isNumber := m.Value.(float64)
		link, _ := m.Value.(string)
		wanted := m.Message == "height" && isNumber && height > 60 || m.Message == "link" && strings.HasPrefix(link, c.corrected)
		if !wanted || m.Secret != secret || m.Origin != "null" {
			t.Errorf("WordPress is told %+v", m)
		}
	}
	if now := c.tabs(t); now != tabs || !strings.HasPrefix(eval[string](b, "location.href"), c.paper.base) {
		t.Errorf("the click led to %s, and from %d tabs to %d", b.path(), tabs, now)
	}
}

// clickFrame clicks into the middle of the frame until the page has noticed: a
// frame of another process takes clicks a little after it is there.
func (b *tab) clickFrame(noticed string) {
	b.t.Helper()
	at := eval[[]float64](b, `(() => { const r = document.querySelector("iframe").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`)
	deadline := time.Now().Add(stepTime)
	for {
		if err := chromedp.Do(b.ctx, chromedp.MouseClickXY(at[0], at[1])); err != nil {
			b.t.Fatal(err)
		}
		if b.soon(noticed, time.Second) {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the click into the frame is not noticed")
		}
	}
}

// tabs counts what is open.
func (c *cards) tabs(t *testing.T) int {
	t.Helper()
	list, err := chromedp.Targets(c.browser)
	if err != nil {
		t.Fatal(err)
	}
	return len(slices.DeleteFunc(list, func(i *target.Info) bool { return i.Type != "page" }))
}

// apart: where the frame runs in a process of its own, since the article is on
// another site or the editor left the frame no origin, the loader reveals it all
// the same, as tall as any other.
func (c *cards) apart(t *testing.T) {
	snippet := c.snippet(t, c.corrected)
	opaque := regexp.MustCompile(`sandbox="[^"]*"`).ReplaceAllString(snippet, `sandbox="allow-scripts"`)
	b := c.reader(t, article{body: snippet})
	b.revealed(1)
	height := eval[string](b, `document.querySelector("iframe").height`)
	for name, address := range map[string]string{
		"an opaque origin": c.paper.publish(article{body: opaque}), "another site": strings.Replace(c.paper.publish(article{body: snippet}), "127.0.0.1", "localhost", 1),
	} {
		b.open(address)
		b.until("the frame is revealed: "+name, `(() => { const f = document.querySelector("iframe"); return f.style.display === "block" && f.height === "`+height+`" })()`)
	}
}

// widthsAndThemes shows cards in columns of several widths, in every theme.
func (c *cards) widthsAndThemes(t *testing.T) {
	var body strings.Builder
	widths, themes := []int{280, 320, 600, 700}, []string{"light", "dark", "auto"}
	for _, theme := range themes {
		for _, width := range widths {
			fmt.Fprintf(&body, `<div style="width:%dpx;float:left"><iframe src="%s" title="Card"></iframe></div>`, width, html.EscapeString(c.card(c.overtaken, "?rev=1&lang=ru&theme="+theme)))
		}
	}
	b := c.reader(t, article{body: body.String() + loader(c.snippet(t, c.overtaken))})
	b.revealed(len(widths) * len(themes))
	seen := map[string]int{}
	for _, f := range b.frames() {
		seen[inside[string](f, `[document.documentElement.dataset.theme, innerWidth, getComputedStyle(document.querySelector(".card")).backgroundColor].join(" ")`)]++
	}
	for theme, paper := range map[string]string{"light": light, "dark": dark, "auto": light} {
		for _, width := range widths {
			if card := fmt.Sprintf("%s %d %s", theme, width, paper); seen[card] != 1 {
				t.Errorf("no card is %s: %v", card, seen)
			}
		}
	}
	b.prepareHere(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error { return emulate(ctx, target, "dark") }))
	for _, f := range b.frames() {
		if look := inside[string](f, `document.documentElement.dataset.theme + " " + getComputedStyle(document.querySelector(".card")).backgroundColor`); look == "auto "+light || look == "light "+dark {
			t.Errorf("to a reader who prefers dark pages: %s", look)
		}
	}
}

// prepareHere changes what is emulated and stays on the page.
func (b *tab) prepareHere(step chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, step); err != nil {
		b.t.Fatal(err)
	}
}

// everyClaim shows the card of every claim where there is little room.
func (c *cards) everyClaim(t *testing.T) {
	var body strings.Builder
	for _, claim := range c.claims {
		fmt.Fprintf(&body, `<div style="width:280px;float:left">%s</div>`, c.snippet(t, claim))
	}
	b := c.reader(t, article{body: body.String()})
	b.revealed(len(c.claims))
}

// unfit are messages that no card sends, in the form of ours and of others.
const unfit = `[-1, 0, 5001, 1e9, NaN, Infinity, "300", "", true, [300], {}, null, undefined].map((height) => ({type: "claimtrail:height", height}))
	.concat([300, "claimtrail:height", null, [], {message: "height", value: 300, secret: "abc123def4"}, {type: "claimtrail:heights", height: 300}])`

// forged: messages from whoever is not the card, and from a card such as it does
// not send, change nothing.
func (c *cards) forged(t *testing.T) {
	const fit = `.concat([{type: "claimtrail:height", height: 300}, {type: "claimtrail:height", height: 301, secret: "abc123def4"}])`
	forger := c.stranger.publish(article{body: "<script>for (const m of (" + unfit + ")" + fit + `) parent.postMessage(m, "*"); parent.postMessage("end", "*")</script>`})
	b := c.reader(t, article{
		head: `<script>let ends = 0; addEventListener("message", (e) => { if (e.data === "end") ends++ })</script>`, body: c.snippet(t, c.corrected) + c.snippet(t, c.retracted),
	})
	b.revealed(2)
	const look = `[...document.querySelectorAll("iframe[sandbox]")].map((f) => f.outerHTML).join()`
	before := eval[string](b, look)
	eval[chromedp.Void](b, "for (const m of ("+unfit+")"+fit+`) postMessage(m, "*"); postMessage("end", "*")`)
	eval[chromedp.Void](b, `document.querySelector("main").append(Object.assign(document.createElement("iframe"), {src: "`+forger+`"}))`)
	for _, f := range b.frames() {
		inside[chromedp.Void](f, "for (const m of "+unfit+`) parent.postMessage(m, "*"); parent.postMessage("end", "*")`)
	}
	b.until("all forged messages were read", "ends === 4")
	if after := eval[string](b, look); after != before {
		t.Errorf("forged messages change frames\nfrom %s\nto   %s", before, after)
	}
}

// dialog takes a card from the dialog on a claim's page, by keyboard: choices show
// at once, texts are copied, and the focus comes back.
func (c *cards) dialog(t *testing.T) {
	b := c.reader(t, article{})
	b.open(c.corrected)
	eval[bool](b, `document.querySelector("a[data-dialog][href$='/embed']").focus(), true`)
	b.keys(kb.Enter)
	b.until("the dialog opens with its card", `document.querySelector("dialog[open] iframe.preview")?.height > 100 && document.querySelector("dialog[open] iframe.preview").height < 360`)
	eval[bool](b, `(() => { const s = document.querySelector("dialog select[name=theme]"); s.value = "dark"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
	b.until("the card is dark", `document.querySelector("dialog[open] iframe.preview").src.endsWith("theme=dark") && document.querySelector("#copy-snippet").value.includes("theme=dark")`)
	if !eval[bool](b, `document.querySelector("dialog [data-copy=copy-snippet]").hidden === !navigator.clipboard`) {
		t.Error("the buttons that copy are there without a clipboard, or the other way round")
	}
	b.keys(kb.Escape)
	b.until("the dialog is closed and the focus is back", `!document.querySelector("dialog[open]") && document.activeElement.matches("a[data-dialog]")`)
}

// accessibility runs axe on cards in each theme, narrow and wide, on the pages
// that hand them out, and inside an article.
func (c *cards) accessibility(t *testing.T) {
	file, err := os.ReadFile("testdata/axe/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe is missing; make test installs it: %v", err)
	}
	axe := string(file)
	b := newTab(t, c.browser, c.base, true)
	for _, width := range []int64{280, 600} {
		for theme, scheme := range map[string]string{"light": "light", "dark": "dark", "auto": "dark"} {
			b.look(scheme, width)
			for name, address := range map[string]string{
				"a card": c.card(c.claims[1], "?theme="+theme), "a changed card": c.card(c.corrected, "?rev=1&theme="+theme),
				"a retracted card": c.card(c.retracted, "?theme="+theme), "no card": c.card(c.base+"/claims/00000000", "?theme="+theme),
			} {
				b.open(address)
				b.accessible(fmt.Sprintf("%s, %s, %d pixels", name, theme, width), axe)
				b.fits(name)
			}
		}
		for _, name := range []string{"/embed", "/cite"} {
			b.look("light", width+40)
			b.open(c.corrected + name)
			b.accessible(fmt.Sprintf("%s, %d pixels", name, width+40), axe)
			b.fits(name)
		}
	}
	b.look("light", 700)
	b.open(c.paper.publish(article{body: c.snippet(t, c.corrected)}))
	b.revealed(1)
	b.accessible("an article", axe)
	found := inside[string](b.frames()[0], axe+`;axe.run({resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations))`)
	if found != "[]" {
		t.Errorf("the card in the article: %s", found)
	}
}
