// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowScheduler

/// What the server does with its agents; the listener only connects them.
package protocol AgentSessionHandler: Sendable {
    /// Serves one session from the hello to the end.
    ///
    /// The handler answers with a welcome (or a rejection) first, then reads ``AgentChannel/next()`` until it returns nil
    /// or throws. When this returns, the connection is closed.
    func serve(_ channel: any AgentChannel) async throws

    /// Admits a stream of output, waiting while its execution is not known yet.
    ///
    /// - Returns: the offset from which the agent has to go on.
    /// - Throws: The stream is reset.
    func openLog(_ attempt: LogAttempt, from agent: AgentID) async throws -> Int64

    /// Stores output of an admitted stream; when this returns, it is durable and the agent may forget it.
    ///
    /// - Throws: The stream is reset, and the agent sends the output again later.
    func receiveLog(_ chunks: [LogChunk], of attempt: LogAttempt, from agent: AgentID) async throws

    /// An admitted stream is over.
    func closeLog(_ attempt: LogAttempt)
}

/// Hands sessions and output to the scheduler's parts.
struct AgentGate: AgentSessionHandler {
    let sessions: AgentSessions
    let logs: LogIntake

    func serve(_ channel: any AgentChannel) async throws { try await self.sessions.serve(channel) }

    func openLog(_ attempt: LogAttempt, from agent: AgentID) async throws -> Int64 {
        try await self.logs.open(attempt, by: agent)
    }

    func receiveLog(_ chunks: [LogChunk], of attempt: LogAttempt, from agent: AgentID) async throws {
        try await self.logs.append(chunks, to: attempt, by: agent)
    }

    func closeLog(_ attempt: LogAttempt) { self.logs.close(attempt) }
}
