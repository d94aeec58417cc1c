// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What can be watched over the live connection.
enum LiveTopic: Hashable, Sendable {
    case jobs
    case executions
    case execution(ExecutionID)
    case log(ExecutionID)
    case hosts
    case stats
    /// Who has the form of a job open; whoever follows it is one of them.
    case editing(JobID)
    case approvals
    /// Whether this server can store.
    case storage

    init?(_ text: String) {
        switch text {
        case "jobs": self = .jobs
        case "executions": self = .executions
        case "hosts": self = .hosts
        case "stats": self = .stats
        case "approvals": self = .approvals
        case "storage": self = .storage
        default:
            let parts = text.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0] == "editing", let job = Int64(parts[1]), job > 0 {
                self = .editing(job)
                return
            }
            guard parts.count == 2, let id = ExecutionID(String(parts[1])) else { return nil }
            switch parts[0] {
            case "execution": self = .execution(id)
            case "log": self = .log(id)
            default: return nil
            }
        }
    }

    var name: String {
        switch self {
        case .jobs: "jobs"
        case .executions: "executions"
        case .execution(let id): "execution:\(id)"
        case .log(let id): "log:\(id)"
        case .hosts: "hosts"
        case .stats: "stats"
        case .editing(let job): "editing:\(job)"
        case .approvals: "approvals"
        case .storage: "storage"
        }
    }

    /// Nil for what everybody who has signed in may know.
    var permission: Permission? {
        switch self {
        case .jobs, .approvals: .jobsRead
        case .executions, .execution, .stats: .executionsRead
        case .log: .logsRead
        case .hosts: .agentsRead
        case .editing: .jobsWrite
        case .storage: nil
        }
    }
}
