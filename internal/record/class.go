package record

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
	"golang.org/x/text/unicode/norm"
)

// LeastClass gives the least class of correction that a change may bear: it
// looks at what differs between the two contents and at the cause that the
// editor stated. An editor may choose a graver one, never a lesser; so what
// cannot be told from a change of meaning counts as one.
func LeastClass(before, after Content, cause string) string {
	grave := func(byError string) string {
		if cause == "new-facts" {
			return "update"
		}
		return byError
	}
	if verdict(before) != verdict(after) {
		if withdrawn(after) {
			return "retraction"
		}
		return grave("rating-change")
	}
	if !sameFacts(before, after) {
		return grave("correction")
	}
	switch max(proseChange(before, after), settingChange(before, after)) {
	case changesFacts:
		return grave("correction")
	case changesWords:
		return "clarification"
	}
	return "typo"
}

// The three ways in which two texts differ, the least first.
const (
	changesForm = iota
	changesWords
	changesFacts
)

// withdrawn reports whether a content takes back what was published.
func withdrawn(c Content) bool {
	return c.Ruling.Outcome == "retracted" || c.Ruling.Outcome == "merged" ||
		c.Correction != nil && c.Correction.Class == "retraction"
}

// judgement is the outcome in a form that can be compared. A rating is more than
// its key: the same word on another scale, or at another place, is another one.
type judgement struct {
	outcome, scale, key string
	ordinal, of         int
}

func verdict(c Content) judgement {
	r := c.Ruling
	switch {
	case r.Rating != nil && !withdrawn(c):
		return judgement{r.Outcome, r.Rating.Scale, r.Rating.Key, r.Rating.Ordinal, r.Rating.Of}
	case withdrawn(c) && r.Outcome != "merged":
		return judgement{outcome: "retracted"}
	}
	return judgement{outcome: r.Outcome}
}

// sameFacts compares everything but salt, correction, filing, family, copies,
// the dress of the rating, and prose.
func sameFacts(a, b Content) bool {
	x, errA := Canonical(facts(a))
	y, errB := Canonical(facts(b))
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func facts(c Content) Content {
	c = apart(c)
	c.Salt, c.Correction = "", nil
	c.Claim.Topics, c.Relations = nil, nil
	c.Ruling.Renderer = ""
	for i := range c.Sources {
		c.Sources[i].Capture = nil
	}
	if r := c.Ruling.Rating; r != nil {
		r.ScaleNumber, r.Tone, r.Shape = 0, "", ""
	}
	for _, text := range prose(&c) {
		*text = ""
	}
	return c
}

// apart gives a copy whose prose, captures and rating can be overwritten.
func apart(c Content) Content {
	c.Appearances = slices.Clone(c.Appearances)
	for i := range c.Appearances {
		c.Appearances[i].Attestations = slices.Clone(c.Appearances[i].Attestations)
	}
	c.Evidence, c.Sources, c.Derivations = slices.Clone(c.Evidence), slices.Clone(c.Sources), slices.Clone(c.Derivations)
	if c.Ruling.Rating != nil {
		rating := *c.Ruling.Rating
		c.Ruling.Rating = &rating
	}
	return c
}

// prose lists the texts in which we explain ourselves, where a slip of the pen
// is possible without a fact being wrong. Whatever is not listed is a fact.
func prose(c *Content) []*string {
	list := []*string{&c.Claim.Reason, &c.Ruling.OutcomeReason, &c.Ruling.Summary, &c.Ruling.Reasoning, &c.Ruling.WouldChange}
	for i := range c.Appearances {
		for k := range c.Appearances[i].Attestations {
			list = append(list, &c.Appearances[i].Attestations[k].Note)
		}
	}
	for i := range c.Evidence {
		list = append(list, &c.Evidence[i].Comment)
	}
	for i := range c.Derivations {
		list = append(list, &c.Derivations[i].Note)
	}
	return list
}

// proseChange judges the prose of two contents with equal facts, and so with
// equally many texts.
func proseChange(a, b Content) int {
	x, y := prose(&a), prose(&b)
	worst := changesForm
	for i := range x {
		worst = max(worst, textChange(*x[i], *y[i]))
	}
	return worst
}

// settingChange judges what stands around the claim. Another claim published or
// related, a copy made or a rating in another dress changes no fact of this one.
func settingChange(a, b Content) int {
	worst := changesForm
	if !slices.EqualFunc(a.Relations, b.Relations, func(r, s Relation) bool { return bare(r) == bare(s) }) ||
		!reflect.DeepEqual(captures(a), captures(b)) || dressOf(a) != dressOf(b) {
		worst = changesWords
	}
	x, y := rationales(a), rationales(b)
	for relation, rationale := range x {
		if other, both := y[relation]; both {
			worst = max(worst, textChange(rationale, other))
		}
	}
	return worst
}

func bare(r Relation) Relation {
	r.Rationale = ""
	return r
}

func rationales(c Content) map[Relation]string {
	m := map[Relation]string{}
	for _, r := range c.Relations {
		m[bare(r)] = r.Rationale
	}
	return m
}

func captures(c Content) []*Snapshot {
	var list []*Snapshot
	for _, s := range c.Sources {
		list = append(list, s.Capture)
	}
	return list
}

// dress is how a rating is shown, and by which version of its scale.
type dress struct {
	version     int
	tone, shape string
}

func dressOf(c Content) dress {
	if r := c.Ruling.Rating; r != nil {
		return dress{r.ScaleNumber, r.Tone, r.Shape}
	}
	return dress{}
}

// textChange judges two texts by the words in which they differ. Both orders
// are compared as one, so that a change weighs as much as its undoing.
func textChange(a, b string) int {
	if a == b {
		return changesForm
	}
	worst := changesForm
	for _, run := range runs(lex(min(a, b)), lex(max(a, b))) {
		worst = max(worst, runChange(run[0], run[1]))
	}
	return worst
}

// runChange judges words that stand for others: a figure, a name, a citation, a
// unit or a negation is never form; a slip of the pen is.
func runChange(removed, added []token) int {
	removed, added = withoutSlips(removed, added)
	switch {
	case !slices.Equal(stated(removed), stated(added)) || opposed(removed, added) || rival(removed, added):
		return changesFacts
	case len(removed)+len(added) > 0:
		return changesWords
	}
	return changesForm
}

func withoutSlips(removed, added []token) (x, y []token) {
	if len(removed) != len(added) {
		return removed, added
	}
	for i := range removed {
		if !slip(removed[i].text, added[i].text) {
			x, y = append(x, removed[i]), append(y, added[i])
		}
	}
	return x, y
}

// stated gives what the words state by themselves.
func stated(words []token) []string {
	var list []string
	for _, w := range words {
		if w.fact != "" {
			list = append(list, w.fact)
		}
	}
	return list
}

// opposed reports whether a word and its negation by a prefix or suffix stand on
// either side: possible and impossible, harm and harmless.
func opposed(removed, added []token) bool {
	return negates(removed, added) || negates(added, removed)
}

func negates(words, others []token) bool {
	stems := map[string]bool{}
	for _, w := range words {
		stems[strings.ToLower(w.text)] = len(w.text) >= 4
	}
	for _, w := range others {
		word := strings.ToLower(w.text)
		for _, prefix := range negatingPrefixes {
			if stem, cut := strings.CutPrefix(word, prefix); cut && stems[stem] {
				return true
			}
		}
		stem, cut := strings.CutSuffix(word, "less")
		if cut && (stems[stem] || stems[stem+"ful"]) {
			return true
		}
	}
	return false
}

// rival reports whether both sides speak of one thing and say different things
// of it: all and some, must and may, rose and fell.
func rival(removed, added []token) bool {
	x, y := sides(removed), sides(added)
	for matter, said := range x {
		if other, both := y[matter]; both && said != other {
			return true
		}
	}
	return false
}

// sides gives, for each matter that the words speak of, the set of what they say.
func sides(words []token) map[int]uint {
	m := map[int]uint{}
	for _, w := range words {
		for _, s := range rivals[strings.ToLower(w.text)] {
			m[s.matter] |= 1 << s.side
		}
	}
	return m
}

// slip reports whether two words are surely one but for a slip of the pen: a
// known misspelling, neighbours in each other's place, or a consonant written
// once for twice. Another wrong letter is as likely to make another word.
func slip(a, b string) bool {
	if misspelt(a, b) || misspelt(b, a) {
		return true
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	return plain.MatchString(a) && plain.MatchString(b) && !(twins[a] && twins[b]) && (swapped(a, b) || doubled(a, b))
}

func misspelt(wrong, right string) bool {
	if misspellings[wrong] == right || strings.HasSuffix(right, "n't") && strings.ReplaceAll(right, "'", "") == wrong {
		return true
	}
	if wrong[0] != right[0] {
		return false
	}
	wrong, right = strings.ToLower(wrong), strings.ToLower(right)
	for fragment, known := range misspeltFragments {
		if before, after, found := strings.Cut(wrong, fragment); found && before+known+after == right {
			return true
		}
	}
	return false
}

// swapped reports whether two neighbouring letters changed places, the first
// letter of the word not among them.
func swapped(a, b string) bool {
	if len(a) != len(b) || len(a) < 6 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i > 0 && i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// doubled reports whether a doubled consonant of the long word is single in the
// short one. What ends a word belongs to its grammar.
func doubled(long, short string) bool {
	if len(long) != len(short)+1 || len(short) < 7 {
		return false
	}
	for i := 1; i+1 < len(long); i++ {
		if long[i] == long[i-1] && !strings.ContainsRune("aeiou", rune(long[i])) && long[:i]+long[i+1:] == short {
			return true
		}
	}
	return false
}

// runs aligns two texts token by token and gives what differs, as pairs of
// removed and added tokens.
func runs(a, b []token) [][2][]token {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	number := map[token]rune{}
	var list [][2][]token
	var run [2][]token
	flush := func() {
		if run[0] != nil || run[1] != nil {
			list = append(list, run)
		}
		run = [2][]token{}
	}
	for _, diff := range d.DiffMainRunes(numbered(a, number), numbered(b, number), false) {
		n := utf8.RuneCountInString(diff.Text)
		switch diff.Type {
		case diffmatchpatch.DiffEqual:
			flush()
			a, b = a[n:], b[n:]
		case diffmatchpatch.DiffDelete:
			run[0], a = append(run[0], a[:n]...), a[n:]
		case diffmatchpatch.DiffInsert:
			run[1], b = append(run[1], b[:n]...), b[n:]
		}
	}
	flush()
	return list
}

// numbered gives every token a rune of its own, from the private use area on:
// the numbers before it would run into the surrogates.
func numbered(tokens []token, number map[token]rune) []rune {
	runes := make([]rune, len(tokens))
	for i, t := range tokens {
		if _, seen := number[t]; !seen {
			number[t] = '\uE000' + rune(len(number))
		}
		runes[i] = number[t]
	}
	return runes
}

// token is a word, figure or sign of a text, and what it states by itself: ""
// for most words.
type token struct{ text, fact string }

var (
	plain  = regexp.MustCompile(`^[a-z]+$`)
	lexeme = regexp.MustCompile(strings.Join([]string{
		`(?P<opening>\n[ \t\r]*\n {0,3}\[@[^\]\s]*\])`, // a citation that moved here left another paragraph
		`(?P<citation>\[@[^\]\s]*\])`,
		`(?P<target>\]\([^)]*\)?)`,
		`(?P<address>(?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?"'*_])`,
		`(?P<rule>(?m:^[ ]{0,3}(?:-{2,}|={2,}|[*_]{3,})[ \t]*$))`,
		`(?P<code>\n[ \t\r]*\n(?: {4}| {0,3}\t))`,
		`(?P<figure>[-+±~≈<>≤≥]?\pN+(?:[ \t]*-[ \t]*\pN+|[.,:/'*^٫٬·]\pN+)*)`,
		`(?P<sign>[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])`, // written without spaces
		`(?P<word>[\pL\pM]+(?:'[\pL\pM]+)*-?)`,
		`(?P<symbol>[^\s\p{Z}])`,
	}, "|"))
	typography = strings.NewReplacer("‘", "'", "’", "'", "ʼ", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
		"‐", "-", "‑", "-", "‒", "-", "–", "-", "−", "-")
)

// lex takes a text apart. Spaces, emphasis and most punctuation are form and
// give no token; so does a small word written twice.
func lex(s string) []token {
	var tokens []token
	s = typography.Replace(norm.NFC.String(s))
	for _, m := range lexeme.FindAllStringSubmatchIndex(s, -1) {
		t := tokenOf(s, m)
		if n := len(tokens); t.text != "" && !(n > 0 && tokens[n-1] == t && doublets[t.text]) {
			tokens = append(tokens, t)
		}
	}
	markParticles(tokens)
	return tokens
}

func tokenOf(s string, match []int) token {
	text := s[match[0]:match[1]]
	for i, kind := range lexeme.SubexpNames() {
		if kind == "" || match[2*i] < 0 {
			continue
		}
		switch kind {
		case "opening":
			text = "\n" + strings.TrimSpace(text)
			return token{text, text}
		case "citation", "target", "address":
			return token{text, text}
		case "rule", "code":
			return token{kind, ""}
		case "figure":
			text = strings.Join(strings.Fields(text), "")
			return token{text, text}
		case "symbol":
			return symbol(text)
		}
	}
	return word(strings.TrimSuffix(text, "-"))
}

// symbol keeps the signs that say something. A question mark and quotation marks
// change what a sentence says, currencies and signs of reckoning state it.
func symbol(s string) token {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case unicode.In(r, unicode.Sc, unicode.Sm) || strings.ContainsRune("%‰‱°@/§′″", r):
		return token{s, s}
	case r == '\'':
		return token{`"`, ""}
	case unicode.IsPunct(r) && !strings.ContainsRune(`"?¿؟？#&\[]{}`, r):
		return token{}
	}
	return token{s, ""}
}

// word finds what a word states: a negation, an amount or a name. A small word
// with a capital only begins a sentence.
func word(w string) token {
	lower := strings.ToLower(w)
	switch {
	case negations[lower] || strings.HasSuffix(lower, "n't"):
		return token{w, "not"}
	case amounts[lower]:
		return token{w, lower}
	case strings.ContainsFunc(w, unicode.IsUpper) && !openers[w]:
		return token{w, w}
	}
	return token{w, ""}
}

// markParticles makes "van" or "al" part of the name that follows it.
func markParticles(tokens []token) {
	for i := len(tokens) - 2; i >= 0; i-- {
		next, _ := utf8.DecodeRuneInString(tokens[i+1].fact)
		if particles[tokens[i].text] && unicode.IsLetter(next) {
			tokens[i].fact = tokens[i].text
		}
	}
}

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// negations of English and, since sources and claims come in other languages,
// of some others.
var negations = setOf(`
	no not non none never nothing nobody nowhere neither nor without cannot cant nope
	aint arent couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt shouldnt wasnt werent wont wouldnt
	nicht kein keine keinen keinem keiner keines nie niemals niemand nichts nirgends weder ohne
	ne pas jamais rien aucun aucune sans ni nunca nada nadie ningún ninguno ninguna sin jamás tampoco
	mai niente nulla nessuno nessuna senza né não nem ninguém nenhum nenhuma sem
	niet geen nooit niemand niets zonder inte ej aldrig ingen inga utan ikke aldri uten uden nie nigdy bez není nem
	не нет ни никогда никто ничего ничто без немає ніколи δεν όχι ποτέ χωρίς değil yok tidak bukan không ei
	لا لم لن ليس ليست غير بدون לא אין בלי नहीं नही मत 不 没 沒 无 無 非 未 否 勿 않 안 못 아니`)

// amounts are numbers, parts, units and times in words, and adverbs that all but
// negate.
var amounts = setOf(`
	zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
	eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
	million millions billion billions trillion trillions dozen dozens score bn mn tn
	first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth hundredth thousandth
	half halves thirds quarter quarters fourths fifths tenths once twice thrice double doubled triple tripled
	single pair couple percent percentage percentages per cent cents points ppm
	ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xvii xviii xix xx
	m k g mm cm km mg kg ml cl ha mph kph bps pp
	metre metres meter meters kilometre kilometres kilometer kilometers mile miles yard yards foot feet inch inches
	gram grams gramme grammes kilogram kilograms kilo kilos ton tons tonne tonnes ounce ounces pound pounds
	litre litres liter liters gallon gallons pint pints acre acres hectare hectares barrel barrels
	degree degrees celsius fahrenheit kelvin watt watts kilowatt kilowatts megawatt megawatts gigawatt gigawatts
	volt volts hertz byte bytes dollar dollars euro euros penny pence yen yuan rupee rupees rouble roubles franc francs
	second seconds minute minutes hour hours day days week weeks month months year years decade decades century centuries
	daily weekly monthly yearly annual annually quarterly
	january february april june july august september october november december
	monday tuesday wednesday thursday friday saturday sunday
	yesterday today tomorrow tonight noon midnight morning afternoon evening night
	hardly scarcely barely seldom rarely almost nearly`)

// openers are small words that bear a capital only where a sentence begins.
var openers = setOf(`
	The A An In On At It He She They We You This That These Those There Here But And Its His Her Their Our As By For From
	If Of Or So To When Where While With What Which Who Why How Then Thus However Also Although Because Since After
	Before During Under Until Some All Most Many Few Each Every Both Other Such Is Was Are Were Be Has Have Had Did Do Does
	Can Could Must Shall Should Would Will Might More Less Only Even Still Yet`)

// particles belong to the name that follows them.
var particles = setOf(`van von der den de di da del della dos du la le el al ben bin ibn bint zu ter abu af`)

// doublets are written twice by mistake alone.
var doublets = setOf(`the a an of to and is was for by`)

var negatingPrefixes = []string{"un", "in", "im", "il", "ir", "dis", "non", "mis", "anti", "de"}

// matters are what a sentence can say opposite things of: each line is a matter,
// its words those that cannot stand for one another.
var matters = [][]string{
	{"all every each everyone everybody always whole entire", "most mostly majority usually", "many often several",
		"some someone somebody sometimes partly", "few minority", "any"},
	{"must shall required obliged", "should ought", "may might could can possibly perhaps", "will", "would"},
	{"more greater larger bigger longer", "less fewer smaller shorter lesser"},
	{"most maximum maximal largest greatest biggest highest longest", "least minimum minimal smallest lowest shortest"},
	{"before until", "after since"},
	{"above over exceeds exceeded", "below under"},
	{"increase increases increased increasing rise rises rose risen rising grow grows grew grown growing gained up higher",
		"decrease decreases decreased decreasing fall falls fell fallen falling drop drops dropped declined declines shrank down lower"},
	{"north northern northward", "south southern southward", "east eastern eastward", "west western westward"},
	{"he him his himself man men male boy boys", "she her hers herself woman women female girl girls"},
	{"true correct right accurate proven confirmed", "false wrong incorrect inaccurate refuted"},
	{"won win wins winning victory", "lost lose loses losing defeat"},
	{"dead died dies killed kills", "alive survived injured wounded"},
	{"guilty convicted", "innocent acquitted cleared"},
	{"accept accepts accepted approve approves approved adopted", "reject rejects rejected refuse refuses refused"},
	{"confirm confirms confirmed admit admits admitted", "deny denies denied"},
	{"support supports supported supporting favour favours favoured for", "oppose opposes opposed opposing against"},
	{"buy buys bought import imports imported", "sell sells sold export exports exported"},
	{"begin begins began start starts started open opens opened", "end ends ended stop stops stopped close closes closed"},
	{"better best good positive strong", "worse worst bad negative weak"},
	{"early earlier earliest", "late later latest"},
	{"public", "private"},
	{"enter entered arrive arrived", "leave left depart departed"},
	{"left", "right"},
	{"cause causes caused", "correlated associated linked"},
	{"include includes included including", "exclude excludes excluded excluding except"},
	{"allowed permitted legal", "banned forbidden prohibited"},
}

// side is one of the things that can be said of a matter.
type side struct{ matter, side int }

var rivals = func() map[string][]side {
	m := map[string][]side{}
	for matter, sides := range matters {
		for i, words := range sides {
			for _, w := range strings.Fields(words) {
				m[w] = append(m[w], side{matter, i})
			}
		}
	}
	return m
}()

// misspellings of whole words; neither form is a word that the other could be
// taken for.
var misspellings = map[string]string{
	"teh": "the", "hte": "the", "adn": "and", "taht": "that", "thsi": "this", "wiht": "with",
	"thier": "their", "wich": "which", "whcih": "which", "becuase": "because", "untill": "until", "a": "an",
}

// misspeltFragments occur in no word; what is written for them is what was
// meant.
var misspeltFragments = map[string]string{
	"accomodat": "accommodat", "acheiv": "achiev", "acording": "according", "adress": "address",
	"agrement": "agreement", "agressi": "aggressi", "apparant": "apparent", "appearence": "appearance",
	"arguement": "argument", "begining": "beginning", "beleiv": "believ", "calender": "calendar", "campain": "campaign",
	"candiate": "candidate", "cemetary": "cemetery", "changable": "changeable", "collegue": "colleague",
	"comittee": "committee", "commitee": "committee", "committment": "commitment", "completly": "completely",
	"concensus": "consensus", "concieve": "conceive", "decieve": "deceive", "definat": "definit",
	"documant": "document", "embarass": "embarrass", "enviroment": "environment", "evidance": "evidence",
	"existance": "existence", "febuary": "february", "foriegn": "foreign", "fourty": "forty", "fullfil": "fulfil",
	"garantee": "guarantee", "gaurd": "guard", "goverance": "governance", "goverm": "governm", "govermn": "governm",
	"harrass": "harass", "imediat": "immediat", "independan": "independen", "interupt": "interrupt",
	"interveiw": "interview", "journlis": "journalis", "knowlege": "knowledge", "maintenence": "maintenance",
	"minstry": "ministry", "millenium": "millennium", "mispell": "misspell", "neccess": "necess",
	"neccesar": "necessar", "necesar": "necessar", "newpaper": "newspaper", "noticable": "noticeable", "ocasion": "occasion", "occassion": "occasion",
	"occurance": "occurrence", "occured": "occurred", "occurence": "occurrence", "offical": "official",
	"orginal": "original", "origional": "original", "paralel": "parallel", "parliment": "parliament",
	"percentge": "percentage", "perciev": "perceiv", "persistan": "persisten", "politican": "politician",
	"populaton": "population", "posess": "possess", "prefered": "preferred", "presidnet": "president",
	"privelege": "privilege", "pronounciat": "pronunciat", "publically": "publicly", "publsh": "publish",
	"questionaire": "questionnaire", "reciev": "receiv", "recomend": "recommend", "refered": "referred",
	"relevent": "relevant", "religous": "religious", "reserch": "research", "resistence": "resistance",
	"responsable": "responsible", "sciencist": "scientist", "scientfic": "scientific", "seperat": "separat",
	"sieze": "seize", "similiar": "similar", "statment": "statement", "succesful": "successful", "sucess": "success",
	"supress": "suppress", "suprise": "surprise", "thruth": "truth", "tommorow": "tomorrow", "tommorrow": "tomorrow",
	"tomorow": "tomorrow", "treatey": "treaty", "truely": "truly", "unfortunatly": "unfortunately",
	"universty": "university", "usualy": "usually", "wednsday": "wednesday", "wendesday": "wednesday", "wierd": "weird",
	"writen": "written",
}

// twins are words of which a slip of the pen makes another one of the list:
// "signed" and "singed".
var twins = setOf(`
	aliens alines angels angles barely barley barked braked barking braking belated bleated bellying belying blankest
	blankets bonniest boniest briskest briskets bugled bulged bugles bulges bugling bulging carted crated carter crater
	carting crating carved craved carves craves carving craving carvings cravings casual causal casually causally
	cervices crevices chaffing chafing closest closets coiffing coifing compiled complied compiles complies complaint
	compliant concerted concreted concerting concreting coroner crooner coroners crooners correspondent corespondent
	correspondents corespondents creeps crepes cubist cubits dairies diaries desserts deserts direst driest discreet
	discrete discusses discuses farmed framed farmer framer farmers framers farming framing fillings filings freshest
	freshets garter grater garters graters gilded glided gilding gliding gravelly gravely gripping griping gustier
	gutsier infarction infraction limpest limpets marital martial minuet minute minuets minutes mouses mousse moussing
	mousing overdoes overdose overrate overate parted prated parting prating pasties patsies patios patois perfect
	prefect perfects prefects plaint pliant planning planing pluses pulses poises posies premisses premises refilled
	refiled refilling refiling repertoires repertories retired retried retires retries reveres reverse riffling rifling
	rogues rouges sacred scared salted slated salting slating salved slaved salver slaver salvers slavers salves slaves
	salving slaving scarring scaring scrapped scraped scrapping scraping shamming shaming sherds shreds shinning shining
	shriek shrike shrieks shrikes signed singed signer singer signers singers signing singing silver sliver silvers
	slivers slopping sloping snipping sniping soldier solider solitaires solitaries spares sparse sparring sparing
	spitting spiting stalling staling starring staring stripped striped stripping striping thickest thickets thickset
	tilted titled tilting titling timber timbre timbers timbres tinniest tiniest trailed trialed trailing trialing
	trails trials treaties treatise twinning twining united untied unites unties waiver wavier`)
