// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of sentences that are kept in English, as ``KeptTexts`` finds them again.
enum ChineseKept {
    static let all = [
        Self.ends,
        Self.starts,
        Self.server,
    ]
}
