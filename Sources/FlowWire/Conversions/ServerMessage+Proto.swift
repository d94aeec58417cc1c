// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBEnvelope {
    /// Makes an envelope of a message; `version` is what a welcome settles, and of no meaning for others.
    package init(_ message: ServerMessage, version: UInt32 = ProtocolVersions.supported.maximum) {
        self.init()
        switch message {
        case .welcome(let welcome): self.welcome = PBWelcome(welcome, version: version)
        case .rejected(let code, let text): self.rejected = .with { ($0.code, $0.message) = (code, text) }
        case .orders(let orders):
            self.taskExecutions = .with { $0.executions = orders.map { PBTaskExecution($0) } }
        case .reportsAcknowledged(let incarnation, let sequence):
            self.resultAck = .with { ($0.incarnation, $0.sequence) = (incarnation, sequence) }
        case .config(let update): self.taskConfigPush = PBTaskConfigPush(update)
        case .cancel(let execution, let force):
            self.cancelExecution = .with { ($0.executionID, $0.force) = (Data(execution.bytes), force) }
        case .clock(let sample): self.clockAnswer = .with { $0.clock = PBClockSample(sample) }
        case .heartbeatAnswer(let sample, let outputBytes, let networks):
            self.heartbeatAnswer = .with {
                $0.clock = PBClockSample(sample)
                if let outputBytes { $0.outputBytes = outputBytes }
                if let networks { $0.networks = PBNetworkDefaults(networks) }
            }
        case .scheduler(let state): self.scheduler = PBSchedulerState(state)
        case .maintenance(let maintenance): self.maintenance = PBHostMaintenance(maintenance)
        case .certificateIssued(let chain): self.certificateIssued = .with { $0.certificateChain = chain }
        case .certificateRefused(let code, let text):
            self.certificateRefused = .with { ($0.code, $0.message) = (code, text) }
        case .authorities(let news): self.authorityRoots = PBAuthorityRoots(news)
        case .secrets(let answer):
            self.secretsAnswer = .with {
                $0.executionID = Data(answer.execution.bytes)
                $0.values = answer.values
                if let refusal = answer.refusal { $0.refusal = refusal }
            }
        case .statisticsAcknowledged(let incarnation, let sequence):
            self.dailyStatsAck = .with { ($0.incarnation, $0.sequence) = (incarnation, sequence) }
        case .fileWatches(let watches): self.fileWatches = PBFileWatches(watches)
        case .filesTaken(let sequences): self.filesTaken = .with { $0.sequences = sequences }
        }
    }

    /// - Throws: ``WireError`` when this is not, or not a valid, message of a server's control stream.
    ///
    /// - Parameter reader: reads definitions, and knows whose signatures count.
    package func serverMessage(_ reader: DefinitionReader = DefinitionReader()) throws(WireError) -> ServerMessage {
        switch self.message {
        case .welcome(let welcome): return .welcome(try welcome.decoded(reader))
        case .rejected(let rejected):
            return .rejected(code: try Fields.label(rejected.code, "rejected.code"), message: rejected.message)
        case .taskExecutions(let batch):
            var orders: [Order] = []
            orders.reserveCapacity(batch.executions.count)
            for (index, execution) in batch.executions.enumerated() {
                orders.append(try execution.decoded("task_executions.executions[\(index)]", reader))
            }
            return .orders(orders)
        case .resultAck(let acknowledgement):
            return .reportsAcknowledged(
                incarnation: try Fields.label(acknowledgement.incarnation, "result_ack.incarnation", minimum: 1),
                sequence: try Fields.count(acknowledgement.sequence, "result_ack.sequence")
            )
        case .taskConfigPush(let push): return .config(try push.decoded("task_config_push", reader))
        case .cancelExecution(let cancel):
            return .cancel(
                try Fields.identifier(cancel.executionID, "cancel_execution.execution_id"),
                force: cancel.force
            )
        case .clockAnswer(let answer):
            guard answer.hasClock else { throw WireError.invalid(field: "clock_answer.clock", problem: "is missing") }
            return .clock(try answer.clock.decoded("clock_answer.clock"))
        case .heartbeatAnswer(let answer):
            guard answer.hasClock else {
                throw WireError.invalid(field: "heartbeat_answer.clock", problem: "is missing")
            }
            return .heartbeatAnswer(
                try answer.clock.decoded("heartbeat_answer.clock"),
                outputBytes: answer.hasOutputBytes
                    ? try Fields.count(answer.outputBytes, "heartbeat_answer.output_bytes") : nil,
                networks: answer.hasNetworks ? answer.networks.decoded : nil
            )
        case .scheduler(let state): return .scheduler(try state.decoded("scheduler"))
        case .maintenance(let maintenance): return .maintenance(try maintenance.decoded("maintenance"))
        case .certificateIssued(let issued): return .certificateIssued(issued.certificateChain)
        case .certificateRefused(let refused):
            return .certificateRefused(
                code: try Fields.label(refused.code, "certificate_refused.code"),
                message: refused.message
            )
        case .authorityRoots(let roots): return .authorities(roots.decoded)
        case .secretsAnswer(let answer):
            return .secrets(
                SecretsAnswer(
                    execution: try Fields.identifier(answer.executionID, "secrets_answer.execution_id"),
                    values: answer.values,
                    refusal: answer.hasRefusal ? answer.refusal : nil
                )
            )
        case .dailyStatsAck(let acknowledgement):
            return .statisticsAcknowledged(
                incarnation: try Fields.label(acknowledgement.incarnation, "daily_stats_ack.incarnation", minimum: 1),
                sequence: try Fields.count(acknowledgement.sequence, "daily_stats_ack.sequence")
            )
        case .fileWatches(let watches): return .fileWatches(try watches.decoded("file_watches"))
        case .filesTaken(let taken): return .filesTaken(taken.sequences)
        default: throw WireError.outOfOrder(message: self.name, expected: "a message of a server")
        }
    }
}

extension PBWelcome {
    fileprivate init(_ welcome: Welcome, version: UInt32) {
        self.init()
        self.protocol = version
        self.epoch = welcome.epoch
        self.acknowledgedSequence = welcome.acknowledgedSequence
        if let config = welcome.config { self.config = PBTaskConfigPush(config) }
        self.cancelledExecutionIds = welcome.cancels.map { Data($0.bytes) }
        self.forcedExecutionIds = welcome.forced.map { Data($0.bytes) }
        self.questionedExecutionIds = welcome.questions.map { Data($0.bytes) }
        self.clock = PBClockSample(welcome.clock)
        self.answersLogOpen = welcome.answersLogOpen
        self.renewsCertificates = welcome.renewsCertificates
        self.givesSecrets = welcome.givesSecrets
        if let lost = welcome.lostAfter { self.lostAfter = lost }
        if let sequence = welcome.statisticsSequence { self.statisticsSequence = sequence }
        if let bytes = welcome.outputBytes { self.outputBytes = bytes }
        self.scheduler = PBSchedulerState(welcome.scheduler)
        self.maintenance = PBHostMaintenance(welcome.maintenance)
        if let networks = welcome.networks { self.networks = PBNetworkDefaults(networks) }
        self.signingKeys = welcome.signingKeys.map { PBSigningKey($0) }
    }

    fileprivate func decoded(_ reader: DefinitionReader) throws(WireError) -> Welcome {
        guard self.hasClock else { throw WireError.invalid(field: "welcome.clock", problem: "is missing") }
        return Welcome(
            epoch: try Fields.count(self.epoch, "welcome.epoch"),
            acknowledgedSequence: try Fields.count(self.acknowledgedSequence, "welcome.acknowledged_sequence"),
            config: self.hasConfig ? try self.config.decoded("welcome.config", reader) : nil,
            cancels: try Fields.identifiers(self.cancelledExecutionIds, "welcome.cancelled_execution_ids"),
            forced: try Fields.identifiers(self.forcedExecutionIds, "welcome.forced_execution_ids"),
            questions: try Fields.identifiers(self.questionedExecutionIds, "welcome.questioned_execution_ids"),
            clock: try self.clock.decoded("welcome.clock"),
            lostAfter: self.hasLostAfter ? try Fields.count(self.lostAfter, "welcome.lost_after") : nil,
            answersLogOpen: self.answersLogOpen,
            renewsCertificates: self.renewsCertificates,
            givesSecrets: self.givesSecrets,
            statisticsSequence: self.hasStatisticsSequence
                ? try Fields.count(self.statisticsSequence, "welcome.statistics_sequence") : nil,
            outputBytes: self.hasOutputBytes ? try Fields.count(self.outputBytes, "welcome.output_bytes") : nil,
            scheduler: self.hasScheduler ? try self.scheduler.decoded("welcome.scheduler") : SchedulerState(),
            maintenance: self.hasMaintenance
                ? try self.maintenance.decoded("welcome.maintenance") : HostMaintenance(),
            networks: self.hasNetworks ? self.networks.decoded : nil,
            signingKeys: self.signingKeys.map(\.decoded)
        )
    }
}

extension PBClockSample {
    fileprivate init(_ sample: ClockSample) {
        self.init()
        self.agentSent = sample.agentSent
        self.serverReceived = sample.serverReceived
        self.serverSent = sample.serverSent
    }

    fileprivate func decoded(_ field: String) throws(WireError) -> ClockSample {
        ClockSample(
            agentSent: try Fields.clock(self.agentSent, field + ".agent_sent"),
            serverReceived: try Fields.clock(self.serverReceived, field + ".server_received"),
            serverSent: try Fields.clock(self.serverSent, field + ".server_sent")
        )
    }
}
