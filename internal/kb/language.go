package kb

import "strings"

// Direction gives the direction of writing, "ltr" or "rtl", of a BCP 47 tag.
func Direction(language string) string {
	tag := strings.ToLower(language)
	for _, script := range []string{"-arab", "-hebr", "-thaa", "-syrc", "-nkoo"} {
		if strings.Contains(tag, script) {
			return "rtl"
		}
	}
	primary, _, _ := strings.Cut(tag, "-")
	switch primary {
	case "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi":
		return "rtl"
	}
	return "ltr"
}

// ValidLanguage reports whether a tag is a BCP 47 tag as fields take it.
func ValidLanguage(tag string) bool { return languageTag.MatchString(tag) }
