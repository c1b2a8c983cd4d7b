package record

import (
	"strings"
)

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
