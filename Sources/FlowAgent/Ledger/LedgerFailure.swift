// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Why the ledger cannot be written, for people who can do something about it.
enum LedgerFailure {
    static func words(for error: any Error) -> String {
        guard let failure = error as? DatabaseError else { return String("\(error)".prefix(200)) }
        switch failure.resultCode.primaryResultCode {
        case .SQLITE_FULL: return "no space is left on its disk"
        case .SQLITE_READONLY: return "its file is read-only"
        case .SQLITE_IOERR: return "reading or writing its disk failed"
        case .SQLITE_CANTOPEN: return "its file cannot be opened"
        case .SQLITE_BUSY, .SQLITE_LOCKED: return "another program holds its file"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return "its file is damaged"
        default: return String((failure.message ?? "SQLite error \(failure.resultCode.rawValue)").prefix(200))
        }
    }
}
