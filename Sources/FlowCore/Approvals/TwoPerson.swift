// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What takes two persons, of a job that is marked.
package enum TwoPersonAction: String, Codable, Sendable, CaseIterable {
    /// Changing, switching or deleting it.
    case edit
    /// Starting it by hand.
    case run
}

extension JobDefinition {
    package func takesTwo(to action: TwoPersonAction) -> Bool { self.twoPerson?.contains(action) ?? false }

    /// Whether it is marked at all.
    package var isTwoPerson: Bool { !(self.twoPerson ?? []).isEmpty }
}

/// When a change of a job takes two persons.
///
/// It is the stored job that says so: a new definition without the mark is a change like any other.
package enum TwoPersonRule {
    /// Whether storing this instead takes two persons.
    ///
    /// A job that two persons start is not made to start by one of them in another way: by another schedule, by the end of other jobs,
    /// by being switched on.
    package static func isNeeded(over job: Job, definition: JobDefinition, isEnabled: Bool, hold: JobHold?) -> Bool {
        let before = job.definition
        if before.takesTwo(to: .edit) {
            return definition != before || isEnabled != job.isEnabled || (!isEnabled && hold != job.hold)
        }
        guard before.takesTwo(to: .run) else { return false }
        return definition.twoPerson != before.twoPerson || definition.schedule != before.schedule
            || definition.dependencies != before.dependencies || (isEnabled && !job.isEnabled)
    }

    /// Deleting takes them whatever the mark: the same job could be made anew without it.
    package static func isNeeded(toDelete job: Job) -> Bool { job.definition.isTwoPerson }

    /// Why nothing but its own schedule and two persons start a job; nil = it is not marked so.
    package static func obstacle(toStart job: Job) -> Wording? { self.obstacle(toStart: job.definition) }

    package static func obstacle(toStart job: JobDefinition) -> Wording? {
        guard job.takesTwo(to: .run) else { return nil }
        return "'\(job.name)' is started by its own schedule or by two persons only."
    }
}

/// Whose stop by force takes two persons; a setting of the installation.
package enum ForceStopRule: String, Sendable, CaseIterable {
    case off, marked, all

    package func isNeeded(toStop job: Job?) -> Bool {
        switch self {
        case .off: false
        case .marked: job?.definition.isTwoPerson ?? false
        case .all: true
        }
    }

    /// Whether the other asks two persons in fewer cases.
    package func isStricter(than other: ForceStopRule) -> Bool {
        (Self.allCases.firstIndex(of: self) ?? 0) > (Self.allCases.firstIndex(of: other) ?? 0)
    }
}
