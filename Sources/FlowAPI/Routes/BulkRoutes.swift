// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// Something done to all that a filter finds: first it is counted, and what comes back with the count does it.
enum BulkRoutes {
    enum Action: String, CaseIterable {
        case enable, disable, delete, label, group
    }

    static func answer(_ work: () async throws -> BulkAnswer) async throws -> APIAnswer {
        do {
            switch try await work() {
            case .counted(let count): return .data(Self.members(count))
            case .done(let outcomes): return .data(Self.members(outcomes))
            }
        } catch let changed as BulkChanged {
            var failure = APIFailure(
                .conflict,
                "set_changed",
                "It would be others than were counted, or the question is older than ten minutes: now there are "
                    + "\(changed.now.count). Look, and ask again."
            )
            failure.members = Self.members(changed.now)
            throw failure
        }
    }

    private static func members(_ count: BulkCount) -> [JSON.Member] {
        [.init("count", count.count), .init("token", count.token), .init("names", count.names)]
    }

    private static func members(_ outcomes: [BulkOutcome]) -> [JSON.Member] {
        var counts = (done: 0, waiting: 0, refused: 0)
        let results = outcomes.map { outcome in
            var members: [JSON.Member] = [.init("id", outcome.id), .init("name", outcome.name)]
            switch outcome.result {
            case .done:
                counts.done += 1
                members.append(.init("result", "done"))
            case .waiting(let approval):
                counts.waiting += 1
                members += [.init("result", "waiting"), .init("approval_id", approval)]
            case .refused(let code, let text):
                counts.refused += 1
                members += [
                    .init("result", "refused"), .init("error", code), .init("message", text.english),
                    .init("text", TextPresenter.json(text)),
                ]
            }
            return JSON.object(members)
        }
        return [
            .init("count", outcomes.count), .init("done", counts.done), .init("waiting", counts.waiting),
            .init("refused", counts.refused), .init("results", results),
        ]
    }

    /// What is to be done to tasks.
    static func action(_ reader: inout FieldReader) -> BulkJobAction? {
        let isSaid = reader.has("action")
        let word: Action? = reader.choice("action")
        if !isSaid { reader.fault("action", "required", "this field is required") }
        let until = reader.timestamp("until")
        let reason = reader.string("reason")
        let labels = reader.dictionary("labels")
        let removed = reader.strings("remove_labels")
        let added = reader.integers("add_groups")
        let left = reader.integers("remove_groups")
        func belongs(_ isThere: Bool, _ name: String, to owner: Action) {
            guard isThere, let word, word != owner else { return }
            reader.fault(name, "conflict", "'\(name)' belongs to the action '\(owner.rawValue)'")
        }
        belongs(until != nil, "until", to: .disable)
        belongs(reason != nil, "reason", to: .disable)
        belongs(labels != nil, "labels", to: .label)
        belongs(removed != nil, "remove_labels", to: .label)
        belongs(added != nil, "add_groups", to: .group)
        belongs(left != nil, "remove_groups", to: .group)
        switch word {
        case .enable: return .enable
        case .disable:
            if until == nil, reason != nil {
                reader.fault("reason", "conflict", "a reason belongs to a pause; say 'until' as well, or leave it out")
            }
            return until.map { .pause(until: $0, reason: reason) } ?? .disable
        case .delete: return .delete
        case .label:
            let (set, remove) = (labels ?? [:], removed ?? [])
            if set.isEmpty, remove.isEmpty { reader.fault("labels", "required", "say labels, or remove_labels") }
            return .label(set: set, remove: remove)
        case .group:
            let (add, remove) = (added ?? [], left ?? [])
            if add.isEmpty, remove.isEmpty {
                reader.fault("add_groups", "required", "say add_groups, or remove_groups")
            }
            return .group(add: add, remove: remove)
        case nil: return nil
        }
    }

    static func token(_ reader: inout FieldReader) -> String? {
        guard let token = reader.string("token") else { return nil }
        if token.utf8.count > 100 { reader.fault("token", "length", "this is no token of a count") }
        return token
    }
}

extension TaskRoutes {
    /// `POST /tasks/bulk`; the query is the list's.
    func bulk(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let filter = Self.filter(&query)
        try query.finish()
        var reader = try FieldReader(try await call.body())
        let token = BulkRoutes.token(&reader)
        let action = BulkRoutes.action(&reader)
        try reader.finish()
        guard let action else {
            throw APIFailure.malformed(path: "action", code: "required", message: "say what to do")
        }
        let principal = try call.principal
        return try await BulkRoutes.answer {
            try await self.jobs.bulk(filter, action, token: token, as: principal)
        }
    }
}

extension ExecutionRoutes {
    /// `POST /executions/bulk/stop`; the query is the list's.
    func stopAll(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let filter = Self.filter(&query)
        try query.finish()
        let (token, force) = try Self.bulkBody(try await call.optionalBody(), takesForce: true)
        let principal = try call.principal
        return try await BulkRoutes.answer {
            try await self.executions.stopAll(filter, force: force, token: token, as: principal)
        }
    }

    /// `POST /executions/bulk/retry`; the query is the list's.
    func retryAll(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let filter = Self.filter(&query)
        try query.finish()
        let (token, _) = try Self.bulkBody(try await call.optionalBody(), takesForce: false)
        let principal = try call.principal
        return try await BulkRoutes.answer {
            try await self.executions.retryAll(filter, source: call.source, token: token, as: principal)
        }
    }

    // Not inlined into the asynchronous functions, as ``force(in:)``.
    @inline(never)
    private static func bulkBody(_ body: JSON, takesForce: Bool) throws -> (token: String?, force: Bool) {
        var reader = try FieldReader(body)
        let token = BulkRoutes.token(&reader)
        let force = takesForce ? reader.bool("force") ?? false : false
        try reader.finish()
        return (token, force)
    }
}
