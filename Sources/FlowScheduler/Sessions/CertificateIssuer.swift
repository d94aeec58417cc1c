// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Gives agents new certificates before the old ones end.
package protocol CertificateIssuer: Sendable {
    /// Signs a request for an agent and remembers the certificate as the one that follows.
    ///
    /// - Returns: the certificate, PEM.
    /// - Throws: ``CoreError`` with words for the log of the agent.
    func renew(_ request: String, of agent: AgentID) async throws -> String
}
