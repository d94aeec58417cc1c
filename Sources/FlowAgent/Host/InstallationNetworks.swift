// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation
import Synchronization

/// What the installation says of networks, as the server said it last: a host goes by it before it has met a server again.
package final class InstallationNetworks: Sendable {
    private let path: String?
    private let told: Mutex<NetworkDefaults?>

    /// - Parameter dataDirectory: where it is remembered; nil = nowhere.
    package init(dataDirectory: String? = nil) {
        self.path = dataDirectory.map { $0 + "/network-defaults.json" }
        let data = self.path.flatMap { FileManager.default.contents(atPath: $0) }
        // What can't be read is as good as nothing: the next welcome says it again.
        self.told = Mutex(data.flatMap { try? JSONDecoder().decode(NetworkDefaults.self, from: $0) })
    }

    /// Nil before the first word of a server.
    package var now: NetworkDefaults? { self.told.withLock { $0 } }

    /// Takes what a server said in a message; it counts for what starts from then on.
    package func take(_ message: ServerMessage) {
        let said: NetworkDefaults? =
            switch message {
            case .welcome(let welcome): welcome.networks
            case .heartbeatAnswer(_, _, let networks): networks
            default: nil
            }
        guard let said else { return }
        let isNew = self.told.withLock { told in
            defer { told = said }
            return told != said
        }
        guard isNew, let path, let data = try? JSONEncoder().encode(said) else { return }
        // Without it the host goes by what it had until it meets the server again.
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
