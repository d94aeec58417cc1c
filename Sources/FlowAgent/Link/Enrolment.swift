// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import FlowCrash
import FlowQUIC
import FlowWire
package import Logging
package import NIOCore
import SwiftASN1
import X509

/// Makes a host a member of an installation: a key made here, a certificate signed there (`docs/protocol.md`).
package struct Enrolment: Sendable {
    /// What the host says about itself.
    package struct Host: Sendable {
        package var name: String
        package var hostname: String
        package var operatingSystem: String
        package var version: String
        package var labels: [String: String]
        /// Groups that its configuration names.
        package var groups: [String]

        package init(
            name: String = "",
            hostname: String,
            operatingSystem: String,
            version: String,
            labels: [String: String] = [:],
            groups: [String] = []
        ) {
            self.name = name
            self.hostname = hostname
            self.operatingSystem = operatingSystem
            self.version = version
            self.labels = labels
            self.groups = groups
        }
    }

    private let store: IdentityStore
    private let group: any EventLoopGroup
    private let logger: Logger

    package init(store: IdentityStore, group: any EventLoopGroup, logger: Logger) {
        self.store = store
        self.group = group
        self.logger = logger
    }

    /// Enrols at the first server that answers; a host that has an identity keeps it and uses no token up.
    ///
    /// - Throws: ``CoreError`` with words for the person at this host.
    package func enrol(token text: String, servers: [String], host: Host) async throws -> AgentIdentity {
        if let identity = try self.store.load() { return identity }
        let token = try JoinTokenFormat(parsing: text)
        let addresses = try servers.map { try ServerAddress(parsing: $0) }
        guard !addresses.isEmpty else { throw CoreError(.invalid, "Name at least one server, such as host:8474.") }
        let key = P256.Signing.PrivateKey()
        let request = EnrolRequest(
            tokenID: token.id,
            secret: token.secret,
            certificateRequest: try Self.certificateRequest(key),
            name: host.name,
            hostname: host.hostname,
            operatingSystem: host.operatingSystem,
            version: host.version,
            labels: host.labels,
            groups: host.groups
        )
        let response = try await self.ask(addresses, request, pin: token.authorityFingerprint)
        try Self.check(response, key: key, pin: token.authorityFingerprint)
        let identity = AgentIdentity(
            agent: response.agent,
            certificateChainPEM: response.certificateChain,
            privateKeyPEM: key.pemRepresentation,
            authorityPEM: response.authority,
            serverName: response.serverName,
            servers: addresses.map { $0.description },
            signingKeys: DefinitionTrust(
                response.signingKeys,
                authorities: try TrustedAuthorities(pem: response.authority).publicKeys
            ).ids,
            hasMetVouching: response.vouches
        )
        CrashPoint.reach("agent.enrolment.answered")
        try self.store.save(identity)
        CrashPoint.reach("agent.enrolment.kept")
        if !response.remark.isEmpty { self.logger.warning("\(response.remark)") }
        return identity
    }

    private static func certificateRequest(_ key: P256.Signing.PrivateKey) throws -> String {
        try CertificateSigningRequest(
            version: .v1,
            subject: try DistinguishedName { CommonName("new agent") },
            privateKey: Certificate.PrivateKey(key),
            attributes: CertificateSigningRequest.Attributes(),
            signatureAlgorithm: .ecdsaWithSHA256
        ).serializeAsPEM().pemString
    }

    /// The server is whoever the token's fingerprint says; what it answers still has to fit.
    private static func check(_ response: EnrolResponse, key: P256.Signing.PrivateKey, pin: [UInt8]) throws {
        guard let authority = try? Certificate(pemEncoded: response.authority),
            let certificate = try? Certificate(pemEncoded: response.certificateChain)
        else { throw CoreError(.internal, "The server answered with something that is not a certificate.") }
        var serializer = DER.Serializer()
        try serializer.serialize(authority)
        guard Array(SHA256.hash(data: serializer.serializedBytes)) == pin else {
            throw CoreError(.forbidden, "The server's authority is not the one of the join token.")
        }
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey),
            authority.publicKey.isValidSignature(certificate.signature, for: certificate)
        else { throw CoreError(.internal, "The server's certificate is not for this host's key.") }
    }

    private func ask(
        _ servers: [ServerAddress],
        _ request: EnrolRequest,
        pin: [UInt8]
    ) async throws -> EnrolResponse {
        var problems: [String] = []
        for server in servers {
            do {
                return try await self.ask(server, request, pin: pin)
            } catch let error as QUICError {
                problems.append(Self.advice(error, server: server))
            }
        }
        throw CoreError(.unavailable, problems.joined(separator: "\n"))
    }

    private static func advice(_ error: QUICError, server: ServerAddress) -> String {
        switch error.code {
        case .peerCertificateRejected:
            "\(server) is not the server of this join token: its certificate authority is another one. "
                + "Check the address, or get a token from that server."
        case .handshakeTimeout:
            "\(server) did not answer. Check the address, and that UDP port \(server.port) is open."
        default: "\(server) could not be reached: \(error.message)."
        }
    }

    private func ask(_ server: ServerAddress, _ request: EnrolRequest, pin: [UInt8]) async throws -> EnrolResponse {
        let connection = try await QUICClient.connect(
            host: server.host,
            port: server.port,
            serverName: AgentProtocols.serverName,
            identity: nil,
            trust: .pinnedAuthority(sha256: pin),
            applicationProtocol: AgentProtocols.enrolment,
            preferred: [AgentProtocols.name(AgentProtocols.enrolment, trusting: pin)],
            configuration: QUICConfiguration(idleTimeout: .seconds(15)),
            group: self.group,
            logger: self.logger
        )
        let answer: EnrolmentMessage
        do {
            answer = try await Self.exchange(.request(request), on: connection)
        } catch {
            let reason = connection.closeReason
            await connection.close(code: WireCloseCode.protocolError.rawValue, reason: "")
            if case .peer(_, let text) = reason, !text.isEmpty { throw CoreError(.unavailable, text) }
            throw error
        }
        await connection.close(code: WireCloseCode.done.rawValue, reason: "")
        switch answer {
        case .response(let response): return response
        case .refusal(let code, let message):
            throw CoreError(CoreError.Code(rawValue: code) ?? .forbidden, message)
        case .request: throw CoreError(.internal, "\(server) answered with a request.")
        }
    }

    private static func exchange(
        _ message: EnrolmentMessage,
        on connection: QUICConnection
    ) async throws -> EnrolmentMessage {
        let stream = try await connection.openStream()
        try await stream.write(try Frame.encode(PBEnvelope(message)))
        try await stream.finish()
        var decoder = FrameDecoder(limit: AgentProtocols.enrolmentFrameLimit)
        for try await bytes in stream.inbound {
            decoder.append(bytes)
            if let envelope = try decoder.next() { return try envelope.enrolmentMessage() }
        }
        throw CoreError(.unavailable, "The server hung up without an answer. Look into its log.")
    }
}
