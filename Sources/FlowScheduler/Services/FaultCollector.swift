// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Gathers every fault of a request, so that people see them at once and nothing changes before.
///
/// The list is bounded: an answer must not be larger than the request that caused it.
package struct FaultCollector: Sendable {
    /// Faults that are listed; further ones are counted.
    package static let limit = 20
    /// Bytes of a path or message; both may quote what somebody sent.
    private static let textLimit = 512

    package private(set) var details: [CoreError.Detail] = []
    /// All faults, listed or not.
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ path: String, _ code: String, _ message: Wording) {
        self.count += 1
        guard self.count <= Self.limit else { return }
        self.details.append(
            CoreError.Detail(
                path: path.shortened(toBytes: Self.textLimit),
                code: code,
                message: message.shortened(toBytes: Self.textLimit)
            )
        )
    }

    /// A fault whose words others have chosen.
    @_disfavoredOverload
    package mutating func add(_ path: String, _ code: String, _ message: some StringProtocol) {
        self.add(path, code, Wording(verbatim: String(message)))
    }

    package mutating func require(
        _ condition: Bool,
        _ path: String,
        _ code: String,
        _ message: @autoclosure () -> Wording
    ) {
        if !condition { self.add(path, code, message()) }
    }

    /// Why somebody does something, as people read it later; nil where it was not said.
    package mutating func checkReason(_ reason: String?) {
        guard let reason else { return }
        self.require(
            (1...ReasonRule.limit).contains(TextRules.length(reason)) && !TextRules.hasControlCharacters(reason),
            "reason",
            "length",
            "a reason has 1 to \(ReasonRule.limit) characters, and no control characters"
        )
    }

    package var isEmpty: Bool { self.count == 0 }

    /// - Throws: one `invalid` error with all faults, if there are any.
    package func check(_ subject: Wording) throws(CoreError) {
        guard !self.details.isEmpty else { return }
        let first = self.details[0]
        let more: Wording = self.count > 1 ? " and \(self.count - 1) more" : ""
        throw CoreError(.invalid, "\(subject): \(first.path): \(first.text)\(more)", details: self.details)
    }
}

/// The character rules that several services share.
enum TextRules {
    /// Characters as a person counts them is too generous for a column: this counts Unicode scalars.
    static func length(_ text: String) -> Int { text.unicodeScalars.count }

    static func hasControlCharacters(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f }
    }

    /// `^[A-Za-z0-9][A-Za-z0-9._/-]*$`, at most `limit` bytes.
    static func isLabelName(_ text: String, limit: Int = 63) -> Bool {
        guard (1...limit).contains(text.utf8.count), let first = text.utf8.first else { return false }
        guard first != UInt8(ascii: "_"), self.isLetter(first) || self.isDigit(first) else { return false }
        return text.utf8.allSatisfy { self.isLetter($0) || self.isDigit($0) || [0x2d, 0x2e, 0x2f].contains($0) }
    }

    /// A `token` of RFC 9110, 5.6.2.
    static func isHeaderName(_ text: String) -> Bool {
        let others = Set("!#$%&'*+-.^_`|~".utf8)
        return (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { self.isLetter($0) || self.isDigit($0) || others.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte == 0x5f
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
