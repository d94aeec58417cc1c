// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Words for programs in the rejection of a hello (``ServerMessage/rejected(code:message:)``).
package enum RejectionCode {
    /// Another host uses this agent's identity at the same time (R14).
    package static let duplicateAgent = "duplicate_agent"
}
