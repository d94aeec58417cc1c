// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/executions/{id}/logs`: output by bytes, by lines, and by what stands in it (S1-API-17, S1-FR-4.2).
extension ExecutionRoutes {
    /// Smaller pages could end within one character.
    static let leastPage = 64
    /// Lines with a match in one answer.
    static let matchLimit: Int64 = 1000
    static let lineLimit: Int64 = 10_000
    static let attempts: ClosedRange<Int64> = 1...1000

    func log(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let offset = query.integer("from", in: 0...Int64.max, default: 0)
        let lines = query.integer("lines", in: 1...Self.lineLimit)
        let line = query.integer("line", in: 1...Int64.max) ?? (lines == nil ? nil : 1)
        let range = Int64(Self.leastPage)...Int64(LogPresenter.pageLimit)
        let limit = Int(query.integer("limit", in: range, default: range.upperBound))
        let attempt = Self.attempt(&query)
        try query.finish()
        let id: ExecutionID = try call.identifier("id")
        guard let line else {
            let slice = try await self.executions.log(
                id,
                attempt: attempt,
                from: offset,
                limit: limit,
                as: call.principal
            )
            return .data(LogPresenter.page(slice, from: offset))
        }
        let page = try await self.executions.lines(
            id,
            attempt: attempt,
            from: line,
            count: lines ?? 1000,
            limit: limit,
            as: call.principal
        )
        return .data(LogPresenter.page(page.slice, from: page.offset, lines: page))
    }

    func searchLog(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let text = query.string("q") ?? ""
        if text.isEmpty { query.fault("q", "required", "say what to look for") }
        if text.utf8.count > Query.keywordLimit {
            query.fault("q", "length", "a text to look for has at most \(Query.keywordLimit) bytes")
        }
        let request = LogQuery(
            text: text,
            ignoresCase: query.flag("ignore_case"),
            offset: query.integer("from", in: 0...Int64.max, default: 0),
            limit: Int(query.integer("limit", in: 1...Self.matchLimit, default: 100))
        )
        let attempt = Self.attempt(&query)
        try query.finish()
        let findings = try await self.executions.search(
            call.identifier("id"),
            attempt: attempt,
            request,
            as: call.principal
        )
        return .data(LogPresenter.findings(findings))
    }

    private static func attempt(_ query: inout Query) -> Int? {
        let attempt = query.integer("attempt")
        if let attempt, !self.attempts.contains(attempt) {
            query.fault("attempt", "range", "attempts are counted from 1; the execution's 'attempts' lists them")
        }
        return attempt.map { Int(clamping: $0) }
    }
}

extension Query {
    fileprivate mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = self.integer(name) else { return nil }
        guard range.contains(value) else {
            self.fault(name, "range", "\(value) is outside \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }
}
