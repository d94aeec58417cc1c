// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire

/// `audit-heads` in the data directory: where each chain of the audit ended a minute ago.
///
/// A chain whose last rows were deleted looks whole to itself. Copies of this file elsewhere, in back-ups or the log, are
/// what shows it to whoever could change this one too.
enum AuditHeadsFile {
    static let name = "audit-heads"

    static func read(in directory: PrivateDirectory) throws -> [AuditHead] {
        self.parse(try directory.readText(self.name) ?? "")
    }

    /// Other lines than heads, such as those of a log, are passed over.
    static func parse(_ text: String) -> [AuditHead] {
        text.split(whereSeparator: \.isNewline).compactMap { AuditHead(line: $0) }
    }

    /// Puts the head in the place of the chain's earlier one.
    static func write(_ head: AuditHead, in directory: PrivateDirectory) throws {
        let others = try self.read(in: directory).filter { $0.chain != head.chain }
        let lines = (others + [head]).map(\.line).joined(separator: "\n") + "\n"
        try directory.write(Array(lines.utf8), to: self.name)
    }
}
