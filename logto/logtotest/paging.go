package logtotest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// list is a JSON array, [] for nothing.
func list(objects []object) []object {
	if objects == nil {
		return []object{}
	}
	return objects
}

// paged answers with one page of a list, with Logto's Total-Number and Link.
func (c *call) paged(all []object) response {
	page, pageErr := c.number("page", 1)
	size, sizeErr := c.number("page_size", defaultPageSize)
	if pageErr != nil || sizeErr != nil || page < 1 || size < 1 || size > maxPageSize {
		return fail(http.StatusBadRequest, "guard.invalid_pagination")
	}
	last := max(1, (len(all)+size-1)/size)
	links := []string{c.link(1, "first"), c.link(last, "last")}
	if page > 1 && page <= last {
		links = append(links, c.link(page-1, "prev"))
	}
	if page < last {
		links = append(links, c.link(page+1, "next"))
	}
	start := min((page-1)*size, len(all))
	result := ok(list(all[start:min(start+size, len(all))])).withHeader("Total-Number", strconv.Itoa(len(all)))
	result.header["Link"] = links
	return result
}

// pagedIfAsked leaves out paging unless the query speaks of it.
func (c *call) pagedIfAsked(all []object) response {
	if c.query["page"] == nil && c.query["page_size"] == nil {
		return ok(list(all))
	}
	return c.paged(all)
}

func (c *call) number(key string, otherwise int) (int, error) {
	text, given := c.query[key].(string)
	if !given {
		return otherwise, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", key, err)
	}
	return number, nil
}

// link points to another page; Logto forgets its own /api prefix there.
func (c *call) link(page int, relation string) string {
	pairs, replaced := []string{}, false
	for pair := range strings.SplitSeq(c.request.URL.RawQuery, "&") {
		if key, _, _ := strings.Cut(pair, "="); key == "page" {
			pair, replaced = "page="+strconv.Itoa(page), true
		}
		if pair != "" {
			pairs = append(pairs, pair)
		}
	}
	if !replaced {
		pairs = append(pairs, "page="+strconv.Itoa(page))
	}
	target := url.URL{Path: strings.TrimPrefix(c.request.URL.Path, "/api"), RawQuery: strings.Join(pairs, "&")}
	return fmt.Sprintf("<%s%s>; rel=%q", c.Endpoint, target.String(), relation)
}
