// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One start of an execution on this host.
package struct AttemptKey: Hashable, Sendable {
    package let id: ExecutionID
    /// 1 for the first start.
    package let attempt: Int

    package init(id: ExecutionID, attempt: Int) {
        self.id = id
        self.attempt = attempt
    }
}

/// What happens in an attempt, whatever executes it.
enum AttemptEvent: Hashable, Sendable {
    /// Boot clock, microseconds.
    case started(at: Int64)
    case output(OutputStream, [UInt8])
    case ended(AttemptEnd)
}

/// How an attempt ended.
struct AttemptEnd: Hashable, Sendable {
    var status: ExecutionStatus
    var reason: ExecutionReason?
    var detail: String?
    var exitCode: Int?
    /// Boot clock, microseconds.
    var at: Int64
}

/// Takes events of attempts, those of one attempt in order.
typealias AttemptHandler = @Sendable ([(AttemptKey, AttemptEvent)]) -> Void
