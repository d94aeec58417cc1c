// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

/// Any JSON, to compare the tree that the audit makes with the one that Foundation's text stands for.
private indirect enum Tree: Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let items = try? container.decode([Tree].self) {
            self = .array(items)
        } else {
            self = .object(try container.decode([String: Tree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .array(let items): try container.encode(items)
        case .object(let members): try container.encode(members)
        }
    }
}

private enum Shape: Encodable {
    case nothing
    case unnamed(Int)
    case named(baseURLPath: String, isHTTPOnly: Bool)
}

private struct Zoo: Encodable {
    var maxOutputBytes = Int64.max
    var smallest = Int64.min
    var large = UInt64.max
    var byte = UInt8(200)
    var short = Int16(-3)
    var ratio = 0.25
    var whole = 3.0
    var isEnabled = true
    var nothing: String?
    var text = "quote \" and \u{1F600} and \u{7}"
    var shapes: [Shape] = [.nothing, .unnamed(7), .named(baseURLPath: "/a", isHTTPOnly: false)]
    var camelCase = ["keyOfAPerson": 1, "HTTP_PROXY": 2]
    var byNumber = [1: "one"]
    var matrix = [[1, 2], []]
    var holes: [Int?] = [1, nil, 3]
    var empty = Nothing()
    var set: Set<String> = ["only"]
    var under_score = "a"
    var url2Path = "b"
}

private struct Nothing: Encodable {}

@Suite("The tree of what is audited")
struct AuditEncoderTests {
    private func expectSame(_ value: some Encodable, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let tree = try JSONDecoder().decode(Tree.self, from: try encoder.encode(value))
        let direct = try #require(try AuditDiff.text(before: nil, after: value), sourceLocation: sourceLocation)
        #expect(direct == (try AuditDiff.text(before: nil, after: tree)), sourceLocation: sourceLocation)
    }

    @Test("It is the tree that the value's JSON stands for, with names of fields in snake case")
    func same() throws {
        try self.expectSame(Zoo())
        try self.expectSame(["camelCase": Zoo()])
        try self.expectSame([Shape.named(baseURLPath: "", isHTTPOnly: true)])
        try self.expectSame(Policies())
        try self.expectSame(ScheduleSpec.cron(expression: "0 3 * * *", timeZone: "UTC", dst: .debian))
    }

    @Test(
        "Names that speak of a secret are known in any spelling, inside longer names too",
        arguments: [
            "apiKey", "DB_PASSWORD", "x-AuthoriZation-2", "cookies", "TOKEN",
        ]
    )
    func sensitive(_ name: String) throws {
        let text = try #require(try AuditDiff.text(before: nil, after: [name: "canary"]))
        #expect(!text.contains("canary"))
    }

    @Test("Other names stay open", arguments: ["pas", "name", "se-cret", "", "ke"])
    func open(_ name: String) throws {
        let text = try #require(try AuditDiff.text(before: nil, after: [name: "canary"]))
        #expect(text.contains("canary"))
    }
}
