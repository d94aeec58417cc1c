// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Seals what an earlier version left in clear.
package enum ChannelSealing {
    /// - Parameter makeID: gives an id that secrets are bound to.
    /// - Returns: how many channels it sealed.
    package static func run(
        store: any NotifyStore,
        seal: SecretSeal,
        makeID: () -> String
    ) async throws -> Int {
        let seal = ChannelSeal(seal)
        var count = 0
        for channel in try await store.notifyChannels() where !channel.isClosed {
            let closed = try seal.close(channel.draft, over: channel, id: makeID())
            guard closed.secrets.sealed != nil else { continue }
            try await store.sealNotifyChannel(channel.id, as: closed.secrets, insteadOf: channel.secrets)
            count += 1
        }
        return count
    }
}
