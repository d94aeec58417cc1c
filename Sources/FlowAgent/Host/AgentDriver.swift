// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowAgentCore
import FlowCore
import FlowCrash
import FlowWire
import Logging
import Synchronization

/// Drives an ``AgentCore``: one event at a time goes in, effects are carried out in order.
///
/// Ledger transactions block for an fsync, so they run on a queue of their own and come back as events. Nothing the
/// core asked for is dropped: of a transaction that fails the core decides what is tried again.
final class AgentDriver: Sendable {
    private let core: Mutex<AgentCore>
    private let ledger: any Ledger
    private let launcher: any ExecutionLauncher
    private let logger: Logger
    private let queue = DispatchQueue(label: "quartzflow.ledger")
    /// Reports are read beside the transactions, and not between them.
    private let reports = DispatchQueue(label: "quartzflow.reports")
    private let events: AsyncStream<Input>
    private let inlet: AsyncStream<Input>.Continuation
    private let wakeTime = Mutex<Int64?>(nil)
    private let alarm = Alarm()
    private let outgoing: AsyncStream<Outgoing>
    private let outlet: AsyncStream<Outgoing>.Continuation
    private let connection = Mutex(0)
    private let stopping = Mutex(Stopping())
    private let memory = IdleMemory()
    /// Says how much room there is where the agent keeps its data.
    private let disk: @Sendable () -> DiskSpace?
    /// Few enough to be read between two starts without either noticing.
    private static let quartersPerMessage = 500
    private static let retryDelay = DispatchTimeInterval.seconds(1)
    /// How long the last decisions may take to become durable when the agent stops.
    private static let stopPatience = Duration.seconds(5)

    private enum Input: Sendable {
        case event(AgentEvent)
        /// Resumed when everything before it was handled.
        case marker(CheckedContinuation<Void, Never>)
    }

    /// A message to the server with the connection it was meant for.
    private struct Outgoing: Sendable {
        let connection: Int
        let message: AgentMessage
        /// Set on reports: the last one's sequence, told to the core when the stream took them.
        var reportsAfter: Int64?
        var reportsThrough: Int64?
    }

    private struct Stopping {
        var isOn = false
        /// Ledger transactions and readings that have not come back, and messages that are not sent.
        var pending = 0
    }

    init(
        core: AgentCore,
        ledger: any Ledger,
        launcher: any ExecutionLauncher,
        logger: Logger,
        disk: @escaping @Sendable () -> DiskSpace? = { nil }
    ) {
        self.disk = disk
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
            self.memory.noteActivity()
            self.post(.linkUp)
        case .received(let message): self.post(.received(message))
        case .disconnected(let reason, let code):
            self.connection.withLock { $0 += 1 }
            self.logger.info("disconnected", metadata: ["reason": "\(reason)"])
            self.post(.linkDown)
            if code == .unauthorized { self.post(.dismissed(reason: reason)) }
        }
    }

    /// Works until cancelled, or until ``stop()`` was called and the launcher's last event is durable.
    ///
    /// - Parameter send: gives a message to the link; throws when there is none.
    func run(send: @escaping @Sendable (AgentMessage) async throws -> Void) async {
        self.memory.noteActivity()
        self.post(.started)
        await withTaskGroup { group in
            group.addTask { await self.handleEvents() }
            group.addTask { await self.watchTime() }
            group.addTask { await self.deliver(send) }
            group.addTask { await self.memory.run() }
            for await event in self.launcher.events { self.post(.supervisor(event)) }
            // Only a launcher that was told to stop runs out of events.
            if !Task.isCancelled { await self.drain() }
            group.cancelAll()
        }
    }

    /// Starts nothing more: no fire, no order, no retry.
    ///
    /// What runs is for the launcher to end. What falls due from now on is missed, and the next start accounts for it by the jobs' policies.
    func stop() {
        self.stopping.withLock { $0.isOn = true }
        self.post(.stopping)
    }

    /// Waits until what has been decided is in the ledger and what was to be said is on its way.
    private func drain() async {
        let end = ContinuousClock.now + Self.stopPatience
        repeat {
            await withCheckedContinuation { _ = self.inlet.yield(.marker($0)) }
            if self.stopping.withLock({ $0.pending == 0 }) { return }
            // Not a poll of something that could tell: the ledger's queue and the link's stream both have no end to wait for.
            try? await Task.sleep(for: .milliseconds(10))
        } while ContinuousClock.now < end
        self.logger.warning("the agent ends before everything it decided is in its ledger")
    }

    private func post(_ event: AgentEvent) { self.inlet.yield(.event(event)) }

    private func isHeldBack(_ event: AgentEvent) -> Bool {
        switch event {
        case .wake, .received, .linkUp: self.stopping.withLock { $0.isOn }
        default: false
        }
    }

    private func handleEvents() async {
        for await input in self.events {
            guard case .event(let event) = input else {
                if case .marker(let continuation) = input { continuation.resume() }
                continue
            }
            guard !self.isHeldBack(event) else { continue }
            let effects = self.core.withLock { $0.handle(event, at: HostClock.read()) }
            for effect in effects { await self.perform(effect) }
        }
    }

    private func perform(_ effect: AgentEffect) async {
        switch effect {
        case .commit(let operations):
            self.begin()
            // A host on which nothing is written does nothing.
            self.memory.noteActivity()
            self.queue.async { self.commit(operations) }
        case .send(.heartbeat(var heartbeat)):
            heartbeat.condition?.disk = self.disk()
            heartbeat.load = HostLoad.tenths()
            self.say(.heartbeat(heartbeat))
        case .send(let message): self.say(message)
        case .sendReports(let sequence):
            self.begin()
            let connection = self.connection.withLock { $0 }
            self.reports.async { self.sendReports(after: sequence, on: connection) }
        case .sendStatistics(let sequence, let now):
            self.begin()
            let connection = self.connection.withLock { $0 }
            self.queue.async { self.sendStatistics(after: sequence, at: now, on: connection) }
        case .launch(let launches):
            CrashPoint.reach("agent.launch.wanted")
            await self.launcher.launch(launches)
            CrashPoint.reach("agent.launch.handed")
        case .cancel(let id, let force):
            CrashPoint.reach("agent.cancel.wanted")
            await self.launcher.cancel(id, force: force)
            CrashPoint.reach("agent.cancel.handed")
        case .lease(let id, let milliseconds): self.launcher.lease(id, milliseconds: milliseconds)
        case .forgetOutputs(let nominal): self.launcher.forgetOutputs(before: nominal)
        case .wake(let boot):
            self.wakeTime.withLock { $0 = boot }
            self.alarm.ring()
        // The session's own deadline has the same length and closes the connection.
        case .dropLink: self.logger.warning("the server does not answer; dialling again")
        case .note(let note): note.write(to: self.logger)
        }
    }

    private func begin() { self.stopping.withLock { $0.pending += 1 } }
    private func end() { self.stopping.withLock { $0.pending -= 1 } }

    private func commit(_ operations: [LedgerOperation]) {
        do {
            self.post(.committed(try self.ledger.commit(operations)))
            self.settle(operations)
            self.end()
        } catch  where self.stopping.withLock({ $0.isOn }) {
            // The core's wish to be woken is not heard any more: what it decided is tried for as long as there is patience.
            self.queue.asyncAfter(deadline: .now() + Self.retryDelay) { self.commit(operations) }
        } catch {
            self.logger.debug("the ledger could not be written", metadata: ["error": "\(error)"])
            self.post(.commitFailed(because: LedgerFailure.words(for: error)))
            self.end()
        }
    }

    /// Whoever remembers how attempts ended, in case this process dies before the ledger has it, may forget that now.
    private func settle(_ operations: [LedgerOperation]) {
        let ended = operations.compactMap { operation -> AttemptKey? in
            guard case .update(let entry, _) = operation, entry.status != .running, entry.attempt > 0 else {
                return nil
            }
            return AttemptKey(id: entry.id, attempt: entry.attempt)
        }
        guard !ended.isEmpty else { return }
        CrashPoint.reach("agent.end.kept")
        self.launcher.settled(ended)
        CrashPoint.reach("agent.end.settled")
    }

    private func sendReports(after sequence: Int64, on connection: Int) {
        defer { self.end() }
        do {
            let reports = ReportBatches.first(of: try self.ledger.outbox(after: sequence, limit: ReportBatches.limit))
            guard let last = reports.last else { return self.post(.reportsSent(through: sequence)) }
            let message = AgentMessage.reports(incarnation: self.core.withLock { $0.incarnation }, reports)
            self.begin()
            self.outlet.yield(
                Outgoing(
                    connection: connection,
                    message: message,
                    reportsAfter: sequence,
                    reportsThrough: last.sequence
                )
            )
        } catch {
            self.logger.error("the outbox cannot be read", metadata: ["error": "\(error)"])
            self.begin()
            self.reports.asyncAfter(deadline: .now() + Self.retryDelay) {
                self.sendReports(after: sequence, on: connection)
            }
        }
    }

    private func sendStatistics(after sequence: Int64, at now: Timestamp, on connection: Int) {
        defer { self.end() }
        do {
            let changed = try self.ledger.quarters(after: sequence, limit: Self.quartersPerMessage)
            guard !changed.sums.isEmpty else { return }
            self.post(.statisticsSent(hasMore: changed.hasMore))
            let report = HostStatsReport(
                incarnation: self.core.withLock { $0.incarnation },
                sequence: changed.sequence,
                at: now,
                zone: HostZone.name(),
                sums: changed.sums
            )
            self.begin()
            self.outlet.yield(Outgoing(connection: connection, message: .statistics(report)))
        } catch {
            // Told again when it is due the next time.
            self.logger.warning("the statistics cannot be read", metadata: ["error": "\(error)"])
        }
    }

    private func say(_ message: AgentMessage) {
        self.begin()
        self.outlet.yield(Outgoing(connection: self.connection.withLock { $0 }, message: message))
    }

    private func deliver(_ send: @Sendable (AgentMessage) async throws -> Void) async {
        for await outgoing in self.outgoing {
            defer { self.end() }
            guard self.isCurrent(outgoing) else { continue }
            do {
                if outgoing.reportsThrough != nil { CrashPoint.reach("agent.reports.chosen") }
                try await send(outgoing.message)
                if outgoing.reportsThrough != nil { CrashPoint.reach("agent.reports.sent") }
                // Not before: what the stream has not taken is not sent, and more of it would only gather here.
                if let sequence = outgoing.reportsThrough, self.isCurrent(outgoing) {
                    self.post(.reportsSent(through: sequence))
                }
            } catch {
                // What matters is said again on the next connection: reports and acknowledgements are durable here.
                self.logger.debug("could not send", metadata: ["error": "\(error)"])
                guard let sequence = outgoing.reportsAfter else { continue }
                self.reports.asyncAfter(deadline: .now() + Self.retryDelay) {
                    if self.isCurrent(outgoing) { self.post(.reportsSent(through: sequence)) }
                }
            }
        }
    }

    private func isCurrent(_ outgoing: Outgoing) -> Bool { self.connection.withLock { $0 } == outgoing.connection }

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
            self.post(.wake)
        }
    }
}
