// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Channels by the names that rules call them.
struct ChannelDirectory {
    private let channels: [String: NotifyChannel]

    init(_ channels: [NotifyChannel]) {
        var named = Dictionary(channels.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        // Addresses in a rule are written to by the first e-mail channel (S2-9).
        named[""] = channels.first { $0.kind == .email && $0.draft.isEnabled }
        self.channels = named
    }

    subscript(name: String) -> NotifyChannel? { self.channels[name] }

    var kinds: [String: NotifyChannel.Kind] { self.channels.mapValues(\.kind) }
}
