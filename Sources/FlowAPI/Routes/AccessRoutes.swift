// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// `/access/explain` and `/auth/break-glass`: why somebody may do something, and all rights for a while.
struct AccessRoutes: Sendable {
    let access: AccessService
    let authentication: AuthenticationService
    let auth: AuthRoutes

    /// `GET /access/explain`: may a person do something with an object, by which role, or what is missing.
    func explain(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let permission: Permission? = query.choice("permission")
        let user = query.string("user")
        let wanted = query.string("object")
        let object = wanted.flatMap { Self.object($0) }
        try query.finish()
        if wanted != nil, object == nil {
            let kinds = AccessExplanation.Object.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            let words: Wording = "write a kind and what it is called by, such as task:7; kinds: \(kinds)"
            throw CoreError(.invalid, words, details: [.init(path: "object", code: "syntax", message: words)])
        }
        guard let permission else {
            throw CoreError(
                .invalid,
                "Name the permission that is asked about.",
                details: [.init(path: "permission", code: "required", message: "such as jobs:run")]
            )
        }
        let answer = try await self.access.explain(permission, user: user, object: object, as: call.principal)
        return .data(Self.members(answer))
    }

    private static func object(_ text: String) -> (kind: AccessExplanation.Object.Kind, id: String)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty,
            let kind = AccessExplanation.Object.Kind(rawValue: String(parts[0]))
        else { return nil }
        return (kind, String(parts[1]))
    }

    private static func members(_ answer: AccessService.Answer) -> [JSON.Member] {
        let why = answer.explanation
        // Groups that whoever asks does not see are counted and not named.
        func seen(_ groups: [GroupID]) -> [GroupID] { groups.filter { answer.visible.contains($0) } }
        let object = why.object.map { object -> JSON in
            .object([
                .init("kind", object.kind.rawValue), .init("id", object.id), .init("name", object.name),
                .init("group_ids", seen(object.groups)),
                .init("hidden_groups", object.groups.count - seen(object.groups).count),
            ])
        }
        let grants = why.grounds.map { ground -> JSON in
            .object([
                .init("role", ground.grant.role.name), .init("scope", GrantPresenter.scope(ground.grant.scope)),
                .init("source", ground.grant.source), .init("has_permission", ground.hasPermission),
                .init("covers", seen(ground.covers)), .init("suffices", ground.suffices),
            ])
        }
        return [
            .init("user", why.username), .init("permission", why.permission.rawValue), .init("object", object),
            .init("allowed", why.isAllowed), .init("reach", why.reach.rawValue),
            .init("obstacle", why.obstacle?.rawValue), .init("text", TextPresenter.json(why.text)),
            .init("two_persons", answer.takesTwo), .init("grants", grants),
            .init("missing_groups", seen(why.missing)),
            .init("others_missing", why.missing.count - seen(why.missing).count),
            .init("roles", why.roles.map(\.rawValue)),
        ]
    }

    // MARK: Break glass

    func breakGlass(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let password = reader.string("password")
        let proof = reader.string("proof")
        let reason = reader.requiredString("reason")
        let minutes = reader.integer("minutes")
        try reader.finish()
        let (signIn, glass) = try await self.authentication.breakGlass(
            password: password,
            proof: proof
                ?? Cookie.value(of: AuthRoutes.proofCookieName, in: call.request.headers[values: .cookie]),
            reason: reason,
            minutes: minutes,
            in: call.authenticated
        )
        return .data(
            .object([
                .init("token", signIn.token), .init("expires_at", signIn.expiresAt), .init("until", glass.until),
                .init("reason", glass.reason),
            ]),
            headers: [.setCookie: self.auth.cookie(for: signIn)]
        )
    }

    func mendGlass(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.authentication.mendGlass(in: call.authenticated)
        return .done
    }
}
