package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// connectorDataKeys parses "target:key,key;target:key".
func connectorDataKeys(v string) (map[string][]string, error) {
	byTarget := map[string][]string{}
	for i, entry := range strings.Split(v, ";") {
		target, keys, err := targetKeys(entry)
		if err == nil && byTarget[target] != nil {
			err = errors.New("has the target of another one")
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d %w", i+1, err)
		}
		byTarget[target] = keys
	}
	return byTarget, nil
}

// targetKeys parses "target:key,key". All of them are plain words, so that a slip
// in the punctuation is noticed.
func targetKeys(entry string) (target string, keys []string, err error) {
	target, listed, _ := strings.Cut(entry, ":")
	target = strings.TrimSpace(target)
	for key := range strings.SplitSeq(listed, ",") {
		keys = append(keys, strings.TrimSpace(key))
	}
	switch {
	case !isPlainWord(target) || slices.ContainsFunc(keys, func(key string) bool { return !isPlainWord(key) }):
		return "", nil, errors.New("is not target:key,key")
	case slices.Contains(keys, "redirectUri"):
		return "", nil, errors.New("lists redirectUri, which only this server sets")
	}
	return target, keys, nil
}

// isPlainWord takes letters, digits and _ . - but begins with a letter or digit.
func isPlainWord(word string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return word != "" && strings.Trim(word, letters+"_.-") == "" && strings.Contains(letters, word[:1])
}
