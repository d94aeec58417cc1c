// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How large the parts of a job may be, for the server that stores it and the host that runs it.
///
/// One list for both: a job that is saved can be started. Everything a shell job hands to `execve` together stays below what
/// Linux takes with a stack limit of 8 MiB (2 MiB), and each text below 128 KiB.
package enum JobLimits {
    /// Bytes of a script or of a request's body.
    package static let payloadBytes = 64 << 10
    /// Bytes of a path: one less than `PATH_MAX`, which counts the NUL at its end.
    package static let pathBytes = 4095
    /// Bytes of one part of a path (`NAME_MAX`).
    package static let pathPartBytes = 255
    package static let variables = 256
    /// Bytes of the value of one variable.
    package static let variableBytes = 32 << 10
    /// Bytes of all names and values of variables together.
    package static let environmentBytes = 512 << 10
    /// Arguments between an interpreter and its script, and bytes of one of them.
    package static let interpreterArguments = 32
    package static let interpreterArgumentBytes = 4096
    package static let successCodes = 64
    /// Bytes of one parameter's value.
    package static let parameterBytes = 4096
    /// Bytes of all names and values of parameters together; a shell job has them twice, as variables and as arguments.
    package static let parametersBytes = 64 << 10
    /// Bytes of a URL with its parameters filled in: longer ones are refused by servers, and cost time to take apart.
    package static let urlBytes = 8192
    package static let headers = 64
    package static let headerBytes = 8192
    package static let expectedStatuses = 64
    /// Statements of one SQL job, and values bound to one of them.
    package static let statements = 32
    package static let statementParameters = 64
    /// Rows of one statement that are shown.
    package static let rows = 10_000
    /// Bytes of the address of a database.
    package static let connectionBytes = 2048
    /// Parameters of a plugin; each value is as long as a job's parameter may be.
    package static let pluginParameters = 64
    /// Days; 100 years.
    package static let days = 36_500

    /// Whether a host could have a user of that name, which is no number.
    package static func isUserName(_ text: String) -> Bool {
        guard (1...32).contains(text.utf8.count), let first = text.utf8.first, first == 0x5f || self.isLetter(first)
        else { return false }
        return text.utf8.allSatisfy { self.isLetter($0) || (0x30...0x39).contains($0) || "_-.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    /// Whether it is an absolute path that the system could know.
    package static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= Self.pathBytes && !text.utf8.contains(0)
            && text.utf8.split(separator: UInt8(ascii: "/")).allSatisfy { $0.count <= Self.pathPartBytes }
    }
}
