package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// record is Logto's record of an account, each value by its place, such as
// profile.address.country; but for the time of the last change.
func (w *world) record(name string) map[string]string {
	w.t.Helper()
	user := w.manage(http.MethodGet, "/api/users/{"+name+"}?includeSsoIdentities=true", nil).(map[string]any)
	delete(user, "updatedAt")
	values := map[string]string{}
	w.flatten("", user, values)
	return values
}

func (w *world) flatten(place string, value any, values map[string]string) {
	w.t.Helper()
	object, isObject := value.(map[string]any)
	if !isObject {
		values[place] = encode(w.t, value)
		return
	}
	for key, member := range object {
		within := key
		if place != "" {
			within = place + "." + key
		}
		w.flatten(within, member, values)
	}
}

// changes lists what differs between two records.
func changes(before, after map[string]string) []string {
	differences := []string{}
	for _, place := range slices.Sorted(maps.Keys(merged(before, after))) {
		was, hadBefore := before[place]
		is, hasAfter := after[place]
		switch {
		case !hadBefore:
			differences = append(differences, fmt.Sprintf("%s: %s added", place, is))
		case !hasAfter:
			differences = append(differences, fmt.Sprintf("%s: %s removed", place, was))
		case was != is:
			differences = append(differences, fmt.Sprintf("%s: %s is now %s", place, was, is))
		}
	}
	return differences
}

func merged[V any](base, over map[string]V) map[string]V {
	both := maps.Clone(base)
	maps.Copy(both, over)
	return both
}
