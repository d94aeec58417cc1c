// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What happens when a fire comes while the job still runs on the same agent (`semantics.md` 6).
package enum OverlapPolicy: String, Codable, Sendable, CaseIterable {
    /// One runs; the new fire is recorded as SKIPPED(OVERLAP).
    case skip
    /// One more waits until there is a place; further ones are SKIPPED(QUEUE_FULL).
    case queueOne = "queue_one"
    /// Up to ``Policies/queueLimit`` wait, first come, first served; more are SKIPPED(QUEUE_FULL).
    case queue
    /// The oldest is stopped, and the new one starts when it has ended.
    case cancelPrevious = "cancel_previous"
    /// Up to ``Policies/concurrency`` run side by side; more are SKIPPED(OVERLAP).
    case allow
}

/// What becomes of a new execution while others of its job are open on the host (R1, `semantics.md` 6).
package enum Admission: Hashable, Sendable {
    case start
    /// It waits for a place.
    case wait
    /// So many of the oldest that run are stopped, those that wait give way, and the new one waits for the place.
    case replace(running: Int)
    case refuse(ExecutionReason, detail: String)

    /// - Parameters:
    ///   - policies: of the version that wants to start.
    ///   - running: executions of the job that hold a place, those between two attempts included.
    ///   - waiting: executions of the job that wait for one.
    package init(_ policies: Policies, running: Int, waiting: Int) {
        let places = policies.places
        if running < places, waiting == 0 {
            self = .start
            return
        }
        switch policies.overlap {
        case .skip, .allow:
            self = .refuse(
                .overlap,
                detail: "\(running + waiting) of at most \(places) executions of this job were still open on the host"
            )
        case .queueOne, .queue:
            let limit = policies.queueLength
            self =
                waiting < limit
                ? .wait
                : .refuse(
                    .queueFull,
                    detail: "\(waiting) of at most \(limit) executions of this job were waiting on the host"
                )
        case .cancelPrevious: self = .replace(running: max(0, running - places + 1))
        }
    }
}

extension Policies {
    /// How many executions of the job hold a place on one agent at once.
    package var places: Int { self.overlap == .skip ? 1 : max(1, self.concurrency) }

    /// How many may wait for a place.
    package var queueLength: Int {
        switch self.overlap {
        case .skip, .allow: 0
        case .queueOne, .cancelPrevious: 1
        case .queue: max(1, self.queueLimit)
        }
    }

    /// How many executions the host can take in at one moment: the most that FIRE_ALL is good for.
    package var room: Int { self.overlap == .cancelPrevious ? self.places : self.places + self.queueLength }

    /// The most missed fires that run after one downtime.
    package var misfireCount: Int {
        switch self.misfire {
        case .fireOnce: 1
        case .fireAll: min(self.misfireLimit ?? Policies.misfireLimitRange.upperBound, self.room)
        case .skip: 0
        }
    }
}
