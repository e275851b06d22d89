package main

import (
	"sync"

	"github.com/google/go-cmp/cmp"
)

// codesOf counts the codes of answers.
func codesOf(answers []answer) map[string]int {
	counts := map[string]int{}
	for _, a := range answers {
		counts[a.code]++
	}
	return counts
}

// atOnce runs do so many times at the same time.
func atOnce(times int, do func(i int) answer) []answer {
	answers := make([]answer, times)
	var wg sync.WaitGroup
	for i := range times {
		wg.Go(func() { answers[i] = do(i) })
	}
	wg.Wait()
	return answers
}

// wantOutcomes compares how often each code was answered.
func (w *world) wantOutcomes(want map[string]int, answers []answer) {
	w.t.Helper()
	if diff := cmp.Diff(want, codesOf(answers)); diff != "" {
		w.t.Errorf("answers by code (-want +got):\n%s", diff)
	}
}
