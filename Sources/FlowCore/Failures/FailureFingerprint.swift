// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// What failures with the same cause have in common: how they ended, and their last lines without what changes.
package struct FailureFingerprint: Hashable, Sendable {
    /// 16 hexadecimal digits.
    package let id: String
    /// `FAILURE EXIT 2`.
    package let outcome: String
    /// The lines, at most 600 bytes; empty when it said nothing.
    package let text: String

    package static let idLength = 16

    /// - Parameter tail: the end of its output; nil = it has none, or it is gone.
    package init(_ execution: Execution, tail: [UInt8]?) {
        let code = execution.exitCode ?? execution.httpStatus
        let words = [execution.status.name, execution.reason?.rawValue, code.map { "\($0)" }].compactMap(\.self)
        var lines: [String] = []
        switch execution.reason {
        // What it said itself is why.
        case .exitCode, .signal, nil: lines = FailureText.lines(of: tail ?? [], host: execution.agentID)
        default: break
        }
        if lines.isEmpty, let detail = execution.detail, execution.reason != .exitCode {
            lines = [FailureText.line(detail, host: execution.agentID)].filter { !$0.isEmpty }
        }
        self.outcome = words.joined(separator: " ")
        self.text = lines.joined(separator: "\n")
        var hash = SHA256()
        // Of those that say nothing each task's are a kind of their own: the same code is no common cause.
        let own = lines.isEmpty ? [execution.jobUID.description] : []
        for part in ["qf-fp1", self.outcome] + lines + own {
            hash.update(data: Array("\(part.utf8.count):".utf8))
            hash.update(data: Array(part.utf8))
        }
        self.id = Hex.encode(Array(hash.finalize().prefix(8)))
    }
}
