// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a job does on a host.
package enum Payload: Hashable, Sendable, Codable {
    case shell(ShellPayload)
    case http(HTTPPayload)
    case plugin(PluginPayload)
    case sql(SQLPayload)
    case builtin(BuiltinPayload)
    case container(ContainerPayload)

    /// S1's number of the executor type in REST and database (C-05): 1 shell, 2 HTTP, 3 plugin, 4 SQL, 5 built-in, 6 container.
    package var executorType: Int {
        switch self {
        case .shell: 1
        case .http: 2
        case .plugin: 3
        case .sql: 4
        case .builtin: 5
        case .container: 6
        }
    }

    /// The word for its kind, in policies of hosts and in what a host offers.
    package var kindName: String {
        switch self {
        case .shell: "shell"
        case .http: "http"
        case .plugin: "plugin"
        case .sql: "sql"
        case .builtin: "builtin"
        case .container: "container"
        }
    }
}

/// A script and the program that reads it, `/bin/sh` unless the job names another.
///
/// Parameters are never spliced into `command`: they arrive as `QF_PARAM_*` and as arguments (S1-NFR-S2, C-36).
package struct ShellPayload: Hashable, Sendable {
    /// Script text, fixed when the job is saved.
    package var command: String
    /// Absolute path of a program that takes a script as an argument; nil = `/bin/sh`.
    package var interpreter: String?
    /// What stands between the interpreter and the script: `-c` for shells and Python, `-e` for node and Perl.
    package var interpreterArguments: [String]
    /// Absolute path; nil = the home directory of the user the job runs as.
    package var workingDirectory: String?
    /// Runs in an empty directory of its own, which is removed with all that is in it at the end.
    package var usesScratchDirectory: Bool
    /// What the script leaves running when it ends is let be: a daemon it started goes on.
    package var leavesProcesses: Bool
    /// Exit codes that mean success; empty = 0 alone (S2: 0 success, 1 business failure, others technical).
    package var successCodes: [Int]
    /// File mode creation mask; nil = the one the agent was started with.
    package var umask: Int?
    /// -20 to 19, as nice(1) counts: the higher, the more it gives way; nil = the agent's.
    package var niceness: Int?
    /// Name of the user on the host; nil = the agent's own.
    package var runAs: String?
    /// What the process may use at most, by names of ``ProcessLimit``.
    package var limits: [String: Int64]
    /// The unit of the host's systemd that it runs in; nil = none of its own.
    package var unit: TransientUnit?
    /// Added to a clean environment.
    package var environment: [String: String]

    package init(
        command: String,
        interpreter: String? = nil,
        interpreterArguments: [String] = Self.shellArguments,
        workingDirectory: String? = nil,
        usesScratchDirectory: Bool = false,
        leavesProcesses: Bool = false,
        successCodes: [Int] = [],
        umask: Int? = nil,
        niceness: Int? = nil,
        runAs: String? = nil,
        limits: [String: Int64] = [:],
        unit: TransientUnit? = nil,
        environment: [String: String] = [:]
    ) {
        self.command = command
        self.interpreter = interpreter
        self.interpreterArguments = interpreterArguments
        self.workingDirectory = workingDirectory
        self.usesScratchDirectory = usesScratchDirectory
        self.leavesProcesses = leavesProcesses
        self.successCodes = successCodes
        self.umask = umask
        self.niceness = niceness
        self.runAs = runAs
        self.limits = limits
        self.unit = unit
        self.environment = environment
    }

    /// What shells take a script with.
    package static let shellArguments = ["-c"]

    /// Whether an exit code means success.
    package func isSuccess(exitCode: Int) -> Bool {
        self.successCodes.isEmpty ? exitCode == 0 : self.successCodes.contains(exitCode)
    }
}

extension ShellPayload: Codable {
    private enum CodingKeys: String, CodingKey {
        case command
        case interpreter
        case workingDirectory
        case usesScratchDirectory
        case leavesProcesses
        case interpreterArguments
        case successCodes
        case umask
        case niceness
        case runAs
        case limits
        case unit
        case environment
    }

    /// Reads what was stored before a field existed as if it had its default.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            command: try values.decode(String.self, forKey: .command),
            interpreter: try values.decodeIfPresent(String.self, forKey: .interpreter),
            interpreterArguments: try values.decodeIfPresent([String].self, forKey: .interpreterArguments)
                ?? Self.shellArguments,
            workingDirectory: try values.decodeIfPresent(String.self, forKey: .workingDirectory),
            usesScratchDirectory: try values.decodeIfPresent(Bool.self, forKey: .usesScratchDirectory) ?? false,
            leavesProcesses: try values.decodeIfPresent(Bool.self, forKey: .leavesProcesses) ?? false,
            successCodes: try values.decodeIfPresent([Int].self, forKey: .successCodes) ?? [],
            umask: try values.decodeIfPresent(Int.self, forKey: .umask),
            niceness: try values.decodeIfPresent(Int.self, forKey: .niceness),
            runAs: try values.decodeIfPresent(String.self, forKey: .runAs),
            limits: try values.decodeIfPresent([String: Int64].self, forKey: .limits) ?? [:],
            unit: try values.decodeIfPresent(TransientUnit.self, forKey: .unit),
            environment: try values.decode([String: String].self, forKey: .environment)
        )
    }

    /// Writes only what differs from the default, so that a definition without the newer fields keeps its digest.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(self.command, forKey: .command)
        try values.encodeIfPresent(self.interpreter, forKey: .interpreter)
        try values.encodeIfPresent(self.workingDirectory, forKey: .workingDirectory)
        if self.usesScratchDirectory { try values.encode(true, forKey: .usesScratchDirectory) }
        if self.leavesProcesses { try values.encode(true, forKey: .leavesProcesses) }
        if self.interpreterArguments != Self.shellArguments {
            try values.encode(self.interpreterArguments, forKey: .interpreterArguments)
        }
        if !self.successCodes.isEmpty { try values.encode(self.successCodes, forKey: .successCodes) }
        try values.encodeIfPresent(self.umask, forKey: .umask)
        try values.encodeIfPresent(self.niceness, forKey: .niceness)
        try values.encodeIfPresent(self.runAs, forKey: .runAs)
        if !self.limits.isEmpty { try values.encode(self.limits, forKey: .limits) }
        try values.encodeIfPresent(self.unit, forKey: .unit)
        try values.encode(self.environment, forKey: .environment)
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
    /// What of a JSON answer is handed on: pointers (RFC 6901) by the outputs' names; nil = nothing.
    package var outputs: [String: String]?
    /// What has to stand in a JSON answer: texts, or JSON of what is none, by pointers (RFC 6901); nil = nothing.
    package var expectedValues: [String: String]?
    /// Statuses after which another attempt may help; nil = after every one that is not expected.
    package var retryStatuses: [Int]?
    /// Which certificate of the host it shows, by its name in the host's policy; nil = none.
    package var clientCertificate: String?

    package init(
        url: String,
        method: String = "GET",
        headers: [String: String] = [:],
        body: String? = nil,
        expectedStatus: [Int] = [],
        outputs: [String: String]? = nil,
        expectedValues: [String: String]? = nil,
        retryStatuses: [Int]? = nil,
        clientCertificate: String? = nil
    ) {
        self.retryStatuses = retryStatuses
        self.clientCertificate = clientCertificate
        self.outputs = outputs
        self.expectedValues = expectedValues
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.expectedStatus = expectedStatus
    }
}
