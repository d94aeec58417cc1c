// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a job does on a host.
package enum Payload: Hashable, Sendable, Codable {
    case shell(ShellPayload)
    case http(HTTPPayload)

    /// S1's number of the executor type in REST and database (C-05): 1 shell, 2 HTTP.
    package var executorType: Int {
        switch self {
        case .shell: 1
        case .http: 2
        }
    }
}

/// A script for `/bin/sh` (or `/bin/bash` when the host has it).
///
/// Parameters are never spliced into `command`: they arrive as `QF_PARAM_*` and as arguments (S1-NFR-S2, C-36).
package struct ShellPayload: Hashable, Sendable, Codable {
    /// Script text, fixed when the job is saved.
    package var command: String
    /// Absolute path; nil = the agent's own scratch directory of the execution.
    package var workingDirectory: String?
    /// Added to a clean environment.
    package var environment: [String: String]

    package init(command: String, workingDirectory: String? = nil, environment: [String: String] = [:]) {
        self.command = command
        self.workingDirectory = workingDirectory
        self.environment = environment
    }
}

/// One HTTP request; succeeds when the answer's status is expected.
package struct HTTPPayload: Hashable, Sendable, Codable {
    package var url: String
    package var method: String
    package var headers: [String: String]
    package var body: String?
    /// Accepted statuses; empty = any 2xx.
    package var expectedStatus: [Int]

    package init(
        url: String,
        method: String = "GET",
        headers: [String: String] = [:],
        body: String? = nil,
        expectedStatus: [Int] = []
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.expectedStatus = expectedStatus
    }
}
