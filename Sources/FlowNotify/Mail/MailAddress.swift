// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// E-mail addresses as they may stand in a header and in a command of SMTP.
package enum MailAddress {
    /// The plain form `local@domain` of ASCII without blanks, quotes and brackets.
    ///
    /// Other forms exist; none of them is worth that a line break gets into the dialogue.
    package static func isValid(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty else {
            return false
        }
        let refused = Set("<>()[]\\,;:\"".utf8)
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !refused.contains($0) }
            && parts[1].first != UInt8(ascii: ".") && parts[1].last != UInt8(ascii: ".")
    }
}
