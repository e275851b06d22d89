package graphqlhttp

import (
	"strconv"
	"strings"
)

// The media types that answers come in, after the GraphQL-over-HTTP specification. The first lets a client trust the
// status; with the second every well-formed request is answered 200, as it was before the first existed.
const (
	mediaResponse = "application/graphql-response+json"
	mediaJSON     = "application/json"
)

// weight is how much an Accept header wants one media type: the quality that the most specific range gave.
type weight struct {
	specificity int
	quality     float64
}

// offer lowers or raises the weight by one range of the header (RFC 9110, section 12.5.1: the most specific wins).
func (w *weight) offer(specificity int, quality float64) {
	switch {
	case specificity > w.specificity:
		*w = weight{specificity, quality}
	case specificity == w.specificity:
		w.quality = max(w.quality, quality)
	}
}

// negotiate returns the media type for the answer to a request with these Accept headers, or "" when they take
// nothing that the server speaks. Whoever doesn't name application/graphql-response+json gets application/json, as the
// specification asks for clients that are older than it. Ranges that make no sense are as good as absent.
func negotiate(accept []string) string {
	const wildcard, subtype, exact = 1, 2, 3
	var response, plain weight
	constrained := false
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			mediaRange, parameters, _ := strings.Cut(part, ";")
			mediaRange = strings.TrimSpace(mediaRange)
			if mediaRange == "" {
				continue
			}
			constrained = true
			quality, ok := qualityOf(parameters)
			if !ok {
				continue
			}
			switch {
			case strings.EqualFold(mediaRange, mediaResponse):
				response.offer(exact, quality)
			case strings.EqualFold(mediaRange, mediaJSON):
				plain.offer(exact, quality)
			case strings.EqualFold(mediaRange, "application/*"):
				response.offer(subtype, quality)
				plain.offer(subtype, quality)
			case mediaRange == "*/*":
				response.offer(wildcard, quality)
				plain.offer(wildcard, quality)
			}
		}
	}
	switch {
	case !constrained:
		return mediaJSON
	case response.quality == 0 && plain.quality == 0:
		return ""
	case response.quality > plain.quality, response.quality == plain.quality && response.specificity == exact:
		return mediaResponse
	default:
		return mediaJSON
	}
}

// qualityOf returns the q parameter among the parameters of a media range, 1 when there is none, and false when it is
// no number from 0 to 1.
func qualityOf(parameters string) (float64, bool) {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		quality, err := strconv.ParseFloat(value, 64)
		return quality, err == nil && quality >= 0 && quality <= 1
	}
	return 1, true
}
