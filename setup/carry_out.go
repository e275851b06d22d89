package setup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"accountql/operator"
)

// Consent says whether a plan may be carried out.
type Consent struct {
	// Given consents to whatever the plan is.
	Given bool
	// Answers is where somebody answers; nil if nobody can be asked.
	Answers io.Reader
}

// ErrIncomplete says that some of a plan was not carried out.
var ErrIncomplete = errors.New("not everything could be made: see what failed or is unsure, and run this again; what was made is kept")

// CarryOut makes the plan come true, once it has been consented to, and tells of each
// step. It ends at the first that fails, since each needs those before it. For an
// empty plan nobody is asked.
func (p *Plan) CarryOut(ctx context.Context, consent Consent, w io.Writer) error {
	switch {
	case consent.Given || p.IsEmpty():
	case consent.Answers == nil:
		return errors.New("nothing was made: standard input is no terminal to ask at; setup -yes makes it without asking")
	default:
		fmt.Fprint(w, "Make this? Type yes: ")
		if !saysYes(ctx, consent.Answers) {
			return errors.New("nothing was made, as the answer was not yes; setup -yes makes it without asking")
		}
	}
	for i, s := range p.steps {
		if err := s.do(ctx); err != nil {
			outcome := "failed  "
			if operator.MayBeMade(err) {
				outcome = "unsure  "
			}
			fmt.Fprintf(w, "%s  %s: %v\n", outcome, s.what, err)
			for _, left := range p.steps[i+1:] {
				fmt.Fprintf(w, "not made  %s\n", left.what)
			}
			return ErrIncomplete
		}
		fmt.Fprintf(w, "made      %s\n", s.what)
	}
	return nil
}

// saysYes reads a line, and tells whether it says yes.
func saysYes(ctx context.Context, answers io.Reader) bool {
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(answers).ReadString('\n') // No line is no yes.
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case line := <-answer:
		return line == "yes" || line == "y"
	case <-ctx.Done():
		return false
	}
}
