// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation

/// Values that tests of a host share.
enum Fixture {
    static let agent = AgentID("host-1")!

    static func snapshot(
        _ payload: Payload = .shell(ShellPayload(command: "true")),
        name: String = "job",
        uid: JobUID = JobUID(uuid: UUID()),
        version: Int64 = 1,
        timeout: Int = 60
    ) -> JobSnapshot {
        JobSnapshot(
            uid: uid,
            id: 7,
            version: version,
            name: name,
            payload: payload,
            schedule: .manual,
            policies: Policies(timeoutSeconds: timeout),
            isEnabled: true
        )
    }

    static func order(
        _ job: JobSnapshot,
        at nominal: Timestamp = Timestamp(seconds: 1_800_000_000),
        dataTime: Timestamp? = nil,
        parameters: [String: String] = [:],
        discriminator: String = "",
        hold: SlotHold? = nil
    ) -> Order {
        Order(
            executionID: DeterministicID.execution(
                kind: discriminator.isEmpty ? .cron : .manual,
                job: job.uid,
                nominal: nominal,
                agent: self.agent,
                discriminator: discriminator
            ),
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal, discriminator: discriminator),
            job: job,
            kind: discriminator.isEmpty ? .cron : .manual,
            nominal: nominal,
            dataTime: dataTime,
            parameters: parameters,
            deadline: nominal.advanced(byMilliseconds: 3_600_000),
            hold: hold
        )
    }

    static func entry(_ order: Order, _ status: ExecutionStatus = .running) -> LedgerEntry {
        LedgerEntry(order: order, status: status, attempt: 1, isLocal: true, startedAt: order.nominal)
    }

    static func report(_ entry: LedgerEntry, output: String = "") -> Report {
        Report(
            executionID: entry.id,
            runID: entry.order.runID,
            jobUID: entry.order.job.uid,
            jobID: entry.order.job.id,
            jobName: entry.order.job.name,
            jobVersion: entry.order.job.version,
            kind: entry.order.kind,
            nominal: entry.order.nominal,
            status: entry.status,
            reason: entry.reason,
            detail: entry.detail,
            attempt: entry.attempt,
            startedAt: entry.startedAt,
            finishedAt: entry.finishedAt,
            exitCode: entry.exitCode,
            coalesced: entry.coalesced,
            outputBytes: Int64(output.utf8.count),
            inlineOutput: output.isEmpty
                ? []
                : [
                    LogChunk(
                        executionID: entry.id,
                        attempt: entry.attempt,
                        offset: 0,
                        stream: .standardOutput,
                        bytes: Array(output.utf8)
                    )
                ]
        )
    }
}

/// A directory that goes when the test does.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "qf-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
