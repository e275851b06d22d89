package main

import (
	"fmt"
	"slices"
	"strings"
)

// family makes requests of one kind out of numbers: the larger these are the
// costlier the requests, until limits stop them.
type family struct {
	name string
	// most is the largest value of each number; the smallest is 0.
	most []int
	// worst are the numbers of the costliest request that a search has found.
	worst []int
	body  func(n []int) string
}

// request is a request's body.
func request(document, variables string) string {
	return fmt.Sprintf(`{"query":%q,"variables":%s}`, document, variables)
}

// repeat joins what part makes of 0 to n-1.
func repeat(n int, part func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part(i))
		b.WriteByte(' ')
	}
	return b.String()
}

// choose is the i-th of choices, as a number of a family gives it.
func choose(i int, choices ...string) string { return choices[i%len(choices)] }

// times is text, n times.
func times(n int, text string) string { return strings.Repeat(text+" ", n) }

// leaves are fields of a user.
var leaves = []string{"id", "__typename", "name", "customData", "createdAt", "a: id", "profile { website }", "hasPassword", "stepUpMethods"}

// lists are fields of a user, with one of their elements' fields to be repeated.
var lists = [][2]string{
	{"personalAccessTokens", "id"},
	{"personalAccessTokens", "createdAt"},
	{"sessions", "id"},
	{"sessions", "applicationIds"},
	{"authorizedApplications", "scopes"},
	{"identities", "details"},
	{"mfaVerifications", "__typename"},
	{"identities", "removable { allowed }"},
}

func families() []family {
	return slices.Concat(fieldFamilies(), fragmentFamilies(), valueFamilies(), wrongFamilies(), introspectionFamilies(), mutationFamilies())
}

// plain is a request without variables.
func plain(document string) string { return request(document, "{}") }

// fieldFamilies select much, or the same again and again.
func fieldFamilies() []family {
	return []family{
		{"repeated field", []int{8, 1490}, []int{8, 1485}, func(n []int) string {
			return plain("{ me { " + times(n[1], choose(n[0], leaves...)) + "} }")
		}},
		{"repeated object", []int{4, 400, 10}, []int{2, 38, 18}, func(n []int) string {
			return plain("{" + times(n[1], choose(n[0], "me {", "me { profile {", "me { profile { address {", "accountSettings { passwordPolicy {")+
				times(n[2], choose(n[0], "id", "website", "locality", "minLength"))+choose(n[0], "}", "}}", "}}}", "}}")) + "}")
		}},
		{"aliased root", []int{50, 8, 40, 3}, []int{37, 0, 3, 1}, func(n []int) string {
			list := lists[n[1]%len(lists)]
			return plain("{" + repeat(n[0], func(i int) string {
				return fmt.Sprintf("a%d: me { id %s }", i, times(n[3], list[0]+"{"+times(n[2], list[1])+"}"))
			}) + "}")
		}},
		{"long aliases", []int{24, 120_000, 8}, []int{8, 1742, 8}, func(n []int) string {
			list := lists[n[2]%len(lists)]
			return plain("{" + repeat(n[0]+1, func(i int) string { return fmt.Sprintf("a%d: me { ...F }", i) }) + "} fragment F on User {" +
				list[0] + "{ b" + strings.Repeat("b", n[1]) + ":" + list[1] + "} }")
		}},
		{"aliased custom data", []int{50, 30}, []int{12, 26}, func(n []int) string {
			return plain("{" + repeat(n[0], func(i int) string { return fmt.Sprintf("a%d: me { customData %s }", i, times(n[1], "id")) }) + "}")
		}},
		{"aliases in lists", []int{50, 8, 8, 400}, []int{41, 0, 1, 133}, func(n []int) string {
			list := lists[n[1]%len(lists)]
			return plain("{ me {" + times(n[2], list[0]+"{"+repeat(n[0], func(i int) string { return fmt.Sprintf("a%d: %s", i, list[1]) })+"}") + times(n[3], "id") + "} }")
		}},
		{"everything, aliased", []int{20, 5}, []int{6, 1}, func(n []int) string {
			all := "id profile { website locale address { country } } createdAt " +
				"personalAccessTokens { id name createdAt expiresAt isExpired } sessions { id ip browser os applicationIds signedInAt expiresAt } " +
				"authorizedApplications { id name scopes createdAt } identities { id details removable { allowed } } mfaVerifications { id createdAt }"
			return plain("query { " + repeat(n[0], func(i int) string { return fmt.Sprintf("a%d: me { %s }", i, times(n[1], all)) }) + "}")
		}},
		{"interfaces", []int{20, 80, 4}, []int{20, 13, 2}, func(n []int) string {
			return plain("{ me { mfaVerifications {" + times(n[0], repeat(4, func(i int) string {
				return choose(i, "... on TotpVerification {", "... on WebAuthnVerification {", "... on BackupCodeVerification {", "... on MfaVerification {") + times(n[1], choose(n[2], "id", "createdAt", "__typename")) + "}"
			})) + "} } }")
		}},
		{"directives", []int{50, 400, 2}, []int{24, 383, 0}, func(n []int) string {
			return request("query($a: Boolean!) { me {"+times(n[0], "id "+choose(n[2], "@include(if: $a)", "@skip(if: $a) @include(if: true)"))+times(n[1], "id")+"} }", `{"a":true}`)
		}},
	}
}

// fragmentFamilies hide much behind little.
func fragmentFamilies() []family {
	return []family{
		{"chain of fragments", []int{180, 1400, 8}, []int{3, 1400, 8}, func(n []int) string {
			return plain("{ me { ...F0 } }" + repeat(n[0], func(i int) string { return fmt.Sprintf("fragment F%d on User { ...F%d }", i, i+1) }) +
				fmt.Sprintf("fragment F%d on User { id %s }", n[0], times(n[1], choose(n[2], leaves...))))
		}},
		{"tree of fragments", []int{20, 8, 300, 8}, []int{17, 1, 203, 8}, func(n []int) string {
			return plain("{ me { ...F0 } }" + repeat(n[0], func(i int) string {
				return fmt.Sprintf("fragment F%d on User { id %s }", i, times(n[1], fmt.Sprintf("...F%d", i+1)))
			}) + fmt.Sprintf("fragment F%d on User { id %s }", n[0], times(n[2], choose(n[3], leaves...))))
		}},
		{"web of fragments", []int{40, 40, 8}, []int{7, 13, 8}, func(n []int) string {
			return plain("{ me { ...F0 } }" + repeat(n[0]+1, func(i int) string {
				return fmt.Sprintf("fragment F%d on User { %s %s }", i, choose(n[2], leaves...), repeat(min(n[1], n[0]-i), func(j int) string { return fmt.Sprintf("...F%d", i+1+j) }))
			}))
		}},
		{"fragments on every level", []int{19, 300, 30}, []int{14, 300, 4}, func(n []int) string {
			return plain("{ ...Q } fragment Q on Query { me { " + times(n[0]/2, "... on User {") + times(n[1], "...F") + times(n[0]/2, "}") + "} } fragment F on User { id " + times(n[2], "name") + "}")
		}},
		{"nested inline fragments", []int{18, 1400, 8, 20}, []int{14, 1192, 8, 5}, func(n []int) string {
			return plain("{ me {" + times(n[0], "... on User {") + times(n[1], choose(n[2], leaves...)) + times(n[0], choose(n[3], "}", "id }", "id name }")) + "} }")
		}},
		{"operations", []int{200, 700, 40, 8}, []int{40, 95, 34, 8}, func(n []int) string {
			return plain(repeat(n[0]+1, func(i int) string { return fmt.Sprintf("query Q%d {...F}", i) }) + "fragment F on Query { me {" +
				times(n[1], choose(n[3], leaves...)) + repeat(n[2], func(i int) string { return fmt.Sprintf("sessions(a: $v%d) { id }", i) }) + "} }")
		}},
	}
}

// valueFamilies hold large values, or use them often.
func valueFamilies() []family {
	return []family{
		{"literals", []int{700, 16, 5}, []int{602, 0, 2}, func(n []int) string {
			value := choose(n[2], "[%s]", "{a: [%s]}", "{a: {b: [%s]}}", "[[%s]]")
			return plain("mutation { updateCustomData(input: {mode: MERGE, data: " + times(n[1], "[") + fmt.Sprintf(value, times(n[0], choose(n[2], "1", `"x"`, "1.5", "A", "{a: 1}"))) + times(n[1], "]") + "}) { errors { code } } }")
		}},
		{"overlapping literals", []int{60, 60, 3}, []int{14, 9, 3}, func(n []int) string {
			return plain("mutation {" + times(n[0], "updateCustomData(input: {data: {"+repeat(n[1], func(i int) string { return fmt.Sprintf("a%d: %s", i, choose(n[2], "1", "[1]", "{a: 1}")) })+"}}) { errors { code } }") + "}")
		}},
		{"variables", []int{370, 370, 120, 3}, []int{115, 80, 42, 0}, func(n []int) string {
			return plain("query(" + repeat(n[0]+1, func(i int) string {
				return fmt.Sprintf("$v%d: %s", i, choose(n[3], "Boolean", "[[[[Boolean]]]]", "UpdateProfileInput", "No"))
			}) +
				") { me {" + repeat(n[1], func(i int) string { return fmt.Sprintf("id(a: $v%d)", n[0]-i) }) + "} ...F } fragment F on Query {" +
				repeat(n[2], func(i int) string { return fmt.Sprintf("__typename(a: $v%d)", n[0]) }) + "}")
		}},
		{"default values", []int{1400, 50, 100, 3}, []int{102, 2, 3, 2}, func(n []int) string {
			return plain("mutation($v: JSON = [" + times(n[0], choose(n[3], "1", "{}", "{a: 1}")) + "]) { ...F0 }" +
				repeat(n[2], func(i int) string { return fmt.Sprintf("fragment F%d on Mutation { ...F%d }", i, i+1) }) +
				fmt.Sprintf("fragment F%d on Mutation { %s }", n[2], times(n[1]+1, "updateCustomData(input: {data: $v}) { errors { code } }")))
		}},
		{"long tokens", []int{240_000, 6, 1400}, []int{126633, 3, 34}, func(n []int) string {
			long := choose(n[1], `"%s"`, `"""%s"""`, "# %s\n 1", `"""
%s"""`, `"\u0041%s"`)
			filler := choose(n[1], "x", "\n ", "#", "é", "\n\n", "\\n")
			return plain("mutation { updateCustomData(input: {data: {a: " + fmt.Sprintf(long, strings.Repeat(filler, n[0]/len(filler)/2)) + "}}) { errors { code } } }")
		}},
		{"body", []int{8, 261_000}, []int{8, 63174}, func(n []int) string {
			element := choose(n[0], "0", "{}", "[]", "null", `""`, `{"a":0}`, "1.5e300", `{"a":{"b":[]}}`)
			return request("mutation($d: JSON!) { updateCustomData(input: {data: {a: $d}}) { errors { code } } }", `{"d":[`+strings.Repeat(element+",", n[1]/(len(element)+1))+`0]}`)
		}},
		{"nested body", []int{60, 49, 500}, []int{2, 41, 494}, func(n []int) string {
			// As deep as is decoded, which is deeper than is kept.
			value := "[" + strings.Repeat(strings.Repeat("[", n[0])+"0"+strings.Repeat("]", n[0])+",", n[2]) + "0]"
			return request("mutation("+repeat(n[1]+1, func(i int) string { return fmt.Sprintf("$d%d: JSON!", i) })+") {"+repeat(n[1]+1, func(i int) string {
				return fmt.Sprintf("a%d: updateCustomData(input: {data: {a: $d%d}}) { errors { code } }", i, i)
			})+"}", "{"+strings.TrimSuffix(repeat(n[1]+1, func(i int) string { return fmt.Sprintf(`"d%d":%s,`, i, value) }), ", ")+"}")
		}},
	}
}

// wrongFamilies are full of mistakes.
func wrongFamilies() []family {
	return []family{
		{"unknown directives and arguments", []int{50, 400, 3}, []int{11, 224, 0}, func(n []int) string {
			return plain("{ me {" + times(n[0], "id @no(way: 1)") + times(n[1], choose(n[2], "id(no: 1)", "sessions(no: {way: 1}) { id }", "__typename(a: 1 a: 1)")) + "} }")
		}},
		{"wrong literals", []int{700, 16, 5}, []int{627, 2, 1}, func(n []int) string {
			return plain("mutation { updateProfile(input: {name: " + times(n[1], "[") + times(n[0], choose(n[2], "1", `"x"`, "A", "{a: 1}", "null")) + times(n[1], "]") +
				", profile: {" + repeat(n[0]/4, func(i int) string { return fmt.Sprintf("a%d: 1", i) }) + "}}) { errors { code } } }")
		}},
		{"unknown names", []int{700, 2000, 100}, []int{330, 333, 16}, func(n []int) string {
			name := strings.Repeat("x", n[1]+1)
			return plain("{ me { ...F0" + repeat(n[0], func(i int) string { return fmt.Sprintf(" %s%d", name, i) }) + "} }" +
				repeat(n[2], func(i int) string { return fmt.Sprintf("fragment F%d on User { ...F%d }", i, i+1) }) + fmt.Sprintf("fragment F%d on User { %s }", n[2], name))
		}},
		{"a long unknown name", []int{60, 240_000, 60}, []int{16, 116379, 60}, func(n []int) string {
			name := strings.Repeat("x", n[1]+1)
			return plain("{ me { ...F0 } }" + repeat(n[0], func(i int) string { return fmt.Sprintf("fragment F%d on User { ...F%d }", i, i+1) }) +
				fmt.Sprintf("fragment F%d on User { %s %s }", n[0], name, times(n[2], "id")))
		}},
		{"conflicts", []int{480, 8, 3}, []int{24, 8, 1}, func(n []int) string {
			pair := choose(n[2], "a: id a: name", "id: name id", "a: profile { website } a: id")
			return plain("{ me {" + times(n[1], "...F") + times(n[0], pair) + "} } fragment F on User {" + times(n[0]/8, pair) + "}")
		}},
	}
}

// introspectionFamilies ask for the schema.
func introspectionFamilies() []family {
	return []family{
		{"introspection", []int{50, 8, 200, 4}, []int{30, 1, 6, 1}, func(n []int) string {
			way := choose(n[1], "__schema { types {", "__schema { types { fields {", "__schema { types { fields { type {", "__schema { types { fields { type { fields {",
				"__schema { types { inputFields { type {", "__schema { types { fields { args { type {", "__schema { types { possibleTypes { fields {", "__schema { types { enumValues {")
			depth := strings.Count(way, "{")
			field := choose(n[1], "description", "description", "name", "description", "name", "name", "description", "description")
			return plain("{" + repeat(n[3]+1, func(i int) string {
				return fmt.Sprintf("s%d: %s %s %s %s", i, way, repeat(n[0]/(n[3]+1), func(i int) string { return fmt.Sprintf("a%d: %s", i, field) }), times(n[2], field), times(depth, "}"))
			}) + "}")
		}},
		{"introspection of one type", []int{49, 3, 40}, []int{47, 1, 1}, func(n []int) string {
			way := choose(n[1], "fields {", "fields { type { fields {", "possibleTypes { fields {")
			return plain("{" + repeat(n[0]+1, func(i int) string {
				return fmt.Sprintf("t%d: __type(name: %q) { %s %s %s }", i, choose(n[1], "User", "User", "AccountError"), way, times(n[2], "name description"), times(strings.Count(way, "{"), "}"))
			}) + "}")
		}},
	}
}

// mutationFamilies change much.
func mutationFamilies() []family {
	return []family{
		{"body of keys", []int{30_000, 50}, []int{496, 33}, func(n []int) string {
			return request("mutation($d: JSON!) {"+repeat(n[1]+1, func(i int) string {
				return fmt.Sprintf("a%d: updateCustomData(input: {data: $d}) { errors { code } }", i)
			})+"}",
				`{"d":{`+repeat(n[0], func(i int) string { return fmt.Sprintf(`"%x":0,`, i) })+`"z":0}}`)
		}},
		{"mutations", []int{50, 5, 20, 100_000}, []int{49, 3, 4, 1836}, func(n []int) string {
			mutation := choose(n[1], `renamePersonalAccessToken(input: {name: "n", newName: "m"})`, `verifyPassword(input: {password: "x"})`, `updateProfile(input: {name: "x"})`,
				`updateCustomData(input: {data: {a: $d}})`, `sendVerificationCode(input: {email: "alice@example.com"})`)
			variables := ""
			if strings.Contains(mutation, "$d") {
				variables = "($d: JSON!)"
			}
			return request("mutation"+variables+"{"+repeat(n[0]+1, func(i int) string {
				return fmt.Sprintf("a%d: %s { errors { %s code } }", i, mutation, times(n[2], "message"))
			})+"}",
				fmt.Sprintf(`{"d":%q}`, strings.Repeat("x", n[3])))
		}},
		{"refused mutations", []int{50, 200_000}, []int{46, 2594}, func(n []int) string {
			return request("mutation($d: JSON!) {"+repeat(n[0]+1, func(i int) string {
				return fmt.Sprintf("a%d: linkIdentity(input: {linkId: \"x\", state: \"y\", connectorData: $d}) { errors { code } }", i)
			})+"}", fmt.Sprintf(`{"d":{"code":%q}}`, strings.Repeat("x", n[1])))
		}},
	}
}
