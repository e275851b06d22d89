package graphqlhttp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// registeredDocuments, each of cachedDocumentBytes at most, bound the memory that clients' registrations take: 8 MB.
const registeredDocuments = 1000

// persisted holds the documents that requests can name instead of sending them. There are two kinds. Trusted ones come
// with the configuration, are checked before the server starts, and stay. Registered ones come from clients, by Apollo's
// protocol of automatic persisted queries, and go when there is no room: a client that names one which is gone is told,
// and sends it again. They serve all callers alike, for a document holds no secret, and a hash names one text only.
type persisted struct {
	// only says that no other documents than trusted ones are executed.
	only bool
	// texts are the trusted documents by their ids, and by the SHA-256 that clients may compute themselves.
	texts map[string]string
	// parsed are the trusted documents by their texts.
	parsed map[string]*ast.QueryDocument
	// registered are the texts of the other documents by their SHA-256. The cache keeps what was used twice apart from
	// what was not, so that a client that registers one document after the other displaces nothing that is in use. One
	// that uses each of them as well can, by two requests for what costs its users one more.
	registered *lru.TwoQueueCache[string, string]
}

// ErrOperations is in the error of New when some of Config.Operations can't be executed.
var ErrOperations = errors.New("operations don't fit the schema or the limits")

// trust checks the operations and makes d.persisted of them. All problems are in the error, by operation.
func (d *documents) trust(operations []Operation, only bool) error {
	registered, err := lru.New2Q[string, string](registeredDocuments)
	if err != nil {
		return err
	}
	d.persisted = persisted{only: only, texts: map[string]string{}, parsed: map[string]*ast.QueryDocument{}, registered: registered}
	var problems []error
	for _, operation := range operations {
		if text, ok := d.persisted.texts[operation.ID]; ok && text != operation.Text {
			problems = append(problems, operation.problem("its id is another document's too"))
		}
		d.persisted.texts[operation.ID] = operation.Text
		if d.persisted.trusts(operation.Text) {
			continue
		}
		document, refused := d.compile(operation.Text)
		if refused != nil {
			for _, err := range refused.errors {
				problems = append(problems, operation.problem(describe(err)))
			}
		}
		d.persisted.parsed[operation.Text] = document
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w:\n%w", ErrOperations, errors.Join(problems...))
	}
	for text := range d.persisted.parsed {
		if hash := hashOf(text); d.persisted.texts[hash] == "" {
			d.persisted.texts[hash] = text
		}
	}
	return nil
}

// describe is a message with its place.
func describe(err *gqlerror.Error) string {
	if len(err.Locations) == 0 {
		return err.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", err.Locations[0].Line, err.Locations[0].Column, err.Message)
}

// problem names the operation as its developers know it, also if it doesn't parse.
func (o Operation) problem(what string) error {
	name := "operation"
	named := regexp.MustCompile(`\b(?:query|mutation|subscription)\s+(\w+)`)
	if match := named.FindStringSubmatch(o.Text); match != nil {
		name += " " + match[1]
	}
	return fmt.Errorf("%s (id %s): %s", name, o.ID, what)
}

func (s *persisted) trusts(text string) bool {
	_, ok := s.parsed[text]
	return ok
}

// text returns the text of the document that p asks for, sent or named. A hash that comes with a text must be the
// text's, lest a client gives another document's name to its own.
func (s *persisted) text(p parameters) (string, *refusal) {
	switch {
	case p.query == "":
		if text, ok := s.named(cmp.Or(p.documentID, p.hash)); ok {
			return text, nil
		}
		if s.only {
			return "", notAllowed()
		}
		return "", notFound()
	case s.only && !s.trusts(p.query):
		return "", notAllowed()
	case p.hash != "" && s.texts[p.hash] != p.query && p.hash != hashOf(p.query):
		return "", refuse(http.StatusBadRequest, "provided sha does not match query")
	default:
		return p.query, nil
	}
}

// named finds a text by an id of a manifest's or by the text's SHA-256, with or without the prefix that the
// specification's draft on persisted documents gives it.
func (s *persisted) named(id string) (string, bool) {
	if text, ok := s.texts[id]; ok {
		return text, true
	}
	id = strings.TrimPrefix(id, "sha256:")
	if text, ok := s.texts[id]; ok {
		return text, true
	}
	return s.registered.Get(id)
}

// register remembers the document that p was sent with, which is valid, by its hash, which is right.
func (s *persisted) register(p parameters) {
	if p.query != "" && p.hash != "" && len(p.query) <= cachedDocumentBytes && !s.trusts(p.query) {
		s.registered.Add(p.hash, p.query)
	}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hashIn returns the hash in the extension of automatic persisted queries, or "" without it. Clients add members of
// their own to it.
func hashIn(extensions map[string]any) (string, *refusal) {
	if extensions["persistedQuery"] == nil {
		return "", nil
	}
	extension, _ := extensions["persistedQuery"].(map[string]any)
	hash, _ := extension["sha256Hash"].(string)
	switch {
	case extension["version"] != json.Number("1"):
		return "", refuse(http.StatusBadRequest, "extensions.persistedQuery must be an object of version 1.")
	case hash == "":
		return "", refuse(http.StatusBadRequest, "extensions.persistedQuery must have a sha256Hash.")
	}
	return hash, nil
}

// notFound asks for the document itself. Clients know it by its message, Apollo's for the web by its code too. The status
// is 200 whatever the media type, though the specification has it otherwise for one of them: Apollo's client for iOS looks
// into no other answer.
func notFound() *refusal {
	return &refusal{status: http.StatusOK, errors: gqlerror.List{coded(codePersistedNotFound, "PersistedQueryNotFound")}}
}

func notAllowed() *refusal {
	return refuseDocument(coded(codePersistedNotAllowed, "Only registered documents are executed here, and this is none."))
}
