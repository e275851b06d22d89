// Package clientip tells from which network address a request comes, for limits
// by address. Behind proxies that is in the header X-Forwarded-For, which
// anybody can send, so it counts only as far as trusted proxies have written it.
package clientip

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

type key struct{}

// Middleware finds the client's address for next. trusted are the networks of
// the proxies whose X-Forwarded-For counts.
func Middleware(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, ok := parse(r.RemoteAddr); ok {
			client := client(peer, r.Header.Values("X-Forwarded-For"), trusted)
			r = r.WithContext(context.WithValue(r.Context(), key{}, client))
		}
		next.ServeHTTP(w, r)
	})
}

// Network returns the network that the request of ctx came from, as limits count
// it: the address itself in IPv4, the /64 in IPv6, whose addresses all belong to
// one subscriber. It is "" when the address isn't known.
func Network(ctx context.Context) string {
	client, ok := ctx.Value(key{}).(netip.Addr)
	switch {
	case !ok:
		return ""
	case client.Is4():
		return client.String()
	default:
		const subscriber = 64
		return netip.PrefixFrom(client, subscriber).Masked().String()
	}
}

// client walks from the peer to the left through what the proxies have written,
// each the address that it was called from, up to the first address that is no
// trusted proxy. Beyond something unreadable nothing can be believed: the last
// address before it is the answer.
func client(peer netip.Addr, forwarded []string, trusted []netip.Prefix) netip.Addr {
	isTrusted := func(addr netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(addr) })
	}
	// Repeated fields are one list (RFC 9110, section 5.3).
	rest, more := strings.Join(forwarded, ","), len(forwarded) > 0
	for more && isTrusted(peer) {
		comma := strings.LastIndexByte(rest, ',')
		next, ok := parse(strings.TrimSpace(rest[comma+1:]))
		if !ok {
			break
		}
		peer, rest, more = next, rest[:max(comma, 0)], comma >= 0
	}
	return peer
}

// parse reads an address that may have a port, and brings it to the one form in
// which it is compared: IPv4 as itself, IPv6 without a zone.
func parse(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}
