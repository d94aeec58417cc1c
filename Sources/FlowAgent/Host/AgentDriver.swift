// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowCore
import Logging
import Synchronization

/// Drives an ``AgentCore``: one event at a time goes in, effects are carried out in order.
///
/// Ledger transactions block for an fsync, so they run on a queue of their own and come back as events. Nothing the
/// core asked for is dropped: a transaction that fails is tried until it succeeds, and no decision passes it.
final class AgentDriver: Sendable {
    private let core: Mutex<AgentCore>
    private let ledger: any Ledger
    private let launcher: any ExecutionLauncher
    private let logger: Logger
    private let queue = DispatchQueue(label: "quartzflow.ledger")
    private let events: AsyncStream<AgentEvent>
    private let inlet: AsyncStream<AgentEvent>.Continuation
    private let wakeTime = Mutex<Int64?>(nil)
    private let alarm = Alarm()
    /// Messages to the server, each with the connection it was meant for.
    private let outgoing: AsyncStream<(connection: Int, message: AgentMessage)>
    private let outlet: AsyncStream<(connection: Int, message: AgentMessage)>.Continuation
    private let connection = Mutex(0)
    /// Reports of one message: below the cap of a frame even with inline output.
    private static let reportsPerMessage = 256
    private static let retryDelay = DispatchTimeInterval.seconds(1)

    init(core: AgentCore, ledger: any Ledger, launcher: any ExecutionLauncher, logger: Logger) {
        self.core = Mutex(core)
        self.ledger = ledger
        self.launcher = launcher
        self.logger = logger
        (self.events, self.inlet) = AsyncStream.makeStream()
        (self.outgoing, self.outlet) = AsyncStream.makeStream()
    }

    func receive(_ event: LinkEvent) {
        switch event {
        case .connected:
            self.connection.withLock { $0 += 1 }
            self.inlet.yield(.linkUp)
        case .received(let message): self.inlet.yield(.received(message))
        case .disconnected(let reason, _):
            self.connection.withLock { $0 += 1 }
            self.logger.info("disconnected", metadata: ["reason": "\(reason)"])
            self.inlet.yield(.linkDown)
        }
    }

    /// Works until cancelled.
    ///
    /// - Parameter send: gives a message to the link; throws when there is none.
    func run(send: @escaping @Sendable (AgentMessage) async throws -> Void) async {
        self.inlet.yield(.started)
        await withTaskGroup { group in
            group.addTask { await self.handleEvents() }
            group.addTask { await self.watchTime() }
            group.addTask {
                for await event in self.launcher.events { self.inlet.yield(.supervisor(event)) }
            }
            group.addTask { await self.deliver(send) }
            await group.waitForAll()
        }
    }

    private func handleEvents() async {
        for await event in self.events {
            let effects = self.core.withLock { $0.handle(event, at: HostClock.read()) }
            for effect in effects { await self.perform(effect) }
        }
    }

    private func perform(_ effect: AgentEffect) async {
        switch effect {
        case .commit(let operations): self.queue.async { self.commit(operations) }
        case .send(let message): self.say(message)
        case .sendReports(let sequence): self.queue.async { self.sendReports(after: sequence) }
        case .launch(let launches): await self.launcher.launch(launches)
        case .cancel(let id, let force): await self.launcher.cancel(id, force: force)
        case .forgetOutputs(let nominal): self.launcher.forgetOutputs(before: nominal)
        case .wake(let boot):
            self.wakeTime.withLock { $0 = boot }
            self.alarm.ring()
        // The session's own deadline has the same length and closes the connection.
        case .dropLink: self.logger.warning("the server does not answer; dialling again")
        case .note(let note): self.log(note)
        }
    }

    private func commit(_ operations: [LedgerOperation]) {
        do {
            self.inlet.yield(.committed(try self.ledger.commit(operations)))
        } catch {
            self.logger.critical(
                "the ledger cannot be written; nothing is started until it can",
                metadata: ["error": "\(error)"]
            )
            self.queue.asyncAfter(deadline: .now() + Self.retryDelay) { self.commit(operations) }
        }
    }

    private func sendReports(after sequence: Int64) {
        do {
            let reports = try self.ledger.outbox(after: sequence, limit: Self.reportsPerMessage)
            if !reports.isEmpty {
                self.say(.reports(incarnation: self.core.withLock { $0.incarnation }, reports))
            }
            self.inlet.yield(.reportsSent(through: reports.last?.sequence ?? sequence))
        } catch {
            self.logger.error("the outbox cannot be read", metadata: ["error": "\(error)"])
            self.queue.asyncAfter(deadline: .now() + Self.retryDelay) { self.sendReports(after: sequence) }
        }
    }

    private func say(_ message: AgentMessage) {
        self.outlet.yield((self.connection.withLock { $0 }, message))
    }

    private func deliver(_ send: @Sendable (AgentMessage) async throws -> Void) async {
        for await (connection, message) in self.outgoing where connection == self.connection.withLock({ $0 }) {
            do {
                try await send(message)
            } catch {
                // What matters is said again on the next connection: reports and acknowledgements are durable here.
                self.logger.debug("could not send", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Turns the core's last wish into a wake event at its time.
    private func watchTime() async {
        while !Task.isCancelled {
            guard let boot = self.wakeTime.withLock({ $0 }) else {
                await self.alarm.wait(for: nil)
                continue
            }
            let distance = boot - HostClock.read().boot
            if distance > 0 {
                await self.alarm.wait(for: .microseconds(distance))
                continue
            }
            self.wakeTime.withLock { if $0 == boot { $0 = nil } }
            self.inlet.yield(.wake)
        }
    }

    private func log(_ note: AgentNote) {
        switch note {
        case .welcomed(let epoch): self.logger.notice("connected", metadata: ["epoch": "\(epoch)"])
        case .rejected(let code, let message):
            self.logger.error("the server refused this agent: \(message)", metadata: ["code": "\(code)"])
        case .orderMissing(let id): self.logger.info("ran without an order", metadata: ["execution": "\(id)"])
        case .missed(let job, let range):
            self.logger.warning(
                "fires were missed",
                metadata: [
                    "job": "\(job)", "count": "\(range.count)", "from": "\(range.from)", "through": "\(range.through)",
                ]
            )
        case .clockStepped(let microseconds):
            self.logger.warning("the clock was set", metadata: ["microseconds": "\(microseconds)"])
        case .planMismatch(let job, let nominal):
            self.logger.warning(
                "server and agent disagree on a fire; the server's time counts",
                metadata: ["job": "\(job)", "fire": "\(nominal)"]
            )
        case .unusableSchedule(let job, let message):
            self.logger.error("a schedule cannot be used: \(message)", metadata: ["job": "\(job)"])
        }
    }
}
