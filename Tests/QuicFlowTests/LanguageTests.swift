// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import FlowTesting
import Foundation
import Testing

@testable import quicflow

@Suite("The command's texts in both languages")
struct LanguageTests {
    @Test("every sentence has both texts, the same parts, and no English left")
    func catalogue() {
        let entries = Catalogue.command.entries
        #expect(entries.count > 500)
        #expect(CatalogueCheck.faults(entries) == [])
    }

    @Test(
        "the first of LC_ALL, LC_MESSAGES and LANG decides",
        arguments: [
            (["LANG": "zh_CN.UTF-8"], Language.chinese), (["LANG": "en_US.UTF-8"], .english), ([:], .english),
            (["LC_ALL": "C", "LANG": "zh_CN.UTF-8"], .english), (["LC_MESSAGES": "zh_TW", "LANG": "C"], .chinese),
        ] as [([String: String], Language)]
    )
    func environment(variables: [String: String], language: Language) {
        #expect(Language(environment: variables) == language)
    }

    @Test("a refusal is shown in the language of the reader, of old servers in English")
    func answers() throws {
        let answer = JSONValue.object([
            "message": "There is no task 7.", "text": .object(["zh": "没有任务 7。", "en": "There is no task 7."]),
        ])
        let text = try #require(Wording(said: answer))
        #expect(text.text(in: .chinese) == "没有任务 7。")
        #expect(text.text(in: .english) == "There is no task 7.")
        let old = try #require(Wording(said: .object(["message": "There is no task 7."])))
        #expect(old.text(in: .chinese) == "There is no task 7.")
        #expect(Wording(said: .object([:])) == nil)
    }

    @Test("remarks of an import are Chinese, whatever is quoted in them")
    func remarks() {
        var plan = CrontabImport(namePrefix: "", timeZone: "UTC")
        plan.add(Array("MAILFROM=the@task\n* * * * * nohup /bin/x\n99 * * * * /bin/y\n".utf8), file: "f", form: .user)
        let texts = plan.remarks.map { $0.text.text(in: .chinese) }
        #expect(texts.first == "MAILFROM 已忽略：通知的发件人由渠道决定")
        #expect(texts.contains { $0.hasPrefix("“nohup”会留下进程") })
        #expect(texts.allSatisfy { text in text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) } })
    }

    @Test(
        "what the parser says is taken apart again",
        arguments: [
            ("Error: Missing expected argument '<task>'", "错误：缺少参数 '<task>'"),
            ("Error: Unknown option '--nmae'. Did you mean '--name'?", "错误：没有选项 '--nmae'。是不是 '--name'？"),
            ("Error: Unknown option '--x'", "错误：没有选项 '--x'"),
            ("Error: 2 unexpected arguments: 'a', 'b'", "错误：2 个多余的参数：'a', 'b'"),
            ("Error: The value 'x' is invalid for '--page <page>'", "错误：值 'x' 不能用于 '--page <page>'"),
            (
                "Error: The value 'x' is invalid for '--to <to>'. Please provide one of 'a', 'b or c' or 'd'.",
                "错误：值 'x' 不能用于 '--to <to>'。可用的有：'a'、'b or c'、'd'。"
            ),
            (
                "Error: The value 'x' is invalid for '-o'. Please provide one of 'table' and 'json'.",
                "错误：值 'x' 不能用于 '-o'。可用的有：'table'、'json'。"
            ),
            ("Usage: quicflow task list", "用法：quicflow task list"), ("  --name", "  --name"),
        ]
    )
    func parser(english: String, chinese: String) {
        #expect(ParserWords.chinese(english, help: .help, columns: 80) == chinese)
    }

    /// Walks the sources, so that a new sentence of the server, the command, a host's programs or a record fails without Chinese.
    @Test("no sentence of the sources is in English alone (issue 6)")
    func sources() throws {
        var root = URL(filePath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let ran = try ChildProcess.run("/usr/bin/env", ["python3", root.appending(path: "scripts/texts").path()])
        #expect(ran.end == .exited(0), "\(ran.output)\(ran.error)")
    }

    @Test("headings are in the language, and cells are nobody's words")
    func headings() {
        let heading: Wording = "LAST HEARTBEAT"
        #expect(heading.text(in: .chinese) == "最近心跳")
        #expect(Wording(verbatim: "LAST HEARTBEAT").text(in: .chinese) == "LAST HEARTBEAT")
    }
}
