// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAPI
import FlowCore
import Foundation

#if canImport(Glibc)
import Glibc
#endif

extension Language {
    /// Of whoever started this program.
    static var current: Language { Language(environment: ProcessInfo.processInfo.environment) }
}

extension Catalogue {
    /// What this program says, and what the server refuses, in Chinese.
    static let server = Catalogue(ChineseFaults.all + ChineseServer.all)
    /// What `--help` says, in Chinese.
    static let help = Catalogue(ChineseServerHelp.all)
}

extension Wording {
    /// In the language of whoever reads it.
    var spoken: String { self.text(in: .current) }

    func text(in language: Language) -> String {
        language == .chinese ? Catalogue.server.chinese(self) : self.english
    }
}

extension ValidationError {
    /// In the language of whoever reads it.
    static func said(_ text: Wording) -> ValidationError { ValidationError(text.spoken) }
}

extension ParsableCommand {
    /// What the parser says of an error or a wish for help, in the language of whoever reads it.
    static func parserText(for error: any Error) -> String {
        guard Language.current == .chinese else { return self.fullMessage(for: error) }
        let text = self.fullMessage(for: error, columns: HelpPage.endless)
        if self.exitCode(for: error).isSuccess, HelpPage(text) == nil {
            // Versions and dumps are for programs.
            return CompletionScript(text)?.chinese(.help) ?? text
        }
        return ParserWords.chinese(text, help: .help, columns: Speech.columns)
    }
}

/// What the program says to whoever started it.
enum Speech {
    /// A line on standard output.
    static func say(_ text: Wording) { print(text.spoken) }

    /// Says on standard error why something did not work.
    static func complain(_ error: any Error) {
        let text = (error as? CoreError)?.text ?? Wording(verbatim: "\(error)")
        let line: Wording = "error: \(text)"
        FileHandle.standardError.write(Data((line.spoken + "\n").utf8))
    }

    /// How wide the terminal is: `COLUMNS`, or what it says, or 80.
    static var columns: Int {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(text) { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
