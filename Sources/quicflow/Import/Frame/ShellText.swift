// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Pieces of shell scripts.
enum ShellText {
    /// A word that the shell leaves as it is.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || "_-./:=,@+%".utf8.contains(byte)
            }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
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
