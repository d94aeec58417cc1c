// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Standard input, output and error as a person or a script sees them.
enum Terminal {
    /// Writes a line to standard error, so that standard output stays what was asked for.
    ///
    /// Control characters are written out: messages quote files and answers.
    static func complain(_ line: Wording) { self.complain(line.spoken) }

    /// The same for a line that is in the right language already.
    @_disfavoredOverload
    static func complain(_ line: String) {
        // Nobody is left to be told when this fails.
        _ = self.put(PrintableText.of(line) + "\n", to: STDERR_FILENO)
    }

    /// Writes a line to standard output, control characters written out.
    ///
    /// A script must not take half an answer for a whole one: a failure ends the process, see ``write(_:to:)``.
    static func say(_ line: Wording) { self.say(line.spoken) }

    /// The same for a line that is in the right language already, or in none.
    @_disfavoredOverload
    static func say(_ line: String) { self.write(PrintableText.of(line) + "\n") }

    /// Writes a JSON text to standard output; what a terminal would obey is escaped as JSON does it, the values stay.
    static func sayJSON(_ text: String) { self.write(PrintableText.json(text) + "\n") }

    /// Writes text at once and as it is: job output need not be whole lines.
    ///
    /// When standard output can't take it, as when the disk is full, that is said and the process ends with
    /// ``CommandStatus/failed``. A reader that went away, as in `| head`, ends it the same without a word.
    static func write(_ text: String, to stream: FileHandle = .standardOutput) {
        guard !text.isEmpty else { return }
        let failure = self.put(text, to: stream.fileDescriptor)
        guard failure != 0, stream.fileDescriptor != STDERR_FILENO else { return }
        if failure != EPIPE {
            self.complain("quicflow: the output can't be written: \(String(cString: strerror(failure)))")
        }
        exit(CommandStatus.failed.rawValue)
    }

    /// - Returns: 0 or the error number.
    private static func put(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    // A terminal that someone made non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wait, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }

    /// How wide the terminal is: `COLUMNS`, or what it says, or 80.
    static var columns: Int {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text) { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// How wide the terminal is that standard error goes to, or 80.
    static var errorColumns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Asks on the terminal, without echo; nil when there is none or nothing was typed.
    ///
    /// - Parameter orRead: where standard input is no terminal, its first line is the answer.
    static func askSecretly(_ prompt: Wording, orRead: Bool = false) -> String? {
        if orRead, !self.inputIsTerminal, let line = LoginCommand.firstLine(self.readAll()) { return line }
        // getpass(3) talks to /dev/tty, so pipes stay free for data; it is called once, before anything concurrent.
        guard let typed = getpass(prompt.spoken + (Language.current == .chinese ? "：" : ": ")) else { return nil }
        let secret = String(cString: typed)
        return secret.isEmpty ? nil : secret
    }

    /// All of standard input.
    static func readAll() -> Data { FileHandle.standardInput.readDataToEndOfFile() }
}
