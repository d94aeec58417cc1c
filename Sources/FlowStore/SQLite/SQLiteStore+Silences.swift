// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func unsettledSilences() async throws -> [NotifySilence] {
        try await self.read { db in try SilenceTable(db).unsettled() }
    }

    package func silencedIncidents() async throws -> [NotifyIncident] {
        try await self.read { db in try NotifyStateTable(db).silencedIncidents() }
    }

    package func notifyIncident(_ id: IncidentID, in scope: Scope) async throws -> NotifyIncident? {
        try await self.read { db in try NotifyStateTable(db).incident(id, in: scope) }
    }

    package func notifySilences(
        _ state: NotifySilence.State?,
        page: PageRequest,
        in scope: Scope,
        at now: Timestamp
    ) async throws -> Page<NotifySilence> {
        try await self.read { db in
            try SilenceTable(db).page(state, page, in: scope, at: now, countingTo: Self.countBound)
        }
    }

    package func notifySilence(_ id: Int64, in scope: Scope) async throws -> NotifySilence? {
        try await self.read { db in try SilenceTable(db).find(id, in: scope) }
    }

    package func createSilence(_ draft: SilenceDraft, by change: Change) async throws -> NotifySilence {
        try await self.write("create_silence") { db in
            let table = SilenceTable(db)
            let active = try table.unsettled().filter { $0.isActive(at: change.at) }
            guard active.count < NotifySilence.activeLimit else { throw StoreFault.tooManySilences }
            let silence = try table.insert(draft, by: change)
            try AuditTable(db).record(
                change,
                .silenceCreate,
                AuditObject(silence),
                groups: silence.groups,
                after: SilenceAudit(silence)
            )
            return silence
        }
    }

    package func endSilence(_ id: Int64, by change: Change) async throws -> NotifySilence {
        try await self.write("end_silence") { db in
            let table = SilenceTable(db)
            guard var silence = try table.find(id, in: .all) else { throw StoreFault.noSilence(id) }
            guard silence.isActive(at: change.at) else { return silence }
            silence.endedAt = change.at
            silence.endedBy = change.actor.name
            try table.end(silence)
            try AuditTable(db).record(change, .silenceEnd, AuditObject(silence), groups: silence.groups)
            return silence
        }
    }
}
