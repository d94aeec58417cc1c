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
    /// Output that is on its way when the end is reported has so long to come; milliseconds.
    private static let readAfter: Int64 = 2000
    /// Failures that are read in one transaction.
    private static let readLimit = 100

    private let store: any Store & NotifyStore
    private let clock: any WallClock
    /// Where the console is, for links.
    private let address: String?
    private let language: MessageLanguage
    private let settings: LiveSettings

    package init(
        store: any Store & NotifyStore,
        clock: any WallClock,
        address: String? = nil,
        language: MessageLanguage = MessageLanguage(),
        settings: LiveSettings = LiveSettings()
    ) {
        self.settings = settings
        self.store = store
        self.clock = clock
        self.address = address
        self.language = language
    }

    /// Handles everything that is there.
    package func catchUp() async throws {
        while try await self.readPage() {}
        while try await self.readFailures() {}
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
        let silences = try await self.store.unsettledSilences()
        let book = try await self.book(for: events, needsHosts: !silences.isEmpty)
        let state = try await self.store.notifyState(NotifyEvaluation.keys(of: events, in: book))
        let now = self.clock.now
        let pace = self.settings.now.pace
        var evaluation = NotifyEvaluation(book: book, state: state, silences: silences, now: now, pace: pace)
        for event in events { evaluation.handle(event) }
        var changes = evaluation.changes
        (changes.failures, changes.mended) = Self.failures(in: events)
        changes.move = NotifyChanges.Move(reader: Self.reader, from: position, to: last.sequence)
        try await self.store.save(changes, at: now)
        return events.count == Self.pageSize
    }

    /// The last word of a page on each execution.
    private static func failures(in events: [RecordedEvent]) -> ([FailureNote], [ExecutionID]) {
        var failures: [ExecutionID: FailureNote] = [:]
        var mended: Set<ExecutionID> = []
        for row in events {
            guard case .executions(let executions)? = row.event else { continue }
            for event in executions where event.status.isTerminal {
                if event.status == .failure || event.status == .timeout {
                    failures[event.id] = FailureNote(
                        execution: event.id,
                        job: event.jobID,
                        agent: event.agentID,
                        at: row.at
                    )
                    mended.remove(event.id)
                } else if event.isCorrection {
                    failures[event.id] = nil
                    mended.insert(event.id)
                }
            }
        }
        return (failures.values.sorted { $0.execution < $1.execution }, mended.sorted())
    }

    /// Reads what failures say, a moment after they were reported.
    private func readFailures() async throws -> Bool {
        let bound = self.clock.now.advanced(byMilliseconds: -Self.readAfter)
        let notes = try await self.store.unreadFailures(before: bound, limit: Self.readLimit)
        guard !notes.isEmpty else { return false }
        var read: [(note: FailureNote, fingerprint: FailureFingerprint?)] = []
        for note in notes {
            let execution = try await self.store.execution(note.execution)
            var fingerprint: FailureFingerprint?
            if let execution {
                let tail = try await Self.tail(of: execution, in: self.store)
                fingerprint = FailureFingerprint(execution, tail: tail)
            }
            read.append((note, fingerprint))
        }
        try await self.store.saveFailures(read)
        return notes.count == Self.readLimit
    }

    private func tick() async throws -> Bool {
        let now = self.clock.now
        let state = try await self.store.dueNotifyState(at: now, limit: Self.dueLimit)
        let silences = try await self.store.unsettledSilences()
        let hasEnded = silences.contains { !$0.isActive(at: now) }
        guard !state.incidents.isEmpty || !state.hosts.isEmpty || hasEnded else { return false }
        // A host that is due opens incidents that may be open already.
        let events = state.hosts.map { RecordedEvent(sequence: 0, at: now, event: .agentWent($0.agent)) }
        let kept = hasEnded ? try await self.store.silencedIncidents() : []
        let subjects = silences.isEmpty ? [] : NotifyEvaluation.jobs(of: state.incidents + kept)
        let book = try await self.book(for: events, and: subjects, needsHosts: !silences.isEmpty)
        var full = try await self.store.notifyState(NotifyEvaluation.keys(of: events, in: book))
        var seen: Set<IncidentID> = []
        full.incidents = (state.incidents + kept + full.incidents).filter { seen.insert($0.id).inserted }
        full.hosts = state.hosts
        let pace = self.settings.now.pace
        var evaluation = NotifyEvaluation(book: book, state: full, silences: silences, now: now, pace: pace)
        evaluation.tick()
        var changes = evaluation.changes
        changes.deliveries = try await self.write(evaluation.messages, at: now)
        try await self.store.save(changes, at: now)
        return state.incidents.count == Self.dueLimit || state.hosts.count == Self.dueLimit
    }

    /// - Parameter needsHosts: whether the groups of hosts are asked for.
    private func book(
        for events: [RecordedEvent],
        and jobs: Set<JobID> = [],
        needsHosts: Bool
    ) async throws -> RuleBook {
        let own = try await self.store.notifyRules().filter(\.rule.isEnabled)
        var ids = jobs
        for case .executions(let executions)? in events.map(\.event) {
            for execution in executions where execution.status.isTerminal { ids.insert(execution.jobID) }
        }
        for case .person(let person)? in events.map(\.event) { if let job = person.job { ids.insert(job) } }
        for case .job(let event)? in events.map(\.event) { ids.insert(event.job) }
        var found: [Job] = []
        if own.isEmpty, !needsHosts {
            // Rules of the jobs themselves are all there are.
            found = try await self.store.jobs(withRulesAmong: ids.sorted())
        } else {
            for id in ids.sorted() {
                if let job = try await self.store.job(id) { found.append(job) }
            }
        }
        var hosts: [AgentID: Set<GroupID>] = [:]
        if needsHosts || !own.isEmpty {
            for summary in try await self.store.groups() {
                for agent in summary.agents { hosts[agent, default: []].insert(summary.group.id) }
            }
        }
        return RuleBook(own: own, jobs: found, hosts: hosts)
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
        if let deadline = message.incident.rule.watch?.deadline { zone = deadline.timeZone }
        if message.incident.trigger == .parentsLate, let id = message.incident.jobID,
            case .daily(_, _, let timeZone)? = try await self.store.job(id)?.definition.dependencies?.deadline?.due
        {
            zone = timeZone
        }
        return TemplateVariables(
            message,
            execution: execution,
            logTail: try await Self.logTail(
                of: execution,
                lines: self.settings.now.integer(.notifyTailLines),
                in: self.store
            ),
            alike: try await self.alike(message),
            timeZone: zone,
            address: self.address,
            speech: self.language.now
        )
    }

    /// The last lines of an execution's output.
    static func logTail(of execution: Execution?, lines: Int64, in store: any Store) async throws -> String {
        guard let execution, execution.status != .skipped else { return "" }
        return Self.lastLines(lines, of: String(decoding: try await self.tail(of: execution, in: store), as: UTF8.self))
    }

    /// An end of line at the very end begins no further one.
    static func lastLines(_ count: Int64, of text: String) -> String {
        let bytes = Array(text.utf8)
        var left = count
        for index in bytes.indices.dropLast().reversed() where bytes[index] == 0x0a {
            left -= 1
            if left == 0 { return String(decoding: bytes[(index + 1)...], as: UTF8.self) }
        }
        return text
    }

    private static func tail(of execution: Execution, in store: any Store) async throws -> [UInt8] {
        let total = try await store.log(execution.id, from: 0, limit: 1).totalBytes
        let slice = try await store.log(
            execution.id,
            from: max(0, total - Int64(Self.tailBytes)),
            limit: 2 * Self.tailBytes
        )
        let bytes = Array(slice.chunks.flatMap(\.bytes).suffix(Self.tailBytes))
        return total > Int64(Self.tailBytes) ? Self.withoutBegun(bytes) : bytes
    }

    /// The end of an output without the line that has lost its beginning; where there is no other, what is left of that one.
    static func withoutBegun(_ bytes: [UInt8]) -> [UInt8] {
        // What was there may have been forgotten meanwhile.
        guard !bytes.isEmpty else { return [] }
        if let line = bytes.dropLast().firstIndex(of: 0x0a) { return Array(bytes[(line + 1)...]) }
        // A character may have been cut as well.
        return Array("…".utf8) + bytes.drop { $0 & 0xc0 == 0x80 }
    }

    /// What the executions of a message read like; nothing for one that says that it works again.
    private func alike(_ message: NotifyMessage) async throws -> FailureWords {
        guard message.purpose != .recovered else { return FailureWords() }
        let members = message.incident.members.filter { NotifyTrigger.failures.contains($0.trigger) }
        let known = try await self.store.fingerprints(of: members.compactMap(\.execution))
        return FailureWords(message.incident, known)
    }
}
