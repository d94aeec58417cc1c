// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowNotify
package import FlowSchedulerCore
import Synchronization

/// Looks after what rules watch: loads it, lets ``NotifyWatch`` decide, and saves what came of it in one transaction.
///
/// Without such rules a round is one small statement. With some it costs what they are about: their jobs, what runs or waits
/// for longer than the shortest of their limits, and hosts if a rule asks for them; all jobs only at a deadline of a rule
/// on everything.
package final class NotifyWatcher: Sendable {
    /// Between two looks when no deadline is nearer; milliseconds.
    package static let interval: Int64 = 10_000
    private static let pageSize = 500
    /// Who was not asked for so long was not the server that looks; milliseconds.
    private static let gap: Int64 = 60_000

    private let store: any Store & NotifyStore
    private let clock: any WallClock
    private let presences: @Sendable () -> [AgentID: AgentPresence]
    private let server: @Sendable () -> WatchedHost
    private let settings: LiveSettings
    private let pace = Mutex(Pace())
    /// Open executions that are read at once.
    private let page: Int
    /// Open executions that rules are about and that are looked at in one round.
    private let limit: Int
    /// Of all open ones, those that are read in one round to find them.
    private let readLimit: Int

    private struct Pace {
        var next = Timestamp.distantPast
        /// The first and the last time that this server was asked to look, without a gap.
        var since: Timestamp?
        var asked: Timestamp?
    }

    /// - Parameters:
    ///   - server: the server itself, with its disk.
    ///   - page: open executions that are read at once.
    ///   - limit: of those that rules are about, as many are looked at in one round.
    ///   - readLimit: of all, as many are read to find them.
    package init(
        store: any Store & NotifyStore,
        clock: any WallClock,
        settings: LiveSettings = LiveSettings(),
        presences: @escaping @Sendable () -> [AgentID: AgentPresence],
        server: @escaping @Sendable () -> WatchedHost,
        page: Int = 5000,
        limit: Int = 100_000,
        readLimit: Int = 1_000_000
    ) {
        self.page = page
        self.limit = limit
        self.readLimit = readLimit
        self.store = store
        self.clock = clock
        self.settings = settings
        self.presences = presences
        self.server = server
    }

    /// Looks when it is time to; not in the first two minutes after a start or a change of servers, in which hosts connect and
    /// tell what they did meanwhile.
    package func lookIfDue() async throws {
        let now = self.clock.now
        let isTime = self.pace.withLock { pace -> Bool in
            if pace.asked.map({ abs(now.milliseconds(since: $0)) > Self.gap }) ?? true { pace.since = now }
            pace.asked = now
            guard let since = pace.since, now.milliseconds(since: since) >= NotifyEvaluation.startupGrace else {
                return false
            }
            // A clock that was set back is no reason to look at nothing.
            return now >= pace.next || pace.next.milliseconds(since: now) > Self.interval
        }
        guard isTime else { return }
        let regular = now.advanced(byMilliseconds: Self.interval)
        // A round that fails is not tried again before the next one: it may have read much.
        self.pace.withLock { $0.next = regular }
        let deadline = try await self.look()
        self.pace.withLock { $0.next = min(regular, deadline ?? regular) }
    }

    /// - Returns: when the next deadline is.
    @discardableResult
    package func look() async throws -> Timestamp? {
        let now = self.clock.now
        let watched = NotifyTrigger.ofTime.union(NotifyTrigger.ofHosts)
        let own = try await self.store.notifyRules().filter { own in
            own.rule.isEnabled && !watched.isDisjoint(with: own.rule.triggers)
        }
        let watching = try await self.store.watchingJobs()
        let marks = try await self.store.notifyWatchMarks()
        guard !own.isEmpty || !watching.isEmpty || !marks.isEmpty else { return nil }

        var jobs = try await self.jobs(Set(watching).union(marks.compactMap(Self.job)))
        let needs = WatchNeeds(own.map(\.rule) + jobs.flatMap { $0.definition.notify ?? [] })
        let isOfJobs = own.allSatisfy { NotifyTrigger.ofTime.isDisjoint(with: $0.rule.triggers) }
        let (open, isWhole) = try await self.open(needs, of: isOfJobs ? Set(watching) : nil, at: now)
        let known = Set(jobs.map(\.id))
        jobs += try await self.jobs(Set(open.map(\.jobID)).subtracting(known))
        jobs = try await self.withAll(jobs, own, marks, at: now)
        var hosts: [AgentID: Set<GroupID>] = [:]
        if !own.isEmpty {
            for summary in try await self.store.groups() {
                for agent in summary.agents { hosts[agent, default: []].insert(summary.group.id) }
            }
        }
        let book = RuleBook(own: own, jobs: jobs, hosts: hosts)
        var watch = NotifyWatch(book: book, marks: marks, now: now)
        for question in watch.questions { watch.answer(question, try await self.answer(question)) }
        let asking = needs.usual ? Set(open.map(\.jobID).filter { book.asksWhatIsUsual(of: $0) }) : []
        let usual = try await self.usual(asking)
        watch.look(at: open, isWhole: isWhole, usual: usual)
        if needs.hosts || marks.contains(where: { NotifyTrigger.ofHosts.contains($0.key.trigger) }) {
            watch.look(at: try await self.hosts())
        }
        try await self.save(watch, book, at: now)
        return watch.nextDeadline
    }

    private func save(_ watch: NotifyWatch, _ book: RuleBook, at now: Timestamp) async throws {
        guard !watch.isQuiet else { return }
        var changes = NotifyChanges()
        let touched = watch.touchedRules
        if !touched.isEmpty {
            var keys = NotifyStateKeys()
            keys.rules = touched
            let state = try await self.store.notifyState(keys)
            let silences = try await self.store.unsettledSilences()
            var evaluation = NotifyEvaluation(
                book: book,
                state: state,
                silences: silences,
                now: now,
                pace: self.settings.now.pace
            )
            evaluation.handle(watch)
            changes = evaluation.changes
            // The evaluator, which knows all that a silence is about, acts on the ends of silences.
            changes.settledSilences = []
        }
        changes.watch = watch.changes
        try await self.store.save(changes, at: now)
    }

    // MARK: Facts

    private static func job(_ mark: NotifyWatchMark) -> JobID? {
        NotifyTrigger.ofTime.contains(mark.key.trigger) ? JobID(mark.key.subject.prefix { $0 != " " }) : nil
    }

    private func jobs(_ ids: Set<JobID>) async throws -> [Job] {
        guard !ids.isEmpty else { return [] }
        // Most have rules of their own, and are read at once.
        var found = try await self.store.jobs(withRulesAmong: ids.sorted())
        for id in ids.subtracting(found.map(\.id)).sorted() {
            if let job = try await self.store.job(id) { found.append(job) }
        }
        return found.sorted { $0.id < $1.id }
    }

    /// With every job there is, when a rule by itself has a deadline now.
    private func withAll(
        _ known: [Job],
        _ own: [OwnNotifyRule],
        _ marks: [NotifyWatchMark],
        at now: Timestamp
    ) async throws -> [Job] {
        let due = marks.contains { mark in
            mark.key.rule.hasPrefix("rule ") && NotifyWatch.isDue(mark, among: marks, at: now)
        }
        guard due else { return known }
        let wide = own.filter { $0.rule.triggers.contains(where: \.isDeadline) }
        var jobs = Dictionary(known.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        if wide.allSatisfy({ !$0.match.tasks.isEmpty }) {
            let missing = Set(wide.flatMap(\.match.tasks)).subtracting(jobs.keys)
            for job in try await self.jobs(missing) { jobs[job.id] = job }
            return jobs.values.sorted { $0.id < $1.id }
        }
        var number = 1
        while true {
            let query = JobQuery(page: PageRequest(number: number, size: Self.pageSize), isEnabled: true)
            let page = try await self.store.jobs(query)
            for job in page.items { jobs[job.id] = job }
            guard page.items.count == Self.pageSize else { break }
            number += 1
        }
        return jobs.values.sorted { $0.id < $1.id }
    }

    /// - Parameter jobs: whose executions matter; nil = of all.
    /// - Returns: what is open, and whether that is everything.
    private func open(
        _ needs: WatchNeeds,
        of jobs: Set<JobID>?,
        at now: Timestamp
    ) async throws -> (executions: [Execution], isWhole: Bool) {
        let kinds = [
            needs.running.map { OpenKind.running(since: now.advanced(byMilliseconds: -$0)) },
            needs.waiting.map { OpenKind.waiting(since: now.advanced(byMilliseconds: -$0)) },
        ].compactMap(\.self)
        var found: [Execution] = []
        var read = 0
        for kind in kinds {
            var last: ExecutionID?
            while true {
                let page = try await self.store.openExecutions(kind, after: last, limit: self.page)
                read += page.count
                for execution in page where jobs?.contains(execution.jobID) ?? true {
                    guard found.count < self.limit else { return (found, false) }
                    found.append(execution)
                }
                guard page.count == self.page else { break }
                // What nobody's rule is about is not held, and costs a read all the same.
                guard read < self.readLimit else { return (found, false) }
                last = page.last?.id
            }
        }
        return (found, true)
    }

    private func answer(_ question: NotifyWatch.Question) async throws -> Set<JobID> {
        var came: Set<JobID> = []
        var rest = question.jobs[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.pageSize))
            rest = rest.dropFirst(Self.pageSize)
            came.formUnion(
                question.trigger == .didNotRunBy
                    ? try await self.store.jobs(part, startedIn: question.span)
                    : try await self.store.jobs(part, succeededIn: question.span)
            )
        }
        return came
    }

    private func usual(_ jobs: Set<JobID>) async throws -> [JobID: Int64] {
        guard !jobs.isEmpty else { return [:] }
        return try await self.store.recentExecutions(of: jobs.sorted(), count: 2 * NotifyWatch.usualCount)
            .compactMapValues { executions in
                NotifyWatch.usual(executions.filter { $0.status == .success }.suffix(NotifyWatch.usualCount))
            }
    }

    private func hosts() async throws -> [WatchedHost] {
        let presences = self.presences()
        return try await self.store.agents().filter { !$0.isRevoked }.map { agent in
            WatchedHost(
                agent: agent.id,
                name: agent.name,
                certificateEnd: agent.certificateExpiresAt,
                condition: presences[agent.id]?.condition
            )
        } + [self.server()]
    }
}
