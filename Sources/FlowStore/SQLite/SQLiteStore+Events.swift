// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: EventStore {
    package func events(after position: Int64, limit: Int) async throws -> [RecordedEvent] {
        try await self.read { db in try EventTable(db).rows(after: position, limit: limit) }
    }

    package func settledRuns(after position: Int64, limit: Int) async throws -> SettledRunPage {
        try await self.read { db in try EventTable(db).settled(after: position, limit: limit) }
    }

    package func lastEvent() async throws -> Int64 { try await self.read { db in try EventTable(db).last() } }

    package func eventPosition(of reader: String) async throws -> Int64? {
        try await self.read { db in try EventTable(db).position(of: reader) }
    }

    package func moveEventPosition(
        of reader: String,
        from expected: Int64?,
        to position: Int64,
        at now: Timestamp
    ) async throws {
        try await self.write("move_reader") { db in
            try EventTable(db).move(reader, from: expected, to: position, at: now)
        }
    }

    package func recordEvent(_ event: DurableEvent, at now: Timestamp) async throws {
        try await self.write("record_event") { db in try EventTable(db).append(event, at: now) }
    }
}
