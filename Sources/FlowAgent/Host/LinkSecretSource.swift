// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Synchronization

/// Asks the server for secrets over the agent's link.
///
/// A server that restarts is waited for, a few seconds; a host that is away starts nothing that needs them.
final class LinkSecretSource: SecretSource {
    private let link = Mutex<AgentLink?>(nil)
    private static let patience = Duration.seconds(10)
    private static let pause = Duration.milliseconds(500)

    /// Set once, after the link exists.
    func attach(_ link: AgentLink) { self.link.withLock { $0 = link } }

    func secrets(for request: SecretsRequest) async throws -> [String: String] {
        let end = ContinuousClock.now + Self.patience
        while true {
            do {
                guard let link = self.link.withLock({ $0 }) else { throw LinkDown() }
                return try await link.secrets(for: request)
            } catch is LinkDown {
                guard ContinuousClock.now < end, !Task.isCancelled else {
                    throw CoreError(.unavailable, "there is no connection to the server, which keeps the secrets")
                }
                // Nothing tells when the link is back; the fire is late already.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
