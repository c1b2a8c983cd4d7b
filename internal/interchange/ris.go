package interchange

import (
	"bytes"
)

// RIS writes the citations as tagged lines. It knows one date only: of an
// interval the beginning.
func RIS(list []Citation) []byte {
	var b bytes.Buffer
	tag := func(name string, values ...string) {
		for _, v := range oneLines(values) {
			b.WriteString(name + "  - " + v + "\r\n")
		}
	}
	for _, c := range list {
		tag("TY", formOf(c.Kind).ris)
		tag("ID", c.Key)
		tag("TI", c.Title)
		tag("AU", c.Authors...)
		tag("T2", c.Container)
		tag("PB", c.Publisher)
		if p := datePoints(c.PublishedOn); p != nil {
			tag("PY", p[0][:1].joined(""))
			tag("DA", p[0].joined("/"))
		}
		tag("UR", plainURL(c.URL))
		if p := datePoints(c.AccessedOn); p != nil {
			tag("Y2", p[0].joined("/"))
		}
		tag("LA", c.knownLanguage())
		tag("AB", c.Abstract)
		tag("N1", c.Note)
		tag("L2", plainURL(c.Copy))
		b.WriteString("ER  - \r\n")
	}
	return b.Bytes()
}

func (c Citation) knownLanguage() string {
	if c.Language == "und" {
		return ""
	}
	return c.Language
}
