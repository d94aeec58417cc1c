// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What waits in a ``LogIntake``, by numbers in order of arrival.
///
/// Continuations are handed back as closures, so that nothing is resumed under the lock.
struct LogIntakeState: Sendable {
    struct Opening: Sendable {
        let attempt: LogAttempt
        /// Until when the execution has to be known.
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<LogHead, any Error>
    }

    struct Waiting: Sendable {
        let number: Int
        let piece: LogPiece
        let continuation: CheckedContinuation<LogPieceOutcome, any Error>
    }

    /// What admitted streams of one attempt hold together.
    private struct Tally: Sendable {
        var streams = 0
        var bytes: Int64
        var wasCut = false
    }

    typealias Resumption = @Sendable () -> Void

    private(set) var openings: [Int: Opening] = [:]
    private(set) var pieces: [Waiting] = []
    private var tallies: [LogAttempt: Tally] = [:]
    private var numbers = 0
    private var hasStopped = false

    /// - Returns: the number to wait under; nil when nothing is taken any more.
    mutating func add(_ opening: Opening) -> Int? {
        guard !self.hasStopped else { return nil }
        self.numbers += 1
        self.openings[self.numbers] = opening
        return self.numbers
    }

    mutating func add(_ piece: LogPiece, _ continuation: CheckedContinuation<LogPieceOutcome, any Error>) -> Int? {
        guard !self.hasStopped else { return nil }
        self.numbers += 1
        self.pieces.append(Waiting(number: self.numbers, piece: piece, continuation: continuation))
        return self.numbers
    }

    /// Nobody waits under this number any more.
    mutating func cancel(_ number: Int) -> [Resumption] {
        if let opening = self.openings.removeValue(forKey: number) {
            return [{ opening.continuation.resume(throwing: CancellationError()) }]
        }
        guard let index = self.pieces.firstIndex(where: { $0.number == number }) else { return [] }
        let waiting = self.pieces.remove(at: index)
        return [{ waiting.continuation.resume(throwing: CancellationError()) }]
    }

    mutating func answer(_ answers: [Int: Result<LogHead, any Error>]) -> [Resumption] {
        var resumptions: [Resumption] = []
        for (number, answer) in answers {
            guard let opening = self.openings.removeValue(forKey: number) else { continue }
            resumptions.append { opening.continuation.resume(with: answer) }
        }
        return resumptions
    }

    /// The oldest pieces, of about this size; at least one if any waits.
    func nextPieces(bytes limit: Int) -> [Waiting] {
        var size = 0
        let end = self.pieces.firstIndex { waiting in
            defer { size += waiting.piece.chunks.reduce(0) { $0 + $1.bytes.count } }
            return size >= limit
        }
        return Array(self.pieces[..<(end ?? self.pieces.endIndex)])
    }

    mutating func finish(_ outcomes: some Sequence<(Int, LogPieceOutcome)>) -> [Resumption] {
        let results = Dictionary(outcomes.map { ($0, $1) }, uniquingKeysWith: { $1 })
        var resumptions: [Resumption] = []
        self.pieces.removeAll { waiting in
            guard let outcome = results[waiting.number] else { return false }
            resumptions.append { waiting.continuation.resume(returning: outcome) }
            return true
        }
        return resumptions
    }

    /// Takes nothing any more; whoever waits is told.
    mutating func stop() -> [Resumption] {
        self.hasStopped = true
        defer {
            self.openings.removeAll()
            self.pieces.removeAll()
        }
        var resumptions: [Resumption] = []
        for opening in self.openings.values {
            resumptions.append { opening.continuation.resume(throwing: LogRefusal.stopping) }
        }
        for waiting in self.pieces {
            resumptions.append { waiting.continuation.resume(throwing: LogRefusal.stopping) }
        }
        return resumptions
    }

    // MARK: The bound of an attempt

    /// A stream was admitted.
    mutating func begin(_ attempt: LogAttempt, storedBytes: Int64) {
        self.tallies[attempt, default: Tally(bytes: storedBytes)].streams += 1
    }

    mutating func end(_ attempt: LogAttempt) {
        guard var tally = self.tallies[attempt] else { return }
        tally.streams -= 1
        self.tallies[attempt] = tally.streams > 0 ? tally : nil
    }

    /// The chunks that fit under the bound.
    ///
    /// - Returns: with them, whether this is the first time that something did not fit.
    mutating func reserve(
        _ chunks: [LogChunk],
        of attempt: LogAttempt,
        limit: Int64
    ) -> (kept: [LogChunk], isFirstCut: Bool) {
        var tally = self.tallies[attempt] ?? Tally(bytes: 0)
        let kept = chunks.filter { chunk in
            guard tally.bytes + Int64(chunk.bytes.count) <= limit else { return false }
            tally.bytes += Int64(chunk.bytes.count)
            return true
        }
        let isFirstCut = kept.count < chunks.count && !tally.wasCut
        tally.wasCut = tally.wasCut || isFirstCut
        if self.tallies[attempt] != nil { self.tallies[attempt] = tally }
        return (kept, isFirstCut)
    }
}
