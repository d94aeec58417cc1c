// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Foundation

/// Thrown instead of doing something that takes another person: the request waits, and nothing has changed.
package struct ApprovalNeeded: Error, Hashable, Sendable {
    package let approval: Approval
}

/// Where what takes two persons becomes a request.
package struct ApprovalDesk: Sendable {
    let store: any ApprovalStore
    let clock: any WallClock
    let settings: LiveSettings
    let makeUUID: @Sendable () -> UUID
    /// Nil while the master key is missing: then nothing is sealed either.
    let seal: SecretSeal?

    package init(
        store: any ApprovalStore,
        clock: any WallClock,
        settings: LiveSettings,
        seal: SecretSeal? = nil,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.clock = clock
        self.settings = settings
        self.seal = seal
        self.makeUUID = makeUUID
    }

    var forceStop: ForceStopRule { self.settings.now.forceStop }
    var grantsTakeTwo: Bool { self.settings.now.text(.twoPersonGrants) == "on" }

    /// Keeps a request.
    ///
    /// - Parameter job: whose parameters it may hand on.
    /// - Returns: what to throw.
    func ask(
        _ action: Approval.Action,
        _ object: Approval.Object,
        version: Int64? = nil,
        groups: [GroupID],
        job: JobUID? = nil,
        _ payload: ApprovalPayload,
        as principal: Principal
    ) async throws -> ApprovalNeeded {
        let now = self.clock.now
        let text = try Self.encode(payload)
        guard text.utf8.count <= Approval.payloadLimit else {
            throw CoreError(.payloadTooLarge, "A request for approval has at most \(Approval.payloadLimit) bytes.")
        }
        var approval = Approval(
            id: ApprovalID(uuid: self.makeUUID()),
            action: action,
            object: object,
            version: version,
            groups: groups,
            payload: text,
            requester: principal.userID,
            requesterName: principal.username,
            reason: principal.origin.reason,
            createdAt: now
        )
        if let job, let seal { approval.likeness = ApprovalLikeness.text(of: approval, job: job, seal: seal) }
        let change = principal.change(at: now, reason: principal.origin.reason)
        return ApprovalNeeded(approval: try await self.store.requestApproval(approval, by: change))
    }

    /// Keys are sorted: the same request is the same text.
    static func encode(_ payload: ApprovalPayload) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(payload), as: UTF8.self)
    }

    static func decode(_ approval: Approval) throws -> ApprovalPayload {
        do {
            return try JSONDecoder().decode(ApprovalPayload.self, from: Data(approval.payload.utf8))
        } catch {
            throw CoreError(
                .conflict,
                "Another version of QuartzFlow stored this request. It has to be asked for again."
            )
        }
    }
}

extension Settings {
    /// Whose stop by force takes two persons.
    package var forceStop: ForceStopRule { ForceStopRule(rawValue: self.text(.twoPersonForceStop)) ?? .marked }

    /// Whether fewer things take two persons with these than with others.
    package func isLaxer(than other: Settings) -> Bool {
        other.forceStop.isStricter(than: self.forceStop)
            || (other.text(.twoPersonGrants) == "on" && self.text(.twoPersonGrants) != "on")
    }
}

extension CoreError {
    /// Whether the store refused it because one person alone came.
    package var takesTwo: Bool { self.code == .forbidden && self.details.contains { $0.code == "two_person" } }

    /// Whether it is about something else by now than what was asked for.
    package var isStaleApproval: Bool { self.details.contains { $0.code == "stale" } }
}
