// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import Testing

@testable import FlowAgent
@testable import FlowRunner

/// What a runner keeps of output, and what holds while it tells it to the next agent.
@Suite("Output that a runner keeps", .timeLimit(.minutes(5)))
struct RunnerReplayTests {
    private static func pieces(_ spool: RunnerSpool, _ store: RunnerStore) -> [RunnerPiece] {
        let reader = RunnerSpoolReader(name: spool.name, directory: store.directory)
        var pieces: [RunnerPiece] = []
        while case let more = reader.next(), !more.isEmpty { pieces += more }
        return pieces
    }

    @Test(
        "a place that the head left to the tail does not come back with other limits: every byte is told once, in order"
    )
    func limitsOfABegunSpool() throws {
        let directory = try TemporaryDirectory()
        let store = RunnerStore(directory: directory.path)
        store.limits = RunnerLimits(headBytes: 20_000, tailBytes: 10_000, diskBytes: 1 << 20)
        var spool = RunnerSpool(execution: "a", attempt: 1)
        for _ in 0..<6 { spool.append(.output, [UInt8](repeating: 1, count: 4000), store: store) }
        // The next agent allows more.
        store.limits = RunnerLimits(headBytes: 60_000, tailBytes: 10_000, diskBytes: 1 << 20)
        for _ in 0..<2 { spool.append(.output, [UInt8](repeating: 2, count: 1000), store: store) }
        spool.finish()
        let pieces = Self.pieces(spool, store)
        var position: UInt64 = 0
        for piece in pieces {
            #expect(piece.offset == position)
            position = piece.end
        }
        #expect(position == 26_000 && spool.total == 26_000)
        spool.remove(store)
        #expect(RunnerFiles.names(in: store.directory).allSatisfy { !$0.hasPrefix("a-1") })
    }

    @Test("without room on the disk the beginning and the count are what is left, and nothing is told twice")
    func noRoom() throws {
        let directory = try TemporaryDirectory()
        let store = RunnerStore(directory: directory.path)
        store.limits = RunnerLimits(headBytes: 20_000, tailBytes: 10_000, diskBytes: 0)
        var spool = RunnerSpool(execution: "a", attempt: 1)
        for _ in 0..<20 { spool.append(.output, [UInt8](repeating: 1, count: 4000), store: store) }
        #expect(Self.pieces(spool, store).isEmpty && spool.total == 80_000)
    }

    @Test("an attempt that is still being told has its lease lengthened, and ended with it (S3-1.3)")
    func leaseWhileTold() async throws {
        let directory = try TemporaryDirectory()
        let go = directory.path + "/go"
        let id = try await Host.with(directory: directory) { host in
            let script = "seq 1 500000; touch done; while [ ! -e go ]; do sleep 0.02; done"
            let id = await host.launch(script, directory: directory.path)
            try await eventually("it has written") { FileManager.default.fileExists(atPath: directory.path + "/done") }
            host.leaveJobs()
            return id
        }
        let runner = try #require(RunnerDirectory.all(in: directory.path).first)
        let link = try #require(try RunnerLink.open(runner, number: 1, limits: RunnerLimits()))
        defer { link.close() }
        let held = try #require(link.held.first)
        #expect(held.execution == id.description)
        // The runner can't have told megabytes before anybody reads them: the lease comes in the middle.
        var requests = ByteWriter()
        RunnerCoding.append(.adopt(token: held.token), to: &requests)
        RunnerCoding.append(.lease(token: held.token, milliseconds: 1), to: &requests)
        link.append(requests.bytes)
        #expect(link.send())
        var cause: EndCause?
        while cause == nil {
            var waiting = pollfd(fd: link.socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 5000) == 1, let notices = link.receive() else { break }
            for case .finished(_, .ended(let end)) in notices { cause = end.cause }
        }
        #expect(cause == .cancelled, "it went on without a lease")
        _ = FileManager.default.createFile(atPath: go, contents: nil)
    }

    @Test("how much is kept follows the server's setting while the agent and its runner work (output.attempt-mib)")
    func setting() async throws {
        let directory = try TemporaryDirectory()
        let (former, id) = try await Host.with(directory: directory) { host in
            host.supervisor.setOutputBytes(30_000)
            let script = "seq 1 100000; touch done; while [ ! -e go ]; do sleep 0.02; done"
            let id = await host.launch(script, directory: directory.path)
            try await eventually("it has written") { FileManager.default.fileExists(atPath: directory.path + "/done") }
            host.leaveJobs()
            return (host, id)
        }
        _ = FileManager.default.createFile(atPath: directory.path + "/go", contents: nil)
        let receiver = Receiver()
        try await Host.with(directory: directory, transport: receiver, adopting: [id], from: former) { host in
            let outcome = try await host.wait(id)
            #expect(outcome.outputBytes == 588_895 && outcome.isOutputTruncated)
            try await eventually("everything arrived") { receiver.end(of: id) == outcome.outputBytes }
            // Of the tail up to a piece more in each of its two files.
            #expect(receiver.text(id).utf8.count < 200_000)
        }
    }
}
