// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowProcess
import Foundation

/// Turns an attempt of an SQL, plugin or built-in job into the process of `quicflow-work` that carries it out.
struct WorkRequest: Sendable {
    private let environment = ShellEnvironment()
    let program: String?
    let policy: HostPolicy
    let networks: InstallationNetworks
    let outputs: OutputFiles

    /// - Throws: `CoreError` whose message becomes the detail of FAILURE(SPAWN).
    func process(for launch: Launch) throws -> ProcessRequest {
        guard let program else {
            throw CoreError(.invalid, "quicflow-work is not beside the agent of this host; install it")
        }
        let order = launch.order
        var policy = self.policy
        policy.network.defaults = self.networks.now
        let work = WorkOrder(
            payload: order.job.payload,
            parameters: order.values,
            policy: policy,
            taskID: order.job.id,
            taskName: order.job.name,
            executionID: order.executionID.description,
            attempt: launch.attempt,
            scheduledTime: order.scheduledTime.rfc3339(),
            timeout: order.job.policies.timeoutSeconds
        )
        let base = try self.environment.entries(
            for: launch,
            payload: ShellPayload(command: ""),
            interpreter: ShellRequest.defaultInterpreter
        )
        return ProcessRequest(
            key: AttemptKey(launch),
            timeoutMilliseconds: ShellRequest.milliseconds(seconds: order.job.policies.timeoutSeconds),
            successCodes: Self.successCodes(order.job.payload),
            program: program,
            directory: "/",
            arguments: [program],
            environment: base.filter { !$0.hasPrefix("QF_PARAM_") } + Self.engineVariables(order.job.payload)
                + (try Self.pieces(of: work))
                + ["QF_OUTPUT=\(self.outputs.path(of: AttemptKey(launch)))"],
            masked: launch.secrets.isEmpty ? [] : SecretForms.all(of: launch.secrets)
        )
    }

    /// What an attempt of an earlier agent was to start.
    func names(of launch: Launch) -> ProcessRunner.Handed {
        ProcessRunner.Handed(
            key: AttemptKey(launch),
            program: self.program ?? "quicflow-work",
            directory: "/",
            successCodes: Self.successCodes(launch.order.job.payload)
        )
    }

    private static func successCodes(_ payload: Payload) -> [Int] {
        if case .container(let container) = payload { container.successCodes } else { [] }
    }

    /// What the agent was told of the engine, by whoever started it.
    private static func engineVariables(_ payload: Payload) -> [String] {
        guard case .container = payload else { return [] }
        return ContainerEngine.variables.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    }

    /// ASCII, so that it can be cut anywhere.
    private static func pieces(of work: WorkOrder) throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var rest = Array(try encoder.encode(work).base64EncodedData())[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            let piece = String(decoding: rest.prefix(WorkOrder.pieceBytes), as: UTF8.self)
            pieces.append("\(WorkOrder.variable)\(pieces.count)=\(piece)")
            rest = rest.dropFirst(WorkOrder.pieceBytes)
        }
        return pieces
    }
}
