// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf

/// Puts a configuration push that came in several frames together again.
///
/// The parts follow each other directly. A welcome whose push goes on is held back with it, so that a session starts with
/// everything or not at all.
struct PushAssembler: Sendable {
    /// A bound on what a server can make an agent hold; about twenty times the largest fleet configuration we know of.
    private static let taskLimit = 200_000
    /// More than there are zones.
    private static let zoneLimit = 2000

    private var partial: PBEnvelope?

    /// - Returns: The envelope to act on; nil while parts are missing.
    mutating func assemble(_ envelope: PBEnvelope) throws(WireError) -> PBEnvelope? {
        guard var whole = self.partial else {
            guard envelope.push?.more == true else { return envelope }
            self.partial = envelope
            return nil
        }
        guard case .taskConfigPush(let part) = envelope.message, var push = whole.push, part.version == push.version,
            part.action == push.action, part.hasBaseVersion == push.hasBaseVersion,
            part.baseVersion == push.baseVersion
        else {
            throw WireError.outOfOrder(message: envelope.name, expected: "the next part of a configuration")
        }
        self.partial = nil
        push.tasks.append(contentsOf: part.tasks)
        push.removedTaskUids.append(contentsOf: part.removedTaskUids)
        push.zones.append(contentsOf: part.zones)
        push.more = part.more
        guard push.tasks.count + push.removedTaskUids.count <= Self.taskLimit else {
            throw WireError.invalid(field: "task_config_push.tasks", problem: "has more than \(Self.taskLimit) entries")
        }
        guard push.zones.count <= Self.zoneLimit else {
            throw WireError.invalid(field: "task_config_push.zones", problem: "has more than \(Self.zoneLimit) entries")
        }
        whole.push = push
        guard push.more else { return whole }
        self.partial = whole
        return nil
    }
}

extension PBEnvelope {
    /// The configuration push this envelope holds or carries in its welcome.
    fileprivate var push: PBTaskConfigPush? {
        get {
            switch self.message {
            case .taskConfigPush(let push): push
            case .welcome(let welcome): welcome.hasConfig ? welcome.config : nil
            default: nil
            }
        }
        set {
            guard let newValue else { return }
            if case .welcome(var welcome) = self.message {
                welcome.config = newValue
                self.welcome = welcome
            } else {
                self.taskConfigPush = newValue
            }
        }
    }

    /// The message's name in `flow.proto`, for error texts.
    var name: String {
        switch self.message {
        case .taskConfigPush: "task_config_push"
        case .taskConfigPull: "task_config_pull"
        case .certificateRequest: "certificate_request"
        case .certificateIssued: "certificate_issued"
        case .certificateRefused: "certificate_refused"
        case .authorityRoots: "authority_roots"
        case .secretsRequest: "secrets_request"
        case .secretsAnswer: "secrets_answer"
        case .dailyStatsReport: "daily_stats_report"
        case .dailyStatsAck: "daily_stats_ack"
        case .fileWatches: "file_watches"
        case .filesAppeared: "files_appeared"
        case .filesTaken: "files_taken"
        case .scheduler: "scheduler"
        case .maintenance: "maintenance"
        case .taskConfigResponse: "task_config_response"
        case .taskExecutions: "task_executions"
        case .taskResults: "task_results"
        case .hello: "hello"
        case .welcome: "welcome"
        case .rejected: "rejected"
        case .heartbeat: "heartbeat"
        case .heartbeatAnswer: "heartbeat_answer"
        case .clockAnswer: "clock_answer"
        case .executionAck: "execution_ack"
        case .resultAck: "result_ack"
        case .cancelExecution: "cancel_execution"
        case .logOpen: "log_open"
        case .logChunk: "log_chunk"
        case .logAck: "log_ack"
        case .enrolRequest: "enrol_request"
        case .enrolResponse: "enrol_response"
        case .enrolRefusal: "enrol_refusal"
        case nil: "nothing"
        }
    }
}
