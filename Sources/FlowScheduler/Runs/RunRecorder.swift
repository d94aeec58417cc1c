// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowSupport
package import Logging
import ServiceLifecycle

/// Groups the reports of all agents into few commits.
///
/// While one transaction is being written the next gathers: one agent alone gets its commit at once, a thousand share one.
package actor RunRecorder: ReportRecorder, Service {
    private typealias Waiter = CheckedContinuation<AppliedReports, any Error>

    private var waiting: [(batch: ReportBatch, waiter: Waiter)] = []
    private let alarm = Alarm()
    private let store: any Store
    private let bus: EventBus
    private let clock: any WallClock
    private let meter: any FireMeter
    private let logger: Logger
    private var isRunning = true
    /// What an agent is refused for is said once in a while: it may go on for as long as its host lives.
    private var refusals = NewsFilter<Refused>()

    private struct Refused: Hashable {
        let agent: AgentID
        let refusal: ReportRules.Refusal
    }

    /// The most reports of one transaction.
    private static let limit = 2000

    package init(store: any Store, bus: EventBus, clock: any WallClock, meter: any FireMeter, logger: Logger) {
        self.store = store
        self.bus = bus
        self.clock = clock
        self.meter = meter
        self.logger = logger
    }

    /// How many batches wait for a commit.
    package var depth: Int { self.waiting.count }

    /// Makes a batch durable (R5).
    ///
    /// - Returns: what became of it; the acknowledged sequence may be sent to the agent.
    /// - Throws: the store's error; the agent keeps its reports and sends them again.
    package func record(_ batch: ReportBatch) async throws -> AppliedReports {
        guard self.isRunning else { throw CoreError(.unavailable, "The server is stopping.") }
        return try await withCheckedThrowingContinuation { continuation in
            self.waiting.append((batch, continuation))
            self.alarm.ring()
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.writeWaiting()
                await self.alarm.wait(for: nil)
            }
        }
        self.isRunning = false
        await self.writeWaiting()
    }

    private func writeWaiting() async {
        while !self.waiting.isEmpty {
            var count = 0
            let end = self.waiting.firstIndex { entry in
                count += entry.batch.reports.count
                return count > Self.limit
            }
            let group = Array(self.waiting.prefix(max(1, end ?? self.waiting.count)))
            self.waiting.removeFirst(group.count)
            await self.write(group)
        }
    }

    private func write(_ group: [(batch: ReportBatch, waiter: Waiter)]) async {
        do {
            let applied = try await self.store.apply(group.map(\.batch), at: self.clock.now)
            for (entry, result) in zip(group, applied) { entry.waiter.resume(returning: result) }
            self.announce(applied)
            for result in applied { self.warn(of: result.refused, by: result.agent) }
        } catch {
            self.logger.error("could not record reports", metadata: ["batches": "\(group.count)", "error": "\(error)"])
            for entry in group { entry.waiter.resume(throwing: error) }
        }
    }

    private func warn(of refused: [RefusedReport], by agent: AgentID) {
        for report in refused {
            let key = Refused(agent: agent, refusal: report.refusal)
            guard self.refusals.isNews(key, at: self.clock.now.milliseconds) else { continue }
            self.logger.warning(
                "an agent reports what it may not; that is not heard",
                metadata: [
                    "agent": "\(agent)", "execution": "\(report.execution)", "refusal": "\(report.refusal.rawValue)",
                ]
            )
        }
    }

    private func announce(_ applied: [AppliedReports]) {
        let changed = applied.flatMap(\.changed)
        guard !changed.isEmpty else { return }
        self.meter.observe(changed)
        let chunks = applied.flatMap(\.chunks)
        if !chunks.isEmpty { self.bus.publish(.logAppended(chunks)) }
        self.bus.publish(.executionsChanged(changed))
        for ended in applied.flatMap(\.ended) {
            self.bus.publish(.logEnded(ended.id, totalBytes: ended.totalBytes, isTruncated: ended.isTruncated))
        }
    }
}
