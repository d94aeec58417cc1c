// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowNotify

/// Carries a message over a channel: HTTP and SMTP in a server.
package protocol NotifySender: Sendable {
    /// Tries once, and says how it ended; never throws, because every end is a verdict.
    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel, at now: Timestamp) async -> DeliveryVerdict
}
