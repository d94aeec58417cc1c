// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowAgent
import FlowCore
import FlowQUIC
import FlowScheduler
import FlowStore
import FlowWire
import Foundation
import Logging
import NIOCore
import NIOPosix
import SwiftASN1
import Synchronization
import X509

@testable import FlowServer

/// Time that stands still, for what counts by it.
struct StandingClock: WallClock {
    let now = SystemWallClock().now
    var microseconds: Int64 { self.now.milliseconds * 1000 }
}

/// A real listener on a loopback port over a real store, and directories that go away with it.
struct EnrolmentWorld: Sendable {
    let directory: String
    let authority: CertificateAuthority
    let authorities: AuthorityBook
    let agentLife: TimeInterval
    let store: DatabaseStore
    let handler: RecordingHandler
    let listener: AgentListener
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let clock = SystemWallClock()

    /// What the servers of a cluster share.
    struct Shared {
        let store: DatabaseStore
        let seal: SecretSeal
    }

    static func with(
        agentLife: TimeInterval = CertificateAuthority.year,
        enrolmentClock: any WallClock = SystemWallClock(),
        shared: Shared? = nil,
        _ body: (EnrolmentWorld) async throws -> Void
    ) async throws {
        let directory = NSTemporaryDirectory() + "/quartz-flow-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        if let shared {
            let place = try PrivateDirectory(directory)
            _ = try await SharedAuthority.open(
                in: place,
                store: shared.store,
                seal: shared.seal,
                now: SystemWallClock().now
            )
        }
        let world = try EnrolmentWorld(
            directory: directory,
            agentLife: agentLife,
            enrolmentClock: enrolmentClock,
            store: shared?.store
        )
        try await world.listener.bind()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.listener.run() }
            do {
                try await body(world)
            } catch {
                group.cancelAll()
                try? await group.waitForAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        if shared == nil { try await world.store.close() }
    }

    private init(
        directory: String,
        agentLife: TimeInterval,
        enrolmentClock: any WallClock,
        store: DatabaseStore?
    ) throws {
        self.directory = directory
        let now = SystemWallClock().now
        let pki = try PrivateDirectory(directory + "/ca")
        self.authority = try CertificateAuthority.open(in: pki, now: now, agentLife: agentLife)
        let certificate = try ServerCertificate.open(in: pki, authority: self.authority, names: [], now: now)
        self.authorities = AuthorityBook(self.authority)
        self.agentLife = agentLife
        self.store = try store ?? SQLiteStore.open(path: directory + "/flow.db")
        self.handler = RecordingHandler(
            issuer: CertificateDesk(
                authorities: self.authorities,
                store: self.store,
                clock: SystemWallClock(),
                logger: self.logger
            )
        )
        self.listener = AgentListener(
            configuration: AgentListener.Configuration(
                host: "127.0.0.1",
                port: 0,
                identity: certificate.identity,
                identities: [self.authority.name: certificate.identity],
                resetSecret: try ResetSecret.open(in: pki)
            ),
            authorities: self.authorities,
            store: self.store,
            handler: self.handler,
            enroller: Enroller(authorities: self.authorities, store: self.store, clock: enrolmentClock),
            clock: SystemWallClock(),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
    }

    /// Where the authorities and the server's certificates lie.
    var pki: PrivateDirectory { get throws { try PrivateDirectory(self.directory + "/ca") } }

    var server: String { "127.0.0.1:\(self.listener.localAddress?.port ?? 0)" }

    /// A token the store knows.
    func token(expiresIn milliseconds: Int64 = 60_000, groups: [GroupID] = []) async throws -> JoinTokenFormat {
        var random = SystemRandomNumberGenerator()
        let token = JoinTokenFormat.generate(authorityFingerprint: self.authority.fingerprint, using: &random)
        let now = self.clock.now
        try await self.store.createJoinToken(
            token.record(groups: groups, createdAt: now, expiresAt: now.advanced(byMilliseconds: milliseconds))
        )
        return token
    }

    static func certificateRequest(_ key: P256.Signing.PrivateKey) throws -> String {
        try CertificateSigningRequest(
            version: .v1,
            subject: try DistinguishedName { CommonName("whatever") },
            privateKey: Certificate.PrivateKey(key),
            attributes: CertificateSigningRequest.Attributes(),
            signatureAlgorithm: .ecdsaWithSHA256
        ).serializeAsPEM().pemString
    }

    func identities(_ host: String) throws -> IdentityStore {
        try IdentityStore(dataDirectory: self.directory + "/" + host)
    }

    @discardableResult
    func enrol(_ host: String, token: String, groups: [String] = []) async throws -> AgentIdentity {
        let enrolment = Enrolment(
            store: try self.identities(host),
            group: MultiThreadedEventLoopGroup.singleton,
            logger: self.logger
        )
        return try await enrolment.enrol(
            token: token,
            servers: [self.server],
            host: Enrolment.Host(hostname: host, operatingSystem: "Linux", version: "1.0", groups: groups)
        )
    }

    /// Runs a link until `body` returns; it gets the link and its events in order.
    func withLink(
        _ identity: AgentIdentity,
        identities: IdentityStore? = nil,
        signatures: SignatureRule? = nil,
        logger: Logger? = nil,
        _ body: (AgentLink, inout AsyncStream<LinkEvent>.Iterator) async throws -> Void
    ) async throws {
        let (events, continuation) = AsyncStream<LinkEvent>.makeStream()
        let link = try AgentLink(
            identity: identity,
            identities: identities,
            signatures: signatures,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger ?? self.logger,
            handler: { continuation.yield($0) }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await link.run() }
            var iterator = events.makeAsyncIterator()
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(link, &iterator))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            try await group.waitForAll()
            try result.get()
        }
    }

    func hello(_ agent: AgentID) -> Hello {
        Hello(
            agent: agent,
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 0,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: "host",
            operatingSystem: "Linux",
            sentAt: 5
        )
    }
}

/// Welcomes every agent and keeps what it says.
final class RecordingHandler: AgentSessionHandler {
    private struct State {
        var messages: [AgentMessage] = []
        var chunks: [LogChunk] = []
        var channels: [any AgentChannel] = []
    }

    private let state = Mutex(State())
    private let issuer: any CertificateIssuer

    init(issuer: any CertificateIssuer) { self.issuer = issuer }

    var messages: [AgentMessage] { self.state.withLock { $0.messages } }
    var chunks: [LogChunk] { self.state.withLock { $0.chunks } }
    var channels: [any AgentChannel] { self.state.withLock { $0.channels } }

    func serve(_ channel: any AgentChannel) async throws {
        let sample = ClockSample(
            agentSent: channel.hello.sentAt,
            serverReceived: channel.helloReceivedAt,
            serverSent: channel.helloReceivedAt
        )
        self.state.withLock { $0.channels.append(channel) }
        try await channel.send(
            .welcome(Welcome(epoch: 1, acknowledgedSequence: 0, config: nil, cancels: [], clock: sample))
        )
        while let message = try await channel.next() {
            self.state.withLock { $0.messages.append(message) }
            switch message {
            case .heartbeat: try await channel.send(.heartbeatAnswer(sample))
            case .certificateRequest(let request):
                let chain = try await self.issuer.renew(request, of: channel.hello.agent)
                try await channel.send(.certificateIssued(chain))
            default: break
            }
        }
    }

    func openLog(_ attempt: LogAttempt, from agent: AgentID) async throws -> Int64 { 0 }

    func receiveLog(_ chunks: [LogChunk], of attempt: LogAttempt, from agent: AgentID) async throws {
        self.state.withLock { $0.chunks += chunks }
    }

    func closeLog(_ attempt: LogAttempt) {}
}
