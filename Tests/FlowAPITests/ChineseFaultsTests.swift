// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@testable import FlowAPI

@Suite("Refusals in Chinese")
struct ChineseFaultsTests {
    @Test("every sentence has both texts, the same parts, and no English left")
    func catalogue() {
        let entries = TextPresenter.catalogue.entries
        #expect(entries.count > 700)
        #expect(CatalogueCheck.faults(entries) == [])
    }

    @Test("whoever lacks a right is told so in both languages")
    func refusal() {
        let error = CoreError(.notFound, "There is no workflow \(12). It may have been deleted.")
        let failure = APIFailure(error)
        #expect(failure.message == error.message)
        #expect(TextPresenter.catalogue.chinese(failure.text) == "没有工作流 12，可能已被删除。")
    }

    @Test("a body with faults names each of them in Chinese")
    func body() throws {
        var reader = try FieldReader(.object([.init("name", 5), .init("nmae", "x")]))
        _ = reader.requiredString("name")
        do {
            try reader.finish()
            Issue.record("the body was taken")
        } catch let failure as APIFailure {
            let chinese = TextPresenter.catalogue.chinese
            #expect(failure.details.map { chinese($0.text) } == ["这是整数，不是字符串", "没有这个字段"])
            #expect(chinese(failure.text) == "请求无法读取：name：这是整数，不是字符串（另有 1 处）")
            let english = "The request cannot be read: name: this is an integer, not a string (and 1 more)"
            #expect(failure.message == english)
        }
    }

    @Test("what the server hides of its inside is hidden in both")
    func hidden() {
        let failure = APIFailure(CoreError(.internal, "the disk /dev/sda is on fire"))
        #expect(!failure.message.contains("sda"))
        #expect(TextPresenter.catalogue.chinese(failure.text) == "服务器出错了。日志中有这个请求编号的详情。")
    }
}
