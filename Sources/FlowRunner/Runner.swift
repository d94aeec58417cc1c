// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCrash
import Glibc

/// The small process that starts and ends an agent's jobs: one thread, one loop.
///
/// It is a process of its own so that spawning costs the same however large the agent is, and so that jobs outlive the
/// agent: when the agent is gone, it goes on with what it was given, keeps output and outcomes, and hands all of it to
/// the agent that comes next. It ends when it has no agent and nothing runs; whatever was not told lies on the disk
/// then. All descriptors below belong to this object until the process ends.
///
/// This file has the loop; the extensions talk with the agent, start processes, read their output and end them.
package final class Runner {
    let listener: Int32
    /// The agent's connection; -1 while there is none.
    var socket: Int32 = -1
    /// It has been told what is here.
    var isIntroduced = false
    private let childEvent: Int32
    /// Everything but the jobs' output; and the jobs' output, so that it can be left alone as a whole.
    let poll: Int32
    let outputPoll: Int32
    let store: RunnerStore
    let mark: String
    var processes: [UInt64: RunnerProcess] = [:]
    /// Attempts that are over, until their ends are in the agent's ledger.
    var ended: [UInt64: EndedAttempt] = [:]
    /// Those of them that are not on the disk yet, and those the agent has not heard of since they ended.
    var unsaved: [UInt64] = []
    var untold: [UInt64] = []
    private var saveAgainAt: Int64 = 0
    /// Attempts whose news go straight to the agent.
    var live: Set<UInt64> = []
    /// Attempts of an earlier agent that are to be told from their beginning.
    var replays: [UInt64] = []
    /// The one that is being told.
    var replay: RunnerReplay?
    /// Attempts that nobody accounts for.
    var discarded: Set<UInt64> = []
    var highestToken: UInt64 = 0
    /// Trees whose leader is dead.
    var leaderless: Set<UInt64> = []
    var trees = RunnerTrees()
    var deadlines = DeadlineQueue()
    /// When attempts end unless the agent says otherwise; boot clock, microseconds.
    var leases: [UInt64: Int64] = [:]
    /// When they are looked at next; monotonic microseconds.
    var nextLeaseLook: Int64 = 0
    var requests: [SpawnRequest] = []
    var nextRequest = 0
    var input = RunnerFrameBuffer()
    var outbox = RunnerOutbox()
    var isOutputPaused = false
    var waitsToWrite = false
    var needsSweep = false
    /// When trees are looked at again although nobody has died; monotonic microseconds.
    var sweepAt: Int64?
    /// What trees are to be sent: collected, because one walk over all processes serves them all.
    var signals: [UInt64: Int32] = [:]
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    /// When memory is given back unless something happens before; monotonic microseconds.
    private var tidyAt: Int64?
    /// Until when the first agent may take its time.
    private var firstAgentBy: Int64?

    static let controlTag: UInt64 = 0
    private static let childTag: UInt64 = 1
    static let outputTag: UInt64 = 2
    private static let listenerTag: UInt64 = 3
    private static let firstAgentPatience: Int64 = 60_000_000  // microseconds
    /// How long nothing happens before memory is given back.
    private static let tidyPause: Int64 = 2_000_000  // microseconds
    /// Between two tries to write an outcome to a disk that has no room.
    private static let savePause: Int64 = 1_000_000  // microseconds

    /// Prepares this process for its work.
    ///
    /// - Parameters:
    ///   - listener: where agents connect.
    ///   - directory: where output and outcomes are kept.
    ///   - mark: the value of `QF_AGENT_DATA` in the environment of jobs, by which whoever cleans up after a runner that was
    ///     killed knows them.
    /// - Throws: when the kernel refuses something.
    package init(listener: Int32, directory: String, mark: String) throws(RunnerError) {
        self.listener = listener
        self.mark = "QF_AGENT_DATA=" + mark
        flow_prepare_runner()
        self.store = RunnerStore(directory: directory)
        self.trees.groups = RunnerGroups(base: GroupBase.find(), mark: mark)
        if let path = self.trees.groups?.path { self.store.note(group: path) }
        self.childEvent = flow_watch_children()
        self.poll = flow_poll_create()
        self.outputPoll = flow_poll_create()
        self.firstAgentBy = flow_monotonic_microseconds() + Self.firstAgentPatience
        // It may live long: no directory is to be kept from being unmounted.
        _ = chdir("/")
        let failure = [
            flow_become_subreaper(),
            flow_set_nonblocking(listener),
            flow_poll_add(self.poll, listener, Self.listenerTag, 0),
            flow_poll_add(self.poll, self.childEvent, Self.childTag, 0),
            flow_poll_add(self.poll, self.outputPoll, Self.outputTag, 0),
        ].first { $0 != 0 }
        if let failure { throw RunnerError("the runner cannot start: \(String(cString: strerror(failure)))") }
    }

    /// Works until there is no agent and nothing to do without one.
    package func run() {
        var tags = [UInt64](repeating: 0, count: 128)
        while !self.hasEnded {
            let ready = flow_poll_wait(self.poll, &tags, Int32(tags.count), self.timeout())
            for tag in tags.prefix(Int(ready)) {
                switch tag {
                case Self.controlTag: self.readRequests()
                case Self.listenerTag: self.acceptAgent()
                case Self.childTag: flow_drain_event(self.childEvent)
                default: self.readOutputs()
                }
            }
            if flow_was_terminated() != 0 { self.stop(grace: Self.grace) }
            self.reap()
            self.checkLeases()
            self.spawnSome()
            self.checkDeadlines()
            self.deliverSignals()
            if self.needsSweep { self.sweep() }
            self.deliverSignals()
            self.saveEnds()
            self.tellEnds()
            self.replaySome()
            self.flush()
            self.tidy(hasWorked: ready > 0)
        }
        self.trees.groups?.clear()
        if self.ended.isEmpty { self.store.clear() }
    }

    /// An agent that connects in this very moment finds nobody, and then everything on the disk.
    private var hasEnded: Bool {
        guard self.socket < 0, self.processes.isEmpty, self.nextRequest == self.requests.count,
            self.unsaved.isEmpty || self.store.isGone
        else { return false }
        return self.firstAgentBy.map { flow_monotonic_microseconds() > $0 } ?? true
    }

    func agentArrived() { self.firstAgentBy = nil }

    /// It lives as long as the host: what it needed for its start, or for a burst, it does not keep while nothing happens.
    private func tidy(hasWorked: Bool) {
        if hasWorked {
            self.tidyAt = flow_monotonic_microseconds() + Self.tidyPause
        } else if let tidyAt, flow_monotonic_microseconds() >= tidyAt {
            self.tidyAt = nil
            self.trees.groups?.tidy()
            flow_release_memory()
        }
    }

    private func timeout() -> Int32 {
        if self.nextRequest < self.requests.count || self.needsSweep || self.canReplay { return 0 }
        var earliest = self.deadlines.earliest ?? .max
        if let tidyAt { earliest = min(earliest, tidyAt) }
        if let sweepAt { earliest = min(earliest, sweepAt) }
        if let firstAgentBy { earliest = min(earliest, firstAgentBy) }
        if !self.unsaved.isEmpty { earliest = min(earliest, self.saveAgainAt) }
        if !self.leases.isEmpty { earliest = min(earliest, self.nextLeaseLook) }
        guard earliest < .max else { return -1 }
        let wait = earliest - flow_monotonic_microseconds()
        return wait <= 0 ? 0 : Int32(min(60_000, (wait + 999) / 1000))
    }

    /// Writes new ends to the disk; without room for them they are told all the same, and written later.
    private func saveEnds() {
        guard !self.unsaved.isEmpty, !self.untold.isEmpty || flow_monotonic_microseconds() >= self.saveAgainAt
        else { return }
        let attempts = self.unsaved.compactMap { self.ended[$0] }
        CrashPoint.reach("runner.end.unsaved")
        if let batch = self.store.save(attempts) {
            CrashPoint.reach("runner.end.saved")
            for token in self.unsaved { self.ended[token]?.batch = batch }
            self.unsaved.removeAll()
        } else {
            self.saveAgainAt = flow_monotonic_microseconds() + Self.savePause
        }
    }

    private func tellEnds() {
        for token in self.untold where self.live.contains(token) {
            CrashPoint.reach("runner.end.untold")
            if let end = self.ended[token] { self.notify(.finished(token: token, end.outcome)) }
            CrashPoint.reach("runner.end.told")
        }
        self.untold.removeAll()
    }
}
