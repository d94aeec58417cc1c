// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One of several jobs that are looked at together, before any of them is saved.
package struct JobCheck: Sendable {
    /// The job it would replace; nil for a new one.
    package let id: JobID?
    package let draft: JobDraft

    package init(id: JobID?, draft: JobDraft) {
        self.id = id
        self.draft = draft
    }
}

/// What is to be saved together: new jobs have no number yet, and edges count as they will be.
struct JobsTogether {
    /// The numbers that stand for new jobs, -1 for the first of the request, and their names.
    private(set) var names: [JobID: String] = [:]
    /// Parents, by the job that is to wait for them.
    private(set) var parents: [JobID: [JobID]] = [:]

    init() {}

    init(_ checks: [JobCheck?]) {
        for (index, check) in checks.enumerated() {
            let number = Self.number(index)
            if check?.id == nil { self.names[number] = check?.draft.name ?? "" }
            if let edges = check?.draft.dependencies?.edges {
                self.parents[check?.id ?? number] = edges.map(\.parent)
            }
        }
    }

    static func number(_ index: Int) -> JobID { -JobID(index + 1) }
}

extension JobService {
    /// What drafts would become, with every check of ``create(_:as:)`` or ``update(_:to:expectedVersion:as:)``, and nothing
    /// stored.
    ///
    /// They are looked at as if all were saved: -1 in dependencies is the first of them, -2 the second. Whether a new name is
    /// free is not said: the store knows that alone.
    /// - Parameter checks: nil where there is nothing to look at; it keeps its number.
    /// - Returns: for each the definition, or what is wrong with it.
    package func check(
        _ checks: [JobCheck?],
        as principal: Principal
    ) async throws -> [Result<JobDefinition, CoreError>?] {
        try principal.require(.jobsWrite)
        let together = JobsTogether(checks)
        var results: [Result<JobDefinition, CoreError>?] = []
        for (index, check) in checks.enumerated() {
            guard let check else {
                results.append(nil)
                continue
            }
            do {
                let number = JobsTogether.number(index)
                results.append(.success(try await self.definition(of: check, number, together, as: principal)))
            } catch let error as CoreError {
                switch error.code {
                case .invalid, .forbidden, .notFound, .conflict: results.append(.failure(error))
                // Nobody's mistake in the draft: there is no answer at all.
                default: throw error
                }
            }
        }
        return results
    }

    private func definition(
        of check: JobCheck,
        _ number: JobID,
        _ together: JobsTogether,
        as principal: Principal
    ) async throws -> JobDefinition {
        var existing: Job?
        if let id = check.id { existing = try await self.changeable(id, as: principal) }
        let definition = try await self.validate(
            check.draft,
            uid: existing?.uid ?? JobUID(uuid: self.makeUUID()),
            existing: existing,
            number: number,
            together: together,
            as: principal
        ).0
        try self.requireChange(definition.groups, as: principal)
        return definition
    }
}
