// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What an execution hands on")
struct StepOutputsTests {
    @Test("Lines are keys and values, a value may have several lines, and the last of a key counts (W12)")
    func reads() throws {
        let text = "rows=12\nname=a=b c\n\nlist<<END\none\ntwo=2\nEND\nrows=13\r\nempty=\nodd=a<<b\n"
        let outputs = try StepOutputs.parse(Array(text.utf8))
        #expect(outputs == ["rows": "13", "name": "a=b c", "list": "one\ntwo=2", "empty": "", "odd": "a<<b"])
        #expect(try StepOutputs.parse([]).isEmpty)
    }

    @Test(
        "A file with a fault says in which line, and nothing of it counts",
        arguments: [
            ("a=1\nnonsense\n", "line 2: 'nonsense' is not 'key=value'"),
            ("1a=1", "line 1: '1a' is no key: letters, digits and '_', no digit first, at most 64"),
            ("a<<", "line 1: after '<<' stands the word that ends the value"),
            ("x=1\na<<END\nb\n", "line 2: the value of 'a' has no end: no line is 'END'"),
            ("a=\0", "the file is not UTF-8 text"),
        ]
    )
    func faults(_ text: String, _ words: String) {
        let fault = #expect(throws: StepOutputs.Fault.self) { try StepOutputs.parse(Array(text.utf8)) }
        #expect(fault?.text == words)
    }

    @Test("Sizes are bounded")
    func bounds() {
        let long = String(repeating: "x", count: StepOutputs.valueLimit + 1)
        let many = (0...StepOutputs.countLimit).map { "k\($0)=1" }.joined(separator: "\n")
        for text in ["a=\(long)", many, String(repeating: "a=1\n", count: StepOutputs.fileLimit / 4 + 1)] {
            #expect(throws: StepOutputs.Fault.self) { try StepOutputs.parse(Array(text.utf8)) }
        }
        #expect(throws: StepOutputs.Fault.self) { try StepOutputs.parse([0x61, 0x3d, 0xff]) }
    }

    @Test("What is written is read again, whatever its lines are; what does not fit is named")
    func writes() throws {
        let values = [
            "a": "one", "empty": "", "lines": "x\n\ny", "end": "QF_END\nQF_END1\n", "odd": "k=v<<QF_END", "zh": "行\n二",
        ]
        #expect(try StepOutputs.parse(Array(StepOutputs.text(of: values).utf8)) == values)
        let long = String(repeating: "x", count: StepOutputs.valueLimit)
        let fitting = StepOutputs.Fitting([
            ("a", "1"), ("count(*)", "2"), ("nul", "x\0"), ("long", long + "x"), ("most", long), ("more", long),
            ("a", "3"),
        ])
        #expect(fitting.values == ["a": "3", "most": long] && fitting.left == ["count(*)", "nul", "long", "more"])
        let many = StepOutputs.Fitting((0..<101).map { ("k\($0)", "") })
        #expect(many.values.count == 100 && many.left == ["k100"])
        // The largest that fits is read as well.
        let most = StepOutputs.Fitting([("a", long), ("b", String(repeating: "y", count: 32_000))])
        #expect(most.left.isEmpty)
        #expect(try StepOutputs.parse(Array(StepOutputs.text(of: most.values).utf8)) == most.values)
    }

    @Test(
        "Of an answer's JSON what the pointers name is handed on, with the status (W12)",
        arguments: [
            (#"{"data":{"id":7,"name":"a\"b","ok":true,"none":null,"list":[1,"x"]}}"#, nil),
            ("[1]", nil), ("<html>", "the answer is no JSON"), ("", "the answer is no JSON"),
        ] as [(String, String?)]
    )
    func answers(_ body: String, _ fault: String?) {
        var payload = HTTPPayload(url: "http://x/")
        #expect(payload.outputs(status: 200, body: Array(body.utf8)).values.isEmpty, "nobody asked")
        payload.outputs = [
            "id": "/data/id", "name": "/data/name", "ok": "/data/ok", "none": "/data/none", "list": "/data/list",
            "second": "/data/list/1", "away": "/nowhere",
        ]
        let outputs = payload.outputs(status: 201, body: Array(body.utf8))
        #expect(outputs.fault == fault)
        let all = [
            "status": "201", "id": "7", "name": "a\"b", "ok": "true", "list": #"[1,"x"]"#, "second": "x",
        ]
        #expect(outputs.values == (body.hasPrefix("{") ? all : ["status": "201"]))
        #expect(payload.outputs(status: 500, body: nil).fault?.contains("more than") == true)
    }

    @Test("Several executions hand on what they agree on")
    func merges() {
        let merged = Self.merged([["a": "1", "b": "1"], ["a": "1", "b": "2"], ["b": "1", "c": "3"]])
        #expect(merged.values == ["a": "1", "c": "3"] && merged.fault == nil)
    }

    private static func merged(_ outputs: [[String: String]]) -> StepOutputs.Merged {
        var merged = StepOutputs.Merged()
        for values in outputs { merged.add(values) }
        return merged
    }

    @Test("Several executions hand on no more than one may: of more, nothing, and why is said (W12)")
    func boundsMerged() {
        let many = (0..<11).map { shard in
            Dictionary(uniqueKeysWithValues: (0..<10).map { ("k\(shard)_\($0)", "1") })
        }
        #expect(Self.merged(many).values.isEmpty && Self.merged(many).fault?.text.contains("100 outputs") == true)
        #expect(Self.merged(Array(many.dropLast())).values.count == 100)
        let long = String(repeating: "x", count: StepOutputs.valueLimit)
        let large = [["a": long], ["b": long], ["c": "1"]]
        #expect(Self.merged(large).values.isEmpty && Self.merged(large).fault != nil)
        // What they do not agree on does not count, unless it goes beyond all bounds.
        #expect(Self.merged(large + [["c": "2"]]).fault == nil)
        let endless = (0..<2000).map { ["k\($0)": "1"] }
        #expect(Self.merged(endless + (0..<2000).map { ["k\($0)": "2"] }).fault != nil)
    }
}
