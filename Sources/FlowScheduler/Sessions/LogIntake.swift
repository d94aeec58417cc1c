// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Takes in the output of all agents: whose it may be, where a stream goes on, and few commits for many streams.
///
/// While one transaction is being written the next gathers. A stream whose execution is not known yet is held back, since
/// output travels beside the report of its start and may overtake it. A store that fails is asked again; meanwhile streams
/// stand still, and with them what agents send (back-pressure).
package final class LogIntake: Service {
    /// Bounds; a test has smaller ones.
    package struct Limits: Sendable {
        /// Bytes kept of one attempt, whatever its agent sends; nil = as the settings say.
        package var attemptBytes: Int64?
        /// Bytes of one transaction.
        package var commitBytes = 4 << 20
        /// How long a stream waits for its execution to become known.
        package var patience = Duration.seconds(60)
        /// How often executions that are not known yet are looked up, and a store that failed is asked again.
        package var pause = Duration.milliseconds(250)

        package init() {}
    }

    private let state = Mutex(LogIntakeState())
    private let outage = Mutex(Outage())
    private let alarm = Alarm()
    private let store: any LogStore
    private let bus: EventBus
    private let limits: Limits
    private let settings: LiveSettings
    private let logger: Logger

    package init(
        store: any LogStore,
        bus: EventBus,
        limits: Limits = Limits(),
        settings: LiveSettings = LiveSettings(),
        logger: Logger
    ) {
        self.settings = settings
        self.store = store
        self.bus = bus
        self.limits = limits
        self.logger = logger
    }

    /// Streams that wait, for gauges.
    package var depth: Int { self.state.withLock { $0.openings.count + $0.pieces.count } }

    // MARK: One stream

    /// Admits a stream of output.
    ///
    /// - Returns: the offset before which everything is stored; the stream goes on from there.
    /// - Throws: ``LogRefusal``, or `CancellationError`.
    package func open(_ attempt: LogAttempt, by agent: AgentID) async throws -> Int64 {
        let head = try await self.wait { state, continuation in
            state.add(
                LogIntakeState.Opening(
                    attempt: attempt,
                    deadline: ContinuousClock.now + self.limits.patience,
                    continuation: continuation
                )
            )
        }
        guard head.owner == agent else { throw LogRefusal.notOwner }
        self.state.withLock { $0.begin(attempt, storedBytes: head.storedBytes) }
        return head.end
    }

    /// Makes chunks of an admitted stream durable.
    ///
    /// What exceeds the bound of the attempt is left out and counts as taken: its agent need not send it again.
    ///
    /// - Throws: ``LogRefusal``, or `CancellationError`.
    package func append(_ chunks: [LogChunk], to attempt: LogAttempt, by agent: AgentID) async throws {
        let limit = self.limits.attemptBytes ?? self.settings.now.outputBytes
        let (kept, isFirstCut) = self.state.withLock {
            $0.reserve(chunks, of: attempt, limit: limit)
        }
        if isFirstCut {
            self.logger.warning(
                "an agent sends more output than is kept of one attempt",
                metadata: ["agent": "\(agent)", "execution": "\(attempt.execution)"]
            )
        }
        guard !kept.isEmpty else { return }
        let piece = LogPiece(agent: agent, attempt: attempt, chunks: kept)
        switch try await self.wait({ $0.add(piece, $1) }) {
        case .stored: break
        case .unknownExecution: throw LogRefusal.unknownExecution
        case .notOwner: throw LogRefusal.notOwner
        }
    }

    /// An admitted stream is over.
    package func close(_ attempt: LogAttempt) { self.state.withLock { $0.end(attempt) } }

    private func wait<Value: Sendable>(
        _ add: (inout LogIntakeState, CheckedContinuation<Value, any Error>) -> Int?
    ) async throws -> Value {
        let number = Mutex<Int?>(nil)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isWaiting = self.state.withLock { state in
                    let added = Task.isCancelled ? nil : add(&state, continuation)
                    number.withLock { $0 = added }
                    return added != nil
                }
                if !isWaiting {
                    let error: any Error = Task.isCancelled ? CancellationError() : LogRefusal.stopping
                    return continuation.resume(throwing: error)
                }
                self.alarm.ring()
            }
        } onCancel: {
            let left = self.state.withLock { state in number.withLock { $0 }.map { state.cancel($0) } ?? [] }
            for resume in left { resume() }
        }
    }

    // MARK: All streams

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await self.work()
                await self.alarm.wait(for: isDone ? nil : self.limits.pause)
            }
        }
        // What agents sent before is stored; they wait for the word.
        _ = await self.work()
        for resume in self.state.withLock({ $0.stop() }) { resume() }
    }

    /// Answers and writes all that waits.
    ///
    /// - Returns: false when something has to be tried again.
    func work() async -> Bool {
        do {
            let hasHeld = try await self.answerOpenings()
            while try await self.writePieces() {}
            if self.outage.withLock({ $0.end() }) { self.logger.notice("output can be stored again") }
            return !hasHeld
        } catch {
            if self.outage.withLock({ $0.begin() }) {
                self.logger.warning("could not store output; it waits", metadata: ["error": "\(error)"])
            }
            return false
        }
    }

    /// - Returns: whether some are held back.
    private func answerOpenings() async throws -> Bool {
        let openings = self.state.withLock { $0.openings }
        guard !openings.isEmpty else { return false }
        let order = openings.keys.sorted()
        let heads = try await self.store.logHeads(order.compactMap { openings[$0]?.attempt })
        let now = ContinuousClock.now
        var answers: [Int: Result<LogHead, any Error>] = [:]
        for (number, head) in zip(order, heads) {
            if let head {
                answers[number] = .success(head)
            } else if let opening = openings[number], opening.deadline <= now {
                answers[number] = .failure(LogRefusal.unknownExecution)
            }
        }
        for resume in self.state.withLock({ $0.answer(answers) }) { resume() }
        return answers.count < order.count
    }

    /// - Returns: whether there was anything to write.
    private func writePieces() async throws -> Bool {
        let waiting = self.state.withLock { $0.nextPieces(bytes: self.limits.commitBytes) }
        guard !waiting.isEmpty else { return false }
        let outcomes = try await self.store.appendLog(waiting.map(\.piece))
        self.announce(zip(waiting.map(\.piece), outcomes))
        let written = self.state.withLock { $0.finish(zip(waiting.map(\.number), outcomes)) }
        for resume in written { resume() }
        return true
    }

    private func announce(_ results: some Sequence<(LogPiece, LogPieceOutcome)>) {
        for (piece, outcome) in results {
            guard case .stored(let added, let end) = outcome else { continue }
            if !added.isEmpty { self.bus.publish(.logAppended(added)) }
            // The report of the end may have overtaken this output; then it is complete only now.
            if let end, !added.isEmpty {
                self.bus.publish(
                    .logEnded(piece.attempt.execution, totalBytes: end.totalBytes, isTruncated: end.isTruncated)
                )
            }
        }
    }
}

/// Why output is not taken.
package enum LogRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The execution belongs to another agent.
    case notOwner
    /// Nobody reported or planned such an execution.
    case unknownExecution
    case stopping

    package var description: String {
        switch self {
        case .notOwner: "the execution belongs to another agent"
        case .unknownExecution: "there is no such execution (any more)"
        case .stopping: "the server is stopping"
        }
    }
}
