// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBEnvelope {
    /// Makes an envelope of a message; `versions` is what a hello offers, and of no meaning for others.
    package init(_ message: AgentMessage, versions: ProtocolVersions = .supported) {
        self.init()
        switch message {
        case .hello(let hello): self.hello = PBHello(hello, versions: versions)
        case .heartbeat(let heartbeat):
            self.heartbeat = .with {
                $0.configVersion = heartbeat.configVersion
                $0.runningExecutionIds = heartbeat.running.map { Data($0.bytes) }
                $0.sentAt = heartbeat.sentAt
                if let trouble = heartbeat.trouble { $0.trouble = trouble }
                $0.foreignZones = heartbeat.foreignZones
                $0.orderedTaskUids = heartbeat.orderedJobs.map { Data($0.bytes) }
                if let revision = heartbeat.schedulerRevision { $0.schedulerRevision = revision }
                if let revision = heartbeat.maintenanceRevision { $0.maintenanceRevision = revision }
                if let load = heartbeat.load { $0.loadTenths = Int32(clamping: load) }
                if let refusal = heartbeat.authorityRefusal { $0.authorityRefusal = refusal.rawValue }
                guard let condition = heartbeat.condition else { return }
                if let disk = condition.disk { ($0.diskFree, $0.diskTotal) = (disk.free, disk.total) }
                if let error = condition.clockError { $0.clockError = error }
                $0.clockSuspect = condition.isClockSuspect
            }
        case .orderAcknowledged(let executions):
            self.executionAck = .with { $0.executionIds = executions.map(\.data) }
        case .reports(let incarnation, let reports):
            self.taskResults = .with {
                $0.incarnation = incarnation
                $0.results = reports.map { PBTaskResult($0) }
            }
        case .configReceived(let version):
            self.taskConfigResponse = .with { ($0.version, $0.stage) = (version, .received) }
        case .configApplied(let version):
            self.taskConfigResponse = .with { ($0.version, $0.stage) = (version, .applied) }
        case .configPull(let version): self.taskConfigPull = .with { $0.version = version }
        case .certificateRequest(let request):
            self.certificateRequest = .with { $0.certificateRequest = request }
        case .secretsRequest(let request):
            self.secretsRequest = .with {
                $0.executionID = Data(request.execution.bytes)
                $0.taskUid = Data(request.job.bytes)
                $0.taskVersion = request.version
            }
        case .statistics(let report): self.dailyStatsReport = PBDailyStatsReport(report)
        case .files(let events): self.filesAppeared = PBFilesAppeared(events)
        }
    }

    /// - Throws: ``WireError`` when this is not, or not a valid, message of an agent's control stream.
    package func agentMessage() throws(WireError) -> AgentMessage {
        switch self.message {
        case .hello(let hello): return .hello(try hello.decoded())
        case .heartbeat(let heartbeat):
            return .heartbeat(
                Heartbeat(
                    configVersion: try Fields.count(heartbeat.configVersion, "heartbeat.config_version"),
                    running: try Fields.identifiers(
                        heartbeat.runningExecutionIds,
                        "heartbeat.running_execution_ids"
                    ),
                    sentAt: try Fields.clock(heartbeat.sentAt, "heartbeat.sent_at"),
                    trouble: heartbeat.hasTrouble ? heartbeat.trouble : nil,
                    foreignZones: heartbeat.foreignZones.prefix(Heartbeat.listLimit).filter(ZoneDatabase.isWellFormed),
                    orderedJobs: try Fields.identifiers(
                        Array(heartbeat.orderedTaskUids.prefix(Heartbeat.listLimit)),
                        "heartbeat.ordered_task_uids"
                    ),
                    schedulerRevision: heartbeat.hasSchedulerRevision
                        ? try Fields.count(heartbeat.schedulerRevision, "heartbeat.scheduler_revision") : nil,
                    maintenanceRevision: heartbeat.hasMaintenanceRevision
                        ? try Fields.count(heartbeat.maintenanceRevision, "heartbeat.maintenance_revision") : nil,
                    condition: try heartbeat.condition(),
                    load: heartbeat.hasLoadTenths ? max(0, Int(heartbeat.loadTenths)) : nil,
                    // A word of a later agent's says no less than that it refused.
                    authorityRefusal: heartbeat.hasAuthorityRefusal
                        ? AuthorityRefusal(rawValue: heartbeat.authorityRefusal) ?? .unvouched : nil
                )
            )
        case .executionAck(let acknowledgement):
            return .orderAcknowledged(
                try Fields.identifiers(acknowledgement.executionIds, "execution_ack.execution_ids")
            )
        case .taskResults(let batch):
            var reports: [Report] = []
            reports.reserveCapacity(batch.results.count)
            for (index, result) in batch.results.enumerated() {
                reports.append(try result.decoded("task_results.results[\(index)]"))
            }
            return .reports(
                incarnation: try Fields.label(batch.incarnation, "task_results.incarnation", minimum: 1),
                reports
            )
        case .taskConfigResponse(let response):
            let version = try Fields.count(response.version, "task_config_response.version")
            switch response.stage {
            case .received: return .configReceived(version: version)
            case .applied: return .configApplied(version: version)
            case .UNRECOGNIZED(let value): throw Fields.unknown(value, "task_config_response.stage")
            }
        case .taskConfigPull(let pull):
            return .configPull(version: try Fields.count(pull.version, "task_config_pull.version"))
        case .certificateRequest(let request):
            guard request.certificateRequest.utf8.count <= 16_384 else {
                throw WireError.invalid(field: "certificate_request", problem: "is longer than 16 KiB")
            }
            return .certificateRequest(request.certificateRequest)
        case .secretsRequest(let request):
            return .secretsRequest(
                SecretsRequest(
                    execution: try Fields.identifier(request.executionID, "secrets_request.execution_id"),
                    job: try Fields.identifier(request.taskUid, "secrets_request.task_uid"),
                    version: try Fields.count(request.taskVersion, "secrets_request.task_version")
                )
            )
        case .dailyStatsReport(let report): return .statistics(try report.decoded("daily_stats_report"))
        case .filesAppeared(let files): return .files(try files.decoded("files_appeared"))
        default: throw WireError.outOfOrder(message: self.name, expected: "a message of an agent")
        }
    }
}

extension PBHello {
    fileprivate init(_ hello: Hello, versions: ProtocolVersions) {
        self.init()
        self.minProtocol = versions.minimum
        self.maxProtocol = versions.maximum
        self.agentID = hello.agent.rawValue
        self.incarnation = hello.incarnation
        self.bootID = hello.bootID
        self.lastSequence = hello.lastSequence
        self.configVersion = hello.configVersion
        self.configDigest = hello.configDigest
        self.floor = hello.floor.milliseconds
        self.version = hello.version
        self.hostname = hello.hostname
        self.operatingSystem = hello.operatingSystem
        self.sentAt = hello.sentAt
        if let acknowledged = hello.acknowledgedSequence { self.acknowledgedSequence = acknowledged }
        if let base = hello.outboxBase { self.outboxBase = base }
        self.contentDigest = hello.contentDigest
        self.startID = hello.startID
        self.machineID = hello.machineID
        self.labels = hello.labels
        if let digest = hello.rulesDigest { self.rulesDigest = digest }
        self.executors = hello.executors
        self.features = hello.features
        if let revision = hello.schedulerRevision { self.schedulerRevision = revision }
        if let revision = hello.maintenanceRevision { self.maintenanceRevision = revision }
        if let key = hello.signedBy { self.signedBy = key }
    }

    /// What the agent offers; read before anything else of the hello, which a newer version may have changed.
    var versions: ProtocolVersions { ProtocolVersions(minimum: self.minProtocol, maximum: self.maxProtocol) }

    /// Words that could be kinds of jobs, few enough to be kept for each host.
    private static func kinds(_ words: [String]) -> [String] {
        Array(words.filter { PluginPayload.isName($0) }.prefix(32))
    }

    fileprivate func decoded() throws(WireError) -> Hello {
        Hello(
            agent: try Fields.agent(self.agentID, "hello.agent_id"),
            incarnation: try Fields.label(self.incarnation, "hello.incarnation", minimum: 1),
            bootID: try Fields.label(self.bootID, "hello.boot_id"),
            lastSequence: try Fields.count(self.lastSequence, "hello.last_sequence"),
            configVersion: try Fields.count(self.configVersion, "hello.config_version"),
            configDigest: try Fields.label(self.configDigest, "hello.config_digest"),
            floor: try Fields.instant(self.floor, "hello.floor"),
            version: try Fields.label(self.version, "hello.version"),
            hostname: try Fields.label(self.hostname, "hello.hostname"),
            operatingSystem: try Fields.label(self.operatingSystem, "hello.operating_system"),
            sentAt: try Fields.clock(self.sentAt, "hello.sent_at"),
            acknowledgedSequence: self.hasAcknowledgedSequence
                ? try Fields.count(self.acknowledgedSequence, "hello.acknowledged_sequence") : nil,
            outboxBase: self.hasOutboxBase ? try Fields.count(self.outboxBase, "hello.outbox_base") : nil,
            contentDigest: try Fields.label(self.contentDigest, "hello.content_digest"),
            startID: try Fields.label(self.startID, "hello.start_id"),
            machineID: try Fields.label(self.machineID, "hello.machine_id"),
            labels: HostLabels.kept(self.labels),
            rulesDigest: self.hasRulesDigest ? try Fields.label(self.rulesDigest, "hello.rules_digest") : nil,
            executors: Self.kinds(self.executors),
            features: Self.kinds(self.features),
            schedulerRevision: self.hasSchedulerRevision
                ? try Fields.count(self.schedulerRevision, "hello.scheduler_revision") : nil,
            maintenanceRevision: self.hasMaintenanceRevision
                ? try Fields.count(self.maintenanceRevision, "hello.maintenance_revision") : nil,
            signedBy: self.hasSignedBy ? try Fields.label(self.signedBy, "hello.signed_by") : nil
        )
    }
}

extension PBHeartbeat {
    /// Nil from an agent that tells nothing of its host.
    fileprivate func condition() throws(WireError) -> HostCondition? {
        guard self.hasClockSuspect else { return nil }
        var condition = HostCondition(
            clockError: self.hasClockError ? self.clockError : nil,
            isClockSuspect: self.clockSuspect
        )
        if self.hasDiskTotal {
            condition.disk = DiskSpace(
                free: try Fields.count(self.diskFree, "heartbeat.disk_free"),
                total: try Fields.count(self.diskTotal, "heartbeat.disk_total")
            )
        }
        return condition
    }
}
