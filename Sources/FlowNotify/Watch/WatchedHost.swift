// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What is known of a host, or of the server, by those that watch.
package struct WatchedHost: Hashable, Sendable {
    /// Nil for the server.
    package let agent: AgentID?
    package let name: String
    /// Of its certificate; nil where nobody knows.
    package var certificateEnd: Timestamp?
    /// Nil while it is away, and from agents that do not say.
    package var condition: HostCondition?

    package init(
        agent: AgentID?,
        name: String,
        certificateEnd: Timestamp? = nil,
        condition: HostCondition? = nil
    ) {
        self.agent = agent
        self.name = name
        self.certificateEnd = certificateEnd
        self.condition = condition
    }

    /// As members of incidents and marks have it.
    var subject: String { self.agent?.rawValue ?? "server \(self.name)" }

    /// How far it is beyond what a rule allows; nil when it is not, and when nobody can tell.
    func measure(_ trigger: NotifyTrigger, _ limits: NotifyLimits?, at now: Timestamp) -> NotifyMeasure? {
        switch trigger {
        case .certificateEnding:
            guard let end = self.certificateEnd, let days = limits?.certificateDays,
                end.milliseconds(since: now) <= Int64(days) * 86_400_000
            else { return nil }
            return NotifyMeasure(value: end.milliseconds)
        case .clockSuspect:
            guard let condition, condition.isClockWrong else { return nil }
            return NotifyMeasure(value: condition.isClockSuspect ? 0 : (condition.clockError ?? 0) / 1000)
        case .diskLow:
            guard let disk = self.condition?.disk, let limits else { return nil }
            let isLow =
                (limits.diskPercent.map { disk.percent < $0 } ?? false)
                || (limits.diskBytes.map { disk.free < $0 } ?? false)
            return isLow ? NotifyMeasure(value: disk.free, limit: disk.total) : nil
        default: return nil
        }
    }

    /// Whether what was told of is over, and not only just below its limit: there it would begin and end again and again.
    ///
    /// - Returns: false also while nobody can tell.
    func isOver(_ trigger: NotifyTrigger, _ limits: NotifyLimits?) -> Bool {
        switch trigger {
        case .certificateEnding: return self.certificateEnd != nil
        case .clockSuspect:
            guard let condition else { return false }
            let off = condition.clockError?.magnitude ?? 0
            return !condition.isClockSuspect && off < HostCondition.clockLimit.magnitude / 2
        default:
            guard let disk = self.condition?.disk else { return false }
            let percent = limits?.diskPercent.map { min($0 + Self.morePercent, 100) } ?? 0
            let bytes = limits?.diskBytes.map { $0.addingReportingOverflow($0 / 20) }
            return disk.percent >= percent && disk.free >= bytes.map { $0.overflow ? .max : $0.partialValue } ?? 0
        }
    }

    /// Points that a disk needs above its limit.
    private static let morePercent = 2
}
