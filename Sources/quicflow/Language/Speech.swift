// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

extension Language {
    /// Of whoever reads what this program says.
    static var current: Language { Language(environment: ProcessInfo.processInfo.environment) }
}

extension Catalogue {
    /// What `--help` says, in Chinese.
    static let help = Catalogue(ChineseHelp.all)
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
        return ParserWords.chinese(text, help: .help, columns: Terminal.columns)
    }
}
