// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A fault put back into the protocol, to show that the checker sees it (`semantics.md` 4).
package enum Mutant: String, CaseIterable, Sendable {
    /// R1 without its primary key.
    case noLedger = "no ledger"
    /// R1 in the wrong order.
    case spawnBeforeCommit = "spawn before commit"
    /// R2 left to the server while there is a connection.
    case firesOnlyWhenDisconnected = "agent fires only when disconnected"
    /// R5 without the base that the agent still has.
    case ignoresKeptReports = "server waits for what is gone"
    /// R1 without its answer.
    case neverAnswers = "agent keeps what it knows to itself"
    /// R5: what was sent once is thrown away.
    case forgetsSentReports = "outbox dropped after sending"
    /// R9.
    case neverAsksAgain = "no anti-entropy"
    /// R8.
    case neverUndoes = "premature skips stay"
    /// R7: every sample counts as if its way had taken no time.
    case trustsSlowAnswers = "clock follows a slow answer"
    /// R6.
    case waitsForNoWelcome = "no handshake before decisions"
    /// R5: a report that went missing does not stop those behind it.
    case appliesGaps = "reports applied over a gap"
    /// R5: a restored server does not say which reports it lacks.
    case forgetsGaps = "reports of a lost time are given up"
    /// R3: the order goes out before the record is durable.
    case volatileTriggers = "trigger kept in memory only"
    /// R4: an order goes out once.
    case sendsOrdersOnce = "orders are not repeated"
    /// What ran when the agent died is not looked at again.
    case forgetsOpen = "what was interrupted stays open"
    /// Overlap is not looked at.
    case ignoresOverlap = "everything may overlap"
    /// R7: the host's own clock is good enough.
    case ignoresSamples = "clock follows nobody"
    /// What was missed is not written down.
    case dropsRanges = "missed fires have no record"
    /// R1, R2: cursor and decision are two transactions.
    case cursorFirst = "cursor moves before the decision"
    /// R1, R5: row and report are two transactions.
    case reportsApart = "reports are written after their rows"
    /// R5: the server says that reports are durable which it does not have.
    case acknowledgesEarly = "reports acknowledged and not stored"
    /// R5: a restarted agent counts on from what was acknowledged.
    case repeatsNumbers = "numbers of reports repeat"
    /// R12: each host goes by its own zone files.
    case ignoresRules = "hosts plan by their own zones"
    /// Jobs start whatever else of their pool runs.
    case ignoresPools = "pools have no end"
    /// R12: a host knows nothing of a schedule's exceptions, nor that its plan is another one.
    case ignoresExceptions = "exceptions of schedules are left out"
    /// S4: a stop of the scheduler is not heeded.
    case ignoresStop = "schedules fire while the scheduler is stopped"
    /// S4: a stop of the scheduler is not in the ledger.
    case forgetsStop = "a restart forgets the scheduler's stop"
    /// R13: what a job says of a time without a server is not heeded.
    case ignoresAbsence = "all jobs run for ever without a server"
    /// R13: a time without a server is not in the ledger.
    case forgetsAbsence = "a restart forgets that no server was there"
    /// An interruption takes one of the retries, whatever the job says of it.
    case countsInterruptions = "interruptions count as retries"
    /// What may be done at most once is tried again.
    case repeatsInterrupted = "what was interrupted is always tried again"
    /// R1 on a full disk.
    case startsUnwritten = "what can't be written starts all the same"
    /// A transaction that failed counts as done.
    case trustsFailedCommits = "a failed transaction is taken for a done one"

    /// What it is about is in few histories: all of its own have jobs that are bounded (``Shape/isBounded``).
    var needsBounds: Bool {
        switch self {
        case .ignoresAbsence, .forgetsAbsence, .countsInterruptions, .repeatsInterrupted: true
        default: false
        }
    }

    /// It shows only where disks get full (``Shape/isStrained``).
    var needsStrain: Bool { self == .startsUnwritten || self == .trustsFailedCommits }
}
