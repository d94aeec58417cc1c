// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import FlowTesting
import Testing

@testable import quicflow

@Suite("Help in both languages")
struct HelpTests {
    private static func all(_ command: any ParsableCommand.Type = QuicFlow.self) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { self.all($0) }
    }

    private static let pages = Self.all().compactMap { Self.page($0) }

    private static func page(_ command: any ParsableCommand.Type) -> HelpPage? {
        HelpPage(QuicFlow.helpMessage(for: command, includeHidden: true, columns: HelpPage.endless))
    }

    @Test("every sentence of every command's help has its Chinese")
    func sentences() {
        #expect(Self.pages.count > 150)
        #expect(Self.pages.count == Self.all().count)
        var missing: [String] = []
        for page in Self.pages {
            missing += page.sentences.filter { !Catalogue.help.knows(Wording(words: $0)) && !missing.contains($0) }
        }
        #expect(missing == [])
    }

    @Test("the catalogue has both texts, and no sentence that nobody says")
    func catalogue() {
        let entries = Catalogue.help.entries
        #expect(CatalogueCheck.faults(entries) == [])
        let said = Set(Self.pages.flatMap(\.sentences))
        let known: Set = ["Show help information.", "Show subcommand help information."]
        #expect(entries.map(\.english).filter { !said.contains($0) && !known.contains($0) } == [])
    }

    @Test("a page in Chinese fits its columns, beside labels that stay")
    func columns() {
        for page in Self.pages {
            for line in page.chinese(.help, columns: 80).split(separator: "\n") {
                // Examples and usage are not broken; a word that is longer than a line stays whole.
                let isVerbatim = line.hasPrefix("用法：") || line.contains("quicflow ")
                let isBreakable = !isVerbatim && line.contains(where: \.isWide)
                #expect(DisplayWidth.columns(of: line) <= 80 || !isBreakable, "\(line)")
            }
        }
    }

    @Test("a page keeps its form")
    func form() throws {
        let page = try #require(Self.page(ExecutionListCommand.self)).chinese(.help, columns: 80)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "概述：列出执行，最新的在前。")
        #expect(lines.contains("选项："))
        #expect(lines.contains("  -o, --output <output>   table 供人阅读，json 供脚本使用。（可选值：table,"))
        #expect(lines.contains("                          json；默认：table）"))
        let root = try #require(Self.page(QuicFlow.self)).chinese(.help, columns: 80)
        #expect(root.contains("\n  task                    任务：运行什么、何时、在哪里。\n"))
        #expect(root.hasSuffix("\n  用 'quicflow help <subcommand>' 查看详细说明。"))
    }

    @Test("an error of the parser and the page behind it are both in Chinese")
    func errors() {
        let message =
            "Error: Missing expected argument '<id>'\n\n"
            + QuicFlow.helpMessage(for: ExecutionGetCommand.self, columns: HelpPage.endless)
        let text = ParserWords.chinese(message, help: .help, columns: 80)
        #expect(text.hasPrefix("错误：缺少参数 '<id>'\n\n概述：显示一个执行。\n"))
        let help = "Error: Unknown option '--at'\nHelp:  --at <at>  The instant: an RFC 3339 time with its zone."
        #expect(
            ParserWords.chinese(help, help: .help, columns: 80)
                == "错误：没有选项 '--at'\n说明：--at <at>  时刻：带时区的 RFC 3339 时间。"
        )
    }
}

extension Character {
    fileprivate var isWide: Bool { DisplayWidth.columns(of: self) == 2 }
}
