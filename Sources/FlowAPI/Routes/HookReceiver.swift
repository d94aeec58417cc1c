// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird
import Logging

/// `POST /hooks/{id}[/{token}]`: where other programs call (T1 to T3).
struct HookReceiver: Sendable {
    let hooks: HookService
    let quota: RequestQuota
    let clock: any WallClock

    /// Headers that say who calls and what; no other one is looked at.
    private static let headers = [
        "x-hub-signature-256", "webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature",
        "idempotency-key",
    ]

    func receive(_ call: APICall) async throws -> APIAnswer {
        let caller = HookService.Caller(address: call.context.remoteAddress, request: call.context.requestID)
        let token = call.context.parameters.get("hook_token")
        // Who tries one id after the other is told to wait, like who tries passwords.
        guard let id = call.context.parameters.get("hook_id").flatMap({ HookID($0) }),
            let hook = try await self.hooks.known(id, to: caller), (hook.draft.format == .token) == (token != nil)
        else { throw try self.unknown(call) }
        var headers: [String: String] = [:]
        for name in Self.headers { headers[name] = HTTPField.Name(name).flatMap { call.request.headers[$0] } }
        let request = HookRequest(headers: headers, body: try await call.bodyBytes(), token: token, at: self.clock.now)
        let key: String?
        switch try self.hooks.verify(request, by: hook) {
        case .accepted(let accepted): key = accepted
        case .refused(let why):
            try self.quota.takeAnonymous(call.context)
            try await self.hooks.noteRefusal(request, by: hook, why: why, from: caller)
            guard hook.draft.format != .token else { throw APIFailure.notFound(Self.absent) }
            throw APIFailure(
                .unauthorized,
                "bad_signature",
                "The signature is not right. The webhook's list of calls says what is wrong with it.",
                headers: [.wwwAuthenticate: "Signature"]
            )
        }
        // After the signature: others can't use up what the right caller may.
        try self.quota.take(hook.id, context: call.context)
        let isPing =
            hook.draft.format == .github && HTTPField.Name("X-GitHub-Event").map { call.request.headers[$0] } == "ping"
        return try Self.answer(
            try await self.hooks.run(request, key: key, by: hook, isPing: isPing, from: caller)
        )
    }

    /// `POST /messages`: starts the tasks that wait for a topic and that the sender may run (T4).
    func message(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let topic = reader.requiredString("topic")
        let key = reader.string("key")
        if let key, !(1...HookMessage.keyLimit).contains(key.utf8.count) {
            reader.fault("key", "length", "a key has 1 to 128 bytes; without one each message is a new one")
        }
        let data = reader.take("data") ?? .object([])
        try reader.finish()
        let hooks = try await self.hooks.listeners(to: topic, as: call.principal)
        // Before anything starts: what is told to wait has started nothing.
        let sender = try call.principal.actor
        if !hooks.isEmpty { try self.quota.take(messagesOf: sender, on: topic, context: call.context) }
        let heard = try await self.hooks.tell(
            HookMessage(topic: topic, key: key, data: data),
            to: hooks,
            from: HookService.Caller(
                address: call.context.remoteAddress,
                request: call.context.requestID,
                actor: sender
            )
        )
        // What the store says of its inside is for the log here, too.
        for case .invalid(let error) in heard.map(\.answer) {
            _ = FailureMiddleware.failure(error, logger: call.context.logger)
        }
        return .data(
            [.init("total", heard.count), .init("items", heard.map { JSON.object(HookPresenter.members($0)) })],
            status: .accepted
        )
    }

    private static func answer(_ answer: HookService.Answer) throws -> APIAnswer {
        switch answer {
        case .started(let run): return .data([.init("run_id", run)], status: .accepted)
        case .repeated(let run): return .data([.init("run_id", run)])
        case .filtered: return .raw(Response(status: .noContent, headers: [.cacheControl: "no-store"]))
        case .unknown: throw APIFailure.notFound(Self.absent)
        case .disabled(let why): throw APIFailure(.conflict, "disabled", why)
        case .invalid(let error): throw APIFailure(error)
        }
    }

    private static let absent: Wording = "There is no such webhook."

    private func unknown(_ call: APICall) throws -> APIFailure {
        try self.quota.takeAnonymous(call.context)
        return APIFailure.notFound(Self.absent)
    }
}
