// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The unit of the host's systemd in which a script runs: a scope of its own for each attempt (systemd.scope(5)).
///
/// What it may use stands in the job's limits, and whom it runs as in the job; so this says only where it belongs.
package struct TransientUnit: Hashable, Sendable, Codable {
    /// The slice that it lies in, with all that people of the host have said of that; nil = the manager's usual one.
    package var slice: String?
    /// What `systemctl status` calls it; nil = the job's name.
    package var description: String?

    package init(slice: String? = nil, description: String? = nil) {
        self.slice = slice
        self.description = description
    }
}

extension TransientUnit {
    /// Bytes of a name with its suffix, as systemd has it (`UNIT_NAME_MAX`).
    package static let nameBytes = 255
    package static let descriptionBytes = 256
    private static let sliceSuffix = ".slice"

    /// The scope of an attempt.
    package static func name(execution: String, attempt: Int) -> String { "quicflow-\(execution)-\(attempt).scope" }

    /// Whether it could be the name of a slice: `batch.slice`, `batch-nightly.slice`.
    ///
    /// A dash says whose child it is (systemd.slice(5)), so there is none at an end and no two together; that rules out the
    /// root, `-.slice`, in which nothing of the host would hold a job back. Escaped names (`\x2d`) are not taken.
    package static func isSlice(_ text: String) -> Bool {
        guard text.utf8.count <= self.nameBytes, text.hasSuffix(self.sliceSuffix) else { return false }
        let parts = text.utf8.dropLast(self.sliceSuffix.utf8.count)
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(self.isPlain) } && parts.first?.first != 0x2e
    }

    /// Whether one slice is another or lies in it: `batch-nightly.slice` lies in `batch.slice`.
    package static func slice(_ slice: String, liesIn outer: String) -> Bool {
        slice.utf8.elementsEqual(outer.utf8)
            || slice.utf8.starts(with: Array(outer.utf8.dropLast(self.sliceSuffix.utf8.count)) + [UInt8(ascii: "-")])
    }

    /// Whether it is one line that a terminal can show.
    package static func isDescription(_ text: String) -> Bool {
        (1...self.descriptionBytes).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "_:.".utf8.contains(byte)
    }
}
