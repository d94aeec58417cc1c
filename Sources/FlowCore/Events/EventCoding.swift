// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The bytes of an event in the log: small, because every report pays for them.
///
/// Numbers are little-endian in seven bits per byte, signed ones zigzag; text has its length before it. The format's
/// number is stored beside the bytes. What can't be read is an unknown event, never an end of the process.
package enum EventCoding {
    package static let format: Int64 = 1
    /// Executions in one row; a transaction with more writes several.
    package static let executionsPerRow = 500

    /// What a row is about; stored, so never renumbered.
    private enum Topic: Int64 {
        case executions = 1
        case agentCame = 2
        case agentWent = 3
        case serverStarted = 4
        case runSettled = 20
        case person = 30
        case job = 31
        case workflow = 32
    }

    /// The number that rows about settled runs are found by.
    package static let settledTopic = Topic.runSettled.rawValue

    package static func encode(_ event: DurableEvent) -> (topic: Int64, body: [UInt8]) {
        var writer = EventWriter()
        switch event {
        case .executions(let executions):
            writer.unsigned(UInt64(executions.count))
            for execution in executions { writer.execution(execution) }
            return (Topic.executions.rawValue, writer.bytes)
        case .agentCame(let agent):
            writer.text(agent.rawValue)
            return (Topic.agentCame.rawValue, writer.bytes)
        case .agentWent(let agent):
            writer.text(agent.rawValue)
            return (Topic.agentWent.rawValue, writer.bytes)
        case .serverStarted: return (Topic.serverStarted.rawValue, [])
        case .runSettled(let run):
            writer.settled(run)
            return (Topic.runSettled.rawValue, writer.bytes)
        case .person(let event):
            writer.person(event)
            return (Topic.person.rawValue, writer.bytes)
        case .job(let event):
            writer.job(event)
            return (Topic.job.rawValue, writer.bytes)
        case .workflow(let news):
            writer.workflow(news)
            return (Topic.workflow.rawValue, writer.bytes)
        }
    }

    /// - Returns: nil for what this version can't read.
    package static func decode(topic: Int64, format: Int64, body: [UInt8]) -> DurableEvent? {
        guard format == Self.format, let topic = Topic(rawValue: topic) else { return nil }
        var reader = EventReader(bytes: body[...])
        switch topic {
        case .executions:
            // Each has 40 bytes at least, so the count can't make this large by itself.
            guard let count = reader.unsigned(), count <= UInt64(body.count / 40) else { return nil }
            var executions: [ExecutionEvent] = []
            executions.reserveCapacity(Int(count))
            for _ in 0..<count {
                guard let execution = reader.execution() else { return nil }
                executions.append(execution)
            }
            return .executions(executions)
        case .agentCame: return reader.agent().map { .agentCame($0) }
        case .agentWent: return reader.agent().map { .agentWent($0) }
        case .serverStarted: return .serverStarted
        case .runSettled: return reader.settled().map { .runSettled($0) }
        case .person: return reader.person().map { .person($0) }
        case .job: return reader.job().map { .job($0) }
        case .workflow: return reader.workflow().map { .workflow($0) }
        }
    }
}
