// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird
import NIOCore

/// The audit as a file, written while it is read: its length is not known before.
enum AuditExport {
    enum Format: String, CaseIterable {
        case csv, json
    }

    static func response(_ rows: AuditService.Export, _ format: Format) -> Response {
        let (type, name) =
            switch format {
            case .csv: ("text/csv; charset=utf-8", "audit.csv")
            case .json: ("application/json; charset=utf-8", "audit.json")
            }
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                HTTPField.Name("Content-Disposition")!: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody { writer in
                var pages = rows.makeAsyncIterator()
                var isFirst = true
                try await writer.write(ByteBuffer(string: format == .csv ? CSVText.line(Self.header) : "["))
                while let page = try await pages.next() {
                    var buffer = ByteBuffer()
                    for entry in page {
                        switch format {
                        case .csv: buffer.writeString(CSVText.line(Self.cells(entry)))
                        case .json:
                            buffer.writeString(isFirst ? "\n" : ",\n")
                            buffer.writeBytes(JSONWriter.bytes(AuditPresenter.row(entry)))
                        }
                        isFirst = false
                    }
                    try await writer.write(buffer)
                }
                if format == .json { try await writer.write(ByteBuffer(string: "\n]\n")) }
                try await writer.finish(nil)
            }
        )
    }

    private static let header: [CSVText.Cell] = [
        "id", "at", "actor_kind", "actor_id", "actor", "token_id", "address", "via", "request_id", "action",
        "object_kind", "object_id", "object_name", "group_ids", "outcome", "reason", "flags", "diff", "chain", "seq",
        "kid", "hash",
    ].map { .text($0) }

    private static func cells(_ entry: AuditEntry) -> [CSVText.Cell] {
        let change = entry.change
        let head = entry.seal.map { AuditHead(chain: $0.chain, sequence: $0.sequence, hash: $0.hash) }
        return [
            .number(entry.id), .text(change.at.rfc3339()), .text(change.actor.kind.rawValue), .text(change.actor.id),
            .text(change.actor.name), .number(change.actor.tokenID), .text(change.origin.address),
            .text(change.origin.via.rawValue), .text(change.origin.request), .text(entry.action.rawValue),
            .text(entry.object?.kind), .text(entry.object?.id), .text(entry.object?.name),
            .text(entry.groups.map { String($0) }.joined(separator: " ")), .text(entry.outcome.rawValue),
            .text(change.reason), .text(entry.flags.joined(separator: " ")), .text(entry.diff),
            .text(entry.seal?.chain), .number(entry.seal?.sequence), .text(entry.seal?.kid), .text(head?.hexHash),
        ]
    }
}
