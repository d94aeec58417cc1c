// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What programs do that call a webhook (T1 to T3).
extension HookService {
    /// Where a call came from.
    package struct Caller: Sendable {
        package let address: String?
        /// Names the request in log and audit.
        package let request: String?
        /// Who sent a message; nil = nobody that is known here.
        package let actor: Actor?

        package init(address: String?, request: String?, actor: Actor? = nil) {
            self.address = address
            self.request = request
            self.actor = actor
        }
    }

    /// What a call came to.
    package enum Answer: Sendable {
        case started(RunID)
        case repeated(RunID)
        /// The body does not say what the webhook waits for.
        case filtered
        /// There is no such webhook, for this caller.
        case unknown
        case disabled(String)
        case invalid(CoreError)
    }

    /// Finds a webhook that a caller may try.
    ///
    /// - Returns: nil for one that is not there, and for callers from elsewhere: the two look the same.
    package func known(_ id: HookID, to caller: Caller) async throws -> Hook? {
        guard let hook = try await self.store.hook(id), hook.draft.format.isCalled else { return nil }
        let ranges = hook.draft.addresses
        guard ranges.isEmpty || caller.address.map({ address in ranges.contains { $0.contains(address) } }) == true
        else {
            return nil
        }
        return hook
    }

    /// Checks who calls; nothing is stored of it.
    package func verify(_ request: HookRequest, by hook: Hook) throws -> HookSignature.Verdict {
        HookSignature.check(request, as: hook.draft.format, secrets: try self.secrets(of: hook))
    }

    /// Keeps a call that was refused, for whoever looks why; only after its sender was counted.
    package func noteRefusal(_ request: HookRequest, by hook: Hook, why: String, from caller: Caller) async throws {
        try await self.keep(.refused, why, hook, request, caller)
    }

    /// Starts what a call that was found right asks for.
    ///
    /// - Parameters:
    ///   - key: what a repetition is known by.
    ///   - isPing: the sender only tries whether somebody is there.
    ///   - host: the one host that it starts on; nil = all of the task's.
    package func run(
        _ request: HookRequest,
        key: String?,
        by hook: Hook,
        isPing: Bool,
        from caller: Caller,
        on host: AgentID? = nil
    ) async throws -> Answer {
        if isPing {
            try await self.keep(.filtered, "a ping", hook, request, caller)
            return .filtered
        }
        var parameters: [String: String] = [:]
        do {
            if hook.draft.readsBody {
                let body = try Self.parse(request.body)
                guard hook.draft.admits(body) else {
                    try await self.keep(.filtered, "the body does not say what 'when' asks for", hook, request, caller)
                    return .filtered
                }
                parameters = try Self.parameters(hook, body)
            }
            let job = try await self.store.job(hook.job)
            try ParameterRules.check(parameters, declared: job?.definition.parameters)
            if let job { parameters = try self.starter.sealer.sealed(parameters, of: job, takesNames: false) }
        } catch let error as CoreError where error.code == .invalid {
            try await self.keep(.invalid, error.message, hook, request, caller)
            return .invalid(error)
        }
        let outcome: HookOutcome
        do {
            outcome = try await self.store.receive(
                HookCall(
                    hook: hook.id,
                    key: key,
                    parameters: parameters,
                    at: request.at,
                    address: caller.address,
                    bytes: request.body.count,
                    request: caller.request,
                    host: host,
                    actor: caller.actor
                )
            )
        } catch let error as CoreError where error.code == .notFound {
            return .unknown
        }
        switch outcome {
        case .started(let started):
            await self.starter.announce(started)
            return .started(started.run.id)
        case .repeated(let run): return .repeated(run)
        case .disabled(let why): return .disabled(why)
        }
    }

    private static func parse(_ body: [UInt8]) throws(CoreError) -> JSON {
        do {
            return try JSONParser.parse(body)
        } catch {
            throw Self.invalid("body", "json", "not JSON at byte \(error.position): \(error.text)")
        }
    }

    private static func parameters(_ hook: Hook, _ body: JSON) throws(CoreError) -> [String: String] {
        let (values, missing) = hook.draft.parameters(from: body)
        var faults = FaultCollector()
        for entry in missing {
            faults.add("params.\(entry.parameter)", "missing", "the body has nothing at '\(entry.pointer.text)'")
        }
        try faults.check("The call starts nothing")
        return values
    }

    private static func invalid(_ path: String, _ code: String, _ message: Wording) -> CoreError {
        CoreError(
            .invalid,
            "The call starts nothing: \(path): \(message)",
            details: [.init(path: path, code: code, message: message)]
        )
    }

    func keep(
        _ outcome: HookDelivery.Outcome,
        _ detail: String,
        _ hook: Hook,
        _ request: HookRequest,
        _ caller: Caller
    ) async throws {
        try await self.store.record(
            HookDelivery(
                hook: hook.id,
                at: request.at,
                outcome: outcome,
                detail: detail.shortened(toBytes: 512),
                address: caller.address,
                bytes: request.body.count
            )
        )
    }
}
