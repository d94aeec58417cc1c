// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging
import Synchronization

/// Errors that browsers report of the console; in memory, each kind once.
final class ClientErrors: Sendable {
    static let messageLimit = 500
    static let placeLimit = 300
    /// Kinds that are kept; the one that was not seen for longest goes first.
    static let limit = 100

    struct Key: Hashable, Sendable {
        let message: String
        let place: String
    }

    struct Entry: Hashable, Sendable {
        let key: Key
        var page: String
        var username: String
        var count: Int
        let first: Timestamp
        var last: Timestamp
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// - Returns: whether it is of a kind that was not there.
    @discardableResult
    func note(_ key: Key, page: String, by username: String, at now: Timestamp) -> Bool {
        self.entries.withLock { entries in
            if var known = entries[key] {
                known.count += 1
                (known.page, known.username, known.last) = (page, username, now)
                entries[key] = known
                return false
            }
            if entries.count >= Self.limit, let oldest = entries.values.min(by: { $0.last < $1.last }) {
                entries[oldest.key] = nil
            }
            entries[key] = Entry(key: key, page: page, username: username, count: 1, first: now, last: now)
            return true
        }
    }

    /// The newest first.
    var all: [Entry] { self.entries.withLock { $0.values.sorted { ($0.last, $0.count) > ($1.last, $1.count) } } }
}

/// `/client-errors`: what goes wrong in browsers, where nobody who could mend it would see it.
struct ClientErrorRoutes: Sendable {
    let errors = ClientErrors()
    let clock: any WallClock
    let logger: Logger

    func report(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let message = Self.bounded("message", ClientErrors.messageLimit, &reader, isRequired: true)
        let place = Self.bounded("place", ClientErrors.placeLimit, &reader)
        let page = Self.bounded("page", ClientErrors.placeLimit, &reader)
        try reader.finish()
        let username = try call.principal.username
        let key = ClientErrors.Key(message: message, place: place)
        if self.errors.note(key, page: page, by: username, at: self.clock.now) {
            self.logger.warning(
                "Error in a browser",
                metadata: ["message": "\(message)", "place": "\(place)", "page": "\(page)", "user": "\(username)"]
            )
        }
        return .done
    }

    func list(_ call: APICall) throws -> APIAnswer {
        try call.noQuery()
        let items = self.errors.all.map { entry in
            JSON.object([
                .init("message", entry.key.message), .init("place", entry.key.place), .init("page", entry.page),
                .init("username", entry.username), .init("count", entry.count), .init("first_at", entry.first),
                .init("last_at", entry.last),
            ])
        }
        return .data([.init("items", items)])
    }

    /// Text of others is looked at only after its length is.
    private static func bounded(
        _ name: String,
        _ limit: Int,
        _ reader: inout FieldReader,
        isRequired: Bool = false
    ) -> String {
        let text = (isRequired ? reader.requiredString(name) : reader.string(name)) ?? ""
        if text.utf8.count > limit { reader.fault(name, "too_long", "at most \(limit) bytes") }
        if isRequired, text.utf8.isEmpty { reader.fault(name, "required", "this field is required") }
        return text
    }
}
