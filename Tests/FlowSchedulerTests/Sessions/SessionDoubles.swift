// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Synchronization
import Testing

/// A clock that stands still until it is moved.
final class StandingClock: WallClock {
    private let instant: Mutex<Timestamp>

    init(_ instant: Timestamp) { self.instant = Mutex(instant) }

    var now: Timestamp { self.instant.withLock { $0 } }
    var microseconds: Int64 { self.now.milliseconds * 1000 }

    func advance(milliseconds: Int64) { self.instant.withLock { $0 = $0.advanced(byMilliseconds: milliseconds) } }
}

/// The agent's end of a channel, in memory.
final class MemoryChannel: AgentChannel {
    private struct State {
        var sent: [ServerMessage] = []
        var closed: SessionClose?
        var answersProbes = true
    }

    let address = "192.0.2.1"
    let hello: Hello
    let helloReceivedAt: Int64 = 0
    private let state = Mutex(State())
    private let incoming: AsyncStream<AgentMessage>
    private let inlet: AsyncStream<AgentMessage>.Continuation

    init(_ hello: Hello, answersProbes: Bool = true) {
        self.hello = hello
        (self.incoming, self.inlet) = AsyncStream.makeStream()
        self.state.withLock { $0.answersProbes = answersProbes }
    }

    /// What the server said.
    var sent: [ServerMessage] { self.state.withLock { $0.sent } }
    /// How the server ended it.
    var closed: SessionClose? { self.state.withLock { $0.closed } }

    /// The agent says something.
    func say(_ message: AgentMessage) { self.inlet.yield(message) }
    /// The agent hangs up.
    func hangUp() { self.inlet.finish() }

    func next() async throws -> AgentMessage? {
        for await message in self.incoming { return message }
        if let closed { throw closed }
        return nil
    }

    func send(_ message: ServerMessage) async throws {
        let answers = self.state.withLock { state in
            state.sent.append(message)
            return state.answersProbes
        }
        // As an agent does: a change that adds nothing to what it has is confirmed.
        if answers, case .config(let update) = message, update.base == update.version {
            self.say(.configApplied(version: update.version))
        }
    }

    func close(_ end: SessionClose) async {
        self.state.withLock { if $0.closed == nil { $0.closed = end } }
        self.inlet.finish()
    }
}

struct StoreDown: Error {}

/// What sessions ask a store for, with switches for trouble.
final class MemorySessionStore: SessionStore {
    private struct State {
        var epoch: Int64 = 0
        var isDown = false
        var cancels: [ExecutionID] = []
        var configuration = AgentConfiguration(version: 1, jobs: [])
        var configurationReads: [AgentID] = []
        var changes: ConfigurationChanges?
        var changeReads: [Int64] = []
        var recorded: [SessionNotes] = []
        var reaskCount = 0
        var whileOpening: (@Sendable () async -> Void)?
    }

    private let state = Mutex(State())

    var recorded: [SessionNotes] { self.state.withLock { $0.recorded } }
    var configurationReads: [AgentID] { self.state.withLock { $0.configurationReads } }
    var reaskCount: Int { self.state.withLock { $0.reaskCount } }

    func setDown(_ isDown: Bool) { self.state.withLock { $0.isDown = isDown } }
    func setConfiguration(_ configuration: AgentConfiguration) {
        self.state.withLock { $0.configuration = configuration }
    }
    /// Runs once, when a session has its epoch and nobody knows it yet.
    func whileOpening(_ body: @escaping @Sendable () async -> Void) { self.state.withLock { $0.whileOpening = body } }

    private func check() throws { if self.state.withLock({ $0.isDown }) { throw StoreDown() } }

    func openSession(_ hello: Hello, address: String, at now: Timestamp) async throws -> AgentSessionStart {
        try self.check()
        let (epoch, cancels, body) = self.state.withLock { state in
            state.epoch += 1
            defer { state.whileOpening = nil }
            return (state.epoch, state.cancels, state.whileOpening)
        }
        await body?()
        return AgentSessionStart(epoch: epoch, acknowledgedSequence: 0, cancels: cancels, interrupted: [])
    }

    func configuration(of agent: AgentID) async throws -> AgentConfiguration {
        self.state.withLock { $0.configurationReads.append(agent) }
        try self.check()
        return self.state.withLock { $0.configuration }
    }

    func setChanges(_ changes: ConfigurationChanges) { self.state.withLock { $0.changes = changes } }
    var changeReads: [Int64] { self.state.withLock { $0.changeReads } }

    func configurationChanges(since version: Int64) async throws -> ConfigurationChanges? {
        try self.check()
        return self.state.withLock { state in
            state.changeReads.append(version)
            return state.changes
        }
    }

    func pendingOrders(of agent: AgentID) async throws -> [Order] {
        try self.check()
        return []
    }

    func reaskPending(of agent: AgentID, before nominal: Timestamp, limit: Int) async throws -> [Order] {
        self.state.withLock { $0.reaskCount += 1 }
        try self.check()
        return []
    }

    func store(_ report: HostStatsReport, of agent: AgentID) async throws { try self.check() }

    func acknowledgeOrders(_ executions: [ExecutionID], by agent: AgentID) async throws { try self.check() }

    func record(_ notes: SessionNotes) async throws {
        try self.check()
        self.state.withLock { $0.recorded.append(notes) }
    }
}

/// Records reports in memory, or fails.
final class MemoryRecorder: ReportRecorder {
    private let isDown = Mutex(false)

    func setDown(_ isDown: Bool) { self.isDown.withLock { $0 = isDown } }

    func record(_ batch: ReportBatch) async throws -> AppliedReports {
        if self.isDown.withLock({ $0 }) { throw StoreDown() }
        return AppliedReports(
            agent: batch.agent,
            incarnation: batch.incarnation,
            acknowledged: batch.reports.last?.sequence ?? 0,
            changed: []
        )
    }
}

/// Signs everything but "bad".
struct MemoryIssuer: CertificateIssuer {
    func renew(_ request: String, of agent: AgentID) async throws -> String {
        guard request != "bad" else { throw CoreError(.invalid, "bad request") }
        return "\(request) for \(agent)"
    }
}

struct MemorySecrets: SecretProvider {
    func secrets(for request: SecretsRequest, of agent: AgentID) async throws -> [String: String] {
        guard request.version == 1 else { throw CoreError(.forbidden, "not this version") }
        return ["DB": "of \(agent)"]
    }
}

/// Asks again and again until it holds; only the deadline fails.
func eventually(
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !(await holds()) {
        try #require(ContinuousClock.now < deadline, "not in time: \(what)", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(5))
    }
}
