// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

/// A store with ways to put things into it; time is what a test says it is.
struct World {
    /// 2026-11-21T10:00:00Z: where tests begin.
    static let start = Timestamp(milliseconds: 1_795_255_200_000)

    let store: any Store

    func agent(_ name: String, groups: [GroupID] = []) async throws -> AgentID {
        let id = try #require(AgentID(name))
        let token = JoinToken(
            id: "token-" + name,
            secretHash: [1, 2, 3],
            groups: groups,
            expiresAt: Self.start.advanced(byMilliseconds: 60_000),
            createdAt: Self.start
        )
        try await self.store.createJoinToken(token)
        let agent = Agent(id: id, name: name, createdAt: Self.start)
        try await self.store.enrol(token: token.id, agent: agent, at: Self.start)
        return id
    }

    /// An agent with a session of incarnation `"one"`.
    func connectedAgent(_ name: String, groups: [GroupID] = []) async throws -> AgentID {
        let id = try await self.agent(name, groups: groups)
        _ = try await self.hello(id)
        return id
    }

    func hello(
        _ agent: AgentID,
        incarnation: String = "one",
        lastSequence: Int64 = 0,
        acknowledged: Int64? = nil,
        base: Int64? = nil,
        at now: Timestamp = start
    ) async throws -> AgentSessionStart {
        let hello = Hello(
            agent: agent,
            incarnation: incarnation,
            bootID: "boot",
            lastSequence: lastSequence,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: agent.rawValue + ".example",
            operatingSystem: "Linux",
            sentAt: 0,
            acknowledgedSequence: acknowledged,
            outboxBase: base
        )
        return try await self.store.openSession(hello, address: "192.0.2.1", at: now)
    }

    /// A job of every second whose next fire is ``start``.
    func job(
        _ name: String = "job",
        groups: [GroupID] = [Group.everyone],
        isEnabled: Bool = true,
        nextFire: Timestamp? = start
    ) async throws -> Job {
        try await self.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: Self.definition(name, groups: groups),
            isEnabled: isEnabled,
            nextFire: nextFire,
            by: "ada",
            at: Self.start
        )
    }

    static func definition(
        _ name: String,
        groups: [GroupID] = [Group.everyone],
        description: String = "",
        command: String = "true"
    ) -> JobDefinition {
        JobDefinition(
            name: name,
            description: description,
            payload: .shell(ShellPayload(command: command)),
            schedule: .manual,
            groups: groups
        )
    }

    /// A fire of the job's version as the planner asks for it.
    static func plan(
        _ job: Job,
        at nominal: Timestamp = start,
        next: Timestamp?,
        isMissed: Bool = false,
        isStale: Bool = false
    ) -> PlannedFire {
        PlannedFire(
            job: job.uid,
            jobID: job.id,
            version: job.version,
            nominal: nominal,
            next: next,
            isMissed: isMissed,
            isStale: isStale
        )
    }

    /// Fires the job at `nominal` and plans the next fire one second later.
    func fire(
        _ job: Job,
        at nominal: Timestamp = start,
        online: Set<AgentID> = []
    ) async throws -> FireOutcome {
        let fire = Self.plan(job, at: nominal, next: nominal.advanced(byMilliseconds: 1000))
        return try #require(try await self.store.fire([fire], online: online, at: nominal).first)
    }

    /// Fires, expecting the fire to be durable; returns its execution on `agent`.
    func fired(_ job: Job, at nominal: Timestamp = start, on agent: AgentID) async throws -> Execution {
        guard case .fired(_, let executions, _) = try await self.fire(job, at: nominal) else {
            throw CoreError(.internal, "not fired")
        }
        return try #require(executions.first { $0.agentID == agent })
    }

    /// A report on a fire of the job.
    static func report(
        _ sequence: Int64,
        _ job: Job,
        on agent: AgentID,
        at nominal: Timestamp = start,
        _ status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        attempt: Int = 1,
        ran milliseconds: Int64? = nil,
        coalesced: CoalescedRange? = nil,
        output: [LogChunk] = []
    ) -> Report {
        Report(
            sequence: sequence,
            executionID: DeterministicID.execution(kind: .cron, job: job.uid, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal),
            jobUID: job.uid,
            jobID: job.id,
            jobName: job.definition.name,
            jobVersion: job.version,
            kind: .cron,
            nominal: nominal,
            status: status,
            reason: reason,
            attempt: attempt,
            startedAt: status == .pending || status == .skipped ? nil : nominal,
            finishedAt: status.isTerminal ? nominal.advanced(byMilliseconds: milliseconds ?? 100) : nil,
            exitCode: status == .success ? 0 : nil,
            coalesced: coalesced,
            outputBytes: output.reduce(0) { $0 + Int64($1.bytes.count) },
            inlineOutput: output
        )
    }

    /// Applies reports of one agent.
    @discardableResult
    func apply(
        _ reports: [Report],
        of agent: AgentID,
        incarnation: String = "one",
        at now: Timestamp = start
    ) async throws -> AppliedReports {
        let batch = ReportBatch(agent: agent, incarnation: incarnation, reports: reports)
        return try #require(try await self.store.apply([batch], at: now).first)
    }

    /// Appends output as the agents of the executions would.
    @discardableResult
    func append(_ chunks: [LogChunk]) async throws -> [LogPieceOutcome] {
        var pieces: [LogPiece] = []
        for chunk in chunks {
            let agent = try await self.execution(chunk.executionID).agentID
            let attempt = LogAttempt(execution: chunk.executionID, attempt: chunk.attempt)
            pieces.append(LogPiece(agent: agent, attempt: attempt, chunks: [chunk]))
        }
        return try await self.store.appendLog(pieces)
    }

    func execution(_ id: ExecutionID) async throws -> Execution { try #require(try await self.store.execution(id)) }

    func statistics(_ job: Job? = nil) async throws -> ExecutionStatistics {
        try await self.store.statistics(job: job?.id, since: Self.start.advanced(byMilliseconds: -3_600_000))
    }
}

extension Timestamp {
    static func + (time: Timestamp, seconds: Int64) -> Timestamp { time.advanced(byMilliseconds: seconds * 1000) }
}

/// Expects a ``CoreError`` of a code; returns its message.
@discardableResult
func expectError(
    _ code: CoreError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> String {
    do {
        try await body()
        Issue.record("expected \(code.rawValue), but nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as CoreError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        return error.message
    } catch {
        Issue.record("expected a CoreError, got \(error)", sourceLocation: sourceLocation)
    }
    return ""
}
