// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Rules that put hosts into groups (S1-FR-3.2)")
struct GroupRuleTests {
    @Test(
        "A block of addresses holds what its prefix says",
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("192.0.2.128/25", "192.0.2.127", false), ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
            ("2001:db8::/32", "2001:DB8:1::2", true), ("2001:db8::/33", "2001:db8:8000::", false),
            ("::/0", "fe80::1", true), ("192.0.2.0/24", "web.example", false), ("192.0.2.0/24", "", false),
        ]
    )
    func ranges(_ range: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isInside)
    }

    @Test(
        "What is no block of addresses is refused",
        arguments: [
            "", "/", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+8", "2001:db8::/129", "192.0.2",
            "192.0.2.0/24/8", "192.0.2.77/24",
            "192.0.2.0/00000000000000000008", "fe80::1%eth0", "１９２.0.2.1", "web",
        ]
    )
    func noRanges(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "A block is written in its shortest form",
        arguments: [
            ("192.0.2.0/024", "192.0.2.0/24"), ("192.0.2.1/32", "192.0.2.1"), ("2001:0db8:0:0::/32", "2001:db8::/32"),
        ]
    )
    func written(_ text: String, _ expected: String) throws {
        #expect(try #require(AddressRange(text)).description == expected)
    }

    @Test(
        "Stars and question marks stand for letters, and case does not count",
        arguments: [
            ("web-*", "WEB-1.example", true), ("web-*", "db-web-1", false), ("*.eu.example", "a.eu.example", true),
            ("*", "", true), ("web-?", "web-12", false), ("web-??", "web-12", true), ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false), ("web", "web", true), ("web", "webs", false), ("**", "x", true),
        ]
    )
    func patterns(_ pattern: String, _ name: String, _ fits: Bool) throws {
        #expect(try #require(HostPattern(pattern)).matches(name) == fits)
    }

    @Test("A pattern made to be slow is not")
    func hostilePattern() throws {
        let pattern = try #require(HostPattern(String(repeating: "*a", count: 120)))
        #expect(!pattern.matches(String(repeating: "a", count: 119) + String(repeating: "b", count: 900)))
    }

    private let host = HostTraits(
        hostname: "web-1.eu.example",
        address: "192.0.2.7",
        labels: ["region": "eu", "gpu": "none"]
    )

    @Test("Kinds of conditions must all fit, of addresses and names one, of labels every one")
    func conditions() throws {
        let web = try #require(HostPattern("web-*"))
        let db = try #require(HostPattern("db-*"))
        let here = try #require(AddressRange("192.0.2.0/24"))
        let there = try #require(AddressRange("198.51.100.0/24"))
        let cases: [(GroupRule, Bool)] = [
            (GroupRule(group: 2), true),
            (GroupRule(group: 2, addresses: [there, here]), true),
            (GroupRule(group: 2, addresses: [there]), false),
            (GroupRule(group: 2, addresses: [here], hostnames: [db]), false),
            (GroupRule(group: 2, addresses: [here], hostnames: [db, web]), true),
            (GroupRule(group: 2, labels: ["region": "eu"]), true),
            (GroupRule(group: 2, labels: ["region": "us"]), false),
            (GroupRule(group: 2, labels: ["region": "*", "gpu": "none"]), true),
            (GroupRule(group: 2, labels: ["region": "*", "rack": "*"]), false),
        ]
        for (rule, fits) in cases { #expect(rule.fits(self.host) == fits, "\(rule)") }
    }

    @Test("Rules are asked in their order, each group counts once, and a last one ends the questions")
    func order() throws {
        let none = GroupRule(group: 9, labels: ["region": "us"])
        let rules = [
            GroupRule(group: 3), none, GroupRule(group: 2), GroupRule(group: 3), GroupRule(group: 4, isLast: true),
            GroupRule(group: 5),
        ]
        #expect(GroupRule.groups(for: self.host, by: rules) == [3, 2, 4])
    }

    @Test("A rule is the same after it was stored")
    func codable() throws {
        let rule = GroupRule(
            group: 7,
            addresses: [try #require(AddressRange("2001:db8::/32")), try #require(AddressRange("192.0.2.1"))],
            hostnames: [try #require(HostPattern("Web-*"))],
            labels: ["a": "*"],
            isLast: true
        )
        #expect(try JSONDecoder().decode(GroupRule.self, from: JSONEncoder().encode(rule)) == rule)
    }

    @Test("Of what a host says of itself only labels are kept, and not without end")
    func kept() {
        #expect(HostLabels.kept(["a": "1", "-x": "2", "b": "\u{1b}[2J", "": "3"]) == ["a": "1"])
        let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("l\($0 + 100)", "v") })
        let kept = HostLabels.kept(many)
        #expect(kept.count == HostLabels.countLimit)
        #expect(kept["l100"] != nil && kept["l199"] == nil)
    }
}
