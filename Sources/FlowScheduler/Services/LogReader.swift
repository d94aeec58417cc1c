// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Reads output wherever it is: in the database, or fetched from the archive and verified.
package struct LogReader: Sendable {
    private let store: any LogStore
    /// Nil where none is configured.
    private let archive: (any OutputArchive)?

    package init(store: any LogStore, archive: (any OutputArchive)?) {
        self.store = store
        self.archive = archive
    }

    /// As ``LogStore/log(_:attempt:from:limit:)``, with chunks wherever there are some.
    ///
    /// - Throws: `unavailable` when the archive can't be reached, `internal` when what it has is damaged.
    package func log(_ id: ExecutionID, attempt: Int?, from offset: Int64, limit: Int) async throws -> LogSlice {
        let slice = try await self.store.log(id, attempt: attempt, from: offset, limit: limit)
        guard let part = slice.archived else { return slice }
        guard let archive else {
            throw CoreError(
                .unavailable,
                "This output is archived, and this server has no archive. Set archive.directory or archive.s3 as it was when "
                    + "the output was archived."
            )
        }
        let bytes: [UInt8]
        do { bytes = try await archive.get(part.object, from: part.position, count: part.length) } catch {
            throw CoreError(
                .unavailable,
                "This output is archived in \(archive.place), which can't be read now: \(Self.words(of: error))"
            )
        }
        let chunks: [LogChunk]
        do { chunks = try self.store.chunks(of: part, in: bytes) } catch {
            throw CoreError(
                .internal,
                "This output is archived in \(archive.place) and is damaged there: \(Self.words(of: error))"
            )
        }
        return Self.slice(slice, chunks, from: offset, limit: limit)
    }

    private static func slice(_ slice: LogSlice, _ chunks: [LogChunk], from offset: Int64, limit: Int) -> LogSlice {
        var kept: [LogChunk] = []
        var size = 0
        for var chunk in chunks where chunk.end > offset {
            let before = Int(max(0, offset - chunk.offset))
            if before > 0 {
                chunk.bytes.removeFirst(before)
                chunk.offset = offset
            }
            if !kept.isEmpty, size + chunk.bytes.count > limit { break }
            kept.append(chunk)
            size += chunk.bytes.count
        }
        return slice.with(kept)
    }

    static func words(of error: any Error) -> String { (error as? CoreError)?.message ?? "\(error)" }
}
