// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowNotify

/// Reads the event log, lets rules decide, and saves what they made of it together with its position.
///
/// Everything is in the store: whoever starts again goes on where the last transaction ended, and decides the same again
/// when it has to.
package final class NotifyEvaluator: Sendable {
    package static let reader = "notify"
    /// Rows of the log in one transaction; each holds up to 500 executions.
    private static let pageSize = 20
    /// Incidents and hosts whose time has come, in one transaction.
    private static let dueLimit = 200
    private static let tailBytes = 4096

    private let store: any Store & NotifyStore
    private let clock: any WallClock
    /// Where the console is, for links.
    private let address: String?

    package init(store: any Store & NotifyStore, clock: any WallClock, address: String? = nil) {
        self.store = store
        self.clock = clock
        self.address = address
    }

    /// Handles everything that is there.
    package func catchUp() async throws {
        while try await self.readPage() {}
        while try await self.tick() {}
    }

    /// - Returns: whether there may be more.
    private func readPage() async throws -> Bool {
        guard let position = try await self.store.eventPosition(of: Self.reader) else {
            // Rules are for what happens from now on.
            let last = try await self.store.lastEvent()
            var changes = NotifyChanges()
            changes.move = NotifyChanges.Move(reader: Self.reader, from: nil, to: last)
            try await self.store.save(changes, at: self.clock.now)
            return false
        }
        let events = try await self.store.events(after: position, limit: Self.pageSize)
        guard let last = events.last else { return false }
        let book = try await self.book(for: events)
        let state = try await self.store.notifyState(NotifyEvaluation.keys(of: events, in: book))
        let now = self.clock.now
        var evaluation = NotifyEvaluation(book: book, state: state, now: now)
        for event in events { evaluation.handle(event) }
        var changes = evaluation.changes
        changes.move = NotifyChanges.Move(reader: Self.reader, from: position, to: last.sequence)
        try await self.store.save(changes, at: now)
        return events.count == Self.pageSize
    }

    private func tick() async throws -> Bool {
        let now = self.clock.now
        let state = try await self.store.dueNotifyState(at: now, limit: Self.dueLimit)
        guard !state.incidents.isEmpty || !state.hosts.isEmpty else { return false }
        // A host that is due opens incidents that may be open already.
        let events = state.hosts.map { RecordedEvent(sequence: 0, at: now, event: .agentWent($0.agent)) }
        let book = try await self.book(for: events)
        var full = try await self.store.notifyState(NotifyEvaluation.keys(of: events, in: book))
        let due = Set(state.incidents.map(\.id))
        full.incidents = full.incidents.filter { !due.contains($0.id) } + state.incidents
        full.hosts = state.hosts
        var evaluation = NotifyEvaluation(book: book, state: full, now: now)
        evaluation.tick()
        var changes = evaluation.changes
        changes.deliveries = try await self.write(evaluation.messages, at: now)
        try await self.store.save(changes, at: now)
        return state.incidents.count == Self.dueLimit || state.hosts.count == Self.dueLimit
    }

    private func book(for events: [RecordedEvent]) async throws -> RuleBook {
        let own = try await self.store.notifyRules().filter(\.rule.isEnabled)
        var ids: Set<JobID> = []
        for case .executions(let executions)? in events.map(\.event) {
            for execution in executions where execution.status.isTerminal { ids.insert(execution.jobID) }
        }
        var jobs: [Job] = []
        for id in ids.sorted() {
            if let job = try await self.store.job(id) { jobs.append(job) }
        }
        var hosts: [AgentID: Set<GroupID>] = [:]
        if !own.isEmpty {
            for summary in try await self.store.groups() {
                for agent in summary.agents { hosts[agent, default: []].insert(summary.group.id) }
            }
        }
        return RuleBook(own: own, jobs: jobs, hosts: hosts)
    }

    // MARK: Texts

    private func write(_ messages: [NotifyMessage], at now: Timestamp) async throws -> [NotifyDelivery] {
        guard !messages.isEmpty else { return [] }
        let kinds = ChannelDirectory(try await self.store.notifyChannels()).kinds
        var deliveries: [NotifyDelivery] = []
        for message in messages {
            let variables = try await self.variables(of: message)
            deliveries += MessageWriter.deliveries(of: message, variables, kinds: kinds, at: now)
        }
        return deliveries
    }

    private func variables(of message: NotifyMessage) async throws -> TemplateVariables {
        var execution: Execution?
        if let id = message.incident.members.last(where: { $0.execution != nil })?.execution {
            execution = try await self.store.execution(id)
        }
        var zone = "UTC"
        if let id = message.incident.jobID, let job = try await self.store.job(id),
            case .cron(_, let timeZone, _) = job.definition.schedule.base
        {
            zone = timeZone
        }
        return TemplateVariables(
            message,
            execution: execution,
            logTail: try await Self.logTail(of: execution, in: self.store),
            timeZone: zone,
            address: self.address
        )
    }

    /// The last lines of an execution's output.
    static func logTail(of execution: Execution?, in store: any Store) async throws -> String {
        guard let execution, execution.status != .skipped else { return "" }
        let total = try await store.log(execution.id, from: 0, limit: 1).totalBytes
        let slice = try await store.log(
            execution.id,
            from: max(0, total - Int64(Self.tailBytes)),
            limit: 2 * Self.tailBytes
        )
        let bytes = slice.chunks.flatMap(\.bytes).suffix(Self.tailBytes)
        guard total > Int64(Self.tailBytes), let line = bytes.firstIndex(of: 0x0a) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        // The first line has lost its beginning.
        return String(decoding: bytes[bytes.index(after: line)...], as: UTF8.self)
    }
}
