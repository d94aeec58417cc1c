// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What `%n`, `%i` and their like stand for in a unit (systemd.unit(5), "Specifiers").
struct SystemdSpecifiers {
    /// The unit's name as it is started.
    let unit: String

    /// Where units of the system have their places.
    private static let places: [UInt8: String] = [
        UInt8(ascii: "t"): "/run", UInt8(ascii: "S"): "/var/lib", UInt8(ascii: "C"): "/var/cache",
        UInt8(ascii: "L"): "/var/log", UInt8(ascii: "E"): "/etc", UInt8(ascii: "T"): "/tmp",
        UInt8(ascii: "V"): "/var/tmp",
    ]

    /// - Parameter remarks: gets what is right for most units only.
    /// - Throws: words on what a file can't say.
    func resolved(_ text: String, _ remarks: inout [Wording]) throws(ImportFault) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let sign = rest.popFirst() else {
                result.append(byte)
                continue
            }
            result += try self.value(sign, &remarks)
        }
        return try Self.text(result)
    }

    private func value(_ sign: UInt8, _ remarks: inout [Wording]) throws(ImportFault) -> [UInt8] {
        let base = self.unit.split(separator: ".").dropLast().joined(separator: ".")
        let parts = base.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (prefix, instance) = (parts[0], parts.count > 1 ? parts[1] : nil)
        let last = prefix.split(separator: "-", omittingEmptySubsequences: false).last.map(String.init) ?? prefix
        switch sign {
        case UInt8(ascii: "%"): return [sign]
        case UInt8(ascii: "n"): return Array(self.unit.utf8)
        case UInt8(ascii: "N"): return Array(base.utf8)
        case UInt8(ascii: "p"): return Array(prefix.utf8)
        case UInt8(ascii: "P"): return Self.unescaped(prefix)
        case UInt8(ascii: "i"): return Array((instance ?? "").utf8)
        case UInt8(ascii: "I"): return Self.unescaped(instance ?? "")
        case UInt8(ascii: "j"): return Array(last.utf8)
        case UInt8(ascii: "J"): return Self.unescaped(last)
        case UInt8(ascii: "f"):
            let path = Self.unescaped(instance ?? prefix)
            return path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path
        default:
            let word = "%" + String(UnicodeScalar(sign))
            guard let place = Self.places[sign] else {
                throw ImportFault(line: 0, message: "'\(word)' can't be said here; write out what it stands for")
            }
            remarks.append("\(word) is written out as \(place), which it is for units of the system")
            return Array(place.utf8)
        }
    }

    /// As `systemd-escape --unescape` has it: `-` is `/`, `\x2d` is `-`.
    private static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count > 2,
                let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte == UInt8(ascii: "-") ? UInt8(ascii: "/") : byte)
            }
        }
        return result
    }

    private static func text(_ bytes: [UInt8]) throws(ImportFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw ImportFault(line: 0, message: "the unit's name stands for bytes that are no text in UTF-8")
        }
        return text
    }
}
