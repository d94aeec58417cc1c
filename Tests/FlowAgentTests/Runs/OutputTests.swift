// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Synchronization
import Testing

/// Receives output like a server, and breaks streams when told to.
final class Receiver: LogTransport {
    final class Sink: LogSink {
        let acknowledgements: AsyncStream<Int64>
        private let acknowledge: AsyncStream<Int64>.Continuation
        private let receiver: Receiver
        private let id: ExecutionID

        init(receiver: Receiver, id: ExecutionID) {
            self.receiver = receiver
            self.id = id
            (self.acknowledgements, self.acknowledge) = AsyncStream.makeStream()
            self.acknowledge.yield(receiver.end(of: id))
        }

        func write(_ chunks: [LogChunk]) async throws {
            for chunk in chunks {
                if self.receiver.breaksNow() {
                    self.acknowledge.finish()
                    throw CancellationError()
                }
                self.receiver.take(chunk)
                self.acknowledge.yield(chunk.offset + Int64(chunk.bytes.count))
            }
        }

        func close() async {}
    }

    private let chunks = Mutex<[ExecutionID: [LogChunk]]>([:])
    private let breaks = Mutex<Int>(0)

    init(breaks: Int = 0) { self.breaks.withLock { $0 = breaks } }

    func open(_ execution: ExecutionID, attempt: Int) async throws -> any LogSink {
        Sink(receiver: self, id: execution)
    }

    func breaksNow() -> Bool {
        self.breaks.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return count.isMultiple(of: 2)
        }
    }

    func take(_ chunk: LogChunk) { self.chunks.withLock { $0[chunk.executionID, default: []].append(chunk) } }
    func received(_ id: ExecutionID) -> [LogChunk] { self.chunks.withLock { $0[id] ?? [] } }
    func end(of id: ExecutionID) -> Int64 { self.received(id).last.map { $0.offset + Int64($0.bytes.count) } ?? 0 }
    func text(_ id: ExecutionID) -> String { String(decoding: self.received(id).flatMap(\.bytes), as: UTF8.self) }
}

@Suite("Output", .serialized)
struct OutputTests {
    @Test("short output travels in the report, byte for byte")
    func binary() async throws {
        try await Host.with { host in
            let outcome = try await host.run("printf '\\000\\377\\376\\n'")
            #expect(outcome.inlineOutput.flatMap(\.bytes) == [0, 0xff, 0xfe, 0x0a])
            #expect(outcome.outputBytes == 4)
            #expect(!outcome.isOutputTruncated)
            #expect(try await host.run("exec >&- 2>&-; echo lost; exit 0").outputBytes == 0)
        }
    }

    @Test("both streams are kept in the order in which they were written, as long as a moment is between them (F18)")
    func order() async throws {
        try await Host.with { host in
            let script = "for i in 1 2 3; do echo out$i; sleep 0.05; echo err$i >&2; sleep 0.05; done"
            let chunks = try await host.run(script).inlineOutput
            #expect(
                chunks.map { "\($0.stream == .standardError ? "e" : "o")\(String(decoding: $0.bytes, as: UTF8.self))" }
                    == (1...3).flatMap { ["oout\($0)\n", "eerr\($0)\n"] }
            )
        }
    }

    @Test("a long output keeps its head and its tail, marked by a jump of offsets between two lines")
    func headAndTail() async throws {
        let limits = OutputLimits(headBytes: 20_000, tailBytes: 10_000)
        let receiver = Receiver()
        try await Host.with(limits: limits, transport: receiver) { host in
            let id = await host.launch("seq 1 100000")
            let outcome = try await host.wait(id)
            #expect(outcome.outputBytes == 588_895)
            #expect(outcome.isOutputTruncated)
            #expect(outcome.inlineOutput.isEmpty)
            try await eventually("everything arrived") { receiver.end(of: id) == 588_895 }
            let text = receiver.text(id)
            #expect((29_900...30_000).contains(text.utf8.count))
            #expect(text.hasPrefix("1\n2\n3\n"))
            #expect(text.hasSuffix("99999\n100000\n"))
            let chunks = receiver.received(id)
            let jumps = zip(chunks, chunks.dropFirst()).filter { $0.offset + Int64($0.bytes.count) != $1.offset }
            #expect(jumps.count == 1)
            #expect(jumps.first?.0.bytes.last == UInt8(ascii: "\n"))
            let numbers = text.split(separator: "\n").compactMap { Int($0) }
            let steps = zip(numbers, numbers.dropFirst()).filter { $0 + 1 != $1 }
            #expect(steps.count == 1 && numbers.allSatisfy { $0 <= 100_000 }, "no number is torn")
            let spool = host.directory.path + "/spool"
            try await eventually("the spool is empty") {
                try FileManager.default.contentsOfDirectory(atPath: spool).isEmpty
            }
        }
    }

    @Test("output up to the limit is whole, in few chunks, and the limit of a server counts from the next attempt on")
    func whole() async throws {
        let receiver = Receiver()
        try await Host.with(limits: OutputLimits(attemptBytes: 8 << 20), transport: receiver) { host in
            let id = await host.launch("seq 1 1000000")
            let outcome = try await host.wait(id)
            #expect(outcome.outputBytes == 6_888_896 && !outcome.isOutputTruncated)
            try await eventually("everything arrived") { receiver.end(of: id) == outcome.outputBytes }
            let chunks = receiver.received(id)
            #expect(zip(chunks, chunks.dropFirst()).allSatisfy { $0.end == $1.offset })
            #expect(receiver.text(id).hasSuffix("\n999999\n1000000\n"))
            #expect(chunks.count < 1000, "\(chunks.count) chunks")
            host.supervisor.setOutputBytes(1 << 20)
            let next = await host.launch("seq 1 1000000")
            let shorter = try await host.wait(next)
            #expect(shorter.outputBytes == 6_888_896 && shorter.isOutputTruncated)
            try await eventually("head and tail arrived") { receiver.end(of: next) == shorter.outputBytes }
            #expect(receiver.text(next).utf8.count <= 1 << 20)
        }
    }

    @Test("output is streamed while the job runs")
    func live() async throws {
        let receiver = Receiver()
        try await Host.with(transport: receiver) { host in
            let id = await host.launch(
                "echo first; while [ ! -e go ]; do sleep 0.05; done; echo second",
                directory: host.directory.path
            )
            try await eventually("the first line arrives while it runs") { receiver.text(id) == "first\n" }
            #expect(host.outcome(id) == nil)
            _ = FileManager.default.createFile(atPath: host.directory.path + "/go", contents: nil)
            let outcome = try await host.wait(id)
            #expect(outcome.inlineOutput.isEmpty)
            try await eventually("the rest arrives") { receiver.text(id) == "first\nsecond\n" }
        }
    }

    @Test("shipping goes on where the server stands after broken streams")
    func resume() async throws {
        let receiver = Receiver(breaks: 6)
        try await Host.with(transport: receiver) { host in
            let id = await host.launch("seq 1 50000")
            let outcome = try await host.wait(id)
            try await eventually("everything arrived") { receiver.end(of: id) == outcome.outputBytes }
            #expect(receiver.text(id) == (1...50000).map { "\($0)\n" }.joined())
        }
    }

    @Test("a gigabyte of output neither fills memory nor disk, and the job is held back, not broken")
    func flood() async throws {
        try await Host.with { host in
            let id = await host.launch("head -c 1000000000 /dev/zero; echo end", timeout: 600)
            let outcome = try await host.wait(id, seconds: 240)
            #expect(outcome.status == .success)
            #expect(outcome.outputBytes == 1_000_000_004)
            #expect(outcome.isOutputTruncated)
            let status = try String(contentsOfFile: "/proc/\(host.supervisor.runnerPID)/status", encoding: .utf8)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
            let kilobytes = Int(peak.filter(\.isNumber)) ?? .max
            print("runner: peak memory \(kilobytes) KiB after 1 GB of output")
            #expect(kilobytes < 64_000)
        }
    }
}
