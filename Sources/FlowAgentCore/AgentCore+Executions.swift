// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension AgentCore {
    /// Records a decision that starts nothing: SKIPPED or CANCELLED.
    ///
    /// Where a server asked for it, a decision that the ledger holds already is said again (R1).
    mutating func decide(
        _ order: Order,
        status: ExecutionStatus,
        reason: ExecutionReason,
        detail: String?,
        coalesced: CoalescedRange? = nil,
        acknowledge: Bool,
        isAnswer: Bool = false,
        isFinal: Bool = false,
        now: Timestamp
    ) {
        let entry = LedgerEntry(
            order: order,
            status: status,
            reason: reason,
            detail: detail,
            isLocal: !acknowledge,
            finishedAt: now,
            coalesced: coalesced
        )
        if order.kind == .cron, order.nominal > now { self.ahead.insert(order.executionID) }
        let continuation: CommitPipeline.Continuation =
            if coalesced != nil {
                .missed(entry, isFinal: isFinal)
            } else if isFinal {
                .written
            } else {
                .decided(order.executionID, acknowledge: acknowledge, answer: acknowledge || isAnswer)
            }
        self.pipeline.add(.insert(entry, report: Report(entry)), then: continuation)
    }

    mutating func handleSupervisor(_ event: SupervisorEvent, at reading: ClockReading) {
        switch event {
        case .started(let id, let attempt, let boot):
            // The exact start travels with the outcome; a report of its own would double the commits of short jobs.
            guard self.open[id]?.entry.attempt == attempt else { return }
            self.open[id]?.entry.startedAt = self.clock.instant(boot: boot)
        case .hindered(let id, let attempt, let detail):
            guard var entry = self.open[id]?.entry, entry.attempt == attempt, entry.status == .running,
                entry.detail != detail
            else { return }
            entry.detail = detail
            self.open[id]?.entry = entry
            self.effects.append(.note(.hindered(id, detail: detail)))
            self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
        case .finished(let id, let attempt, let outcome):
            self.finish(id, attempt: attempt, outcome: outcome, now: self.clock.now(reading))
        }
    }

    private mutating func finish(_ id: ExecutionID, attempt: Int, outcome: Outcome, now: Timestamp) {
        guard var execution = self.open[id], execution.entry.attempt == attempt, execution.entry.status == .running
        else { return }
        var entry = execution.entry
        entry.status = outcome.status
        entry.reason = outcome.reason
        entry.detail = outcome.detail
        entry.exitCode = outcome.exitCode
        entry.httpStatus = outcome.httpStatus
        if let startedAt = outcome.startedAt { entry.startedAt = self.clock.instant(boot: startedAt) }
        entry.finishedAt = self.clock.instant(boot: outcome.finishedAt)
        if execution.isCancelled, entry.status == .failure {
            entry.status = .cancelled
            entry.reason = .requested
        }
        if execution.isReplaced, entry.status == .cancelled {
            entry.reason = .overlap
            entry.detail = "stopped for a newer execution of the job"
        }
        let retry = entry.order.job.policies.retry
        let status = entry.reason == .httpStatus ? entry.httpStatus : nil
        let cause =
            entry.order.job.payload.mayRetry(httpStatus: status)
            ? RetryCause(status: entry.status, reason: entry.reason, exitCode: entry.exitCode) : nil
        var ended = AttemptRecord(entry, outcome: outcome)
        // Nobody asked for its end: its runner did, because no agent was there to hold it.
        let isUnheld = entry.order.hold?.isFenced == true && entry.status == .cancelled
        let isLeaseOver = (execution.isLeaseOver || isUnheld) && !execution.isCancelled && entry.status != .success
        if isLeaseOver {
            entry.endLease()
            var attempted = entry
            attempted.status = .failure
            attempted.reason = .interrupted
            ended = AttemptRecord(attempted, outcome: outcome)
        }
        // Somebody asked for it to stop, if only while it was being ended for its time: no attempt follows.
        let isRetried =
            !execution.isCancelled && !isLeaseOver
            && retry.follows(attempt: attempt, interruptions: entry.interruptions, cause: cause)
        if isRetried {
            entry = self.awaitingRetry(entry, cause, now: now)
            execution.entry = entry
            self.open[id] = execution
        } else {
            self.close(id, job: entry.order.job.uid)
        }
        var report = Report(entry)
        if isRetried || isLeaseOver || attempt > 1 { report.attempts = [ended] }
        report.outputBytes = outcome.outputBytes
        report.isOutputTruncated = outcome.isOutputTruncated
        report.inlineOutput = outcome.inlineOutput
        if !isRetried { report.outputs = outcome.outputs }
        // Of what has no process nobody but this agent knows how it ended.
        let hasRunner = entry.order.job.payload.executorKind == .shell
        self.pipeline.add(.update(entry, report: report), then: .written, canWait: hasRunner && !isRetried)
    }

    /// PENDING again under the same id, with the next attempt's time durable (`semantics.md` 2).
    private mutating func awaitingRetry(_ entry: LedgerEntry, _ ending: RetryCause?, now: Timestamp) -> LedgerEntry {
        var entry = entry
        let retry = entry.order.job.policies.retry
        if retry.uncounted(ending) { entry.interruptions += 1 }
        let due = now.advanced(byMilliseconds: retry.pause(after: entry.attempt, of: entry.id))
        let most = retry.count + 1 + entry.interruptions
        let cause = entry.detail ?? entry.reason?.rawValue ?? entry.status.name
        entry.detail = "attempt \(entry.attempt) of \(most) ended (\(cause)); the next is due at \(due)"
        entry.status = .pending
        entry.reason = .awaitingRetry
        entry.retryAt = due
        self.timers.set(.retry(entry.id), at: due)
        return entry
    }

    /// A retry is at most its pause away: its time may come from a clock that was ahead, and would be waited for that much longer.
    private func latestRetry(of entry: LedgerEntry, now: Timestamp) -> Timestamp {
        now.advanced(byMilliseconds: entry.order.job.policies.retry.pause(after: entry.attempt, of: entry.id))
    }

    /// After the clock went back.
    mutating func hastenRetries(now: Timestamp) {
        for id in self.open.keys.sorted() {
            guard let entry = self.open[id]?.entry, entry.status == .pending, let due = entry.retryAt else { continue }
            let latest = self.latestRetry(of: entry, now: now)
            guard due > latest else { continue }
            self.open[id]?.entry.retryAt = latest
            self.timers.set(.retry(id), at: latest)
        }
    }

    mutating func startRetry(_ id: ExecutionID, now: Timestamp) {
        guard let execution = self.open[id], execution.entry.status == .pending, !execution.isCancelled else { return }
        guard self.mayRetry(execution) else { return }
        self.begin(execution, now: now)
    }

    /// The next attempt of an execution that is in the ledger.
    mutating func begin(_ execution: OpenExecution, now: Timestamp) {
        var execution = execution
        let id = execution.entry.id
        execution.entry.status = .running
        execution.entry.reason = nil
        execution.entry.detail = nil
        execution.entry.exitCode = nil
        execution.entry.httpStatus = nil
        execution.entry.attempt += 1
        execution.entry.retryAt = nil
        execution.entry.startedAt = now
        execution.entry.finishedAt = nil
        self.open[id] = execution
        self.pipeline.add(.update(execution.entry, report: Report(execution.entry)), then: .attempt(id))
    }

    /// After a restart: what outlived the agent goes on, what else was running is interrupted, its effect unknown; what
    /// waited for a retry still does.
    mutating func recoverOpenExecutions(at reading: ClockReading) {
        let now = self.clock.now(reading)
        for id in self.open.keys.sorted() {
            guard var entry = self.open[id]?.entry else { continue }
            if entry.reason == .queued {
                self.rejoinQueue(entry, now: now)
                continue
            }
            if entry.status == .pending {
                self.timers.set(.retry(id), at: min(entry.retryAt ?? now, self.latestRetry(of: entry, now: now)))
                continue
            }
            if self.surviving.contains(AttemptKey(id: id, attempt: entry.attempt)) { continue }
            entry.status = .failure
            entry.reason = .interrupted
            entry.detail = "the agent or its host stopped while attempt \(entry.attempt) ran; what it did is unknown"
            entry.finishedAt = now
            let ended = AttemptRecord(entry, outcome: nil)
            if entry.order.job.policies.retry.follows(
                attempt: entry.attempt,
                interruptions: entry.interruptions,
                cause: .interrupted
            ) {
                entry = self.awaitingRetry(entry, .interrupted, now: now)
                self.open[id]?.entry = entry
            } else {
                self.close(id, job: entry.order.job.uid)
            }
            var report = Report(entry)
            if entry.status == .pending || entry.attempt > 1 { report.attempts = [ended] }
            self.pipeline.add(.update(entry, report: report), then: .written)
        }
    }

    mutating func close(_ id: ExecutionID, job: JobUID) {
        guard let execution = self.open.removeValue(forKey: id) else { return }
        self.leavePool(execution)
        self.timers.remove(.retry(id))
        self.freed.insert(job)
        if self.leaveQueue(id, job: job) { return }
        let left = self.openCount[job, default: 1] - 1
        self.openCount[job] = left > 0 ? left : nil
    }

    /// Stops an execution wherever it stands; idempotent (S3-4.3.1).
    mutating func cancel(_ id: ExecutionID, force: Bool, now: Timestamp) {
        if let execution = self.open[id] {
            self.open[id]?.isCancelled = true
            if execution.entry.status == .running {
                self.effects.append(.cancel(id, force: force))
            } else if execution.isDurable {
                var entry = execution.entry
                let isReplaced = execution.isReplaced
                let waitedFor = entry.reason == .queued ? "a place" : "a retry"
                entry.status = .cancelled
                entry.reason = isReplaced ? .overlap : .requested
                entry.detail =
                    isReplaced
                    ? "stopped for a newer execution of the job" : "cancelled while it waited for \(waitedFor)"
                entry.retryAt = nil
                entry.finishedAt = now
                self.close(id, job: entry.order.job.uid)
                self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
            }
        } else if let order = self.orders.removeValue(forKey: id) {
            self.timers.remove(.order(id))
            self.pipeline.add(.dropOrder(id))
            self.tombstone(order, now: now)
        } else {
            // Decided long ago, and the server does not know it; or still to come, and remembered until an admission asks.
            self.pipeline.add(.answer(id), then: .written)
            self.earlyCancels.insert(id)
            // Ids begin with their time: the oldest makes room.
            if self.earlyCancels.count > Self.earlyCancelLimit, let oldest = self.earlyCancels.min() {
                self.earlyCancels.remove(oldest)
            }
        }
    }

    private static let earlyCancelLimit = 10_000
    /// Nothing starts later than this after its time, so what is remembered about it can go; milliseconds.
    private static let latestStart: Int64 = 2 * 3_600_000

    /// Forgets cancels and announcements whose executions can't start any more.
    mutating func forgetExpectations(now: Timestamp) {
        let bound = ExecutionID.lowerBound(at: now.advanced(byMilliseconds: -Self.latestStart))
        self.earlyCancels = self.earlyCancels.filter { $0 >= bound }
        self.announced = self.announced.filter { $0 >= bound }
        self.ahead.forget(before: bound)
    }

    /// Ends what waits for its next attempt or for a fire that will not come: its job was deleted or disabled.
    mutating func endWaiting(of uid: JobUID, because cause: String, now: Timestamp) {
        // Of most jobs nothing waits when they change: only then is it worth to look through all that is open on the host.
        let open = self.isBusy(uid) ? self.open.values.filter { $0.entry.order.job.uid == uid }.map(\.entry.id) : []
        for id in open.sorted() {
            guard let execution = self.open[id], execution.isDurable, execution.entry.status == .pending else {
                continue
            }
            var entry = execution.entry
            let hasBegun = entry.attempt > 0
            entry.status = hasBegun ? .cancelled : .skipped
            entry.reason = .disabled
            entry.detail =
                hasBegun
                ? "\(cause) while attempt \(entry.attempt + 1) was waited for" : "\(cause) while it waited for a place"
            entry.retryAt = nil
            entry.finishedAt = now
            self.close(id, job: uid)
            self.pipeline.add(.update(entry, report: Report(entry)), then: .written)
        }
        let orders = self.orders.filter { $0.value.job.uid == uid && $0.value.kind == .cron }
        for (id, order) in orders.sorted(by: { $0.key < $1.key }) {
            self.orders[id] = nil
            self.timers.remove(.order(id))
            self.pipeline.add(.dropOrder(id))
            self.decide(
                order,
                status: .skipped,
                reason: .disabled,
                detail: cause,
                acknowledge: false,
                isAnswer: true,
                now: now
            )
        }
    }

    private mutating func tombstone(_ order: Order, now: Timestamp) {
        self.decide(
            order,
            status: .cancelled,
            reason: .requested,
            detail: "cancelled before it started",
            acknowledge: false,
            now: now
        )
    }
}

extension AttemptRecord {
    /// The attempt that an entry's present state tells of.
    init(_ entry: LedgerEntry, outcome: Outcome?) {
        self.init(
            number: entry.attempt,
            status: entry.status,
            reason: entry.reason,
            detail: entry.detail,
            startedAt: entry.startedAt,
            finishedAt: entry.finishedAt,
            exitCode: entry.exitCode,
            httpStatus: entry.httpStatus,
            outputBytes: outcome?.outputBytes ?? 0,
            isOutputTruncated: outcome?.isOutputTruncated ?? false
        )
    }
}

extension Report {
    /// The report of an entry's present state; the ledger numbers it.
    package init(_ entry: LedgerEntry) {
        self.init(
            executionID: entry.id,
            runID: entry.order.runID,
            jobUID: entry.order.job.uid,
            jobID: entry.order.job.id,
            jobName: entry.order.job.name,
            jobVersion: entry.order.job.version,
            kind: entry.order.kind,
            nominal: entry.order.nominal,
            status: entry.status,
            reason: entry.reason,
            detail: entry.detail,
            attempt: entry.attempt,
            startedAt: entry.startedAt,
            finishedAt: entry.finishedAt,
            exitCode: entry.exitCode,
            httpStatus: entry.httpStatus,
            retryOf: entry.order.retryOf,
            coalesced: entry.coalesced
        )
    }
}
