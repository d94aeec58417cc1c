// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ServiceLifecycle

/// What a server does once people and agents can reach it, and not before; its failure ends the server.
struct Opening: Service {
    /// Gets the port for people when it is bound.
    let ports: AsyncStream<Int>
    let open: @Sendable (Int) async throws -> Void

    func run() async throws {
        for await port in self.ports.cancelOnGracefulShutdown() {
            try await self.open(port)
            break
        }
        // Throws when the task is cancelled, which means the same here.
        try? await gracefulShutdown()
    }
}
