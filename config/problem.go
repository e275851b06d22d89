package config

import "errors"

// Problem is something about a setting that the operator should know.
type Problem struct {
	// Setting is the environment variable's name.
	Setting string
	// What continues a sentence that begins with Setting. No secret is ever in it.
	What string
	// Mend says what to set instead.
	Mend string
}

// Error implements error.
func (p Problem) Error() string { return p.Setting + " " + p.What + ": " + p.Mend }

// Problems takes the error of FromEnv apart.
func Problems(err error) []Problem {
	var problems []Problem
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			problems = append(problems, Problems(one)...)
		}
	} else if problem, ok := errors.AsType[Problem](err); ok {
		problems = append(problems, problem)
	}
	return problems
}
