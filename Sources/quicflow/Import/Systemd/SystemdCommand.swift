// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// An `Exec…=` line as a command of the shell (systemd.service(5), "Command lines").
///
/// systemd knows two forms of variables: `${NAME}` anywhere is the value as it is, and `$NAME` as a word of its own is the value, split at
/// blanks. `$$` is `$`, and no other `$` means anything, nor does any other sign of the shell.
struct SystemdCommand {
    let text: String
    /// What does not mean quite the same.
    let remarks: [Wording]
    /// The shell splits a value at blanks, and must not look for files of that name.
    let splits: Bool

    /// - Throws: words on what the shell has no words for.
    init(_ line: String, _ specifiers: SystemdSpecifiers) throws(ImportFault) {
        var remarks: [Wording] = []
        var rest = Substring(line)
        var ignoresFailure = false
        var keepsDollars = false
        while let sign = rest.utf8.first, "-@:+!|".utf8.contains(sign) {
            rest = Substring(rest.utf8.dropFirst())
            switch sign {
            case UInt8(ascii: "-"): ignoresFailure = true
            case UInt8(ascii: "@"):
                throw ImportFault(line: 0, message: "'@' (another argv[0]) can't be said here")
            case UInt8(ascii: "|"): throw ImportFault(line: 0, message: "'|' (the user's own shell) can't be said here")
            case UInt8(ascii: ":"): keepsDollars = true
            default:
                let word = String(UnicodeScalar(sign))
                remarks.append("'\(word)' (other rights) is not kept: it runs as the agents' user")
            }
        }
        var words: [String] = []
        var splits = false
        for word in try SystemdWords.split(String(rest)) {
            guard !word.isSeparator else {
                throw ImportFault(line: 0, message: "several commands in one line can't be taken apart here")
            }
            let text = try specifiers.resolved(word.text, &remarks)
            if keepsDollars {
                words.append(ShellText.quoted(text))
            } else if let name = Self.wholeName(text) {
                guard ShellText.isVariable(name) else {
                    remarks.append("'\(text)' is left out: it is the name of no variable, and so nothing")
                    continue
                }
                words.append("$\(name)")
                remarks.append("$\(name) is split at blanks, but quotes in its value stay")
                splits = true
            } else {
                words.append(ShellText.word(Self.pieces(text, &remarks)))
            }
        }
        guard !words.isEmpty else { throw ImportFault(line: 0, message: "there is no command") }
        let text = ShellText.command(words, isLast: false)
        self.text = ignoresFailure ? "{ \(text) || true; }" : text
        self.remarks = remarks
        self.splits = splits
    }

    /// The name behind a `$` at the beginning of a word.
    private static func wholeName(_ word: String) -> String? {
        let bytes = Array(word.utf8.prefix(2))
        guard bytes.count == 2, bytes[0] == UInt8(ascii: "$"), bytes[1] != UInt8(ascii: "$"),
            bytes[1] != UInt8(ascii: "{")
        else { return nil }
        return String(Substring(word.utf8.dropFirst()))
    }

    private static func pieces(_ word: String, _ remarks: inout [Wording]) -> [ShellText.Piece] {
        var pieces: [ShellText.Piece] = []
        var plain: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$"), rest.first == byte {
                plain.append(byte)
                rest.removeFirst()
            } else if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "{"),
                let end = rest.firstIndex(of: UInt8(ascii: "}"))
            {
                let name = String(decoding: rest[..<end].dropFirst(), as: UTF8.self)
                rest = rest[(end + 1)...]
                guard ShellText.isVariable(name) else {
                    remarks.append("${\(name)} is left out: it is the name of no variable, and so nothing")
                    continue
                }
                pieces.append(.text(String(decoding: plain, as: UTF8.self)))
                plain = []
                pieces.append(.variable(name))
            } else {
                plain.append(byte)
            }
        }
        pieces.append(.text(String(decoding: plain, as: UTF8.self)))
        return pieces
    }
}
