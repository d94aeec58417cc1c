// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Channels, rules, and what has become of them.
package protocol NotifyStore: EventStore, FailureStore, ReportMailStore {
    // MARK: Channels

    func notifyChannels() async throws -> [NotifyChannel]
    /// - Throws: `nameTaken`.
    func createNotifyChannel(_ draft: NotifyChannelDraft, by change: Change) async throws -> NotifyChannel
    func updateNotifyChannel(_ id: Int64, to draft: NotifyChannelDraft, by change: Change) async throws -> NotifyChannel
    /// Puts the same secrets in another form in the place of those that nobody has changed meanwhile.
    func sealNotifyChannel(_ id: Int64, as secrets: ChannelSecrets, insteadOf known: ChannelSecrets) async throws
    /// - Throws: `inUse` while a rule that stands by itself names it.
    func deleteNotifyChannel(_ id: Int64, by change: Change) async throws

    // MARK: Rules that stand by themselves

    func notifyRules() async throws -> [OwnNotifyRule]
    func createNotifyRule(_ rule: NotifyRule, match: NotifyMatch, by change: Change) async throws -> OwnNotifyRule
    func updateNotifyRule(
        _ id: Int64,
        to rule: NotifyRule,
        match: NotifyMatch,
        by change: Change
    ) async throws -> OwnNotifyRule
    func deleteNotifyRule(_ id: Int64, by change: Change) async throws

    // MARK: Evaluation

    /// What is stored of counters and hosts, and every open incident of the rules.
    func notifyState(_ keys: NotifyStateKeys) async throws -> NotifyState
    /// Incidents and hosts whose time has come.
    func dueNotifyState(at now: Timestamp, limit: Int) async throws -> NotifyState
    /// Saves what an evaluation changed and moves the reader, in one transaction.
    ///
    /// - Throws: `conflict` when the reader stands elsewhere; nothing is changed then.
    func save(_ changes: NotifyChanges, at now: Timestamp) async throws
    func notifyIncidents(_ query: NotifyQuery) async throws -> Page<NotifyIncident>
    /// No reminders and updates from now on.
    func acknowledgeNotifyIncident(_ id: IncidentID, in scope: Scope, by change: Change) async throws -> NotifyIncident

    // MARK: What is watched

    /// All marks, in the order of their keys.
    func notifyWatchMarks() async throws -> [NotifyWatchMark]
    /// Jobs whose own rules watch time, ascending.
    func watchingJobs() async throws -> [JobID]
    /// A page of executions that run or wait, by id, which is in order of time.
    func openExecutions(_ kind: OpenKind, after: ExecutionID?, limit: Int) async throws -> [Execution]
    /// Those of the jobs of which an execution started in a span, or ended well in it.
    func jobs(_ jobs: [JobID], startedIn span: Range<Timestamp>) async throws -> Set<JobID>
    func jobs(_ jobs: [JobID], succeededIn span: Range<Timestamp>) async throws -> Set<JobID>

    // MARK: Silences

    /// Those whose end was not acted on yet.
    func unsettledSilences() async throws -> [NotifySilence]
    /// Open incidents of which a silence keeps something back.
    func silencedIncidents() async throws -> [NotifyIncident]
    /// - Parameter state: at the time; nil = all.
    func notifySilences(
        _ state: NotifySilence.State?,
        page: PageRequest,
        in scope: Scope,
        at now: Timestamp
    ) async throws -> Page<NotifySilence>
    func notifySilence(_ id: Int64, in scope: Scope) async throws -> NotifySilence?
    /// - Throws: `conflict` when there are ``NotifySilence/activeLimit`` already.
    func createSilence(_ draft: SilenceDraft, by change: Change) async throws -> NotifySilence
    /// Ends it now; one that has ended stays as it is.
    func endSilence(_ id: Int64, by change: Change) async throws -> NotifySilence
    func notifyIncident(_ id: IncidentID, in scope: Scope) async throws -> NotifyIncident?

    // MARK: Deliveries

    /// What is due, in the order in which it was made.
    func dueDeliveries(at now: Timestamp, limit: Int) async throws -> [NotifyDelivery]
    func saveDeliveries(_ deliveries: [NotifyDelivery]) async throws
    /// What was being sent when the server ended is due again.
    func resumeDeliveries(at now: Timestamp) async throws
    func deliveries(_ query: NotifyQuery) async throws -> Page<NotifyDelivery>
    /// Makes a dead or sent message due again, under its own id.
    func resendDelivery(_ id: DeliveryID, in scope: Scope, by change: Change) async throws -> NotifyDelivery
    /// Messages that wait, by channel.
    func waitingDeliveries() async throws -> [String: Int]
}

/// What an evaluation needs to know.
package struct NotifyStateKeys: Hashable, Sendable {
    package var counters: Set<NotifyCounter.Key> = []
    package var rules: Set<String> = []
    package var hosts: Set<AgentID> = []
    /// Every host that is not known to be away: a server has started.
    package var isEveryHostNeeded = false

    package init() {}
}

/// What is stored of it.
package struct NotifyState: Hashable, Sendable {
    package var counters: [NotifyCounter]
    package var incidents: [NotifyIncident]
    package var hosts: [NotifyHost]

    package init(counters: [NotifyCounter] = [], incidents: [NotifyIncident] = [], hosts: [NotifyHost] = []) {
        self.counters = counters
        self.incidents = incidents
        self.hosts = hosts
    }
}

/// What an evaluation changed.
package struct NotifyChanges: Hashable, Sendable {
    package struct Move: Hashable, Sendable {
        package let reader: String
        package let from: Int64?
        package let to: Int64

        package init(reader: String, from: Int64?, to: Int64) {
            self.reader = reader
            self.from = from
            self.to = to
        }
    }

    /// Events that fell into a silence.
    package struct Caught: Hashable, Sendable {
        package let silence: Int64
        package let count: Int
        package let at: Timestamp

        package init(silence: Int64, count: Int, at: Timestamp) {
            self.silence = silence
            self.count = count
            self.at = at
        }
    }

    package var counters: [NotifyCounter] = []
    package var incidents: [NotifyIncident] = []
    package var hosts: [NotifyHost] = []
    package var deliveries: [NotifyDelivery] = []
    package var caught: [Caught] = []
    /// Silences whose end was acted on.
    package var settledSilences: [Int64] = []
    /// Executions that failed: what they read like is looked at a little later, when their output has come.
    package var failures: [FailureNote] = []
    /// Executions that did not fail after all.
    package var mended: [ExecutionID] = []
    /// What is remembered of rules that watch; `conflict` when a mark is another one than it was.
    package var watch: [NotifyWatchMark.Change] = []
    package var move: Move?

    package init() {}

    package var isEmpty: Bool {
        self.counters.isEmpty && self.incidents.isEmpty && self.hosts.isEmpty && self.deliveries.isEmpty
            && self.caught.isEmpty && self.settledSilences.isEmpty && self.failures.isEmpty && self.mended.isEmpty
            && self.watch.isEmpty && self.move == nil
    }
}

/// Filter of incidents and deliveries, newest first.
package struct NotifyQuery: Hashable, Sendable {
    package var page: PageRequest
    /// A state's raw value.
    package var state: String?
    package var channel: String?
    package var job: JobID?
    package var incident: IncidentID?
    package var scope: Scope

    package init(
        page: PageRequest = PageRequest(),
        state: String? = nil,
        channel: String? = nil,
        job: JobID? = nil,
        incident: IncidentID? = nil,
        scope: Scope = .all
    ) {
        self.page = page
        self.state = state
        self.channel = channel
        self.job = job
        self.incident = incident
        self.scope = scope
    }
}

/// Which open executions are asked for.
package enum OpenKind: Hashable, Sendable {
    /// Those that started at this time or before.
    case running(since: Timestamp)
    /// Those that have not begun and were due before this time.
    case waiting(since: Timestamp)
}
