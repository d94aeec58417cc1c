// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a job said before, and saying it again (C-08).
extension JobService {
    /// The versions that are still kept, the newest first, each with the one before it; nil where that is gone.
    ///
    /// Those that were bound to groups of others only are not there.
    package func versions(
        of id: JobID,
        page request: PageRequest,
        as principal: Principal
    ) async throws -> Page<(version: JobVersion, before: JobVersion?)> {
        let job = try await self.existing(id, as: principal)
        let scope = try principal.require(.jobsRead)
        let page = try await self.store.versions(of: job.uid, in: scope, page: request)
        var pairs: [(version: JobVersion, before: JobVersion?)] = []
        for (index, version) in page.items.enumerated() {
            let next = page.items.indices.contains(index + 1) ? page.items[index + 1] : nil
            pairs.append((version, try await self.before(version, next, of: job, in: scope)))
        }
        return Page(items: pairs, total: page.total, isTotalExact: page.isTotalExact)
    }

    /// A version with the one before it.
    ///
    /// One that was bound to groups of others only is answered like one that is not there: what it said was theirs.
    package func version(
        _ number: Int64,
        of id: JobID,
        as principal: Principal
    ) async throws -> (version: JobVersion, before: JobVersion?) {
        let job = try await self.existing(id, as: principal)
        let version = try await self.known(number, of: job, as: principal)
        return (version, try await self.before(version, nil, of: job, in: principal.require(.jobsRead)))
    }

    /// Makes a job say again what a version of it said; whether it is enabled stays as it is.
    package func restore(
        _ number: Int64,
        of id: JobID,
        expectedVersion: Int64?,
        as principal: Principal
    ) async throws -> Job {
        try principal.require(.jobsWrite)
        let job = try await self.changeable(id, as: principal)
        let version = try await self.known(number, of: job, as: principal)
        guard let definition = version.definition else {
            throw CoreError(
                .conflict,
                "Version \(number) was stored by an older version of QuartzFlow, which did not keep all of it. Edit the task instead."
            )
        }
        guard definition != job.definition else { return job }
        var wanted = job
        wanted.definition = definition
        var draft = JobDraft(wanted)
        draft.notify = definition.notify ?? []
        draft.dependencies = definition.dependencies ?? JobDependencies(edges: [])
        // Without a word on it, what is stored would stay.
        draft.placement = definition.placement ?? Placement(kind: .each)
        draft.twoPerson = definition.twoPerson ?? []
        return try await self.update(id, to: draft, expectedVersion: expectedVersion ?? job.version, as: principal)
    }

    private func known(_ number: Int64, of job: Job, as principal: Principal) async throws -> JobVersion {
        let scope = try principal.require(.jobsRead)
        guard let version = try await self.store.version(number, of: job.uid),
            Self.isVisible(version, in: scope)
        else {
            throw CoreError(.notFound, "There is no version \(number) of job \(job.id), or it is no longer kept.")
        }
        return version
    }

    /// What a version is compared with: the one before it, and no earlier one where that is others'.
    private func before(
        _ version: JobVersion,
        _ next: JobVersion?,
        of job: Job,
        in scope: Scope
    ) async throws -> JobVersion? {
        if let next, next.number == version.number - 1 { return next }
        guard version.number > 1, let before = try await self.store.version(version.number - 1, of: job.uid),
            Self.isVisible(before, in: scope)
        else { return nil }
        return before
    }

    private static func isVisible(_ version: JobVersion, in scope: Scope) -> Bool {
        scope == .all || version.definition.map { scope.touches($0.groups) } ?? false
    }
}
