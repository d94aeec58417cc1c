// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// How many rows a table has and what they hold together, whatever order they are read in.
///
/// The SHA-256 of each row are added up, modulo 2^256: databases sort some texts differently, and the sum of the same rows is
/// the same in any order. It finds what got lost or was changed on the way, not what somebody forged on purpose.
struct TableDigest: Equatable, Sendable {
    private(set) var rows: Int64 = 0
    /// The lowest word first.
    private var sum: [UInt64] = [0, 0, 0, 0]

    mutating func add(_ row: [RecordValue]) {
        self.rows += 1
        var hash = SHA256()
        for value in row { Self.write(value, to: &hash) }
        let words = hash.finalize().withUnsafeBytes { bytes in
            (0..<4).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        var carry: UInt64 = 0
        for index in 0..<4 {
            let (first, didOverflow) = self.sum[index].addingReportingOverflow(words[index])
            let (second, didOverflowAgain) = first.addingReportingOverflow(carry)
            self.sum[index] = second
            carry = didOverflow || didOverflowAgain ? 1 : 0
        }
    }

    /// Kind, length and value, so that no two rows are written alike.
    private static func write(_ value: RecordValue, to hash: inout SHA256) {
        switch value {
        case .null: self.write(0, [], to: &hash)
        case .integer(let number): self.write(1, withUnsafeBytes(of: number.littleEndian) { Array($0) }, to: &hash)
        case .text(let text): self.write(2, Array(text.utf8), to: &hash)
        case .bytes(let bytes): self.write(3, bytes, to: &hash)
        case .uuid(let uuid): self.write(3, withUnsafeBytes(of: uuid.uuid) { Array($0) }, to: &hash)
        }
    }

    private static func write(_ kind: UInt8, _ bytes: [UInt8], to hash: inout SHA256) {
        hash.update(data: [kind])
        hash.update(data: withUnsafeBytes(of: Int64(bytes.count).littleEndian) { Array($0) })
        hash.update(data: bytes)
    }

    /// Reads a whole table, in one snapshot for each piece: for a database that nobody writes to.
    ///
    /// - Parameters:
    ///   - isLeftOut: rows that do not count.
    ///   - reached: told how many rows were read.
    static func of(
        _ table: TableShape,
        in store: DatabaseStore,
        except isLeftOut: ([RecordValue]) -> Bool = { _ in false },
        reached: (Int64) -> Void = { _ in }
    ) async throws -> TableDigest {
        var digest = TableDigest()
        var position: [RecordValue]?
        repeat {
            let from = position
            let piece = try await store.read { db in try TableWalk(table: table).piece(of: db, after: from) }
            for row in piece.rows where !isLeftOut(row) { digest.add(row) }
            position = piece.next
            reached(digest.rows)
        } while position != nil
        return digest
    }
}
