// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An agent asks for the secrets of what it is about to run.
package struct SecretsRequest: Hashable, Sendable {
    package let execution: ExecutionID
    package let job: JobUID
    /// Of the job; it says which secrets.
    package let version: Int64

    package init(execution: ExecutionID, job: JobUID, version: Int64) {
        self.execution = execution
        self.job = job
        self.version = version
    }
}

/// The answer; nothing shows its values by accident.
package struct SecretsAnswer: Hashable, Sendable {
    package let execution: ExecutionID
    package let values: [String: String]
    /// Why there are none.
    package let refusal: String?

    package init(execution: ExecutionID, values: [String: String], refusal: String? = nil) {
        self.execution = execution
        self.values = values
        self.refusal = refusal
    }
}

extension SecretsAnswer: CustomStringConvertible, CustomReflectable {
    package var description: String { "secrets of \(self.execution): \(self.values.keys.sorted())" }

    package var customMirror: Mirror { Mirror(self, children: ["execution": self.execution]) }
}
