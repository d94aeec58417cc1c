// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What is answered to whoever wants something done to all that a filter finds.
package enum BulkAnswer: Hashable, Sendable {
    /// Nothing was done: so many it would be.
    case counted(BulkCount)
    /// One for each, in the order of their numbers.
    case done([BulkOutcome])
}

package struct BulkCount: Hashable, Sendable {
    package let count: Int
    /// Sent again, it does it, as long as these are the ones.
    package let token: String
    /// Of the first few, to be shown in the question.
    package let names: [String]

    static let namesShown = 6

    /// More at once take too long for one request.
    static let limit = 1000
}

/// The set is another one than whoever asks has seen.
package struct BulkChanged: Error, Hashable, Sendable {
    package let now: BulkCount
}

package struct BulkOutcome: Hashable, Sendable {
    package enum Result: Hashable, Sendable {
        case done
        /// It takes two persons, and a request waits for the other one.
        case waiting(ApprovalID)
        case refused(code: String, text: Wording)
    }

    package let id: String
    package let name: String
    package let result: Result

    /// Does it to one; what is refused keeps nobody from the next.
    static func of(_ id: String, _ name: String, _ body: () async throws -> Void) async throws -> BulkOutcome {
        do {
            try await body()
            return BulkOutcome(id: id, name: name, result: .done)
        } catch let needed as ApprovalNeeded {
            return BulkOutcome(id: id, name: name, result: .waiting(needed.approval.id))
        } catch let error as CoreError {
            // What a store says of its inside is for nobody outside.
            let text: Wording = error.code == .internal ? "The server failed. Look at this one alone." : error.text
            return BulkOutcome(id: id, name: name, result: .refused(code: error.code.rawValue, text: text))
        }
    }
}

extension BulkAnswer {
    /// - Throws: ``BulkChanged``; ``CoreError`` `invalid` for more than one request may do.
    static func of<Item: Sendable>(
        _ items: [Item],
        _ action: String,
        token: String?,
        as principal: Principal,
        at now: Timestamp,
        bus: EventBus,
        named: (Item) -> (id: String, name: String),
        _ body: (Item) async throws -> Void
    ) async throws -> BulkAnswer {
        guard items.count <= BulkCount.limit else {
            throw CoreError(
                .invalid,
                "More than \(BulkCount.limit) match. Narrow the filter, and do it in several steps."
            )
        }
        let known = items.map(named)
        let ids = known.map(\.id)
        let count = BulkCount(
            count: items.count,
            token: BulkToken.make(ids, action, user: principal.userID, at: now),
            names: known.prefix(BulkCount.namesShown).map(\.name)
        )
        guard let token else { return .counted(count) }
        guard BulkToken.isValid(token, ids, action, user: principal.userID, at: now) else {
            throw BulkChanged(now: count)
        }
        var outcomes: [BulkOutcome] = []
        for (item, known) in zip(items, known) {
            outcomes.append(try await BulkOutcome.of(known.id, known.name) { try await body(item) })
        }
        let waits = outcomes.contains { outcome in
            if case .waiting = outcome.result { true } else { false }
        }
        if waits { bus.publish(.approvalsChanged) }
        return .done(outcomes)
    }
}
