package logtotest

import (
	"regexp"
	"slices"
	"strings"
)

// searchedColumns are what a plain search looks at.
var searchedColumns = []string{"id", "primaryEmail", "primaryPhone", "username", "name"}

// listUsers shows the newest first. Of Logto's search it knows `search`, with % as
// wildcard and ignoring case, and `search.{column}` for an exact value.
func listUsers(c *call) response {
	shown := []object{}
	for _, u := range slices.Backward(c.users) {
		if c.finds(u) {
			shown = append(shown, c.show(u))
		}
	}
	return c.paged(shown)
}

func (c *call) finds(u *user) bool {
	for key, value := range c.query {
		column, isExact := strings.CutPrefix(key, "search.")
		switch {
		case key == "search":
			pattern := likePattern(value.(string))
			if !slices.ContainsFunc(searchedColumns, func(column string) bool {
				held, _ := u.data[column].(string)
				return pattern.MatchString(held)
			}) {
				return false
			}
		case isExact && u.data[column] != value:
			return false
		}
	}
	return true
}

// likePattern turns SQL's LIKE into a regular expression.
func likePattern(like string) *regexp.Regexp {
	return regexp.MustCompile("(?is)^" + strings.ReplaceAll(regexp.QuoteMeta(like), "%", ".*") + "$")
}
