// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import Logging

/// Signs people in at OpenID providers: code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700).
///
/// What has to be remembered on the way there is sealed and carried by the browser, so that the way back may lead to another
/// server of the cluster.
package actor OIDCService {
    /// A way there.
    package struct Departure: Sendable {
        package let url: String
        /// For a cookie of the callback's path.
        package let sealed: String
        /// Seconds.
        package let lifetime: Int64
    }

    /// What the provider appended to the way back.
    package struct Return: Sendable {
        package var code: String?
        package var state: String?
        package var issuer: String?
        package var error: String?

        package init(code: String?, state: String?, issuer: String?, error: String?) {
            self.code = code
            self.state = state
            self.issuer = issuer
            self.error = error
        }
    }

    /// A way back that was taken.
    package struct Arrival: Sendable {
        package let signIn: SignIn
        /// Where the person wanted to go.
        package let returnTo: String
        /// What the person carries to the program that asked; nil where the browser gets the session.
        package let handover: Handover?
    }

    /// The session of a program, on its way there.
    package struct Handover: Sendable {
        package let code: String
        /// What the program shows as well.
        package let mark: String
        /// Seconds that the code is good for.
        package let lifetime: Int64
    }

    /// What a program gets for what the person brought.
    package struct Redeemed: Sendable {
        package let token: String
        package let expiresAt: Timestamp
        package let username: String
        /// That the sign-on was a new one, where that was asked for.
        package let proof: String?
    }

    package nonisolated let providers: [OIDCProvider]
    private let transport: any OIDCTransport
    private let authentication: AuthenticationService
    private let seal: SecretSeal?
    private let clock: any WallClock
    private let logger: Logger
    private var memories: [String: OIDCMemory] = [:]
    private var used = OIDCUsedStates()

    private static let cookieName = "oidc-login"

    package init(
        providers: [OIDCProvider],
        transport: any OIDCTransport,
        authentication: AuthenticationService,
        seal: SecretSeal?,
        clock: any WallClock,
        logger: Logger
    ) {
        self.providers = providers
        self.transport = transport
        self.authentication = authentication
        self.seal = seal
        self.clock = clock
        self.logger = logger
    }

    package nonisolated func provider(_ name: String) -> OIDCProvider? { self.providers.first { $0.name == name } }

    // MARK: There

    /// - Parameters:
    ///   - isFresh: the person has to prove anew who they are, whatever session they have there.
    ///   - challenge: of a program that is to get the session instead of this browser.
    /// - Throws: ``OIDCFault``; `invalid` for a challenge that is none.
    package func begin(
        at provider: OIDCProvider,
        returnTo: String,
        isFresh: Bool = false,
        challenge: String? = nil
    ) async throws -> Departure {
        if let challenge, !SignOnHandover.isChallenge(challenge) {
            throw CoreError(
                .invalid,
                "The sign-in cannot begin",
                details: [
                    .init(
                        path: "challenge",
                        code: "syntax",
                        message: "the SHA-256 of a verifier, in 43 characters of base64url without padding"
                    )
                ]
            )
        }
        guard let seal else {
            throw self.noted(OIDCFault(.unavailable, "the master key is missing"), provider)
        }
        do {
            let metadata = try await self.metadata(of: provider)
            let login = OIDCLogin(
                provider: provider.name,
                returnTo: returnTo,
                isFresh: isFresh,
                challenge: challenge,
                now: self.clock.now
            ) { AuthenticationService.makeToken() }
            return Departure(
                url: login.authorizationURL(provider, metadata),
                sealed: try seal.seal(login.text, name: Self.cookieName, version: 1),
                lifetime: OIDCLogin.lifetime / 1000
            )
        } catch { throw self.noted(error, provider) }
    }

    // MARK: And back

    /// - Parameter sealed: what the browser carried.
    /// - Returns: the session, and where it goes.
    /// - Throws: ``OIDCFault``.
    package func finish(
        at provider: OIDCProvider,
        _ answer: Return,
        sealed: String?,
        origin: Origin
    ) async throws -> Arrival {
        do {
            let login = try self.login(of: provider, answer, sealed: sealed)
            let metadata = try await self.metadata(of: provider)
            if answer.issuer != nil || metadata.namesItself {
                // Otherwise an answer of one provider could be brought to another one (RFC 9207).
                guard let issuer = answer.issuer, ExactText(issuer) == ExactText(provider.issuer) else {
                    throw OIDCFault(.untrusted, "the way back is from another issuer")
                }
            }
            if let error = answer.error {
                throw OIDCFault(.refused, "the provider said '\(Self.word(error))'")
            }
            guard let code = answer.code, (1...4096).contains(code.utf8.count) else {
                throw OIDCFault(.untrusted, "the way back has no code")
            }
            let tokens = try await self.exchange(login.tokenRequest(code: code, provider, metadata), with: provider)
            let token = try SignedToken(tokens["id_token"]?.claim ?? "")
            try await self.requireSignature(of: token, provider, metadata)
            let rules = IDTokenRules(
                issuer: provider.issuer,
                clientID: provider.clientID,
                nonce: login.nonce,
                now: self.clock.now,
                freshSince: login.isFresh ? login.begunAt : nil
            )
            let subject = try rules.check(token.claims)
            let claims = try await self.claims(of: subject, token.claims, tokens, provider, metadata)
            let identity = OIDCClaims(provider).identity(of: subject, claims)
            let signIn = try await self.authentication.signIn(
                as: identity,
                wishes: provider.map.wishes(of: identity.groups),
                session: token.claims["sid"]?.claim,
                isFresh: login.isFresh,
                origin: origin
            )
            let handover = try login.challenge.map { challenge in
                guard let seal else { throw OIDCFault(.unavailable, "the master key is missing") }
                let handover = SignOnHandover(
                    provider: provider.name,
                    challenge: challenge,
                    signIn: signIn,
                    at: self.clock.now
                )
                return Handover(
                    code: try handover.sealed(seal),
                    mark: SignOnHandover.mark(of: challenge),
                    lifetime: SignOnHandover.lifetime / 1000
                )
            }
            return Arrival(signIn: signIn, returnTo: login.returnTo, handover: handover)
        } catch { throw self.noted(error, provider) }
    }

    // MARK: To a program

    /// Gives the session to the program that asked for it, once.
    ///
    /// - Parameters:
    ///   - code: what the page at the end showed, ``Arrival/handover``.
    ///   - verifier: whose hash the program gave at the start.
    /// - Throws: ``OIDCFault``.
    package func redeem(at provider: OIDCProvider, code: String, verifier: String) async throws -> Redeemed {
        do {
            guard let seal else { throw OIDCFault(.unavailable, "the master key is missing") }
            guard let handover = SignOnHandover(code, seal: seal), handover.provider == provider.name,
                self.clock.now < handover.endsAt, verifier.utf8.count <= 128, handover.fits(verifier)
            else { throw OIDCFault(.expired, "the code is of another program or too old") }
            guard let taken = try await self.authentication.take(handover) else {
                throw OIDCFault(.expired, "the code was redeemed already, or its session has ended")
            }
            return Redeemed(
                token: taken.token,
                expiresAt: handover.sessionEndsAt,
                username: handover.username,
                proof: taken.proof
            )
        } catch { throw self.noted(error, provider) }
    }

    /// Where to sign out there; nil when the provider has no such place.
    package func endURL(of name: String) async -> String? {
        guard let provider = self.provider(name), let metadata = try? await self.metadata(of: provider),
            let endpoint = metadata.endSessionEndpoint
        else { return nil }
        return FormText.url(
            endpoint,
            [("client_id", provider.clientID), ("post_logout_redirect_uri", provider.publicURL + "/login")]
        )
    }

    private func login(of provider: OIDCProvider, _ answer: Return, sealed: String?) throws -> OIDCLogin {
        guard let seal else { throw OIDCFault(.unavailable, "the master key is missing") }
        let now = self.clock.now
        guard let sealed, sealed.utf8.count <= 8192,
            let login = seal.open(sealed, name: Self.cookieName, version: 1).flatMap({ OIDCLogin(text: $0) }),
            login.provider == provider.name, now < login.expiresAt
        else { throw OIDCFault(.expired, "no sign-in of this browser is under way") }
        guard let state = answer.state, ConstantTime.equal(Array(state.utf8), Array(login.state.utf8)) else {
            throw OIDCFault(.expired, "the state is of another sign-in")
        }
        guard self.used.use(AuthenticationService.hash(of: state), until: login.expiresAt, now: now) else {
            throw OIDCFault(.expired, "this way back was taken already")
        }
        return login
    }

    // MARK: What the provider says

    private func metadata(of provider: OIDCProvider) async throws -> OIDCMetadata {
        let now = self.clock.now
        if let known = self.memories[provider.name]?.freshMetadata(at: now) { return known }
        do {
            let answer = try await self.get(provider.discoveryURL, provider)
            let metadata = try OIDCMetadata(answer.body, issuer: provider.issuer)
            self.memories[provider.name, default: OIDCMemory()].take(metadata, at: self.clock.now)
            return metadata
        } catch {
            // What says something else is no provider that is away.
            guard (error as? OIDCFault)?.kind == .unreachable,
                let old = self.memories[provider.name]?.usableMetadata(at: now)
            else { throw error }
            self.memories[provider.name]?.noteMetadataFailure(at: now)
            self.logger.warning(
                "discovery document not fetched",
                metadata: ["provider": "\(provider.name)", "error": "\(error)"]
            )
            return old
        }
    }

    private func requireSignature(
        of token: SignedToken,
        _ provider: OIDCProvider,
        _ metadata: OIDCMetadata
    ) async throws {
        let now = self.clock.now
        if self.memories[provider.name, default: OIDCMemory()].need(for: token, at: now) == .fetch {
            do {
                let answer = try await self.get(metadata.keysEndpoint, provider)
                let keys = try JSONWebKeys(answer.body)
                self.memories[provider.name, default: OIDCMemory()].take(
                    keys,
                    maximumAge: answer.maximumAge,
                    at: self.clock.now
                )
            } catch {
                // The old ones are good for some time more.
                guard self.memories[provider.name]?.usableKeys(at: now) != nil else { throw error }
                self.memories[provider.name]?.noteKeysFailure(at: now)
                self.logger.warning(
                    "keys not fetched",
                    metadata: ["provider": "\(provider.name)", "error": "\(error)"]
                )
            }
        }
        guard let keys = self.memories[provider.name]?.usableKeys(at: now), token.isSigned(by: keys) else {
            throw OIDCFault(.untrusted, "the ID token is signed with none of the provider's keys")
        }
    }

    /// The claims of the token, with those of the other place where the groups are not among them.
    private func claims(
        of subject: String,
        _ claims: JSON,
        _ tokens: JSON,
        _ provider: OIDCProvider,
        _ metadata: OIDCMetadata
    ) async throws -> JSON {
        guard OIDCClaims(provider).groups(in: claims) == nil, let endpoint = metadata.userInfoEndpoint,
            let access = tokens["access_token"]?.claim, access.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return claims }
        let answer = try await self.send(OIDCRequest(url: endpoint, authorization: "Bearer \(access)"), provider)
        guard answer.status == 200, let more = try? JSONParser.parse(answer.body), case .object(let members) = more,
            case .object(let own) = claims
        else { throw OIDCFault(.unreachable, "the UserInfo endpoint answered \(answer.status)") }
        // Whoever could bring somebody else's token there would get their groups (OpenID Connect Core 1.0, 5.3.2).
        guard more["sub"]?.claim.map({ ExactText($0) == ExactText(subject) }) == true else {
            throw OIDCFault(.untrusted, "the UserInfo endpoint speaks of another subject")
        }
        let names = Set(own.map(\.name))
        return .object(own + members.filter { !names.contains($0.name) })
    }

    private func exchange(_ request: OIDCRequest, with provider: OIDCProvider) async throws -> JSON {
        let answer = try await self.send(request, provider)
        let body = try? JSONParser.parse(answer.body)
        guard answer.status == 200, let body else {
            let word = body?["error"]?.claim.map(Self.word) ?? "nothing"
            throw OIDCFault(
                answer.status >= 500 ? .unreachable : .refused,
                "the token endpoint answered \(answer.status), '\(word)'"
            )
        }
        return body
    }

    private func get(_ url: String, _ provider: OIDCProvider) async throws -> OIDCResponse {
        let answer = try await self.send(OIDCRequest(url: url), provider)
        guard answer.status == 200 else { throw OIDCFault(.unreachable, "\(url) answered \(answer.status)") }
        return answer
    }

    private func send(_ request: OIDCRequest, _ provider: OIDCProvider) async throws -> OIDCResponse {
        do { return try await self.transport.exchange(request, with: provider) } catch {
            throw OIDCFault(.unreachable, "\(error)")
        }
    }

    /// A provider's own word, as far as it is one.
    private static func word(_ text: String) -> String {
        String(decoding: text.utf8.prefix(60).filter { $0 > 0x20 && $0 < 0x7f && $0 != 0x27 }, as: UTF8.self)
    }

    private func noted(_ error: any Error, _ provider: OIDCProvider) -> any Error {
        guard let fault = error as? OIDCFault else { return error }
        self.logger.notice(
            "sign-in at a provider failed",
            metadata: ["provider": "\(provider.name)", "kind": "\(fault.kind.rawValue)", "why": "\(fault.detail)"]
        )
        return fault
    }
}

/// Where a provider's claims have what is needed here.
struct OIDCClaims {
    let provider: OIDCProvider
    init(_ provider: OIDCProvider) { self.provider = provider }

    func identity(of subject: String, _ claims: JSON) -> ExternalIdentity {
        let names = [self.provider.nameClaim, "preferred_username", "email", "name"]
        let name = names.lazy.compactMap { self.find($0, in: claims)?.claim }.first { !$0.isEmpty }
        return ExternalIdentity(
            provider: self.provider.name,
            issuer: self.provider.issuer,
            subject: subject,
            name: name ?? subject,
            groups: self.groups(in: claims) ?? []
        )
    }

    /// Nil when the claim is not there.
    func groups(in claims: JSON) -> [String]? {
        self.find(self.provider.groupsClaim, in: claims)?.texts.map { groups in
            Array(
                groups.filter { $0.utf8.count <= ExternalIdentity.groupNameLimit }.prefix(ExternalIdentity.groupLimit)
            )
        }
    }

    /// By the name as a whole, which may have points (`https://example.com/groups`), or step by step.
    private func find(_ path: String, in claims: JSON) -> JSON? {
        if let found = claims[path] { return found }
        var value = claims
        for name in path.split(separator: ".") {
            guard let next = value[String(name)] else { return nil }
            value = next
        }
        return value
    }
}
