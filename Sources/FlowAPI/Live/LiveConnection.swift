// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging
import NIOCore
import NIOWebSocket

/// Runs one live connection: reads commands, follows the bus, keeps the beat, writes frames.
///
/// The tasks live and end together; when one of them is done, so is the connection.
struct LiveConnection: Sendable {
    static let heartbeatSeconds = 15
    /// Commands a client may send in ten seconds; more is no console.
    static let commandLimit = 200

    let dependencies: LiveSession.Dependencies
    let logger: Logger

    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, session: AuthenticatedSession) async throws {
        let outbox = LiveOutbox()
        let live = LiveSession(session: session, dependencies: self.dependencies, outbox: outbox, logger: self.logger)
        defer { self.dependencies.editing.leaveAll(live.seat) }
        // Before the greeting, so that nothing between it and the first command is missed.
        let events = self.dependencies.bus.subscribe(buffer: 1024)
        await live.greet(heartbeatSeconds: Self.heartbeatSeconds)
        try await channel.executeThenClose { inbound, outbound in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.read(inbound, live: live, outbox: outbox) }
                group.addTask { for await item in events { await live.handle(item) } }
                group.addTask { await self.tick(live: live, outbox: outbox) }
                group.addTask { await self.tellStorage(live: live) }
                group.addTask { await self.write(outbox, to: outbound) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        live: LiveSession,
        outbox: LiveOutbox
    ) async {
        var windowEnd = ContinuousClock.now + .seconds(10)
        var commands = 0
        var isClosing = false
        do {
            for try await frame in inbound {
                // The writer answers the close and ends the connection; until then there is nothing more to hear.
                guard !isClosing else { continue }
                switch frame.opcode {
                case .text:
                    if ContinuousClock.now > windowEnd {
                        windowEnd = ContinuousClock.now + .seconds(10)
                        commands = 0
                    }
                    commands += 1
                    guard commands <= Self.commandLimit else {
                        outbox.close(code: 1008, reason: "too many commands")
                        continue
                    }
                    let bytes = frame.unmaskedData.readableBytesView
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        outbox.close(code: 1007, reason: "not UTF-8")
                        continue
                    }
                    await live.receive(text)
                case .ping: outbox.push(.pong(Array(frame.unmaskedData.readableBytesView)))
                case .connectionClose:
                    outbox.close(code: 1000, reason: "")
                    isClosing = true
                case .binary: outbox.close(code: 1003, reason: "text frames only")
                default: continue
                }
            }
        } catch {
            self.logger.debug("Live connection lost", metadata: ["error": "\(error)"])
        }
    }

    /// By itself, because everything else may wait for a store that is away, which is what this is about.
    func tellStorage(live: LiveSession) async {
        while (try? await Task.sleep(for: .milliseconds(500))) != nil { await live.tellStorage() }
    }

    func tick(live: LiveSession, outbox: LiveOutbox) async {
        let clock = ContinuousClock()
        var logs = Beat(every: .milliseconds(100), from: clock.now)
        var executions = Beat(every: .milliseconds(250), from: clock.now)
        var slow = Beat(every: .seconds(1), from: clock.now)
        var session = Beat(every: .seconds(2), from: clock.now)
        var heartbeats = Beat(every: .seconds(5), from: clock.now)
        var ping = Beat(every: .seconds(Self.heartbeatSeconds), from: clock.now)
        while !Task.isCancelled {
            do { try await clock.sleep(for: .milliseconds(50), tolerance: .milliseconds(10)) } catch { return }
            let now = clock.now
            if session.isDue(now) { await live.checkSession() }
            if logs.isDue(now) { await live.tickLogs() }
            if executions.isDue(now) { await live.tickExecutions() }
            if heartbeats.isDue(now) { await live.tickHeartbeats() }
            if slow.isDue(now) { await live.tickSlow() }
            if ping.isDue(now) { outbox.push(.ping) }
        }
    }

    /// Something that is done again and again; what was missed while the process slept is not made up for.
    private struct Beat {
        let interval: Duration
        var next: ContinuousClock.Instant

        init(every interval: Duration, from now: ContinuousClock.Instant) {
            self.interval = interval
            self.next = now + interval
        }

        mutating func isDue(_ now: ContinuousClock.Instant) -> Bool {
            guard now >= self.next else { return false }
            self.next = max(self.next + self.interval, now)
            return true
        }
    }

    private func write(_ outbox: LiveOutbox, to outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) async {
        do {
            while let item = await outbox.next() {
                switch item {
                case .text(let text):
                    try await outbound.write(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
                case .ping: try await outbound.write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
                case .pong(let bytes):
                    try await outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: ByteBuffer(bytes: bytes)))
                case .close(let code, let reason):
                    var data = ByteBuffer(integer: code)
                    data.writeString(reason)
                    try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
                    return
                }
            }
        } catch {
            self.logger.debug("Live connection not writable", metadata: ["error": "\(error)"])
        }
    }
}
