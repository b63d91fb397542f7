package exercises

// Say is what the judge of properties says, in a language.
func Say(lang, sentence string) string {
	return sentence
}
