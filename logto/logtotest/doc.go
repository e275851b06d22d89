// Package logtotest is an embedded Logto: a real HTTP server on a loopback port
// that answers as a measured Logto 1.42 does, quirks included. It serves tests
// and the demo.
//
// State is kept as JSON objects and never as a client's structs, so that a wrong
// struct tag on the client's side fails. What the recorded exchanges do not show
// (roles, applications, resources, passkeys, enterprise identities) takes its
// shape from Logto's OpenAPI description.
//
// Two things are absent on purpose: the sign-in pages (SignIn stands in for a
// whole sign-in) and any persistence.
package logtotest
