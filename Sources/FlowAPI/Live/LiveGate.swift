// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import NIOHTTP1

/// Decides who may open the live connection.
///
/// Cookies are sent with handshakes that pages of other sites start, and no CORS check protects them: a handshake with a
/// cookie therefore has to come from a page of this very host, and one of another origin needs a bearer token and to be allowed
/// (``CrossOrigin``), as for all other requests. Tokens in the address are not looked at, as addresses end
/// up in logs.
struct LiveGate: Sendable {
    static let path = Endpoint.base + "/ws"

    enum Decision: Sendable {
        case admitted(AuthenticatedSession)
        case refused(HTTPResponseStatus, word: String, message: Wording)
    }

    let authenticator: RequestAuthenticator
    let quota: RequestQuota
    /// Pages of other origins whose bearer tokens are taken.
    var origins = CrossOrigin()
    /// What the server does.
    var roles = ServerRoles.all

    /// - Parameter peer: the other end of the connection.
    func decide(_ head: HTTPRequestHead, peer: String? = nil) async -> Decision {
        guard self.roles.contains(.api) else {
            return .refused(
                .misdirectedRequest,
                word: RolesMiddleware.word,
                message: RolesMiddleware.text(self.roles)
            )
        }
        let forwarded: ExternalIdentity?
        do {
            forwarded = try self.authenticator.trusted?.identity(
                peer: peer,
                fields: head.headers.lazy.map { (name: $0.name, value: $0.value) }
            )
        } catch {
            return .refused(.badRequest, word: error.word, message: error.text)
        }
        let credential = RequestAuthenticator.credential(
            authorization: head.headers.first(name: "authorization"),
            cookies: head.headers["cookie"],
            forwarded: forwarded
        )
        guard let credential else { return .refused(.unauthorized, word: "unauthenticated", message: "Sign in first.") }
        let host = HostAuthority(head.headers.first(name: "host"))
        let origin = head.headers.first(name: "origin")
        let isOwn = origin.map { host?.matches(origin: $0) == true }
        if credential.isAmbient {
            guard isOwn == true else { return Self.foreign }
        } else if let origin, isOwn == false, !self.origins.allows(origin) {
            return Self.foreign
        }
        let quota = self.quota
        do {
            let session = try await self.authenticator.session(
                of: credential,
                isUse: false,
                address: peer,
                stranger: { try quota.takeAnonymous(peer) }
            )
            guard let session else {
                return .refused(.unauthorized, word: "unauthenticated", message: "Sign in first.")
            }
            guard !session.mustChangePassword else {
                return .refused(
                    .forbidden,
                    word: "password_change_required",
                    message: "Change your password first."
                )
            }
            guard !session.mustSetUpSecondFactor else {
                return .refused(.forbidden, word: "totp_setup_required", message: "Set up one-time codes first.")
            }
            return .admitted(session)
        } catch let error as CoreError where error.code == .forbidden {
            return .refused(.forbidden, word: error.code.rawValue, message: error.text)
        } catch let failure as APIFailure {
            return .refused(.tooManyRequests, word: failure.word, message: failure.text)
        } catch {
            return .refused(.serviceUnavailable, word: "unavailable", message: "Try again.")
        }
    }

    private static let foreign = Decision.refused(
        .forbidden,
        word: "forbidden",
        message: "The live connection can only be opened by a page of this host."
    )
}
