// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What may be done to all tasks that a filter finds.
package enum BulkJobAction: Hashable, Sendable {
    case enable
    case disable
    case pause(until: Timestamp, reason: String?)
    case delete
    case label(set: [String: String], remove: [String])
    case group(add: [GroupID], remove: [GroupID])

    /// The same for the same action; the token is bound to it.
    var text: String {
        switch self {
        case .enable: return "enable"
        case .disable: return "disable"
        case .pause(let until, let reason): return "pause\n\(until.milliseconds)\n\(reason ?? "")"
        case .delete: return "delete"
        case .label(let set, let remove):
            let words = set.sorted { $0.key < $1.key }.map {
                "\($0.key.utf8.count):\($0.key)\($0.value.utf8.count):\($0.value)"
            }
            return (["label"] + words + ["remove"] + remove.sorted()).joined(separator: "\n")
        case .group(let add, let remove): return "group\n\(add.sorted())\n\(remove.sorted())"
        }
    }
}

extension JobService {
    /// Does something to all jobs that a filter finds, one after the other, each checked as if it were asked for alone.
    ///
    /// - Parameters:
    ///   - query: which; its page and order are of no interest.
    ///   - token: what the count was answered with; nil = only count.
    /// - Throws: ``BulkChanged`` when it would be other ones than were counted.
    package func bulk(
        _ query: JobQuery,
        _ action: BulkJobAction,
        token: String?,
        as principal: Principal
    ) async throws -> BulkAnswer {
        try principal.require(.jobsRun)
        switch action {
        case .enable, .disable, .pause: break
        case .delete, .label, .group: try principal.require(.jobsWrite)
        }
        let jobs = try await self.all(query, as: principal)
        return try await BulkAnswer.of(
            jobs,
            action.text,
            token: token,
            as: principal,
            at: self.clock.now,
            bus: self.bus,
            named: { (String($0.id), $0.definition.name) },
            { try await self.act(action, on: $0, as: principal) }
        )
    }

    /// All that a filter finds, up to one more than may be.
    private func all(_ query: JobQuery, as principal: Principal) async throws -> [Job] {
        var query = query
        query.sort = .id
        query.isDescending = false
        var jobs: [Job] = []
        for number in 1...3 {
            query.page = PageRequest(number: number, size: 500)
            let page = try await self.list(query, as: principal).items
            jobs += page
            if page.count < 500 { break }
        }
        return jobs
    }

    private func act(_ action: BulkJobAction, on job: Job, as principal: Principal) async throws {
        switch action {
        case .enable: _ = try await self.setEnabled(true, job.id, as: principal)
        case .disable: _ = try await self.setEnabled(false, job.id, as: principal)
        case .pause(let until, let reason):
            _ = try await self.pause(job.id, until: until, reason: reason, as: principal)
        case .delete: try await self.delete(job.id, as: principal)
        case .label(let set, let remove):
            var draft = JobDraft(job)
            for name in remove { draft.labels[name] = nil }
            draft.labels.merge(set) { $1 }
            try await self.change(job, to: draft, as: principal)
        case .group(let add, let remove):
            var draft = JobDraft(job)
            draft.groups.removeAll(where: remove.contains)
            draft.groups += add.filter { !draft.groups.contains($0) }
            try await self.change(job, to: draft, as: principal)
        }
    }

    private func change(_ job: Job, to draft: JobDraft, as principal: Principal) async throws {
        guard draft.labels != job.definition.labels || Set(draft.groups) != Set(job.definition.groups) else { return }
        _ = try await self.update(job.id, to: draft, expectedVersion: job.version, as: principal)
    }
}
