// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowWork

@Suite("The plugin protocol")
struct PluginConversationTests {
    private let greeting =
        #"{"type":"hello","protocol":1,"name":"p","version":"1","parameters":{"a":{"required":true}}}"#

    private func begun(_ parameters: [String: String] = ["a": "1"]) -> PluginConversation {
        PluginConversation(parameters: parameters, facts: [])
    }

    @Test("Greeting, run, result")
    func course() {
        var conversation = self.begun()
        #expect(conversation.begin() == [.send(.object([.init("type", "hello"), .init("protocol", 1)]))])
        let run = JSON.object([.init("type", "run"), .init("parameters", ["a": "1"])])
        #expect(conversation.receive(Array(self.greeting.utf8)) == [.send(run)])
        #expect(
            conversation.receive(Array(#"{"type":"progress","percent":1}"#.utf8)) == [
                .output("progress 1 %\n", isError: false)
            ]
        )
        // What does not go on is not said again.
        #expect(conversation.receive(Array(#"{"type":"progress","percent":1}"#.utf8)).isEmpty)
        #expect(conversation.receive(Array(#"{"type":"result","status":"success"}"#.utf8)) == [.end(.success(nil))])
        #expect(conversation.receive(Array("after".utf8)).isEmpty && conversation.close("x").isEmpty)
    }

    @Test("A result hands on texts, numbers and booleans by name; other values are none of the protocol (W12)")
    func outputs() {
        var conversation = self.begun()
        _ = conversation.receive(Array(self.greeting.utf8))
        let result =
            #"{"type":"result","status":"success","outputs":{"rows":12,"ok":true,"name":"a\nb","none":null}}"#
        #expect(conversation.receive(Array(result.utf8)) == [.end(.success(nil))])
        #expect(conversation.outputs == ["rows": "12", "ok": "true", "name": "a\nb"])
        for outputs in ["[]", "1", #"{"a":[1]}"#, #"{"a b":"1"}"#, #"{"a":"\u0000"}"#] {
            var other = self.begun()
            _ = other.receive(Array(self.greeting.utf8))
            guard
                case .end(.fault)? = other.receive(
                    Array(#"{"type":"result","status":"success","outputs":\#(outputs)}"#.utf8)
                ).first
            else {
                Issue.record("taken: \(outputs)")
                continue
            }
            #expect(other.outputs.isEmpty)
        }
    }

    @Test(
        "What is none of the protocol ends it",
        arguments: [
            "", "x", "[]", "{}", #"{"type":1}"#, #"{"type":"run"}"#, #"{"type":"hello"}"#, #"{"type":"result"}"#,
            #"{"type":"progress","percent":101}"#, #"{"type":"output"}"#,
            #"{"type":"output","text":"x","stream":"tty"}"#,
        ]
    )
    func lies(_ line: String) {
        var first = self.begun()
        guard case .end(.fault)? = first.receive(Array(line.utf8)).first else {
            Issue.record("taken as a greeting")
            return
        }
        var later = self.begun()
        _ = later.receive(Array(self.greeting.utf8))
        guard case .end(.fault)? = later.receive(Array(line.utf8)).first else {
            Issue.record("taken while it runs")
            return
        }
        #expect(later.isOver)
    }

    @Test("One that does not greet, needs what is not given or is cancelled")
    func ends() {
        var silent = self.begun()
        #expect(silent.expire() == [.end(.fault("it did not greet in time"))])
        var needy = self.begun([:])
        #expect(needy.receive(Array(self.greeting.utf8)) == [.end(.fault("the plugin 'p' needs the parameter 'a'"))])
        var cancelled = self.begun()
        _ = cancelled.receive(Array(self.greeting.utf8))
        #expect(cancelled.cancel() == [.send(.object([.init("type", "cancel")]))])
        #expect(cancelled.cancel().isEmpty && cancelled.close("gone") == [.end(.stopped)])
        var long = self.begun()
        let line = [UInt8](repeating: 0x78, count: PluginConversation.lineLimit + 1)
        #expect(long.receive(line).count == 1 && long.isOver)
    }

    @Test("A table is as wide as its cells, numbers stand right, and nothing moves a cursor")
    func table() {
        let table = ResultTable(columns: ["n", "名"], rows: [["1", "a\nb"], ["10", nil]], rowCount: 2)
        #expect(table.text == " n  | 名\n----+------\n  1 | a\\nb\n 10 | NULL\n(2 rows)")
        #expect(ResultTable(columns: [], rows: [], rowCount: 0).text.isEmpty)
    }
}
