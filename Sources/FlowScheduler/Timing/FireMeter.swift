// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Counts what the scheduler does; the composition root turns it into metrics.
package protocol FireMeter: Sendable {
    func countFires(_ count: Int)
    /// Fires that only moved the schedule on after a long absence of the server.
    func countMissedFires(_ count: Int)
    /// Records that became durable with an agent's report.
    func observe(_ executions: [Execution])
}
