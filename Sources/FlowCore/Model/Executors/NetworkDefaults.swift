// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where jobs that connect by themselves may go, where the policy of a host says nothing (the settings `network.*`).
///
/// What the host's own policy says counts instead, in either direction: the people of a host have the last word on it.
package struct NetworkDefaults: Hashable, Sendable, Codable {
    package var allowsPrivate: Bool
    package var allowsLoopback: Bool

    package init(allowsPrivate: Bool = true, allowsLoopback: Bool = true) {
        self.allowsPrivate = allowsPrivate
        self.allowsLoopback = allowsLoopback
    }
}
