// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// What happens in an attempt, whatever executes it.
enum AttemptEvent: Hashable, Sendable {
    /// Boot clock, microseconds.
    case started(at: Int64)
    case output(OutputStream, [UInt8])
    /// So many bytes of output were not kept by whoever has it from the program.
    case skipped(Int64)
    /// The attempt goes on, and somebody should know why it does not get on.
    case hindered(String)
    case ended(AttemptEnd)
}

/// How an attempt ended.
struct AttemptEnd: Hashable, Sendable {
    var status: ExecutionStatus
    var reason: ExecutionReason?
    var detail: String?
    /// Of a program that exited by itself.
    var exitCode: Int?
    /// Of the answer an HTTP job got.
    var httpStatus: Int?
    /// Boot clock, microseconds.
    var at: Int64
    /// What it hands on.
    var outputs: [String: String] = [:]
}

extension AttemptEnd {
    /// It was ended, or never started, for a reason that lies with the agent or the host.
    static func interrupted(_ detail: String, at: Int64) -> AttemptEnd {
        AttemptEnd(status: .failure, reason: .interrupted, detail: detail, at: at)
    }

    static func cancelled(_ detail: String, at: Int64) -> AttemptEnd {
        AttemptEnd(status: .cancelled, reason: .requested, detail: detail, at: at)
    }

    /// Nothing was started.
    static func unstartable(_ detail: String, at: Int64) -> AttemptEnd {
        AttemptEnd(status: .failure, reason: .spawn, detail: detail, at: at)
    }
}

/// Takes events of attempts, those of one attempt in order.
typealias AttemptHandler = @Sendable ([(AttemptKey, AttemptEvent)]) -> Void
