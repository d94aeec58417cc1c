// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

// The one place where numbers of the wire and of the model meet (C-04, C-05). Every switch is exhaustive in both
// directions, so that a new case does not compile until it has a number.

extension PBExecutionStatus {
    /// Wire numbers are S1's 0 to 5, then ours; the model's raw values are S1's REST numbers, one higher.
    init(_ status: ExecutionStatus) {
        switch status {
        case .pending: self = .pending
        case .running: self = .running
        case .success: self = .success
        case .failure: self = .failure
        case .timeout: self = .timeout
        case .cancelled: self = .cancelled
        case .skipped: self = .skipped
        }
    }

    func decoded(_ field: String) throws(WireError) -> ExecutionStatus {
        switch self {
        case .pending: .pending
        case .running: .running
        case .success: .success
        case .failure: .failure
        case .timeout: .timeout
        case .cancelled: .cancelled
        case .skipped: .skipped
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}

extension PBExecutionReason {
    init(_ reason: ExecutionReason?) {
        switch reason {
        case nil: self = .none
        case .overlap: self = .overlap
        case .misfire: self = .misfire
        case .misfireCoalesced: self = .misfireCoalesced
        case .disabled: self = .disabled
        case .staleConfig: self = .staleConfig
        case .deadline: self = .deadline
        case .agentOffline: self = .agentOffline
        case .policyDenied: self = .policyDenied
        case .queueFull: self = .queueFull
        case .exitCode: self = .exitCode
        case .signal: self = .signal
        case .spawn: self = .spawn
        case .interrupted: self = .interrupted
        case .lost: self = .lost
        case .httpStatus: self = .httpStatus
        case .request: self = .request
        case .requested: self = .requested
        case .awaitingRetry: self = .awaitingRetry
        case .queued: self = .queued
        case .moved: self = .moved
        case .noHost: self = .noHost
        case .maintenance: self = .maintenance
        case .waitingHost: self = .waitingHost
        case .waveStopped: self = .waveStopped
        case .waitingWave: self = .waitingWave
        case .itemStopped: self = .itemStopped
        }
    }

    func decoded(_ field: String) throws(WireError) -> ExecutionReason? {
        switch self {
        case .none: nil
        case .overlap: .overlap
        case .misfire: .misfire
        case .misfireCoalesced: .misfireCoalesced
        case .disabled: .disabled
        case .staleConfig: .staleConfig
        case .deadline: .deadline
        case .agentOffline: .agentOffline
        case .policyDenied: .policyDenied
        case .queueFull: .queueFull
        case .exitCode: .exitCode
        case .signal: .signal
        case .spawn: .spawn
        case .interrupted: .interrupted
        case .lost: .lost
        case .httpStatus: .httpStatus
        case .request: .request
        case .requested: .requested
        case .awaitingRetry: .awaitingRetry
        case .queued: .queued
        case .moved: .moved
        case .noHost: .noHost
        case .maintenance: .maintenance
        case .waitingHost: .waitingHost
        case .waveStopped: .waveStopped
        case .waitingWave: .waitingWave
        case .itemStopped: .itemStopped
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}

extension PBExecutionKind {
    init(_ kind: ExecutionKind) {
        switch kind {
        case .cron: self = .cron
        case .manual: self = .manual
        case .rerun: self = .rerun
        case .backfill: self = .backfill
        // To a host it is a run that somebody asked for; hosts of older versions know no other word.
        case .dependency, .node, .hook, .test: self = .manual
        }
    }

    func decoded(_ field: String) throws(WireError) -> ExecutionKind {
        switch self {
        case .cron: .cron
        case .manual: .manual
        case .rerun: .rerun
        case .backfill: .backfill
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}

extension PBMisfirePolicy {
    init(_ policy: MisfirePolicy) {
        switch policy {
        case .fireOnce: self = .fireOnce
        case .fireAll: self = .fireAll
        case .skip: self = .skip
        }
    }

    func decoded(_ field: String) throws(WireError) -> MisfirePolicy {
        switch self {
        case .fireOnce: .fireOnce
        case .fireAll: .fireAll
        case .skip: .skip
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}

extension PBDstPolicy {
    init(_ policy: DSTPolicy) {
        switch policy {
        case .debian: self = .debian
        case .skip: self = .skip
        case .both: self = .both
        }
    }

    func decoded(_ field: String) throws(WireError) -> DSTPolicy {
        switch self {
        case .debian: .debian
        case .skip: .skip
        case .both: .both
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}

extension PBOutputStream {
    init(_ stream: OutputStream) {
        switch stream {
        case .standardOutput: self = .stdout
        case .standardError: self = .stderr
        }
    }

    func decoded(_ field: String) throws(WireError) -> OutputStream {
        switch self {
        case .stdout: .standardOutput
        case .stderr: .standardError
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field)
        }
    }
}
