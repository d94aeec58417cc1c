// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Bars of long work (FR-9)") struct ProgressBarTests {
    private static let mebibyte: Int64 = 1 << 20

    private func bar(
        of total: Int64?,
        _ unit: ProgressBar.Unit = .pieces,
        columns: Int = 80,
        _ language: Language = .english
    )
        -> ProgressBar
    {
        ProgressBar(of: total, unit: unit, columns: columns, language: language, at: 0)
    }

    @Test(
        "A bar is as wide at its beginning as at its end",
        arguments: [
            (0, "[                              ]    0%  0/200"),
            (99, "[##############                ]   49%  99/200"),
            (200, "[##############################]  100%  200/200"),
        ]
    )
    func text(done: Int64, text: String) { #expect(self.bar(of: 200).text(done, at: 0) == text) }

    @Test(
        "Work without parts is done, and no more than all is",
        arguments: [(0, 0, 100), (-1, 10, 0), (11, 10, 100), (1, 3, 33), (Int64.max, Int64.max, 100)]
            as [(Int64, Int64, Int)]
    )
    func percent(done: Int64, total: Int64, percent: Int) { #expect(ProgressBar.percent(done, of: total) == percent) }

    @Test("Work that is over in half a second shows nothing, and takes nothing away")
    func short() {
        var bar = self.bar(of: 10)
        for time in stride(from: Int64(0), to: ProgressBar.patience, by: 50) {
            #expect(bar.show(time / 50, at: time) == nil)
        }
        #expect(bar.clear() == nil)
    }

    @Test("No more than ten lines come in a second, and none that says the same")
    func pace() {
        var bar = self.bar(of: 1000)
        var lines = 0
        for time in stride(from: Int64(0), to: 1500, by: 1) where bar.show(time / 2, at: time) != nil { lines += 1 }
        #expect(lines == 10)
        var still = self.bar(of: 10)
        #expect(still.show(5, at: 600) != nil)
        #expect(still.show(5, at: 800) == nil)
        #expect(still.clear() == ProgressBar.erasing)
        #expect(still.clear() == nil)
        // What was taken away comes back at once.
        #expect(still.show(5, at: 810) != nil)
    }

    @Test("Rate and time left are shown once they are more than a guess, in both languages")
    func speed() {
        var bar = self.bar(of: 100 * Self.mebibyte, .bytes)
        #expect(bar.show(10 * Self.mebibyte, at: 1000)?.hasSuffix("10%  10.0/100.0 MiB") == true)
        #expect(bar.show(20 * Self.mebibyte, at: 2000)?.hasSuffix("20%  20.0/100.0 MiB  10.0 MiB/s  0:08 left") == true)
        var chinese = self.bar(of: 4000, .pieces, .chinese)
        #expect(chinese.show(10, at: 2000)?.hasSuffix("0%  10/4000  5.0/秒  还需 13:18") == true)
    }

    @Test("The rate is that of the last seconds: work that becomes slow says so")
    func window() {
        var bar = self.bar(of: 10_000)
        var last: String?
        // 1,000 in the first second, then 10 in each.
        for second in Int64(1)...30 { last = bar.show(1000 + 10 * (second - 1), at: second * 1000) ?? last }
        #expect(last?.contains("  10/s  ") == true)
    }

    @Test("Other work is counted anew, and says what it is; what has no end has no share")
    func phases() {
        var bar = self.bar(of: 100, .bytes)
        _ = bar.show(100, at: 4000)
        bar.begin(Wording(english: "looking", chinese: "检查"), of: nil, at: 5000)
        #expect(bar.show(0, at: 12_000) == ProgressBar.erasing + "looking…")
        bar.begin(Wording(english: "writing", chinese: "写入"), of: 10, at: 13_000)
        #expect(bar.show(0, at: 13_000)?.contains("writing  [   ") == true)
    }

    @Test("The line never breaks: the bar gives way first, then the end of the line", arguments: [12, 20, 40, 80, 200])
    func narrow(columns: Int) {
        var bar = self.bar(of: 5000 * Self.mebibyte, .bytes, columns: columns, .chinese)
        bar.begin(Wording(english: "copying", chinese: "复制数据库"), of: 5000 * Self.mebibyte, unit: .bytes, at: 0)
        let text = bar.text(2500 * Self.mebibyte, at: 60_000)
        #expect(DisplayWidth.columns(of: text) < columns)
        #expect(text.contains("[") == (columns >= 80))
    }

    @Test(
        "A time is read as a clock",
        arguments: [(5, "0:05"), (754, "12:34"), (3723, "1:02:03")] as [(Int64, String)]
    )
    func clock(seconds: Int64, text: String) { #expect(ProgressBar.clock(seconds) == text) }
}
