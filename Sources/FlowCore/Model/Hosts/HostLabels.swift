// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is said of a host in names and values, such as `region=eu`; by the host's own agent or by people.
package enum HostLabels {
    package static let countLimit = 64
    /// Bytes of a value.
    package static let valueLimit = 256

    /// What is wrong with one label; nil when nothing is.
    ///
    /// A name is made of letters, digits, `.`, `_`, `-` and `/`, begins with a letter or digit and has at most 63 bytes.
    package static func fault(name: String, value: String) -> Wording? {
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        }
        guard (1...63).contains(name.utf8.count), let first = name.utf8.first, isWord(first),
            name.utf8.allSatisfy({ isWord($0) || [0x2d, 0x2e, 0x2f, 0x5f].contains($0) })
        else {
            return
                "a label's name begins with a letter or digit and goes on with these, '.', '_', '-' or '/', at most 63"
        }
        guard value.utf8.count <= Self.valueLimit,
            !value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else {
            return "a label's value has at most \(Self.valueLimit) bytes and no control characters"
        }
        return nil
    }

    /// The valid ones of what a host says about itself, in the order of their names, up to ``countLimit``.
    ///
    /// A host with a strange label is still a host: what can't be kept is left out, and its agent refused it before.
    package static func kept(_ labels: [String: String]) -> [String: String] {
        let valid = labels.filter { Self.fault(name: $0.key, value: $0.value) == nil }
        guard valid.count > Self.countLimit else { return valid }
        let first = valid.sorted { $0.key < $1.key }.prefix(Self.countLimit)
        return Dictionary(uniqueKeysWithValues: first.map { ($0.key, $0.value) })
    }
}
