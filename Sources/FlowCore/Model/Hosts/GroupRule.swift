// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What rules look at.
package struct HostTraits: Hashable, Sendable {
    package let hostname: String
    /// Of its last connection, without port; empty when it never had one.
    package let address: String
    package let labels: [String: String]

    package init(hostname: String, address: String, labels: [String: String]) {
        self.hostname = hostname
        self.address = address
        self.labels = labels
    }
}

/// Puts hosts into a group by what they are (S1-FR-3.2 b).
///
/// A host fits when it fits every kind of condition that is given: one of the addresses, one of the host names, all of the
/// labels. A rule without conditions fits every host.
package struct GroupRule: Hashable, Sendable {
    package var group: GroupID
    package var addresses: [AddressRange]
    package var hostnames: [HostPattern]
    /// Name and value; the value `*` asks only that the label is there.
    package var labels: [String: String]
    /// Whether later rules are not asked about a host that fits this one.
    package var isLast: Bool

    package init(
        group: GroupID,
        addresses: [AddressRange] = [],
        hostnames: [HostPattern] = [],
        labels: [String: String] = [:],
        isLast: Bool = false
    ) {
        self.group = group
        self.addresses = addresses
        self.hostnames = hostnames
        self.labels = labels
        self.isLast = isLast
    }

    package func fits(_ host: HostTraits) -> Bool {
        (self.addresses.isEmpty || self.addresses.contains { $0.contains(host.address) })
            && (self.hostnames.isEmpty || self.hostnames.contains { $0.matches(host.hostname) })
            && self.labels.allSatisfy { name, value in
                host.labels[name].map { value == "*" || $0 == value } ?? false
            }
    }

    /// The groups that ordered rules put a host into, each once, in the order of the rules.
    package static func groups(for host: HostTraits, by rules: [GroupRule]) -> [GroupID] {
        var groups: [GroupID] = []
        for rule in rules where rule.fits(host) {
            if !groups.contains(rule.group) { groups.append(rule.group) }
            if rule.isLast { break }
        }
        return groups
    }
}

extension GroupRule: Codable {
    private enum Key: String, CodingKey { case group, addresses, hostnames, labels, last }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func parsed<Value>(_ key: Key, _ parse: (String) -> Value?) throws -> [Value] {
            try container.decode([String].self, forKey: key).map { text in
                guard let value = parse(text) else {
                    throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: text)
                }
                return value
            }
        }
        self.init(
            group: try container.decode(GroupID.self, forKey: .group),
            addresses: try parsed(.addresses) { AddressRange($0) },
            hostnames: try parsed(.hostnames) { HostPattern($0) },
            labels: try container.decode([String: String].self, forKey: .labels),
            isLast: try container.decode(Bool.self, forKey: .last)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.group, forKey: .group)
        try container.encode(self.addresses.map(\.description), forKey: .addresses)
        try container.encode(self.hostnames.map(\.text), forKey: .hostnames)
        try container.encode(self.labels, forKey: .labels)
        try container.encode(self.isLast, forKey: .last)
    }
}
