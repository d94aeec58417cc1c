// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import quicflow

@Suite struct TextTableTests {
    @Test(
        "a character takes the columns a terminal gives it",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("数", 2), ("ｱ", 1), ("Ａ", 2), ("…", 1), ("🚀", 2), ("👩‍🔧", 2),
            ("\u{200b}", 0),
            ("한", 2), ("、", 2), ("─", 1),
        ]
    )
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test("text is cut between characters, to columns and not to letters")
    func fitted() {
        #expect(DisplayWidth.fitted("数据备份", to: 8) == "数据备份")
        #expect(DisplayWidth.fitted("数据备份", to: 7) == "数据备…")
        #expect(DisplayWidth.fitted("数据备份", to: 6) == "数据…")
        #expect(DisplayWidth.fitted("abc", to: 2) == "a…")
    }

    @Test("columns line up under wide characters, and no line ends in blanks")
    func plain() {
        var table = TextTable(["ID", "NAME", "STATE"], alignments: [.right])
        table.add(["1", "数据备份", "ok"])
        table.add(["12", "ping", "failed"])
        #expect(
            table.plain == """
                ID  NAME      STATE
                 1  数据备份  ok
                12  ping      failed
                """
        )
    }

    @Test("a cell with line breaks or escape sequences can't break the table")
    func control() {
        var table = TextTable(["NAME"])
        table.add(["one\ntwo\u{1b}[31m\tthree"])
        #expect(table.plain == "NAME\none two[31m three")
    }

    @Test("the box has a title across all columns (S1-FR-5.5)")
    func boxed() {
        var table = TextTable(["任务", "总次数"])
        table.add(["日志清理", "24"])
        #expect(
            table.boxed(title: "任务执行统计 - 2025-01-09") == """
                ┌───────────────────────────┐
                │ 任务执行统计 - 2025-01-09 │
                ├──────────┬────────────────┤
                │ 任务     │ 总次数         │
                ├──────────┼────────────────┤
                │ 日志清理 │ 24             │
                └──────────┴────────────────┘
                """
        )
    }
}
