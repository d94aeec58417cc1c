// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird
import NIOCore

/// `/auth/oidc`: to an OpenID provider and back.
///
/// Browsers come here by links and are sent here by the provider, so they get pages; programs get JSON.
struct OIDCRoutes: Sendable {
    /// Nil where no provider is configured.
    let service: OIDCService?
    let auth: AuthRoutes

    private static let cookieName = "qf_oidc"

    func start(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let wanted = query.string("return_to") ?? "/"
        let isFresh = query.flag("fresh")
        let challenge = query.string("challenge")
        try query.finish()
        let (service, provider) = try self.provider(call)
        do {
            let departure = try await service.begin(
                at: provider,
                returnTo: wanted,
                isFresh: isFresh,
                challenge: challenge
            )
            return .raw(
                Response(
                    status: .found,
                    headers: [
                        .location: departure.url, .cacheControl: "no-store",
                        .setCookie: self.cookie(departure.sealed, maxAge: departure.lifetime),
                    ]
                )
            )
        } catch let fault as OIDCFault {
            return try self.refusal(fault, provider, call)
        }
    }

    func callback(_ call: APICall) async throws -> APIAnswer {
        // A provider may append what it likes.
        var query = try Query(call.request.uri.query)
        let answer = OIDCService.Return(
            code: query.string("code"),
            state: query.string("state"),
            issuer: query.string("iss"),
            error: query.string("error")
        )
        let (service, provider) = try self.provider(call)
        do {
            let arrival = try await service.finish(
                at: provider,
                answer,
                sealed: Cookie.value(of: Self.cookieName, in: call.request.headers[values: .cookie]),
                origin: call.origin
            )
            let signIn = arrival.signIn
            call.context.identity.username = signIn.user.username
            if let handover = arrival.handover {
                // The program gets the session, and this browser none.
                let page = SignOnPage.handover(
                    handover,
                    of: signIn.user.username,
                    at: provider.title,
                    isChinese: call.language == .chinese
                )
                var response = Response(text: page, type: "text/html; charset=utf-8")
                response.headers[.cacheControl] = "no-store"
                response.headers.append(.init(name: .setCookie, value: self.cookie("", maxAge: 0)))
                return .raw(response)
            }
            // Not a redirect: from another site's answer it would not carry a cookie that is for this site only.
            var response = Response(text: SignOnPage.goingOn(to: arrival.returnTo), type: "text/html; charset=utf-8")
            response.headers.append(.init(name: .setCookie, value: self.auth.cookie(for: signIn)))
            if let proof = signIn.proof {
                response.headers.append(.init(name: .setCookie, value: self.auth.proofCookie(proof)))
            }
            response.headers.append(.init(name: .setCookie, value: self.cookie("", maxAge: 0)))
            return .raw(response)
        } catch let fault as OIDCFault {
            return try self.refusal(fault, provider, call)
        }
    }

    /// Gives a program the session that a person has begun for it in a browser.
    func redeem(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let code = reader.requiredString("code")
        let verifier = reader.requiredString("verifier")
        try reader.finish()
        let (service, provider) = try self.provider(call)
        do {
            let redeemed = try await service.redeem(at: provider, code: code, verifier: verifier)
            call.context.identity.username = redeemed.username
            return .data([
                .init("token", redeemed.token), .init("expires_at", redeemed.expiresAt),
                .init("username", redeemed.username), .init("proof", redeemed.proof),
            ])
        } catch let fault as OIDCFault {
            throw APIFailure(fault, provider)
        }
    }

    private func provider(_ call: APICall) throws -> (OIDCService, OIDCProvider) {
        guard let service, let name = call.context.parameters.get("provider"), let provider = service.provider(name)
        else { throw APIFailure.notFound("There is no such provider to sign in at.") }
        return (service, provider)
    }

    private func refusal(_ fault: OIDCFault, _ provider: OIDCProvider, _ call: APICall) throws -> APIAnswer {
        let failure = APIFailure(fault, provider)
        let accepts = call.request.headers[.accept] ?? ""
        guard accepts.contains("text/html") else { throw failure }
        let isChinese = call.language == .chinese
        var response = Response(
            text: SignOnPage.refusal(fault.kind, provider.title, isChinese: isChinese, id: call.context.requestID),
            type: "text/html; charset=utf-8",
            status: failure.status
        )
        response.headers.append(.init(name: .setCookie, value: self.cookie("", maxAge: 0)))
        return .raw(response)
    }

    /// Lax, because the way back begins at another site.
    private func cookie(_ value: String, maxAge: Int64) -> String {
        Cookie(
            name: Self.cookieName,
            path: "\(Endpoint.base)/auth/oidc/",
            sameSite: .lax,
            isSecure: self.auth.isSecure
        ).setting(value, maxAge: maxAge)
    }
}

extension APIFailure {
    init(_ fault: OIDCFault, _ provider: OIDCProvider) {
        let status: HTTPResponse.Status =
            switch fault.kind {
            case .expired: .badRequest
            case .refused, .untrusted: .unauthorized
            case .noRole, .locked: .forbidden
            case .unreachable, .unavailable: .serviceUnavailable
            }
        self.init(
            status,
            "oidc_\(fault.kind.rawValue)",
            SignOnPage.words(fault.kind, provider.title, isChinese: false) + " The server's log says more."
        )
    }
}
