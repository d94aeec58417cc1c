// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How long a request waits that the server has asked to come again later (429).
///
/// Nothing was done then, so that it can be sent again. Whoever makes thousands of tasks meets this.
struct Patience {
    /// Of one request in all, in seconds.
    private static let limit: Int64 = 600
    private static let longestWait: Int64 = 60

    private var left: Int64

    /// - Parameter isSignedIn: who signs in is refused for wrong passwords, which waiting does not make right.
    init(isSignedIn: Bool) { self.left = isSignedIn ? Self.limit : 0 }

    /// The seconds to wait before the next try.
    ///
    /// - Parameter header: `Retry-After`, in seconds.
    /// - Returns: nil to give up.
    mutating func wait(_ header: String?) -> Int64? {
        guard let header, let seconds = Int64(header), (0...Self.longestWait).contains(seconds) else { return nil }
        let wait = max(1, seconds)
        guard wait <= self.left else { return nil }
        self.left -= wait
        return wait
    }
}
