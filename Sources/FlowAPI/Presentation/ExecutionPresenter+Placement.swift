// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Why executions are where they are, with what hosts are called beside their ids.
extension ExecutionPresenter {
    func placement(_ note: PlacementNote?, as principal: Principal) async throws -> JSON {
        guard let note else { return .null }
        let choice = try await self.choices(note.record.map { [$0] } ?? [], as: principal).first
        return .object([
            .init("fence", note.slot.fence), .init("slot", note.slot.index), .init("slots", note.slot.total),
            .init("item", note.slot.item), .init("placed_at", note.placedAt), .init("moved_to", note.movedTo),
            .init("before", note.slot.former.map(\.rawValue)),
            .init("choice", choice ?? .null),
        ])
    }

    /// In the order of the executions.
    static func slots(_ executions: [Execution], _ marks: [ExecutionID: SlotMark]) -> [JSON] {
        executions.compactMap { execution in
            marks[execution.id].map { mark in
                .object([
                    .init("execution_id", execution.id), .init("slot", mark.index), .init("slots", mark.total),
                    .init("item", mark.item),
                ])
            }
        }
    }

    func choices(_ records: [PlacementRecord], as principal: Principal) async throws -> [JSON] {
        let hosts = records.flatMap { record in record.candidates.map(\.host) + (record.chosen.map { [$0] } ?? []) }
        let names = try await self.names.names(of: hosts, as: principal)
        return records.map { Self.choice($0, names) }
    }

    private static func choice(_ record: PlacementRecord, _ names: [AgentID: String]) -> JSON {
        let text = record.text(naming: names)
        let candidates = record.candidates.map { candidate in
            JSON.object([
                .init("host", candidate.host.rawValue), .init("name", names[candidate.host]),
                .init("score", candidate.score), .init("out", candidate.out?.rawValue),
            ])
        }
        return .object([
            .init("chosen", record.chosen?.rawValue), .init("strategy", record.strategy.rawValue),
            .init("online", record.online), .init("hosts", record.total), .init("candidates", candidates),
            .init("text", JSON.object([.init("zh", text.zh), .init("en", text.en)])),
        ])
    }

    /// What went wrong, or is waited for; where it went is neither, and `placement` says it.
    static func error(of execution: Execution) -> String? {
        guard let detail = execution.detail else { return nil }
        let isGiven = execution.status == .pending && execution.reason == nil
        return isGiven || (execution.status == .success && detail.hasPrefix("chose ")) ? nil : detail
    }
}
