// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Hummingbird
import NIOCore
import ServiceLifecycle

extension LiveConnection {
    /// Tells the same as the live connection, as server-sent events (WHATWG HTML, 9.2): one way, over plain HTTP.
    ///
    /// Ends when the client goes, the session ends or the server stops; a client that went is noticed at the next beat at the latest.
    func stream(
        _ subscriptions: [LiveCommand.Subscription],
        session: AuthenticatedSession,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let outbox = LiveOutbox()
        let live = LiveSession(session: session, dependencies: self.dependencies, outbox: outbox, logger: self.logger)
        defer { self.dependencies.editing.leaveAll(live.seat) }
        // Before the greeting, so that nothing between it and the first state is missed.
        let events = self.dependencies.bus.subscribe(buffer: 1024)
        await live.greet(heartbeatSeconds: Self.heartbeatSeconds)
        await live.follow(subscriptions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await item in events { await live.handle(item) } }
            group.addTask { await self.tick(live: live, outbox: outbox) }
            group.addTask { await self.tellStorage(live: live) }
            group.addTask {
                // Throws when the stream ends before the server does.
                guard (try? await gracefulShutdown()) != nil else { return }
                outbox.close(code: 1001, reason: "the server stops")
            }
            defer { group.cancelAll() }
            while let item = await outbox.next() {
                guard let event = ServerSentEvent(item) else { continue }
                try await writer.write(ByteBuffer(string: event.text))
                if event.isLast { return }
            }
        }
    }
}

/// One frame of the live connection as a server-sent event.
struct ServerSentEvent: Hashable, Sendable {
    /// As it goes over the wire.
    let text: String
    let isLast: Bool

    /// - Returns: nil for what only WebSocket has.
    init?(_ item: LiveOutbox.Item) {
        switch item {
        case .text(let json):
            // JSON of this server has no line breaks outside of strings, where they are escaped.
            self.text = "data: \(json)\n\n"
            self.isLast = false
        case .ping:
            self.text = ": beat\n\n"
            self.isLast = false
        case .close(let code, let reason):
            let data = JSON.object([.init("op", "close"), .init("code", Int(code)), .init("reason", reason)])
            self.text = "data: \(JSONWriter.text(data))\n\n"
            self.isLast = true
        case .pong: return nil
        }
    }
}
