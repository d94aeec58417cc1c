// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Decides what the end of a parent's run means for one job that waits for it (D2, D3, D6, D8, D13).
///
/// A store loads the job's edges and marks, lets this decide, and saves what changed in one transaction, under whatever
/// keeps two ends at the same instant apart (D1).
package struct DependencyCore: Sendable {
    package let child: JobID
    private let dependencies: JobDependencies
    private let isEnabled: Bool
    /// By parent; saved as they are afterwards.
    package private(set) var edges: [JobID: EdgeState]
    /// What counts and waits.
    private var waiting: [DependencyMark]
    /// Marks that are to be written, each once; a mark of the same chain is replaced.
    package var written: [DependencyMark] { self.unsorted.values.sorted { $0.root < $1.root } }
    private var unsorted: [RunID: DependencyMark] = [:]
    /// What the job starts, if it does.
    package private(set) var start: DependencyStart?
    package private(set) var deadline: DeadlineState
    /// Parents that had not come when a deadline passed of which rules are to tell; nil when none did.
    package private(set) var alarm: [JobID]?

    /// - Parameters:
    ///   - edges: as they are stored; an edge that is not is new.
    ///   - waiting: all marks that wait.
    package init(
        child: JobID,
        dependencies: JobDependencies,
        isEnabled: Bool,
        edges: [EdgeState],
        waiting: [DependencyMark],
        deadline: DeadlineState = DeadlineState()
    ) {
        self.deadline = deadline
        self.child = child
        self.dependencies = dependencies
        self.isEnabled = isEnabled
        let stored = Dictionary(edges.map { ($0.parent, $0) }) { first, _ in first }
        self.edges = Dictionary(
            dependencies.edges.map { ($0.parent, stored[$0.parent] ?? EdgeState(parent: $0.parent)) }
        ) { first, _ in first }
        self.waiting = waiting.filter { mark in dependencies.edge(to: mark.parent) != nil }
    }

    /// Takes in the end of a run.
    ///
    /// - Parameter known: what the run's chain of retries has come to before, if anything.
    package mutating func settle(_ run: SettledRun, known: DependencyMark?, at now: Timestamp) {
        defer { self.arm(at: now) }
        guard let edge = self.dependencies.edge(to: run.job), var state = self.edges[run.job] else { return }
        // Another retry of the chain is under way, and will say how it ended.
        guard run.tally.isSettled else { return }
        // A chain starts the job once (D2).
        guard known?.state != .consumed else { return }
        let mark = DependencyMark(
            child: self.child,
            parent: run.job,
            root: run.root,
            run: run.id,
            state: .waiting,
            madeAt: now
        )
        let verdict = edge.verdict(of: run.tally)
        let age = run.settledAt.milliseconds(since: run.endedAt)
        if verdict == .noNews {
            if known == nil { self.write(mark, as: .skipped) }
        } else if !self.isEnabled {
            self.write(mark, as: .disabled)
        } else if age > Int64(self.dependencies.maxAgeSeconds) * 1000 {
            self.write(mark, as: .stale)
        } else if self.dropsWhatIsLate, let resolved = self.deadline.resolved, run.nominal < resolved {
            self.write(mark, as: .late)
        } else if self.dependencies.join == .any {
            state.newest = max(state.newest ?? run.order, run.order)
            state.news = verdict == .met ? .met : .unmet
            state.at = run.settledAt
            self.edges[run.job] = state
            guard verdict == .met else { return self.write(mark, as: .unmet) }
            self.begin(for: [mark])
        } else if self.dependencies.match == .pair {
            guard verdict == .met else { return self.write(mark, as: .unmet) }
            state.newest = max(state.newest ?? run.order, run.order)
            state.at = run.settledAt
            self.edges[run.job] = state
            self.wait(mark)
        } else if let consumed = state.consumed, run.order == consumed || run.order.isOlder(than: consumed) {
            self.write(mark, as: .stale)
        } else if let newest = state.newest, run.order.isOlder(than: newest) {
            guard verdict == .met, state.news == .met else { return self.write(mark, as: .superseded) }
            self.wait(mark)
        } else {
            state.newest = run.order
            state.news = verdict == .met ? .met : .unmet
            state.at = run.settledAt
            self.edges[run.job] = state
            if verdict == .met {
                self.wait(mark)
            } else {
                self.drop(of: run.job, as: .withdrawn)
                self.write(mark, as: .unmet)
            }
        }
    }

    /// Starts the job for what counts by now, whether every parent has come or not: somebody asked for it (D10).
    package mutating func startNow(at now: Timestamp) {
        guard !self.waiting.isEmpty else { return }
        self.begin(for: self.waiting, at: now)
    }

    /// Forgets what counts by now: somebody asked for it, or the job was disabled (D8).
    package mutating func reset(as state: DependencyMark.State = .withdrawn) {
        for parent in self.edges.keys.sorted() {
            self.drop(of: parent, as: state)
            self.edges[parent]?.consume()
        }
        if self.dependencies.match == .pair { self.lookAgain() }
        self.arm(at: .distantPast)
    }

    /// A deadline has passed (D9).
    ///
    /// - Parameters:
    ///   - due: the newest one that has; older ones are decided with it.
    ///   - next: the one after it, where there is one each day.
    package mutating func expire(_ due: Timestamp, next: Timestamp?) {
        guard let deadline = self.dependencies.deadline else { return }
        self.deadline.due = next
        guard self.isEnabled else { return }
        if next != nil, self.deadline.startedAt != nil {
            self.deadline.startedAt = nil
            return
        }
        let missing = self.edges.values.filter { $0.news != .met }.map(\.parent).sorted()
        self.deadline.resolved = due
        guard deadline.action != .alarm else {
            self.alarm = missing
            return
        }
        self.start = DependencyStart(due: due, action: deadline.action, missing: missing, marks: self.waiting)
        for mark in self.waiting { self.write(mark, as: deadline.action == .run ? .consumed : .withdrawn) }
        self.waiting = []
        for parent in self.edges.keys { self.edges[parent]?.consume() }
    }

    /// After an alarm what comes late still counts.
    private var dropsWhatIsLate: Bool { self.dependencies.deadline.map { $0.action != .alarm } ?? false }

    /// Counts the time from the first parent that has come, where the deadline says so.
    private mutating func arm(at now: Timestamp) {
        guard case .after(let milliseconds)? = self.dependencies.deadline?.due else { return }
        if self.waiting.isEmpty {
            self.deadline.due = nil
        } else if self.deadline.due == nil {
            self.deadline.due = now.advanced(byMilliseconds: milliseconds)
        }
    }

    private mutating func wait(_ mark: DependencyMark) {
        self.waiting.removeAll { $0.root == mark.root && $0.parent == mark.parent }
        self.waiting.append(mark)
        self.write(mark, as: .waiting)
        let isPaired = self.dependencies.match == .pair
        let limit = isPaired ? JobDependencies.pairLimit : JobDependencies.waitingLimit
        for old in self.queue(of: mark.parent).dropLast(limit) {
            self.waiting.removeAll { $0.root == old.root }
            self.write(old, as: .superseded)
        }
        if isPaired {
            let first = self.edges.keys.sorted().compactMap { self.queue(of: $0).first }
            if first.count == self.edges.count { self.begin(for: first) } else { self.lookAgain() }
        } else if self.edges.values.allSatisfy({ $0.news == .met }) {
            self.begin(for: self.waiting)
        }
    }

    /// What waits of one parent, first come first.
    private func queue(of parent: JobID) -> [DependencyMark] {
        self.waiting.filter { $0.parent == parent }.sorted { ($0.madeAt, $0.root) < ($1.madeAt, $1.root) }
    }

    /// Of pairs an edge is met while something of it waits.
    private mutating func lookAgain() {
        for parent in self.edges.keys {
            self.edges[parent]?.news = self.waiting.contains { $0.parent == parent } ? .met : .waiting
        }
    }

    private mutating func begin(for marks: [DependencyMark], at instant: Timestamp? = nil) {
        self.start = DependencyStart(for: marks, at: instant)
        // What an alarm was about is not what the next deadline asks for.
        let isLate =
            !self.dropsWhatIsLate
            && self.edges.values.contains { edge in
                guard let newest = edge.newest, let resolved = self.deadline.resolved else { return false }
                return newest.nominal < resolved
            }
        if !isLate { self.deadline.startedAt = self.start?.nominal }
        for mark in marks { self.write(mark, as: .consumed) }
        let consumed = Set(marks.map(\.root))
        self.waiting.removeAll { consumed.contains($0.root) }
        guard self.dependencies.join == .all else { return }
        guard self.dependencies.match == .latest else { return self.lookAgain() }
        for parent in self.edges.keys where self.edges[parent]?.news == .met { self.edges[parent]?.consume() }
    }

    private mutating func drop(of parent: JobID, as state: DependencyMark.State) {
        for mark in self.waiting where mark.parent == parent { self.write(mark, as: state) }
        self.waiting.removeAll { $0.parent == parent }
    }

    private mutating func write(_ mark: DependencyMark, as state: DependencyMark.State) {
        var mark = mark
        mark.state = state
        self.unsorted[mark.root] = mark
    }
}

/// A run that the ends of parents start.
package struct DependencyStart: Hashable, Sendable {
    /// Of the youngest mark, or of the request.
    package let nominal: Timestamp
    /// What names the run beside the job and the time: the keys of its marks.
    package let discriminator: String
    /// Whose ends it was for, by number.
    package let parents: [JobID]
    /// Parents that had not come when the deadline passed; nil when it was no deadline that started it.
    package let missing: [JobID]?
    /// Whether it is recorded as skipped.
    package let isSkipped: Bool
    /// Whose outputs the job gets: the youngest end of each parent.
    package let sources: [JobID: DependencyMark]

    /// What the end of the time for the parents starts (D9).
    init(due: Timestamp, action: DependencyDeadline.Action, missing: [JobID], marks: [DependencyMark]) {
        self.nominal = due
        self.discriminator = "deadline"
        self.parents = Set(marks.map(\.parent)).sorted()
        self.missing = missing
        self.isSkipped = action == .skip
        self.sources = Self.sources(marks)
    }

    private static func sources(_ marks: [DependencyMark]) -> [JobID: DependencyMark] {
        Dictionary(marks.map { ($0.parent, $0) }) { first, second in
            (first.madeAt, first.root) < (second.madeAt, second.root) ? second : first
        }
    }

    /// - Precondition: None; without marks it would be due at the beginning of time.
    package init(for marks: [DependencyMark], at instant: Timestamp? = nil) {
        self.nominal = instant ?? marks.map(\.madeAt).max() ?? .distantPast
        self.discriminator = marks.map(\.key).sorted().joined(separator: ",")
        self.parents = Set(marks.map(\.parent)).sorted()
        self.missing = nil
        self.isSkipped = false
        self.sources = Self.sources(marks)
    }

    package func run(of job: JobUID) -> RunID {
        DeterministicID.run(kind: .dependency, job: job, nominal: self.nominal, discriminator: self.discriminator)
    }
}

extension RunTally {
    /// No execution is open.
    package var isSettled: Bool { (self.counts[.pending] ?? 0) + (self.counts[.running] ?? 0) == 0 }
}
