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

    /// Read at a time on the way to a place.
    private static let markBytes = 1 << 20

    /// The exact place of a byte or of the beginning of a line; the end when there are not so many.
    ///
    /// Output that comes meanwhile is not followed: where a job writes faster than this reads, there would be no end.
    package func mark(_ id: ExecutionID, attempt: Int?, _ place: LogPlace) async throws -> LogMark {
        let near = try await self.store.logMark(id, attempt: attempt, before: place)
        var position = near.offset
        var breaks = near.breaks
        var end = Int64.max
        while position < end {
            if case .offset(let offset) = place, position >= offset { break }
            if case .line(let line) = place, breaks >= line - 1 { break }
            let slice = try await self.log(id, attempt: near.attempt, from: position, limit: Self.markBytes)
            guard !slice.chunks.isEmpty else { break }
            end = min(end, slice.storedEnd)
            for chunk in slice.chunks {
                switch place {
                case .offset(let offset):
                    guard chunk.offset < offset else {
                        return LogMark(attempt: near.attempt, offset: offset, breaks: breaks)
                    }
                    let part = chunk.bytes.prefix(Int(clamping: offset - chunk.offset))
                    breaks += LogChunk.lineBreaks(in: part)
                    position = chunk.offset + Int64(part.count)
                case .line(let line):
                    if let index = Self.index(behind: line - 1 - breaks, in: chunk.bytes) {
                        return LogMark(attempt: near.attempt, offset: chunk.offset + Int64(index), breaks: line - 1)
                    }
                    breaks += chunk.lineBreaks
                    position = chunk.end
                }
            }
        }
        return LogMark(attempt: near.attempt, offset: position, breaks: breaks)
    }

    /// Behind so many line breaks; nil when there are fewer.
    static func index(behind count: Int64, in bytes: [UInt8]) -> Int? {
        guard count > 0 else { return 0 }
        var left = count
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            left -= 1
            if left == 0 { return index + 1 }
        }
        return nil
    }

    static func words(of error: any Error) -> Wording {
        (error as? CoreError)?.text ?? Wording(verbatim: "\(error)")
    }
}
