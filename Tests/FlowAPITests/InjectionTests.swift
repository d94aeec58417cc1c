// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Text that wants to be something else stays text (attack class 7)", .timeLimit(.minutes(5)))
struct InjectionTests {
    private static let payloads = InjectionPayloads.all

    @Test("Five hundred names: each is refused or kept as it is, in JSON and in what spreadsheets open")
    func names() async throws {
        #expect(Self.payloads.count >= 500)
        try await TestServer.with { _, caller in
            var kept: Set<ExactText> = []
            for payload in Self.payloads {
                let answer = try await caller.post("/groups", ["name": .string(payload)])
                #expect([201, 400, 409, 422].contains(answer.status), "\(answer.status) \(payload.debugDescription)")
                #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
                if answer.status == 201 { kept.insert(ExactText(payload)) }
            }
            #expect(kept.count > 200)
            let names = try await caller.get("/groups").data.items.compactMap { $0["name"]?.text }
            let listed = Set(names.map { ExactText($0) })
            #expect(kept.isSubset(of: listed) && listed.count == kept.count + 1, "one is built in")

            let csv = try await caller.get("/audit/export?format=csv&action=group.create")
            #expect(csv.headers[HTTPField.Name("X-Content-Type-Options")!] == "nosniff")
            let disposition = try #require(csv.headers[HTTPField.Name("Content-Disposition")!])
            #expect(disposition.hasPrefix("attachment; filename=\"") && disposition.utf8.allSatisfy { $0 >= 0x20 })
            let cells = Self.cells(csv.text)
            #expect(cells.count > kept.count)
            for cell in cells {
                let first = cell.unicodeScalars.first
                #expect(!"=+-@\t\r\n＝＋－＠".unicodeScalars.contains { $0 == first }, "\(cell.debugDescription)")
            }
        }
    }

    @Test("Five hundred searches find what has that text, and nothing else")
    func searches() async throws {
        try await TestServer.with { _, caller in
            _ = try await caller.post("/tasks", taskBody(["name": .string("plain")]))
            for payload in Self.payloads {
                let text = payload.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                for path in ["/tasks", "/clients"] {
                    let answer = try await caller.get("\(path)?keyword=\(text)")
                    #expect([200, 400].contains(answer.status), "\(answer.status) \(payload.debugDescription)")
                    if answer.status == 200 {
                        #expect(answer.data["total"] == .integer(0), "\(payload.debugDescription)")
                    }
                }
            }
            #expect(try await caller.get("/tasks?keyword=lai").data["total"] == .integer(1))
        }
    }

    @Test("Five hundred tasks with it in every text: looked at all at once, each is good or refused with its path")
    func tasks() async throws {
        try await TestServer.with { _, caller in
            for part in stride(from: 0, to: Self.payloads.count, by: 250) {
                let end = min(part + 250, Self.payloads.count)
                let items: [JSON] = Self.payloads[part..<end].map { payload in
                    let config = JSON.object([
                        .init("command", payload), .init("env", JSON.object([.init("VALUE", payload)])),
                    ])
                    let body = taskBody([
                        "name": .string(payload), "description": .string(payload), "executor_config": config,
                        "labels": .object([.init("team", payload)]),
                    ])
                    return ["task": body.json].json
                }
                let answer = try await caller.post("/task-files/check", ["tasks": .array(items)])
                #expect(answer.status == 200, "\(answer.text.prefix(300))")
            }
        }
    }

    @Test("What a request calls itself goes back only when it is harmless")
    func requestIDs() async throws {
        try await TestServer.with { _, caller in
            for payload in Self.payloads where payload.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
                let answer = try await caller.with("X-Request-ID", payload).get("/health")
                let id = try #require(answer.headers[HTTPField.Name("X-Request-ID")!])
                let isHarmless = id.utf8.allSatisfy { byte in
                    byte == 0x2d || byte == 0x2e || byte == 0x5f || (0x30...0x39).contains(byte)
                        || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                }
                #expect(isHarmless && (8...64).contains(id.utf8.count), "\(id)")
            }
        }
    }

    /// The cells of a CSV file (RFC 4180), numbers left out.
    private static func cells(_ text: String) -> [String] {
        var cells: [String] = []
        var cell: String.UnicodeScalarView?
        var isQuote = false
        for scalar in text.unicodeScalars {
            if isQuote {
                isQuote = false
                if scalar == "\"" {
                    cell?.append(scalar)
                    continue
                }
                cells.append(String(cell ?? .init()))
                cell = nil
            }
            if cell == nil {
                if scalar == "\"" { cell = .init() }
            } else if scalar == "\"" {
                isQuote = true
            } else {
                cell?.append(scalar)
            }
        }
        return cells
    }
}
