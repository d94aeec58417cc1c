// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Gives hosts the secrets of what they run, for the time of the run.
package protocol SecretProvider: Sendable {
    /// - Returns: values by name.
    /// - Throws: ``CoreError`` with words for the record of the execution.
    func secrets(for request: SecretsRequest, of agent: AgentID) async throws -> [String: String]
}

/// A server's ``SecretProvider``: checks that the host is a target of the job and the owners cover the job's groups.
package final class SecretDesk: SecretProvider {
    private let store: any SecretStore & AuditStore
    private let seal: SecretSeal?
    private let clock: any WallClock

    package init(store: any SecretStore & AuditStore, seal: SecretSeal?, clock: any WallClock) {
        self.store = store
        self.seal = seal
        self.clock = clock
    }

    package func secrets(for request: SecretsRequest, of agent: AgentID) async throws -> [String: String] {
        guard
            let needed = try await self.store.sealedSecrets(for: request, on: agent)
        else {
            throw CoreError(.forbidden, "secret_unavailable: this host is no target of the job")
        }
        guard needed.refused.isEmpty else {
            let names = needed.refused.joined(separator: ", ")
            throw CoreError(
                .forbidden,
                "secret_unavailable: \(names) does not exist, or its owners do not cover the groups of this task"
            )
        }
        guard let seal else { throw StoreFault.keyMissing }
        var values: [String: String] = [:]
        for sealed in needed.sealed {
            guard let value = seal.open(sealed.text, name: sealed.name, version: sealed.version) else {
                throw CoreError(
                    .unavailable,
                    "secret_unavailable: \(sealed.name) cannot be opened with the server's keys; set it again"
                )
            }
            values[sealed.name] = value
        }
        for (name, text) in needed.parameters {
            values[SecretParameter.key(of: name)] = try Self.value(of: name, text, job: request.job, values, seal)
        }
        // Durable before a value leaves: which ones went where, not what they are.
        try await self.store.recordAudit(
            AuditEntry(
                change: Change(by: Actor(.agent, id: agent.rawValue, name: agent.rawValue), at: self.clock.now),
                action: .secretDeliver,
                object: AuditObject("execution", request.execution.description, name: needed.jobName),
                groups: needed.groups,
                diff: try AuditDiff.text(before: nil, after: Given(names: values.keys.sorted()))
            )
        )
        return values
    }

    /// The value of a secret parameter, from what its run or its job says.
    private static func value(
        of name: String,
        _ text: String,
        job: JobUID,
        _ secrets: [String: String],
        _ seal: SecretSeal
    ) throws(CoreError) -> String {
        if let secret = SecretParameter.reference(text).flatMap({ secrets[$0] }) { return secret }
        // In clear only where the run was there before the job declared it as secret.
        guard SecretParameter.isSealed(text) else { return text }
        let bound = SecretParameter.sealName(of: name, job: job)
        guard let value = seal.open(text, name: bound, version: SecretParameter.sealVersion) else {
            throw CoreError(
                .unavailable,
                "secret_unavailable: the parameter '\(name)' cannot be opened with the server's keys; start the task anew"
            )
        }
        return value
    }

    private struct Given: Encodable {
        let names: [String]
    }
}
