package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"accountql/access"
	"accountql/address"
)

func boolean(v string) (bool, error) {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, fmt.Errorf("is %q", v)
	}
	return b, nil
}

func logLevel(v string) (slog.Level, error) {
	switch v {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("is %q", v)
}

func hostPort(v string) (string, error) {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return "", errors.New("is not HOST:PORT")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", errors.New("has no port from 0 to 65535")
	}
	return v, nil
}

// overlaps tells whether two addresses of the form HOST:PORT can't both be listened
// on. Port 0 is a free one each time.
func overlaps(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	return hostA == hostB || isEveryHost(hostA) || isEveryHost(hostB)
}

// isEveryHost tells whether listening on a host takes all network interfaces.
func isEveryHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

// word refuses what a copied credential never has, and a header can't carry.
func word[T ~string](v string) (T, error) {
	if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("has a space or another character that no credential of Logto has")
	}
	return T(v), nil
}

// list splits v at its commas and drops what is empty, a trailing comma's entry
// for instance.
func list(v string) ([]string, error) {
	var entries []string
	for entry := range strings.SplitSeq(v, ",") {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return nil, errors.New("lists nothing")
	}
	return entries, nil
}

// each makes a parser of lists from one of entries. It says which entry is
// wrong by its place, since quoting it could reveal a key or a password.
func each[T any](parse func(string) (T, error)) func(string) ([]T, error) {
	return func(v string) ([]T, error) {
		entries, err := list(v)
		if err != nil {
			return nil, err
		}
		values := make([]T, len(entries))
		for i, entry := range entries {
			if values[i], err = parse(entry); err != nil {
				return nil, fmt.Errorf("entry %d %w", i+1, err)
			}
		}
		return values, nil
	}
}

// everything is the entry that, alone, makes a list stand for all values.
const everything = "*"

func isEverything(entries []string) bool {
	return slices.Equal(entries, []string{everything})
}

func clientIDs(v string) ([]string, error) {
	entries, err := each(word[string])(v)
	if err == nil && len(entries) > 1 && slices.Contains(entries, everything) {
		return nil, errors.New("lists * beside others")
	}
	return entries, err
}

// keys parses a list of custom data's keys, which may hold spaces.
func keys(v string) ([]string, error) {
	if v == "none" {
		return nil, nil
	}
	entries, err := list(v)
	if len(entries) > 1 && (slices.Contains(entries, everything) || slices.Contains(entries, "none")) {
		return nil, errors.New("lists * or none beside others")
	}
	return entries, err
}

func fieldAccess(v string) (access.Policy, error) {
	entries, err := list(v)
	if err != nil {
		return access.Policy{}, err
	}
	return access.ParsePolicy(entries)
}

// upTo makes a parser of numbers from 1. Zero is refused: it reads as none to some
// and as no limit to others.
func upTo(most int) func(string) (int, error) {
	return func(v string) (int, error) {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			return 0, fmt.Errorf("is not a number from 1 to %d", most)
		}
		return n, nil
	}
}

// lifetime parses a length of time, or none, which is zero. It has days, which Go's
// durations have not.
func lifetime(v string) (time.Duration, error) {
	const day, mostDays = 24 * time.Hour, 36500
	if v == "none" {
		return 0, nil
	}
	length, err := time.ParseDuration(v)
	if days, isDays := strings.CutSuffix(v, "d"); isDays {
		var n int
		if n, err = strconv.Atoi(days); n <= mostDays {
			length = time.Duration(n) * day
		}
	}
	if err != nil || length < time.Minute || length > mostDays*day {
		return 0, fmt.Errorf("is not a length of time from 1m to %dd", mostDays)
	}
	return length, nil
}

// grace parses a length of time that may be zero.
func grace(v string) (time.Duration, error) {
	length, err := time.ParseDuration(v)
	if err != nil || length < 0 || length > 5*time.Minute {
		return 0, errors.New("is not a length of time from 0s to 5m")
	}
	return length, nil
}

// issuerName parses a name for authenticator apps, which take a colon for its end.
func issuerName(v string) (string, error) {
	const most = 48
	if strings.ContainsFunc(v, func(r rune) bool { return r == ':' || !unicode.IsPrint(r) }) {
		return "", errors.New("has a colon or a character that can't be shown")
	}
	if utf8.RuneCountInString(v) > most {
		return "", fmt.Errorf("has more than %d characters", most)
	}
	return v, nil
}

// phoneCountry parses a country's code.
func phoneCountry(v string) (string, error) {
	v = strings.ToUpper(v)
	if !address.IsCountry(v) {
		return "", errors.New("is no country with phone numbers")
	}
	return v, nil
}

// proxies parses a network, or the address of a single machine.
func proxies(v string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(v)
	if err != nil {
		machine, err := netip.ParseAddr(v)
		if err != nil || machine.Zone() != "" {
			return netip.Prefix{}, errors.New("is neither an IP address nor a network such as 10.0.0.0/8")
		}
		network = netip.PrefixFrom(machine, machine.BitLen())
	}
	switch {
	case network.Addr().Is4In6():
		return netip.Prefix{}, errors.New("is an IPv4 address written as IPv6")
	case network.Bits() == 0:
		return netip.Prefix{}, errors.New("trusts everybody, who could then claim any address")
	}
	return network.Masked(), nil
}

// webhookSecret parses a secret in the form of Standard Webhooks.
func webhookSecret(v string) (Secret, error) {
	const least, most = 32, 64
	secret, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(v, "whsec_"))
	if err != nil {
		return "", errors.New("is not base64")
	}
	if len(secret) < least || len(secret) > most {
		return "", fmt.Errorf("has %d bytes rather than %d to %d", len(secret), least, most)
	}
	return Secret(secret), nil
}

func secretKey(v string) (Secret, error) {
	const size = 32
	key, err := base64.StdEncoding.Strict().DecodeString(v)
	if err != nil {
		return "", errors.New("is not base64")
	}
	if len(key) != size {
		return "", fmt.Errorf("has %d bytes rather than %d", len(key), size)
	}
	return Secret(key), nil
}
