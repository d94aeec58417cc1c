// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Pieces of shell scripts.
///
/// Texts are looked at byte by byte: to Swift a quote with a combining mark behind it is another character, to a shell it is a quote.
enum ShellText {
    /// A part of a word.
    enum Piece: Hashable {
        /// Nothing in it means anything to the shell.
        case text(String)
        /// The value of a variable, as it is.
        case variable(String)
    }

    /// A word that the shell leaves as it is.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "_-./:=,@+%".utf8.contains(byte)
            }
        if isPlain { return text }
        var bytes: [UInt8] = [0x27]
        for byte in text.utf8 {
            if byte == 0x27 { bytes += #"'\''"#.utf8 } else { bytes.append(byte) }
        }
        return String(decoding: bytes + [0x27], as: UTF8.self)
    }

    /// One word of several pieces, whatever is in the variables.
    static func word(_ pieces: [Piece]) -> String {
        let texts = pieces.compactMap { piece -> String? in if case .text(let text) = piece { text } else { nil } }
        guard texts.count < pieces.count else { return self.quoted(texts.joined()) }
        var bytes: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .variable(let name): bytes += "${\(name)}".utf8
            case .text(let text):
                for byte in text.utf8 {
                    // What double quotes leave its meaning.
                    if "\\\"$`".utf8.contains(byte) { bytes.append(0x5c) }
                    bytes.append(byte)
                }
            }
        }
        return String(decoding: [0x22] + bytes + [0x22], as: UTF8.self)
    }

    /// The command that starts a program, and never something of the shell's own.
    ///
    /// A shell's `echo` reads backslashes, `if` is no program to it, and `A=b` sets a variable.
    ///
    /// - Parameters:
    ///   - words: ready for the shell.
    ///   - isLast: nothing is to be done after it.
    static func command(_ words: [String], isLast: Bool) -> String {
        let text = words.joined(separator: " ")
        guard let program = words.first, !program.utf8.contains(0x2f) || program.utf8.contains(0x3d) else {
            return text
        }
        return isLast ? "exec \(text)" : "(exec \(text))"
    }

    /// Whether the shell has variables of that name.
    static func isVariable(_ name: String) -> Bool {
        VariableName.isValid(name, limit: VariableName.environmentLimit)
    }

    /// The program and arguments that a script's first line names, and the script.
    ///
    /// The line stays: it is a comment, and numbers of lines in errors stay right.
    static func interpreter(of script: String) -> [String] {
        guard script.hasPrefix("#!") else { return [] }
        let words = script.prefix { $0 != "\n" }.dropFirst(2).split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(
            String.init
        )
        guard let program = words.first, program.hasPrefix("/"), words != ["/bin/sh"] else { return [] }
        let flag = ["perl", "ruby", "node"].contains { words.last?.hasSuffix($0) == true } ? "-e" : "-c"
        // PHP's -r takes no opening tag.
        guard words.last?.hasSuffix("php") != true else { return words + ["-r"] }
        return words + [flag]
    }
}
