// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Webhooks, and what was called by them.
package protocol HookStore: Sendable {
    /// - Throws: `nameTaken` where the job has one of that name; `conflict` at ``Hook/limit``.
    func createHook(_ hook: Hook, by change: Change) async throws -> Hook
    /// By name.
    func hooks(of job: JobID) async throws -> [Hook]
    func hook(_ id: HookID) async throws -> Hook?
    /// - Throws: `nameTaken`; `notFound` for one that has gone meanwhile.
    func updateHook(_ hook: Hook, by change: Change) async throws -> Hook
    func deleteHook(_ id: HookID, by change: Change) async throws
    /// Those that events of a kind start, by id.
    ///
    /// - Parameter topic: of messages; nil = whatever it is.
    func hooks(for format: HookFormat, topic: String?) async throws -> [Hook]

    /// Hosts that joined before a time and whose joining has started nothing yet, the oldest first.
    func hostJoins(before bound: Timestamp, limit: Int) async throws -> [HostJoin]
    /// What the joining of hosts starts has been started.
    func settleHostJoins(of agents: [AgentID]) async throws

    /// Starts what a call asks for, once: the run, what a repetition is known by and the record of the call are one transaction
    /// (T2).
    func receive(_ call: HookCall) async throws -> HookOutcome
    /// Keeps a call that started nothing.
    func record(_ delivery: HookDelivery) async throws
    /// Newest first.
    func deliveries(of hook: HookID, page: PageRequest) async throws -> Page<HookDelivery>
}

/// A call that was found right.
package struct HookCall: Sendable {
    package let hook: HookID
    /// What a repetition is known by; nil = there is none.
    package let key: String?
    package let parameters: [String: String]
    package let at: Timestamp
    package let address: String?
    package let bytes: Int
    /// For the audit.
    package let request: String?
    /// The one host that it starts on; nil = all of the task's.
    package let host: AgentID?
    /// Who sent the message; nil = a program that nobody knows, or an event.
    package let actor: Actor?

    package init(
        hook: HookID,
        key: String?,
        parameters: [String: String],
        at: Timestamp,
        address: String?,
        bytes: Int,
        request: String? = nil,
        host: AgentID? = nil,
        actor: Actor? = nil
    ) {
        self.host = host
        self.actor = actor
        self.hook = hook
        self.key = key
        self.parameters = parameters
        self.at = at
        self.address = address
        self.bytes = bytes
        self.request = request
    }
}

package enum HookOutcome: Sendable {
    case started(StartedRun)
    /// It came before, and started this.
    case repeated(RunID)
    /// Why nothing may start now.
    case disabled(String)
}

/// One call of a webhook, without its body: that may hold secrets.
package struct HookDelivery: Hashable, Sendable {
    /// What became of it.
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case started, repeated, filtered, refused, invalid, disabled
    }

    /// 0 before it is stored.
    package let id: Int64
    package let hook: HookID
    package let at: Timestamp
    package let outcome: Outcome
    /// Why, where it started nothing.
    package let detail: String?
    package let run: RunID?
    package let address: String?
    package let bytes: Int

    package init(
        id: Int64 = 0,
        hook: HookID,
        at: Timestamp,
        outcome: Outcome,
        detail: String? = nil,
        run: RunID? = nil,
        address: String?,
        bytes: Int
    ) {
        self.id = id
        self.hook = hook
        self.at = at
        self.outcome = outcome
        self.detail = detail
        self.run = run
        self.address = address
        self.bytes = bytes
    }
}

extension StoreFault {
    package static func noHook(_ id: HookID) -> CoreError { CoreError(.notFound, "There is no webhook \(id).") }

    package static func hookNameTaken(_ name: String) -> CoreError {
        CoreError(
            .nameTaken,
            "The task has a webhook named '\(name)' already. Choose another name.",
            details: [.init(path: "name", code: "name_taken", message: "this name is taken")]
        )
    }

    package static func tooManyListeners(_ topic: String) -> CoreError {
        CoreError(
            .conflict,
            "Messages on '\(topic)' start \(Hook.listenerLimit) tasks already. Choose another topic.",
            details: [
                .init(path: "topic", code: "too_many", message: "at most \(Hook.listenerLimit) webhooks for a topic")
            ]
        )
    }

    package static var tooManyHooks: CoreError {
        CoreError(.conflict, "A task has at most \(Hook.limit) webhooks. Delete one that nobody calls.")
    }
}
