// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The Chinese of sentences that are kept in English, as ``KeptTexts`` finds them again.
enum ChineseKept {
    static let all = [
        Self.ends,
        Self.starts,
        Self.server,
        Self.owed,
        Self.work,
        Self.plugins,
        Self.statements,
        Self.messages,
        Self.requests,
    ]
}

extension KeptTexts {
    /// Of what hosts and the server keep in records.
    package static let records = KeptTexts(Catalogue(ChineseKept.all).entries)
}
