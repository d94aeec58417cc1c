// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import Testing

@testable import FlowAgent

@Suite("Outputs on a host's disk")
struct KeptOutputTests {
    private let directory: TemporaryDirectory
    private static let day: Int64 = 86_400

    init() throws { self.directory = try TemporaryDirectory() }

    private func spools(
        keptPerJob: Int = 20,
        keptBytes: Int64 = 1 << 20,
        headBytes: Int = 1 << 20
    ) throws -> SpoolDirectory {
        try SpoolDirectory(
            dataDirectory: self.directory.path,
            limits: OutputLimits(headBytes: headBytes, keptPerJob: keptPerJob, keptBytes: keptBytes)
        )
    }

    /// Writes, keeps and ships an output of an execution `second` seconds after the epoch.
    @discardableResult
    private func write(_ bytes: Int, of job: JobSnapshot, at second: Int64, in spools: SpoolDirectory) -> AttemptKey {
        let order = Fixture.order(job, at: Timestamp(seconds: second))
        let key = AttemptKey(id: order.executionID, attempt: 1)
        var spool = OutputSpool(key: key, directory: spools)
        spool.append(.standardOutput, [UInt8](repeating: 0x78, count: bytes))
        spool.spill()
        _ = spool.finish()
        spools.keep(key, job: job.uid)
        spools.remove(key)
        return key
    }

    private func files(of job: JobSnapshot) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(self.directory.path)/logs/\(job.uid)")) ?? [])
            .sorted()
    }

    @Test("the newest of each job are kept, and their bytes are counted after the spool has gone")
    func perJob() throws {
        let spools = try self.spools(keptPerJob: 3)
        let job = Fixture.snapshot()
        let keys = (0..<5).map { self.write(1000, of: job, at: $0, in: spools) }
        #expect(self.files(of: job).map { String($0.prefix(36)) } == keys.suffix(3).map(\.id.description))
        #expect(spools.usedBytes == 0)
        #expect(spools.kept.bytes == 3 * Int64(1000 + OutputBlob.overhead))
    }

    @Test("together they stay below the limit: the oldest go first, whosever they are")
    func bytes() throws {
        let spools = try self.spools(keptBytes: 10_000)
        let jobs = (0..<4).map { _ in Fixture.snapshot() }
        for second in 0..<20 { self.write(1500, of: jobs[second % 4], at: Int64(second), in: spools) }
        #expect(spools.kept.bytes <= 10_000 && spools.kept.bytes > 8000)
        #expect(
            jobs.map { self.files(of: $0).count } == [1, 2, 1, 2] || jobs.flatMap { self.files(of: $0) }.count == 6
        )
        // A process that starts later takes stock of what is there.
        let again = try self.spools(keptBytes: 4000)
        #expect(again.kept.bytes <= 4000 && again.kept.bytes > 0)
    }

    @Test("what is older than the records goes, also of jobs that never run again; empty directories too")
    func age() throws {
        let spools = try self.spools()
        let deleted = Fixture.snapshot()
        let job = Fixture.snapshot()
        self.write(100, of: deleted, at: 1 * Self.day, in: spools)
        self.write(100, of: job, at: 1 * Self.day + 1, in: spools)
        self.write(100, of: job, at: 9 * Self.day, in: spools)
        spools.kept.forget(before: Timestamp(seconds: 2 * Self.day))
        #expect(self.files(of: job).count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: spools.kept.path) == [job.uid.description])
        #expect(spools.kept.bytes == Int64(100 + OutputBlob.overhead))
    }

    @Test("a disk that takes nothing costs output, and no claimed bytes stay behind")
    func fullDisk() throws {
        let spools = try self.spools()
        let key = AttemptKey(id: Fixture.order(Fixture.snapshot()).executionID, attempt: 1)
        try FileManager.default.createSymbolicLink(atPath: spools.file(of: key), withDestinationPath: "/dev/full")
        var spool = OutputSpool(key: key, directory: spools)
        for _ in 0..<20 { spool.append(.standardOutput, [UInt8](repeating: 0x78, count: 4096)) }
        _ = spool.finish()
        #expect(spool.isTruncated)
        #expect(spools.usedBytes == 0)
    }

    @Test("a record that a crash tore does not hide what follows")
    func torn() throws {
        let key = AttemptKey(id: Fixture.order(Fixture.snapshot()).executionID, attempt: 1)
        func record(_ text: String, at offset: Int64) -> [UInt8] {
            OutputBlob.encode([
                LogChunk(
                    executionID: key.id,
                    attempt: 1,
                    offset: offset,
                    stream: .standardOutput,
                    bytes: Array(text.utf8)
                )
            ])
        }
        let file = try self.spools().file(of: key)
        let half = record("lost in the crash", at: 4).prefix(25)
        try Data(record("head", at: 0) + half).write(to: URL(fileURLWithPath: file))
        try Data(record("tail", at: 500)).write(to: URL(fileURLWithPath: file + ".tail0"))
        let spools = try self.spools()
        #expect(spools.recover() == [key])
        let chunks = OutputBlob.decode(SpoolReader.contents(of: file), execution: key.id)
        #expect(chunks.map { String(decoding: $0.bytes, as: UTF8.self) } == ["head", "tail"])
        #expect(spools.usedBytes == Int64(record("head", at: 0).count + record("tail", at: 500).count))
    }
}
