// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What is looked for in an attempt's output.
package struct LogQuery: Hashable, Sendable {
    package let text: String
    package let ignoresCase: Bool
    /// Where to begin: 0, or what the answer before said.
    package let offset: Int64
    /// How many lines are wanted at most.
    package let limit: Int

    package init(text: String, ignoresCase: Bool, offset: Int64, limit: Int) {
        self.text = text
        self.ignoresCase = ignoresCase
        self.offset = offset
        self.limit = limit
    }
}

/// Lines that were found, and how far the search came.
package struct LogFindings: Hashable, Sendable {
    package let attempt: Int
    package let matches: [LogMatch]
    /// Where to go on; nil when everything that is stored was looked at.
    package let next: Int64?
    package let searchedBytes: Int64
    package let isComplete: Bool
}

/// A page of whole lines.
package struct LogLines: Hashable, Sendable {
    package let slice: LogSlice
    package let offset: Int64
    /// The number of the first, counted from 1.
    package let first: Int64
    /// The number of the line that the next page begins with; this one again when it goes on there.
    package let next: Int64
}

/// Output by range, by line, and by what stands in it (S1-FR-4.2).
extension ExecutionService {
    /// Bytes that are read at a time.
    private static let readBytes = 1 << 20
    /// How long one search reads; what it did not come to is the next request's.
    private static let searchTime = Duration.milliseconds(300)

    /// Output of an attempt from a byte offset on, at most `limit` bytes; of the newest that wrote something when none is named.
    package func log(
        _ id: ExecutionID,
        attempt: Int? = nil,
        from offset: Int64,
        limit: Int,
        as principal: Principal
    ) async throws -> LogSlice {
        try await self.requireLog(id, principal)
        let slice = try await self.logs.log(id, attempt: attempt, from: offset, limit: limit)
        // Where nothing is there is nothing to shorten: an offset may be any number.
        guard let begin = slice.chunks.first?.offset else { return slice }
        return slice.prefix(before: begin + Int64(limit))
    }

    /// Lines of an attempt's output, as many as there are and as fit into `limit` bytes.
    ///
    /// - Parameter line: the first, counted from 1.
    package func lines(
        _ id: ExecutionID,
        attempt: Int? = nil,
        from line: Int64,
        count: Int64,
        limit: Int,
        as principal: Principal
    ) async throws -> LogLines {
        try await self.requireLog(id, principal)
        let begin = try await self.logs.mark(id, attempt: attempt, .line(line))
        let slice = try await self.logs.log(id, attempt: begin.attempt, from: begin.offset, limit: limit)
            .prefix(before: begin.offset + Int64(limit))
        var left = count
        var end = begin.offset
        // Behind the last line break.
        var lineEnd = begin.offset
        for chunk in slice.chunks {
            guard let index = LogReader.index(behind: left, in: chunk.bytes) else {
                left -= chunk.lineBreaks
                end = chunk.end
                if let last = chunk.bytes.lastIndex(of: UInt8(ascii: "\n")) { lineEnd = chunk.offset + Int64(last) + 1 }
                continue
            }
            left = 0
            end = chunk.offset + Int64(index)
            break
        }
        // The next page begins with the line that did not fit: it is not on both. Only one that fills a page is cut.
        if left > 0, lineEnd > begin.offset, end < slice.storedEnd { end = lineEnd }
        let first = begin.breaks + 1
        return LogLines(
            slice: slice.prefix(before: end),
            offset: begin.offset,
            first: first,
            next: first + count - left
        )
    }

    /// Looks for a text; bounded in memory and in time.
    package func search(
        _ id: ExecutionID,
        attempt: Int? = nil,
        _ query: LogQuery,
        as principal: Principal
    ) async throws -> LogFindings {
        try await self.requireLog(id, principal)
        let begin = try await self.logs.mark(id, attempt: attempt, .offset(query.offset))
        var search = LogSearch(
            for: query.text,
            ignoresCase: query.ignoresCase,
            limit: query.limit,
            from: begin
        )
        let end = ContinuousClock.now + Self.searchTime
        var position = begin.offset
        var slice: LogSlice
        repeat {
            try Task.checkCancellation()
            slice = try await self.logs.log(id, attempt: begin.attempt, from: position, limit: Self.readBytes)
            for chunk in slice.chunks where !search.isFull {
                search.take(chunk)
                position = chunk.end
            }
        } while !search.isFull && position < slice.storedEnd && !slice.chunks.isEmpty && ContinuousClock.now < end
        let isDone = position >= slice.storedEnd && !search.isFull
        if isDone { search.finish() }
        let next = isDone && !search.isFull ? nil : self.next(search, behind: begin, position)
        return LogFindings(
            attempt: begin.attempt,
            matches: search.matches,
            next: next.map { min($0, slice.storedEnd) },
            searchedBytes: (next ?? slice.storedEnd) - begin.offset,
            isComplete: slice.isComplete
        )
    }

    /// A line that is longer than all that could be read has to be left, or the search would stand still.
    private func next(_ search: LogSearch, behind begin: LogMark, _ position: Int64) -> Int64 {
        search.next > begin.offset ? search.next : position
    }

    private func requireLog(_ id: ExecutionID, _ principal: Principal) async throws {
        let execution = try await self.get(id, as: principal)
        try await self.require(.logsRead, on: id, principal)
        try await self.noteOutputRead(of: execution, as: principal)
    }

    /// That somebody reads what an execution wrote; durable before they get it.
    func noteOutputRead(of execution: Execution, as principal: Principal) async throws {
        try await self.access.note(
            read: .outputRead,
            of: AuditObject("execution", execution.id.description, name: execution.jobName),
            groups: { try await self.store.job(execution.jobID)?.definition.groups ?? [] },
            as: principal
        )
    }

    /// That somebody reads output of many executions of a job at once.
    package func noteOutputRead(of job: Job, as principal: Principal) async throws {
        try await self.access.note(
            read: .outputRead,
            of: AuditObject("job", String(job.id), name: job.definition.name),
            groups: { job.definition.groups },
            as: principal
        )
    }

    /// That somebody takes a file of a run.
    package func noteExport(of run: Run, as principal: Principal) async throws {
        let job = try await self.store.job(run.jobID)
        try await self.access.note(
            export: .runExport,
            of: AuditObject("run", "\(run.id)", name: job?.definition.name),
            groups: job?.definition.groups ?? [],
            as: principal
        )
    }
}
