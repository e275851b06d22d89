package clientip_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"accountql/clientip"
)

var trusted = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8:f::/48"),
}

// network returns the network of a request from peer with the header fields.
func network(peer string, forwarded []string, trusted []netip.Prefix) string {
	var got string
	handler := clientip.Middleware(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = clientip.Network(r.Context())
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = peer
	for _, field := range forwarded {
		r.Header.Add("X-Forwarded-For", field)
	}
	r.Header.Set("X-Real-Ip", "6.6.6.6")
	r.Header.Set("Forwarded", "for=6.6.6.6")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	return got
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	const proxy = "10.1.1.1:4711"
	for _, test := range []struct {
		name      string
		peer      string
		forwarded []string
		untrusted bool // No proxy is trusted.
		want      string
	}{
		{name: "direct", peer: "203.0.113.7:4711", want: "203.0.113.7"},
		{name: "direct, claims another", peer: "203.0.113.7:4711", forwarded: []string{"6.6.6.6"}, want: "203.0.113.7"},
		{name: "nobody is trusted", peer: proxy, forwarded: []string{"6.6.6.6"}, untrusted: true, want: "10.1.1.1"},
		{name: "proxy alone", peer: proxy, want: "10.1.1.1"},
		{name: "proxy, empty field", peer: proxy, forwarded: []string{""}, want: "10.1.1.1"},
		{name: "one proxy", peer: proxy, forwarded: []string{"203.0.113.7"}, want: "203.0.113.7"},
		{name: "client lies on the left", peer: proxy, forwarded: []string{"6.6.6.6, 203.0.113.7"}, want: "203.0.113.7"},
		{name: "client lies that it is behind a proxy", peer: proxy, forwarded: []string{"6.6.6.6, 10.9.9.9, 203.0.113.7"}, want: "203.0.113.7"},
		{name: "two proxies", peer: proxy, forwarded: []string{"6.6.6.6,203.0.113.7 ,\t192.0.2.1"}, want: "203.0.113.7"},
		{name: "two fields are one list", peer: proxy, forwarded: []string{"6.6.6.6, 203.0.113.7", "10.2.2.2"}, want: "203.0.113.7"},
		{name: "the client's field is first", peer: proxy, forwarded: []string{"6.6.6.6", "203.0.113.7"}, want: "203.0.113.7"},
		{name: "proxies alone", peer: proxy, forwarded: []string{"10.3.3.3, 10.2.2.2"}, want: "10.3.3.3"},
		{name: "garbage ends the walk", peer: proxy, forwarded: []string{"203.0.113.7, unknown, 10.2.2.2"}, want: "10.2.2.2"},
		{name: "garbage at once", peer: proxy, forwarded: []string{"203.0.113.7, 10.2.2.2,"}, want: "10.1.1.1"},
		{name: "a name", peer: proxy, forwarded: []string{"localhost"}, want: "10.1.1.1"},
		{name: "a leading zero", peer: proxy, forwarded: []string{"203.0.113.007"}, want: "10.1.1.1"},
		{name: "two in one", peer: proxy, forwarded: []string{"6.6.6.6 203.0.113.7"}, want: "10.1.1.1"},
		{name: "with a port", peer: proxy, forwarded: []string{"203.0.113.7:99"}, want: "203.0.113.7"},
		{name: "IPv6", peer: "[2001:db8:1:2:3:4:5:6]:4711", want: "2001:db8:1:2::/64"},
		{name: "IPv6 with a zone", peer: "[fe80::1%eth0]:4711", want: "fe80::/64"},
		{name: "IPv6 proxy", peer: "[2001:db8:f::1]:4711", forwarded: []string{"2001:DB8:1:2:3::4"}, want: "2001:db8:1:2::/64"},
		{name: "IPv6 in brackets", peer: proxy, forwarded: []string{"[2001:db8:1:2:3::4]:99"}, want: "2001:db8:1:2::/64"},
		{name: "IPv4 as IPv6", peer: "[::ffff:203.0.113.7]:4711", want: "203.0.113.7"},
		{name: "proxy's IPv4 as IPv6", peer: "[::ffff:10.1.1.1]:4711", forwarded: []string{"::ffff:203.0.113.7, ::ffff:a02:202"}, want: "203.0.113.7"},
		{name: "zones don't hide a proxy", peer: proxy, forwarded: []string{"203.0.113.7, 2001:db8:f::2%x"}, want: "203.0.113.7"},
		{name: "no address", peer: "@", forwarded: []string{"6.6.6.6"}, want: ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			proxies := trusted
			if test.untrusted {
				proxies = nil
			}
			if got := network(test.peer, test.forwarded, proxies); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestNetworkWithoutMiddleware(t *testing.T) {
	t.Parallel()
	if got := clientip.Network(t.Context()); got != "" {
		t.Errorf("got %q", got)
	}
}

// FuzzNetwork lets a client send any header. What the proxy has added on the
// right must win.
func FuzzNetwork(f *testing.F) {
	for _, field := range []string{"", "6.6.6.6", "6.6.6.6,10.1.1.1", ",,,", "[::1%x]:99", "unknown"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		for _, forwarded := range [][]string{{field, "203.0.113.7"}, {field + ", 203.0.113.7"}, {field + ",203.0.113.7", "10.2.2.2"}} {
			if got := network("10.1.1.1:4711", forwarded, trusted); got != "203.0.113.7" {
				t.Errorf("%q: got %q", forwarded, got)
			}
		}
		if got := network("203.0.113.7:4711", strings.Split(field, "\n"), trusted); got != "203.0.113.7" {
			t.Errorf("%q without a proxy: got %q", field, got)
		}
	})
}
