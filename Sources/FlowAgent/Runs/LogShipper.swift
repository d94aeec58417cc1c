// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowCrash
import Logging
import Synchronization

/// Brings spools to the server: live while they grow, from the acknowledged offset after every reconnect, and deletes them
/// when the server has everything.
final class LogShipper: Sendable {
    private struct Shipment {
        let wake: AsyncStream<Void>.Continuation
        var isComplete: Bool
    }

    private let directory: SpoolDirectory
    private let transport: any LogTransport
    private let logger: Logger
    private let shipments = Mutex<[AttemptKey: Shipment]>([:])
    private let queue: AsyncStream<(AttemptKey, AsyncStream<Void>)>
    private let enqueue: AsyncStream<(AttemptKey, AsyncStream<Void>)>.Continuation

    init(directory: SpoolDirectory, transport: any LogTransport, logger: Logger) {
        self.directory = directory
        self.transport = transport
        self.logger = logger
        (self.queue, self.enqueue) = AsyncStream.makeStream()
    }

    /// Starts shipping a spool.
    func begin(_ key: AttemptKey, isComplete: Bool = false) {
        let (stream, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isNew = self.shipments.withLock { shipments in
            guard shipments[key] == nil else { return false }
            shipments[key] = Shipment(wake: wake, isComplete: isComplete)
            return true
        }
        if isNew { self.enqueue.yield((key, stream)) }
    }

    /// The spool grew.
    func grew(_ key: AttemptKey) { self.shipments.withLock { _ = $0[key]?.wake.yield() } }

    /// The spool will not grow any more.
    func complete(_ key: AttemptKey) {
        self.shipments.withLock { shipments in
            shipments[key]?.isComplete = true
            _ = shipments[key]?.wake.yield()
        }
    }

    /// Works until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await (key, wake) in self.queue {
                group.addTask { await self.ship(key, wake: wake) }
            }
        }
    }

    private func ship(_ key: AttemptKey, wake: AsyncStream<Void>) async {
        var delay = 100
        var iterator = wake.makeAsyncIterator()
        while !Task.isCancelled {
            do {
                if try await self.shipOnce(key, wake: &iterator) {
                    self.shipments.withLock { _ = $0.removeValue(forKey: key) }
                    return self.directory.remove(key)
                }
                delay = 100
            } catch {
                self.logger.debug("output waits", metadata: ["execution": "\(key.id)", "error": "\(error)"])
            }
            // Offline or refused: the next session may take it.
            try? await Task.sleep(for: .milliseconds(delay))
            delay = min(delay * 2, 15_000)
        }
    }

    /// Ships over one stream.
    ///
    /// - Returns: whether the server has everything.
    private func shipOnce(_ key: AttemptKey, wake: inout AsyncStream<Void>.AsyncIterator) async throws -> Bool {
        guard var reader = SpoolReader(file: self.directory.file(of: key), execution: key.id) else { return true }
        defer { reader.close() }
        let sink = try await self.transport.open(key.id, attempt: key.attempt)
        var acknowledgements = sink.acknowledgements.makeAsyncIterator()
        guard var acknowledged = await acknowledgements.next() else { return false }
        var end: Int64 = 0
        while true {
            // Asked before reading: what is complete now can't grow after the last read.
            let isComplete = self.shipments.withLock { $0[key]?.isComplete ?? true }
            let chunks = reader.next()
            if let last = chunks.last { end = last.offset + Int64(last.bytes.count) }
            let unsent = chunks.compactMap { $0.suffix(from: acknowledged) }
            if !unsent.isEmpty { try await sink.write(sink.takesJoined ? LogChunk.joined(unsent) : unsent) }
            guard chunks.isEmpty else { continue }
            if isComplete { break }
            guard await wake.next() != nil else { throw CancellationError() }
        }
        CrashPoint.reach("agent.output.sent")
        await sink.close()
        while acknowledged < end {
            guard let next = await acknowledgements.next() else { return false }
            acknowledged = next
        }
        CrashPoint.reach("agent.output.acknowledged")
        return true
    }
}

extension LogChunk {
    /// Bytes of a joined chunk.
    private static let joinedBytes = 64 << 10

    /// The same output in fewer chunks: what a job wrote in many small pieces is stored in few rows, and compresses well.
    static func joined(_ chunks: [LogChunk]) -> [LogChunk] {
        chunks.reduce(into: []) { joined, chunk in
            if let last = joined.indices.last, joined[last].stream == chunk.stream, joined[last].end == chunk.offset,
                joined[last].bytes.count + chunk.bytes.count <= Self.joinedBytes
            {
                joined[last].bytes += chunk.bytes
            } else {
                joined.append(chunk)
            }
        }
    }
}
