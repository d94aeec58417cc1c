// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowWire

/// Sends output of many executions at once, as an agent's shipper does: on a stream each, as fast as the server takes it.
struct FleetOutput {
    struct Lost: Error, CustomStringConvertible { let description: String }

    let agent: FleetAgent
    /// Bytes of each stream.
    let bytes: Int

    private static let chunk = 64 << 10

    /// - Returns: how long it took until all of it was durable on the server.
    func run(_ orders: [Order]) async throws -> Duration {
        try await self.announce(orders)
        let text = Self.text(self.bytes)
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for order in orders { group.addTask { try await self.send(text, of: order.executionID) } }
            try await group.waitForAll()
        }
        return clock.now - start
    }

    /// Says that they run, and waits until the server has that.
    private func announce(_ orders: [Order]) async throws {
        let now = FleetClock.now
        let reports = orders.enumerated().map { index, order in
            Report(
                sequence: Int64(index + 1),
                executionID: order.executionID,
                runID: order.runID,
                jobUID: order.job.uid,
                jobID: order.job.id,
                jobName: order.job.name,
                jobVersion: order.job.version,
                kind: order.kind,
                nominal: order.nominal,
                status: .running,
                attempt: 1,
                startedAt: now
            )
        }
        await self.agent.report(reports)
        try await Fleet.wait("the reports of their start") {
            self.agent.acknowledgedReports >= Int64(reports.count)
        }
    }

    private func send(_ text: [UInt8], of id: ExecutionID) async throws {
        let stream = try await self.agent.openLog(id)
        let (offsets, inlet) = AsyncStream.makeStream(of: Int64.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { inlet.finish() }
                try await stream.acknowledgements { inlet.yield($0) }
            }
            group.addTask {
                // The first says where to go on: at the beginning.
                var durable = offsets.makeAsyncIterator()
                guard await durable.next() != nil else { throw Lost(description: "the server takes no output") }
                for offset in stride(from: 0, to: text.count, by: Self.chunk) {
                    try await stream.write(
                        LogChunk(
                            executionID: id,
                            attempt: 1,
                            offset: Int64(offset),
                            stream: .standardOutput,
                            bytes: Array(text[offset..<min(offset + Self.chunk, text.count)])
                        )
                    )
                }
                try await stream.finish()
                while let offset = await durable.next() { if offset >= text.count { return } }
                throw Lost(description: "a stream ended before all of it was stored")
            }
            try await group.waitForAll()
        }
    }

    /// Lines as programs write them: they compress, but not to nothing.
    private static func text(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 64)
        while bytes.count < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes +=
                "2026-11-27T12:00:00Z worker-\(state >> 60) handled request \(state >> 32) in \(state >> 54) ms\n".utf8
        }
        return Array(bytes.prefix(count))
    }
}
