// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a host does with the fires of a job while it has no connection to a server (R13).
///
/// Decided by the host alone. Jobs that only the server fires start nothing there anyway.
package enum OfflinePolicy: String, Codable, Sendable, CaseIterable {
    /// It goes on by its own clock, for as long as it takes.
    case run
    /// Nothing of the job fires until a server is there again.
    case skip
    /// It goes on for so long after it last had a connection, and then as with ``skip``.
    case runFor = "run_for"

    /// The last words of ``detail(from:through:)``; records of every version are told by them.
    private static let reason = "longer than the job runs without one"

    /// What the record of fires says that such a time has swallowed.
    package static func detail(from: Timestamp, through: Timestamp) -> String {
        "the host had no connection to a server from \(from) to \(through), \(self.reason)"
    }

    /// Whether a record's detail says so.
    package static func explains(_ detail: String?) -> Bool { detail?.hasSuffix(self.reason) ?? false }
}

extension Policies {
    /// What ``offlineMaxSeconds`` may be: from a minute to a year.
    package static let offlineRange = 60...365 * 86_400

    /// For how long a host fires the job without a connection to a server; milliseconds, nil = for ever.
    package var aloneMilliseconds: Int64? {
        switch self.offline {
        case .run: nil
        case .skip: 0
        case .runFor: Int64(self.offlineMaxSeconds ?? 0) * 1000
        }
    }
}
