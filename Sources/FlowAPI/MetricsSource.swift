// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Where the numbers of `/metrics` come from.
package protocol MetricsSource: Sendable {
    /// All metrics in Prometheus' text format 0.0.4.
    func exposition() async -> String
    /// Why the server should get no traffic now; nil when it should.
    func notReady() async -> Wording?
}
