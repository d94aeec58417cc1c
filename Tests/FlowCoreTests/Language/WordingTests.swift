// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Wordings and their catalogue")
struct WordingTests {
    private static let catalogue = Catalogue([
        #"""
        en There is no task {id}.
        zh 没有任务 {id}。
        en {first} before {second}
        zh {second} 之前是 {first}
        en a number
        zh 数字
        en this is {kind}
        zh 这是{kind}
        en two\nlines
        zh 两\n行
        """#
    ])

    private func chinese(_ wording: Wording) -> String { Self.catalogue.chinese(wording) }

    @Test("a literal keeps its words and its parts apart")
    func parts() {
        let id = 7
        let wording: Wording = "There is no task \(id)."
        #expect(wording.english == "There is no task 7.")
        #expect(wording.pattern == "There is no task {}.")
        #expect(self.chinese(wording) == "没有任务 7。")
    }

    @Test("another order of the parts is the catalogue's to say")
    func order() {
        #expect(self.chinese("\("a") before \("b")") == "b 之前是 a")
    }

    @Test("a part that has braces or words of the catalogue stays what it is")
    func quoted() {
        #expect(self.chinese("There is no task \("{id} a number").") == "没有任务 {id} a number。")
    }

    @Test("a wording inside a wording is translated too")
    func nested() {
        let inner: Wording = "a number"
        #expect(self.chinese("this is \(inner)") == "这是数字")
        #expect(self.chinese("this is \(words: "a number")") == "这是数字")
        #expect(self.chinese("this is \("a number")") == "这是a number")
        let cron = ScheduleError(.empty, "there is no schedule")
        #expect(self.chinese("this is \(cron)") == "这是" + cron.text(.zh))
    }

    @Test("two literals are one sentence")
    func joined() {
        let long: Wording = "There is " + "no task \(1)."
        #expect(self.chinese(long) == "没有任务 1。")
        #expect(self.chinese("two\nlines") == "两\n行")
    }

    @Test("what the catalogue lacks stays English but for what is inside")
    func missing() {
        let wording: Wording = "but \("x"): \(words: "a number")"
        #expect(self.chinese(wording) == "but x: 数字")
        #expect(!Self.catalogue.knows(wording))
        #expect(Self.catalogue.knows("\("x"): \("y")"))
        #expect(self.chinese(Wording(verbatim: "a number")) == "a number")
    }

    @Test("wordings that read the same are the same")
    func equality() {
        let error = CoreError(.notFound, "There is no task \(7).")
        #expect(error == CoreError(.notFound, "There is no task 7."))
        #expect(error.message == "There is no task 7.")
        let text = "There is no task 7."
        #expect(CoreError(.notFound, text) == error)
        #expect(self.chinese(CoreError(.notFound, text).text) == text)
        #expect(self.chinese(error.text) == "没有任务 7。")
    }

    @Test("a long part is cut and the sentence stays one of the catalogue")
    func shortened() {
        let wording: Wording = "There is no task \(String(repeating: "1", count: 5000))."
        let short = wording.shortened(toBytes: 512)
        #expect(short.english.utf8.count <= 512)
        #expect(self.chinese(short).hasPrefix("没有任务 111"))
    }
}
