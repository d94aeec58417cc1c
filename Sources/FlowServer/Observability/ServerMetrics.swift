// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import FlowScheduler
import FlowStore
import Synchronization

/// The server's numbers in Prometheus' text format (version 0.0.4); `docs/operations.md` lists them.
final class ServerMetrics: FireMeter, MetricsSource {
    private struct State {
        var fires: Int64 = 0
        var missedFires: Int64 = 0
        var executions: [ExecutionStatus: Int64] = [:]
        var skipped: [ExecutionReason: Int64] = [:]
        var lateness = Histogram(bounds: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30])
        var commits: [String: Histogram] = [:]
        var certificateEnds: [(of: String, end: Timestamp)] = []
        /// Hosts that are alive and do not trust the newest authority.
        var hostsWithoutAuthority = 0
    }

    /// Live numbers that are asked for at each scrape.
    struct Gauges: Sendable {
        let agentsOnline: Int
        /// Agents whose identity a second host uses.
        let duplicates: Int
        let recorderDepth: Int
        let logDepth: Int
        let openExecutions: [ExecutionStatus: Int]
        let jobs: Int
        /// Versions of jobs that were read from the database and decoded.
        let jobReads: Int64
        let upkeep: [UpkeepFigure]
        /// How long the oldest row of the audit has waited for its seal; milliseconds.
        let auditUnsealed: Int64
        let archive: ArchiveFigures
        /// Times that archiving stopped at an error since the start.
        let archiveFailures: Int64
        /// Nil where no replica is configured.
        let replica: ReplicaReads?
        let store: StoreSize
    }

    private let state = Mutex(State())
    private let storage = Mutex<StorageProbe?>(nil)
    private let away = Mutex<(@Sendable () -> Wording?)?>(nil)
    private let gauges = Mutex<(@Sendable () async throws -> Gauges)?>(nil)

    /// Set once by the composition root, after the parts it asks exist.
    func setGauges(_ source: @escaping @Sendable () async throws -> Gauges) { self.gauges.withLock { $0 = source } }

    /// Set once, as the gauges are.
    func setStorage(_ probe: StorageProbe) { self.storage.withLock { $0 = probe } }

    /// Set once where there are other servers: why people are to be sent to those, if they are.
    func setAway(_ reason: @escaping @Sendable () -> Wording?) { self.away.withLock { $0 = reason } }

    func countFires(_ count: Int) { self.state.withLock { $0.fires += Int64(count) } }

    func countMissedFires(_ count: Int) { self.state.withLock { $0.missedFires += Int64(count) } }

    func observe(_ executions: [Execution]) {
        self.state.withLock { state in
            for execution in executions {
                state.executions[execution.status, default: 0] += 1
                if execution.status == .skipped, let reason = execution.reason {
                    state.skipped[reason, default: 0] += 1
                }
                if execution.kind == .cron, execution.attempt == 1, execution.status.isTerminal,
                    let started = execution.startedAt
                {
                    state.lateness.observe(Double(started.milliseconds(since: execution.nominal)) / 1000)
                }
            }
        }
    }

    func observeCommit(_ operation: String, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let value = Double(seconds) + Double(attoseconds) / 1e18
        self.state.withLock { state in
            state.commits[
                operation,
                default: Histogram(bounds: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1])
            ].observe(value)
        }
    }

    /// When certificates end; of the agents' the first.
    func setCertificateEnds(authority: Timestamp, next: Timestamp?, server: Timestamp, agents: Timestamp?) {
        self.state.withLock { state in
            state.certificateEnds = [("authority", authority), ("server", server)]
            if let next { state.certificateEnds.append(("next-authority", next)) }
            if let agents { state.certificateEnds.append(("agents", agents)) }
        }
    }

    func setHostsWithoutAuthority(_ count: Int) { self.state.withLock { $0.hostsWithoutAuthority = count } }

    func notReady() async -> Wording? {
        guard let source = self.gauges.withLock({ $0 }) else {
            return Wording(english: "the server is starting", chinese: "服务器正在启动")
        }
        if let reason = self.away.withLock({ $0 })?() { return reason }
        do {
            // Before anything is asked of a store that may be away.
            if self.isFailing { return Self.failing }
            _ = try await source()
            return self.isFailing ? Self.failing : nil
        } catch {
            // Anybody may ask: what a database says of hosts, users and files is for the log.
            return self.isFailing
                ? Self.failing : Wording(english: "the store does not answer", chinese: "数据库没有响应")
        }
    }

    private static let failing = Wording(
        english: "nothing can be stored now; the server's log says why",
        chinese: "目前无法写入任何内容；原因见服务器日志"
    )

    private var isFailing: Bool { self.storage.withLock { $0 }?.failure() != nil }

    func exposition() async -> String {
        var text = self.state.withLock { state in Self.counters(state) } + self.storageText()
        if let gauges = try? await self.gauges.withLock({ $0 })?() { text += Self.text(of: gauges) }
        return text
    }

    /// Also while the store is away, of which all else is asked.
    private func storageText() -> String {
        let failure = self.storage.withLock { $0 }?.failure()
        var page = MetricsPage()
        page.family("quartzflow_store_failing", "gauge", "1 while nothing can be stored; an alarm at once.")
        page.sample("quartzflow_store_failing", failure == nil ? 0 : 1)
        page.family(
            "quartzflow_store_failing_since_timestamp_seconds",
            "gauge",
            "Since when nothing can be stored; 0 while it can."
        )
        let since = failure.map { Double($0.since.milliseconds) / 1000 } ?? 0
        page.sample("quartzflow_store_failing_since_timestamp_seconds", since)
        return page.text
    }

    private static func counters(_ state: State) -> String {
        var page = MetricsPage()
        page.family("quartzflow_fires_total", "counter", "Fires made durable by this server.")
        page.sample("quartzflow_fires_total", Double(state.fires))
        page.family("quartzflow_missed_fires_total", "counter", "Fires left to agents after a long absence.")
        page.sample("quartzflow_missed_fires_total", Double(state.missedFires))
        page.family("quartzflow_execution_changes_total", "counter", "Reported states of executions, by state.")
        for status in ExecutionStatus.allCases {
            page.sample(
                "quartzflow_execution_changes_total",
                Double(state.executions[status] ?? 0),
                labels: [("status", status.name)]
            )
        }
        page.family("quartzflow_skipped_total", "counter", "Executions that were not started, by reason.")
        for reason in ExecutionReason.allCases {
            guard let count = state.skipped[reason] else { continue }
            page.sample("quartzflow_skipped_total", Double(count), labels: [("reason", reason.rawValue)])
        }
        page.family("quartzflow_start_lateness_seconds", "histogram", "Start of the job minus its nominal time.")
        page.histogram("quartzflow_start_lateness_seconds", state.lateness)
        page.family(
            "quartzflow_certificate_end_timestamp_seconds",
            "gauge",
            "When a certificate ends; of all agents' the first one's end."
        )
        for entry in state.certificateEnds {
            page.sample(
                "quartzflow_certificate_end_timestamp_seconds",
                Double(entry.end.milliseconds / 1000),
                labels: [("of", entry.of)]
            )
        }
        page.family(
            "quartzflow_authority_hosts_without_newest",
            "gauge",
            "Hosts of the last 30 days that do not trust the newest authority, while there are two."
        )
        page.sample("quartzflow_authority_hosts_without_newest", Double(state.hostsWithoutAuthority))
        page.family("quartzflow_store_commit_seconds", "histogram", "Time of a store transaction, by operation.")
        for (operation, histogram) in state.commits.sorted(by: { $0.key < $1.key }) {
            page.histogram("quartzflow_store_commit_seconds", histogram, labels: [("operation", operation)])
        }
        return page.text
    }

    private static func text(of gauges: Gauges) -> String {
        var page = MetricsPage()
        page.family("quartzflow_agents_online", "gauge", "Agents with a live session.")
        page.sample("quartzflow_agents_online", Double(gauges.agentsOnline))
        page.family(
            "quartzflow_agents_duplicated",
            "gauge",
            "Agents whose identity a second host uses; it is kept out."
        )
        page.sample("quartzflow_agents_duplicated", Double(gauges.duplicates))
        page.family("quartzflow_jobs", "gauge", "Jobs in the store.")
        page.sample("quartzflow_jobs", Double(gauges.jobs))
        page.family("quartzflow_job_reads_total", "counter", "Versions of jobs read from the database and decoded.")
        page.sample("quartzflow_job_reads_total", Double(gauges.jobReads))
        page.family("quartzflow_executions_open", "gauge", "Executions that are pending or running.")
        for status in [ExecutionStatus.pending, .running] {
            page.sample(
                "quartzflow_executions_open",
                Double(gauges.openExecutions[status] ?? 0),
                labels: [("status", status.name)]
            )
        }
        if let replica = gauges.replica {
            let name = "quartzflow_history_reads_total"
            page.family(name, "counter", "Questions of history, by which database answered.")
            page.sample(name, Double(replica.byReplica), labels: [("database", "replica")])
            page.sample(name, Double(replica.byPrimary), labels: [("database", "primary")])
        }
        page.family("quartzflow_recorder_queue", "gauge", "Batches of reports that wait for a commit.")
        page.sample("quartzflow_recorder_queue", Double(gauges.recorderDepth))
        page.family(
            "quartzflow_output_queue",
            "gauge",
            "Streams of output that wait for a commit or for their execution."
        )
        page.sample("quartzflow_output_queue", Double(gauges.logDepth))
        page.family("quartzflow_forgotten_total", "counter", "Rows that upkeep deleted, by kind.")
        for figure in gauges.upkeep {
            page.sample(
                "quartzflow_forgotten_total",
                Double(figure.removed),
                labels: [("kind", figure.growth.rawValue)]
            )
        }
        page.family(
            "quartzflow_upkeep_behind_seconds",
            "gauge",
            "For how long there has been something that should be gone by now, by kind."
        )
        for figure in gauges.upkeep {
            page.sample(
                "quartzflow_upkeep_behind_seconds",
                Double(figure.behindMilliseconds) / 1000,
                labels: [("kind", figure.growth.rawValue)]
            )
        }
        page.family(
            "quartzflow_audit_unsealed_seconds",
            "gauge",
            "For how long the oldest row of the audit has waited for its seal; more than 10 is an alarm."
        )
        page.sample("quartzflow_audit_unsealed_seconds", Double(gauges.auditUnsealed) / 1000)
        page.family("quartzflow_archive_objects", "gauge", "Objects of old output in the archive.")
        page.sample("quartzflow_archive_objects", Double(gauges.archive.objects))
        page.family("quartzflow_archive_bytes", "gauge", "Size of these objects.")
        page.sample("quartzflow_archive_bytes", Double(gauges.archive.bytes))
        page.family("quartzflow_archive_failures_total", "counter", "Times that archiving stopped at an error.")
        page.sample("quartzflow_archive_failures_total", Double(gauges.archiveFailures))
        page.family("quartzflow_store_bytes", "gauge", "Size of the database file.")
        page.sample("quartzflow_store_bytes", Double(gauges.store.bytes))
        page.family("quartzflow_store_free_bytes", "gauge", "Part of the database file that new rows will use.")
        page.sample("quartzflow_store_free_bytes", Double(gauges.store.freeBytes))
        return page.text
    }
}
