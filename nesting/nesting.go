// Package nesting tells how deep JSON nests before anything decodes it. Decoders and encoders call themselves for each
// level, on stacks that begin small: two thousand levels, which fit into a token, take as long as a check of its
// signature.
package nesting

// Exceeds tells whether JSON text has objects and lists within each other to more than so many levels. Of what is no JSON
// it tells anything.
func Exceeds(text []byte, levels int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++ // What is escaped ends no string.
		case '[', '{':
			if !quoted {
				depth++
			}
		case ']', '}':
			if !quoted {
				depth--
			}
		}
		if depth > levels {
			return true
		}
	}
	return false
}
