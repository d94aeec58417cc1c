// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something that a program or a person says on a topic, and that tasks wait for (T4).
package struct HookMessage: Sendable {
    package let topic: String
    /// What a repetition is known by; nil = each is a new one.
    package let key: String?
    package let data: JSON

    package init(topic: String, key: String? = nil, data: JSON) {
        self.topic = topic
        self.key = key
        self.data = data
    }

    package static let keyLimit = 128
    package static let topicLimit = 128

    /// Letters, digits, '.', '_', '-', ':' and '/', at most 128.
    package static func isTopic(_ text: String) -> Bool {
        (1...Self.topicLimit).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "._-:/".utf8.contains(byte)
            }
    }

    /// What a webhook's pointers point into.
    package var body: JSON {
        .object([.init("topic", self.topic), .init("key", self.key), .init("data", self.data)])
    }
}

/// A host that has opened its first session, until what that starts has been started.
package struct HostJoin: Hashable, Sendable {
    package let agent: AgentID
    package let name: String
    package let labels: [String: String]
    package let at: Timestamp

    package init(agent: AgentID, name: String, labels: [String: String], at: Timestamp) {
        self.agent = agent
        self.name = name
        self.labels = labels
        self.at = at
    }

    /// What a webhook's pointers point into.
    package var body: JSON {
        .object([
            .init("host", self.agent.rawValue), .init("name", self.name), .init("labels", self.labels),
            .init("at", self.at),
        ])
    }

    /// A host joins once.
    package var key: String { "joined:\(self.agent)" }
}
