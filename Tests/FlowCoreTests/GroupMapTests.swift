// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Groups of other systems, and what they stand for")
struct GroupMapTests {
    @Test(
        "An entry is a group, a role and perhaps a group of ours; the last '=' counts",
        arguments: [
            ("ops=operator", "ops", "operator", nil as String?),
            ("team red=developer@red", "team red", "developer", "red"),
            ("cn=ops,dc=example=viewer", "cn=ops,dc=example", "viewer", nil),
            ("a=own-role@b@c", "a", "own-role", "b@c"),
        ]
    )
    func entries(text: String, group: String, role: String, ours: String?) throws {
        let entry = try #require(GroupMap.Entry(text))
        #expect(entry.group == group)
        #expect(entry.wish == RoleWish(role: role, group: ours))
    }

    @Test("What is no entry is refused", arguments: ["", "ops", "=viewer", "ops=", "ops=viewer@", "ops=@red"])
    func faults(text: String) { #expect(GroupMap.Entry(text) == nil) }

    @Test("Somebody has each role once, and none of groups that only look alike")
    func wishes() {
        let map = GroupMap(
            ["a=viewer", "b=viewer", "caf\u{E9}=admin", "c=operator@red"].compactMap { GroupMap.Entry($0) }
        )
        #expect(map.wishes(of: ["b", "a"]) == [RoleWish(role: "viewer")])
        #expect(map.wishes(of: ["cafe\u{301}"]).isEmpty)
        #expect(map.wishes(of: ["c"]) == [RoleWish(role: "operator", group: "red")])
        #expect(map.wishes(of: []).isEmpty)
    }

    @Test(
        "An account's name here can be no local one, and fits",
        arguments: [
            ("ada", 1, "ada@proxy"), ("ada", 3, "ada-3@proxy"), ("ada@example.com", 1, "ada@example.com@proxy"),
            ("Åda/../x", 1, "da-..-x@proxy"), ("", 1, "user@proxy"),
            (String(repeating: "a", count: 300), 12, String(repeating: "a", count: 55) + "-12@proxy"),
        ]
    )
    func names(name: String, number: Int, expected: String) {
        let identity = ExternalIdentity(provider: "proxy", issuer: "proxy", subject: "s", name: name, groups: [])
        #expect(identity.username(try: number) == expected)
    }
}
