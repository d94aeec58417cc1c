// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

extension APIRouter {
    /// The one place where a route's access is checked; services check again by themselves.
    func authorize(
        _ endpoint: Endpoint,
        request: Request,
        context: APIContext
    ) async throws -> AuthenticatedSession? {
        var credential = RequestAuthenticator.credential(
            authorization: request.headers[.authorization],
            cookies: request.headers[values: .cookie],
            forwarded: context.forwarded
        )
        // A page of another origin brings a token; what its browser adds by itself is not the page's.
        let origin = request.headers[.origin]
        let host = HostAuthority(request.head.authority)
        if credential?.isAmbient == true, let origin, self.origins.allows(origin), host?.matches(origin: origin) != true
        {
            credential = nil
        }
        let access = endpoint.declaration.access
        switch access {
        case .everyone:
            if !endpoint.isForProbes, !endpoint.hasOwnQuota { try self.quota.takeAnonymous(context) }
            return nil
        case .metrics where self.isLocalScraper(request, context): return nil
        case .signedIn, .needs, .metrics: break
        }
        let isUse = request.headers[.background] == nil
        let (quota, address, identity) = (self.quota, context.remoteAddress, context.identity)
        guard let credential,
            let session = try await self.authenticator.session(
                of: credential,
                isUse: isUse,
                address: context.remoteAddress,
                request: context.requestID,
                stranger: { try quota.takeAnonymous(address, identity) }
            )
        else {
            // Whoever tries one token after the other is told to wait instead.
            try self.quota.takeAnonymous(context)
            throw APIFailure(
                .unauthorized,
                "unauthenticated",
                "Sign in first, or send a valid token as 'Authorization: Bearer …'.",
                headers: [.wwwAuthenticate: "Bearer"]
            )
        }
        context.identity.principal = session.principal
        if credential.isAmbient {
            try RequestAuthenticator.requireSameSite(
                method: request.method,
                csrf: request.headers[.csrf],
                origin: origin,
                host: host
            )
        }
        try self.quota.take(session, context: context)
        // Before the permission: a token that had it would not get in either.
        if session.isOfToken, endpoint.isForPeople {
            throw APIFailure(
                .forbidden,
                "session_required",
                "No token opens this: a stolen one must not make others. Sign in with the password."
            )
        }
        switch access {
        case .needs(let permission): try session.principal.require(permission)
        case .metrics: try session.principal.require(.metricsRead)
        case .everyone, .signedIn: break
        }
        return session
    }

    /// A change that was refused to somebody who is signed in stands in the audit.
    func noteRefusal(_ error: any Error, of endpoint: Endpoint, _ request: Request, _ context: APIContext) async {
        guard endpoint.declaration.method != .get, var principal = context.identity.principal else { return }
        let failure =
            switch error {
            case let failure as APIFailure: failure
            case let error as CoreError: APIFailure(error)
            default: APIFailure(CoreError(.internal, ""))
            }
        guard failure.status == .forbidden else { return }
        principal.origin = APICall(request: request, context: context, endpoint: endpoint, session: nil).origin
        await self.audit.audit.access.note(
            refusalOf: "\(request.method) \(request.uri.path)",
            route: endpoint.rawValue,
            why: failure.message,
            as: principal
        )
    }

    /// A scraper beside the server needs no account.
    ///
    /// What a proxy forwards is not from beside it, and a host name that
    /// merely points here (DNS rebinding) is not its address.
    private func isLocalScraper(_ request: Request, _ context: APIContext) -> Bool {
        let isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].contains { name in
            HTTPField.Name(name).map { request.headers[$0] != nil } ?? false
        }
        return context.isLoopback && !isForwarded && request.headers[.origin] == nil
            && HostAuthority(request.head.authority)?.isLoopback == true
    }
}
