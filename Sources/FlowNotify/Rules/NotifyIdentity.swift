// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
import Foundation

/// Derives the ids of incidents and messages, so that whoever decides the same again after a crash names it alike.
enum NotifyIdentity {
    static func incident(rule: String, group: String, event: Int64, at time: Timestamp) -> IncidentID {
        IncidentID(uuid: self.derive(["incident", rule, group, String(event)], at: time))
    }

    /// - Parameter target: the place in the rule's list of channels.
    static func delivery(
        _ incident: IncidentID,
        target: Int,
        purpose: NotifyDelivery.Purpose,
        number: Int,
        at time: Timestamp
    ) -> DeliveryID {
        let parts = ["delivery", incident.description, String(target), purpose.rawValue, String(number)]
        return DeliveryID(uuid: self.derive(parts, at: time))
    }

    static func digest(of deliveries: [DeliveryID], at time: Timestamp) -> DeliveryID {
        DeliveryID(uuid: self.derive(["digest"] + deliveries.map(\.description), at: time))
    }

    /// A report's message: the same for the same days, whoever writes it and how often.
    static func report(_ mail: Int64, _ due: ReportMail.Due) -> DeliveryID {
        let span = ["\(due.from.milliseconds)", "\(due.until.milliseconds)"]
        return DeliveryID(uuid: self.derive(["report", String(mail)] + span, at: due.at))
    }

    /// A UUIDv8 (RFC 9562, 5.8) that begins with the time.
    private static func derive(_ parts: [String], at time: Timestamp) -> UUID {
        var hash = SHA256()
        for part in parts {
            // Each with its length: ("ab", "c") and ("a", "bc") must not collide.
            hash.update(data: Array("\(part.utf8.count):".utf8))
            hash.update(data: Array(part.utf8))
        }
        var raw = Array(hash.finalize().prefix(16))
        let milliseconds = UInt64(bitPattern: time.milliseconds)
        for index in 0..<6 { raw[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index)) }
        raw[6] = (raw[6] & 0x0f) | 0x80
        raw[8] = (raw[8] & 0x3f) | 0x80
        return raw.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

extension DeliveryID {
    /// A report's message: the same for the same days, whoever writes it and how often.
    package static func report(_ mail: Int64, _ due: ReportMail.Due) -> DeliveryID {
        NotifyIdentity.report(mail, due)
    }
}
