// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the program that carries out SQL, plugin and built-in jobs is told about its one attempt.
///
/// It holds the values of secrets, as a script's environment does, and is never written to a disk.
package struct WorkOrder: Hashable, Sendable, Codable {
    package var payload: Payload
    package var parameters: [String: String]
    package var policy: HostPolicy
    package var taskID: Int64
    package var taskName: String
    package var executionID: String
    package var attempt: Int
    /// RFC 3339.
    package var scheduledTime: String
    /// Seconds; 0 = none.
    package var timeout: Int

    package init(
        payload: Payload,
        parameters: [String: String],
        policy: HostPolicy,
        taskID: Int64,
        taskName: String,
        executionID: String,
        attempt: Int,
        scheduledTime: String,
        timeout: Int
    ) {
        self.payload = payload
        self.parameters = parameters
        self.policy = policy
        self.taskID = taskID
        self.taskName = taskName
        self.executionID = executionID
        self.attempt = attempt
        self.scheduledTime = scheduledTime
        self.timeout = timeout
    }

    /// Variables that carry it: a process takes a text of 128 KiB at most, so it comes in pieces.
    package static let variable = "QF_WORK_"
    package static let pieceBytes = 96 << 10
}

/// How that program says by its exit code what became of the attempt.
package enum WorkExit: Int32, Sendable {
    case success = 0
    /// It was carried out, and the answer is no: a check that failed, a statement that was refused, a plugin's own word.
    case failure = 1
    /// It could not be carried out.
    case trouble = 2
    /// The host's policy does not allow it.
    case denied = 77
    /// A script's program was not started, as shells say it.
    case unstarted = 126
    /// A container could not be run, as engines say it; all others are those of the program in it.
    case engine = 125
}
