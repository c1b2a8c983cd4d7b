package web

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// cardWords are a card's own words in one language. In them %d stands for a
// date, %w for the rating that was, %n for a number, %h for a second one.
type cardWords struct {
	tag language.Tag
	// what the strip at the top says
	changed, changedSince, corrected, updated, retracted, merged, review string
	rulingOf, trail, whatChanged, demonstration, others, unknownDate     string
	sources, origins                                                     map[plural.Form]string
	originRange                                                          string
	from, until, to                                                      string
	outcomes                                                             map[string]string
	months                                                               []string
	date                                                                 string // %D is the day, %M the month, %Y the year
	nothing, redacted, opens                                             string
}

// wordsIn gives a card's words in a language; in English when we have none in it.
func wordsIn(tag string) cardWords {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if w, ok := cardLanguages[primary]; ok {
		return w
	}
	return cardLanguages["en"]
}

var cardLanguages = map[string]cardWords{
	"en": {
		tag: language.English, changed: "Changed on %d. When this article quoted it: %w", changedSince: "Changed on %d, after this article quoted it",
		corrected: "Corrected on %d", updated: "Updated on %d", retracted: "Retracted on %d", merged: "Merged into another claim on %d", review: "Under review since %d",
		rulingOf: "Ruling of %d", trail: "Full evidence trail", whatChanged: "What changed", demonstration: "Demonstration ruling", others: "and others", unknownDate: "date unknown",
		sources:     map[plural.Form]string{plural.One: "%n source", plural.Other: "%n sources"},
		origins:     map[plural.Form]string{plural.One: "%n independent origin", plural.Other: "%n independent origins"},
		originRange: "%n to %h independent origins", from: "from %d", until: "until %d", to: "%d to ",
		outcomes: map[string]string{"opinion": "Not rated: opinion", "prediction": "Not rated: prediction", "too-vague": "Not rated: too vague", "no-evidence": "Not rated: no evidence either way", kb.Retracted: "Retracted", kb.MergedAway: "Merged"},
		months:   []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}, date: "%D %M %Y",
		nothing: "There is no published claim at this address.", redacted: "This ruling was withdrawn by law. The log keeps its place.", opens: "opens in a new tab",
	},
	"de": {
		tag: language.German, changed: "Geändert am %d. Als dieser Artikel es zitierte: %w", changedSince: "Geändert am %d, nachdem dieser Artikel es zitierte",
		corrected: "Berichtigt am %d", updated: "Aktualisiert am %d", retracted: "Zurückgezogen am %d", merged: "Am %d mit einer anderen Behauptung zusammengelegt", review: "Wird seit %d überprüft",
		rulingOf: "Urteil vom %d", trail: "Alle Belege", whatChanged: "Was sich änderte", demonstration: "Urteil zur Vorführung", others: "und andere", unknownDate: "Datum unbekannt",
		sources:     map[plural.Form]string{plural.One: "%n Quelle", plural.Other: "%n Quellen"},
		origins:     map[plural.Form]string{plural.One: "%n unabhängiger Ursprung", plural.Other: "%n unabhängige Ursprünge"},
		originRange: "%n bis %h unabhängige Ursprünge", from: "ab %d", until: "bis %d", to: "%d bis ",
		outcomes: map[string]string{"opinion": "Nicht bewertet: Meinung", "prediction": "Nicht bewertet: Vorhersage", "too-vague": "Nicht bewertet: zu vage", "no-evidence": "Nicht bewertet: keine Belege", kb.Retracted: "Zurückgezogen", kb.MergedAway: "Zusammengelegt"},
		months:   []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}, date: "%D. %M %Y",
		nothing: "Unter dieser Adresse ist keine Behauptung veröffentlicht.", redacted: "Dieses Urteil wurde aus rechtlichen Gründen entfernt. Das Log behält seinen Platz.", opens: "öffnet einen neuen Tab",
	},
	"es": {
		tag: language.Spanish, changed: "Cambió el %d. Cuando este artículo la citó: %w", changedSince: "Cambió el %d, después de que este artículo la citara",
		corrected: "Corregido el %d", updated: "Actualizado el %d", retracted: "Retirado el %d", merged: "Unida a otra afirmación el %d", review: "En revisión desde el %d",
		rulingOf: "Veredicto del %d", trail: "Todas las pruebas", whatChanged: "Qué cambió", demonstration: "Veredicto de demostración", others: "y otros", unknownDate: "fecha desconocida",
		sources:     map[plural.Form]string{plural.One: "%n fuente", plural.Other: "%n fuentes"},
		origins:     map[plural.Form]string{plural.One: "%n origen independiente", plural.Other: "%n orígenes independientes"},
		originRange: "de %n a %h orígenes independientes", from: "desde %d", until: "hasta %d", to: "%d a ",
		outcomes: map[string]string{"opinion": "Sin calificar: opinión", "prediction": "Sin calificar: predicción", "too-vague": "Sin calificar: demasiado vago", "no-evidence": "Sin calificar: sin pruebas", kb.Retracted: "Retirado", kb.MergedAway: "Unida a otra"},
		months:   []string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}, date: "%D de %M de %Y",
		nothing: "No hay ninguna afirmación publicada en esta dirección.", redacted: "Este veredicto fue eliminado por motivos legales. El registro conserva su lugar.", opens: "se abre en otra pestaña",
	},
	"fr": {
		tag: language.French, changed: "Modifié le %d. Quand cet article l’a cité : %w", changedSince: "Modifié le %d, après que cet article l’a cité",
		corrected: "Corrigé le %d", updated: "Mis à jour le %d", retracted: "Retiré le %d", merged: "Réuni à une autre affirmation le %d", review: "En réexamen depuis le %d",
		rulingOf: "Verdict du %d", trail: "Toutes les preuves", whatChanged: "Ce qui a changé", demonstration: "Verdict de démonstration", others: "et d’autres", unknownDate: "date inconnue",
		sources:     map[plural.Form]string{plural.One: "%n source", plural.Other: "%n sources"},
		origins:     map[plural.Form]string{plural.One: "%n origine indépendante", plural.Other: "%n origines indépendantes"}, //nolint:misspell // French
		originRange: "de %n à %h origines indépendantes",                                                                      //nolint:misspell // French
		from:        "à partir du %d", until: "jusqu’au %d", to: "du %d au ",
		outcomes: map[string]string{"opinion": "Non noté : opinion", "prediction": "Non noté : prédiction", "too-vague": "Non noté : trop vague", "no-evidence": "Non noté : aucune preuve", kb.Retracted: "Retiré", kb.MergedAway: "Réuni à une autre"},
		months:   []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}, date: "%D %M %Y",
		nothing: "Aucune affirmation n’est publiée à cette adresse.", redacted: "Ce verdict a été supprimé pour des raisons légales. Le journal garde sa place.", opens: "s’ouvre dans un nouvel onglet",
	},
	"ru": {
		tag: language.Russian, changed: "Изменено %d. Когда статья его цитировала: %w", changedSince: "Изменено %d, после того как статья его процитировала",
		corrected: "Исправлено %d", updated: "Обновлено %d", retracted: "Отозвано %d", merged: "Объединено с другим утверждением %d", review: "Пересматривается с %d",
		rulingOf: "Вердикт от %d", trail: "Все доказательства", whatChanged: "Что изменилось", demonstration: "Демонстрационный вердикт", others: "и другие", unknownDate: "дата неизвестна",
		sources:     map[plural.Form]string{plural.One: "%n источник", plural.Few: "%n источника", plural.Many: "%n источников", plural.Other: "%n источника"},
		origins:     map[plural.Form]string{plural.One: "%n независимое происхождение", plural.Few: "%n независимых происхождения", plural.Many: "%n независимых происхождений", plural.Other: "%n независимых происхождения"},
		originRange: "от %n до %h независимых происхождений", from: "с %d", until: "до %d", to: "%d — ",
		outcomes: map[string]string{"opinion": "Без оценки: мнение", "prediction": "Без оценки: прогноз", "too-vague": "Без оценки: слишком расплывчато", "no-evidence": "Без оценки: нет доказательств", kb.Retracted: "Отозвано", kb.MergedAway: "Объединено"},
		months:   []string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}, date: "%D %M %Y",
		nothing: "По этому адресу утверждение не опубликовано.", redacted: "Этот вердикт удалён по закону. В журнале его место сохранено.", opens: "откроется в новой вкладке",
	},
}

// on puts a moment into a phrase.
func (w cardWords) on(phrase string, t time.Time) string {
	return strings.ReplaceAll(phrase, "%d", w.day(t.UTC()))
}

// onStamp puts a time of a document into a phrase.
func (w cardWords) onStamp(phrase, stamp string) string {
	t, err := record.ParseStamp(stamp)
	if err != nil {
		return strings.ReplaceAll(phrase, "%d", stamp)
	}
	return w.on(phrase, t)
}

// said says who said it, where and when.
func (w cardWords) said(d record.Digest) string {
	var parts []string
	if len(d.Speakers) > 0 {
		parts = append(parts, d.Speakers[0].Name)
	}
	if len(d.Speakers) > 1 {
		parts = append(parts, w.others)
	}
	if d.Place != "" {
		parts = append(parts, d.Place)
	}
	if len(parts) == 0 && d.SaidOn.Unknown() {
		return ""
	}
	return strings.Join(append(parts, w.world(d.SaidOn)), ", ")
}

func (w cardWords) day(t time.Time) string {
	return strings.NewReplacer("%D", strconv.Itoa(t.Day()), "%M", w.months[t.Month()-1], "%Y", strconv.Itoa(t.Year())).Replace(w.date)
}

// count says a number of things.
func (w cardWords) count(forms map[plural.Form]string, n int) string {
	form := plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0)
	phrase, ok := forms[form]
	if !ok {
		phrase = forms[plural.Other]
	}
	return strings.ReplaceAll(phrase, "%n", strconv.Itoa(n))
}

// strength says in one line what the ruling stands on.
func (w cardWords) strength(o record.Origins) string {
	origins := w.count(w.origins, o.Low)
	if o.Low != o.High {
		origins = strings.NewReplacer("%n", strconv.Itoa(o.Low), "%h", strconv.Itoa(o.High)).Replace(w.originRange)
	}
	return w.count(w.sources, o.Sources) + ", " + origins
}

// world gives a date of the world, as exactly as it is known.
func (w cardWords) world(d kb.Date) string {
	if d.Unknown() {
		return w.unknownDate
	}
	from, to, interval := strings.Cut(d.EDTF, "/")
	phrase := func(form, edtf string) string { return strings.ReplaceAll(form, "%d", w.point(edtf)) }
	switch {
	case !interval:
		return w.point(d.EDTF)
	case from == "" || from == "..":
		return phrase(w.until, to)
	case to == "" || to == "..":
		return phrase(w.from, from)
	}
	return phrase(w.to, from) + w.point(to)
}

func (w cardWords) point(edtf string) string {
	if t, err := time.Parse(time.DateOnly, edtf[:min(len(edtf), len(time.DateOnly))]); err == nil {
		return w.day(t)
	}
	if t, err := time.Parse("2006-01", edtf); err == nil {
		return w.months[t.Month()-1] + " " + strconv.Itoa(t.Year())
	}
	return edtf
}

// rating gives the word of a rating, and the language that it is in: a scale may
// have no words in the card's.
func (w cardWords) rating(r *record.Rating, outcome string) (word, lang string) {
	tag := w.tag.String()
	if r == nil {
		return w.outcomes[outcome], tag
	}
	if _, ok := r.Texts[tag]; !ok {
		tag = "en"
	}
	return r.Texts.In(tag).Label, tag
}
