// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Glibc

/// How far the ledger has come, in a file beside it: a copy of the ledger that is put back later says less than this.
///
/// Written after each commit and not synced, so it costs no fsync and is never ahead of the ledger; after a power cut it may
/// be behind, which says nothing. It can't tell when the whole disk goes back in time, mark and ledger together: then only the
/// server can (R11).
final class LedgerMark: Sendable {
    struct Position: Hashable, Sendable {
        var incarnation: String
        var sequence: Int64
        /// The latest nominal time that was decided.
        var time: Timestamp
    }

    private let descriptor: Int32
    private static let size = 160

    /// - Throws: `CoreError` `unavailable` when the file can't be opened.
    init(directory: String) throws {
        let path = directory + "/agent.mark"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }

    /// - Returns: nil when nothing was ever written, or not whole.
    func read() -> Position? {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        guard pread(self.descriptor, &bytes, Self.size, 0) == Self.size else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count >= 5, fields[0] == "mark1", let sequence = Int64(fields[2]), let time = Int64(fields[3])
        else {
            return nil
        }
        let position = Position(
            incarnation: String(fields[1]),
            sequence: sequence,
            time: Timestamp(milliseconds: time)
        )
        return fields[4] == Self.checksum(position) ? position : nil
    }

    /// A mark that can't be written protects less; it is no reason to stop.
    func write(_ position: Position) {
        var text = Self.content(position) + " " + Self.checksum(position) + " "
        text += String(repeating: " ", count: max(0, Self.size - 1 - text.utf8.count)) + "\n"
        let bytes = Array(text.utf8.prefix(Self.size))
        _ = bytes.withUnsafeBytes { pwrite(self.descriptor, $0.baseAddress, $0.count, 0) }
    }

    private static func content(_ position: Position) -> String {
        "mark1 \(position.incarnation) \(position.sequence) \(position.time.milliseconds)"
    }

    /// FNV-1a: against torn writes, not against people.
    private static func checksum(_ position: Position) -> String {
        let hash = Self.content(position).utf8.reduce(14_695_981_039_346_656_037 as UInt64) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        return String(hash, radix: 16)
    }
}
