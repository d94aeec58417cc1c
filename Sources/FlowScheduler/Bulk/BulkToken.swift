// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// What a person has seen before something is done to many at once: which ones, and what is done to them.
///
/// Nothing is stored: the token says when it was made, and a digest over all of it says whether it is the same now. It is no secret and
/// no right; it keeps a person from doing to a hundred what was meant for three.
enum BulkToken {
    /// For reading a question and answering it; milliseconds.
    static let lifetime: Int64 = 600_000

    static func make(_ ids: [String], _ action: String, user: UserID, at now: Timestamp) -> String {
        let digest = Self.digest(ids, action, user: user, made: now.milliseconds)
        return "\(now.milliseconds)-\(Hex.encode(digest))"
    }

    /// Whether a token was made for exactly this, and not long ago.
    static func isValid(_ token: String, _ ids: [String], _ action: String, user: UserID, at now: Timestamp) -> Bool {
        let parts = token.utf8.prefix(100).split(separator: UInt8(ascii: "-"), maxSplits: 1)
        guard token.utf8.count <= 100, parts.count == 2, let text = String(parts[0]), let made = Int64(text) else {
            return false
        }
        // One of the future is another server's whose clock is ahead a little, and nothing else.
        let (age, overflows) = now.milliseconds.subtractingReportingOverflow(made)
        guard !overflows, (-Self.lifetime...Self.lifetime).contains(age) else { return false }
        let expected = Hex.encode(Self.digest(ids, action, user: user, made: made))
        return parts[1].elementsEqual(expected.utf8)
    }

    private static func digest(_ ids: [String], _ action: String, user: UserID, made: Int64) -> SHA256.Digest {
        var hash = SHA256()
        // Each with its length before it, so that no two lists are the same text.
        for text in ["qf-bulk-1", String(made), String(user), action] + ids.sorted() {
            hash.update(data: Array("\(text.utf8.count):\(text)".utf8))
        }
        return hash.finalize()
    }
}
