// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Standard input, output and error as a person or a script sees them.
enum Terminal {
    /// Writes a line to standard error, so that standard output stays what was asked for.
    static func complain(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Writes text at once and as it is: job output need not be whole lines.
    static func write(_ text: String, to stream: FileHandle = .standardOutput) {
        guard !text.isEmpty else { return }
        stream.write(Data(text.utf8))
    }

    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks on the terminal, without echo; nil when there is none or nothing was typed.
    static func askSecretly(_ prompt: String) -> String? {
        // getpass(3) talks to /dev/tty, so pipes stay free for data; it is called once, before anything concurrent.
        guard let typed = getpass(prompt) else { return nil }
        let secret = String(cString: typed)
        return secret.isEmpty ? nil : secret
    }

    /// All of standard input.
    static func readAll() -> Data { FileHandle.standardInput.readDataToEndOfFile() }
}
