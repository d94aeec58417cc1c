// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowWire
import Foundation
import GRDB
import Logging
import Synchronization
import Testing

@testable import FlowServer

@Suite("The audit from the server's host")
struct HostAuditTests {
    private static func verify(_ path: String) async throws -> HostAudit.Report {
        try await HostAudit.verify(dataDirectory: path, headsFile: nil, environment: [:])
    }

    @Test("What the sealer chained is whole, and a row that is taken out or changed afterwards shows")
    func wholeAndBroken() async throws {
        let path = NSTemporaryDirectory() + "qf-audit-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        let file = directory.path(of: DataDirectory.database)
        let store = try SQLiteStore.open(path: file)
        // Without a key nothing can be looked at.
        await #expect(throws: CoreError.self) { _ = try await Self.verify(path) }
        let keys = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: true))
        let lines = LogLines()
        let sealer = AuditSealer(
            store: store,
            chain: AuditChain(master: keys.primary.bytes),
            name: "main",
            clock: SystemWallClock(),
            logger: lines.logger
        ) { try AuditHeadsFile.write($0, in: directory) }
        for index in 1...600 {
            let change = Change(by: Actor(.host, name: "root"), at: Timestamp(milliseconds: Int64(index)))
            try await store.recordAudit(AuditEntry(change: change, action: .jobUpdate, object: nil))
        }
        #expect(sealer.unsealedMilliseconds == 0)
        await sealer.step()
        // Every change is a line of the log at the default level, with who did it (issue 6).
        let told = lines.texts.withLock { $0 }.filter { $0.hasPrefix("notice job.update") }
        #expect(told.count == 600 && told.allSatisfy { $0.contains("root") }, "\(told.first ?? "")")
        let report = try await Self.verify(path)
        #expect(report.findings.map(\.outcome) == [.whole(rows: 600)] && report.unsealed == 0)
        #expect(try AuditHeadsFile.read(in: directory).map(\.sequence) == [600])
        // Whoever looks at a long one is told how far it is.
        let ways = Mutex<[[Int64]]>([])
        _ = try await HostAudit.verify(dataDirectory: path, headsFile: nil, environment: [:]) { done, total in
            ways.withLock { $0.append([done, total]) }
        }
        let seen = ways.withLock { $0 }
        #expect(seen.first == [0, 600] && seen.last == [600, 600] && seen.allSatisfy { $0[1] == 600 }, "\(seen)")
        try await store.close()

        try await self.change(file, "DELETE FROM audit WHERE seq = 300")
        guard case .broken(let words)? = try await Self.verify(path).findings.first?.outcome else {
            Issue.record("a row is missing and nobody notices")
            return
        }
        #expect(words.english.contains("number 300"))
    }

    @Test("An end that is cut off with its head shows against audit-heads")
    func cutEnd() async throws {
        let path = NSTemporaryDirectory() + "qf-audit-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        let file = directory.path(of: DataDirectory.database)
        let store = try SQLiteStore.open(path: file)
        let keys = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: true))
        let chain = AuditChain(master: keys.primary.bytes)
        for index in 1...3 {
            let change = Change(by: Actor(.host, name: "root"), at: Timestamp(milliseconds: Int64(index)))
            try await store.recordAudit(AuditEntry(change: change, action: .jobUpdate, object: nil))
        }
        let rows = try await store.unsealedAudit(limit: 10)
        let seals = chain.seal(rows, chain: "main", after: nil)
        try await store.sealAudit(zip(rows, seals).map { ($0.id, $1) }, after: nil)
        let last = try #require(seals.last)
        try AuditHeadsFile.write(AuditHead(chain: "main", sequence: 3, hash: last.hash), in: directory)
        #expect(try await Self.verify(path).findings.map(\.outcome) == [.whole(rows: 3)])
        try await store.close()
        try await self.change(
            file,
            """
            DELETE FROM audit WHERE seq = 3;
            UPDATE audit_chain SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)
            """
        )
        guard case .broken? = try await Self.verify(path).findings.first?.outcome else {
            Issue.record("the end is missing and nobody notices")
            return
        }
    }

    @Test("A chain whose oldest rows go while it is looked at is whole; a row that is taken out meanwhile is not")
    func pruning() async throws {
        let path = NSTemporaryDirectory() + "qf-audit-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        let file = directory.path(of: DataDirectory.database)
        let store = try SQLiteStore.open(path: file)
        let keys = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: true))
        for index in 1...3000 {
            let change = Change(by: Actor(.host, name: "root"), at: Timestamp(milliseconds: Int64(index)))
            try await store.recordAudit(AuditEntry(change: change, action: .jobUpdate, object: nil))
        }
        let rows = try await store.unsealedAudit(limit: 3000)
        let seals = AuditChain(master: keys.primary.bytes).seal(rows, chain: "main", after: nil)
        try await store.sealAudit(zip(rows, seals).map { ($0.id, $1) }, after: nil)
        // Between two pages retention takes what was read, and what comes next.
        let pruned = PrunedStore(store: store, upTo: 1500)
        let report = try await HostAudit.verify(pruned, keys: keys, heads: [])
        #expect(report.findings.map(\.outcome) == [.whole(rows: 1500)])
        try await self.change(file, "DELETE FROM audit WHERE seq = 2500")
        let broken = try await HostAudit.verify(PrunedStore(store: store, upTo: 2000), keys: keys, heads: [])
        guard case .broken(let words)? = broken.findings.first?.outcome else {
            Issue.record("a row is missing and nobody notices")
            return
        }
        #expect(words.english.contains("number 2500"))
        try await store.close()
    }

    @Test("Keys come from the environment, or from the file, which is made for a new installation only")
    func keys() async throws {
        let path = NSTemporaryDirectory() + "qf-keys-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        #expect(try MasterKeys.open(in: directory, environment: [:], mayCreate: false) == nil)
        let made = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: true))
        let again = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: false))
        #expect(made.primary.kid == again.primary.kid)
        let text = Data((0..<32).map { UInt8($0) }).base64EncodedString()
        let environment = [MasterKeys.variable: text]
        let ring = try #require(try MasterKeys.open(in: directory, environment: environment, mayCreate: false))
        #expect(ring.primary.kid == "12758069")
        #expect(throws: CoreError.self) {
            try MasterKeys.open(in: directory, environment: [MasterKeys.variable: "short"], mayCreate: false)
        }
        try directory.write(Array("00000000 \(text) primary\n".utf8), to: MasterKeys.file)
        #expect(throws: CoreError.self) { try MasterKeys.open(in: directory, environment: [:], mayCreate: false) }
    }

    private func change(_ file: String, _ sql: String) async throws {
        let queue = try DatabaseQueue(path: file)
        try await queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }
}

/// A store whose retention runs between the first two pages that somebody reads.
private final class PrunedStore: AuditStore {
    private let store: SQLiteStore
    private let bound: Int64
    private let pages = Mutex(0)

    init(store: SQLiteStore, upTo bound: Int64) {
        self.store = store
        self.bound = bound
    }

    func sealedAudit(of chain: String, after sequence: Int64, limit: Int) async throws -> [AuditEntry] {
        let page = self.pages.withLock { pages in
            pages += 1
            return pages
        }
        if page == 2 {
            while try await !self.store.forget(.audit, before: Timestamp(milliseconds: self.bound + 1), limit: 500)
                .isDone
            {}
        }
        return try await self.store.sealedAudit(of: chain, after: sequence, limit: limit)
    }

    func recordAudit(_ entry: AuditEntry) async throws { try await self.store.recordAudit(entry) }
    func audit(_ query: AuditQuery) async throws -> Page<AuditEntry> { try await self.store.audit(query) }
    func auditRows(_ query: AuditQuery) async throws -> [AuditEntry] { try await self.store.auditRows(query) }
    func unsealedAudit(limit: Int) async throws -> [AuditEntry] { try await self.store.unsealedAudit(limit: limit) }
    func auditHead(of chain: String) async throws -> AuditHead? { try await self.store.auditHead(of: chain) }
    func sealAudit(_ seals: [(id: Int64, seal: AuditEntry.Seal)], after expected: AuditHead?) async throws {
        try await self.store.sealAudit(seals, after: expected)
    }
    func auditChains() async throws -> [AuditChainState] { try await self.store.auditChains() }
}
