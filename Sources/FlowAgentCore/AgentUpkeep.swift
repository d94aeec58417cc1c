// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// When an agent forgets: every hour the floor is raised (R10), and what lies below it goes in small steps.
///
/// A step shares the ledger's one writer with starts, so between two of them there is room for those.
struct AgentUpkeep: Hashable, Sendable {
    /// Microseconds of the boot clock.
    static let interval: Int64 = 3_600_000_000
    /// Pause between two steps; with ``LedgerPruning/chunk`` rows a step this forgets 10,000 rows a second.
    static let pause: Int64 = 50_000

    private var floorAt: Int64 = .max
    private var stepAt: Int64 = .max
    private var isFirst = true

    /// The next reading of the boot clock at which there is something to do.
    var nextAt: Int64 { min(self.floorAt, self.stepAt) }

    enum Work: Hashable, Sendable {
        /// The first time is right after the start, which has better to do than to look through files.
        case raiseFloor(isFirst: Bool)
        case step
    }

    mutating func start(at boot: Int64) { self.floorAt = boot }

    /// What is due now; the next step is due only after ``stepped(isDone:at:)``.
    mutating func due(at boot: Int64) -> Work? {
        if boot >= self.floorAt {
            self.floorAt = boot + Self.interval
            self.stepAt = boot
            defer { self.isFirst = false }
            return .raiseFloor(isFirst: self.isFirst)
        }
        guard boot >= self.stepAt else { return nil }
        self.stepAt = .max
        return .step
    }

    mutating func stepped(isDone: Bool, at boot: Int64) { self.stepAt = isDone ? .max : boot + Self.pause }
}

extension AgentCore {
    mutating func runUpkeep(at reading: ClockReading, now: Timestamp) {
        while let work = self.upkeep.due(at: reading.boot) {
            switch work {
            case .raiseFloor(let isFirst):
                self.forgetExpectations(now: now)
                // A clock that may be years ahead must not say what is too old, nor what time it has been (R7).
                guard self.suspicion == nil else { continue }
                self.floor = max(self.floor, now.advanced(byMilliseconds: -self.configuration.retention))
                self.pipeline.add(.raiseFloor(self.floor))
                self.pipeline.add(.setClock(offset: self.clock.isAgreed ? self.clock.offset : nil, time: now))
                if !isFirst { self.effects.append(.forgetOutputs(before: self.floor)) }
            case .step: self.pipeline.add(.prune, then: .pruned)
            }
        }
    }

    mutating func continuePruning(after result: LedgerResult, at reading: ClockReading) {
        guard case .pruned(let isDone) = result else { return }
        self.upkeep.stepped(isDone: isDone, at: reading.boot)
    }
}
