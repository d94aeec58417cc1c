// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// The query of a request, read strictly: each parameter once, each one known, each one right.
///
/// A mistyped filter must not silently list everything, so unknown names are refused (``finish()``), and so is a number, a
/// time or a word of a list that stands there without a value: `task_id=` is what a script sends whose variable is empty.
/// Free text without a value counts as absent.
struct Query {
    private var values: [ExactText: String] = [:]
    private var faults = FaultCollector()
    /// What the contract names; nil = whatever is asked for.
    private let declared: [String]?

    /// Bytes that a word to search for may have.
    static let keywordLimit = 256

    /// - Parameter declared: the parameters that the route's contract names. Others are refused even if they are asked for, so that
    ///   none can stay undocumented.
    init(_ text: String?, declared: [String]? = nil) throws {
        self.declared = declared
        for pair in (text ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let decoded = Self.decode(pair[..<end]), let value = Self.decode(pair[end...].dropFirst()) else {
                throw APIFailure.malformed(
                    path: "",
                    code: "encoding",
                    message: "the query is not percent-encoded UTF-8, or has too many combining marks in a row"
                )
            }
            let name = ExactText(decoded)
            if let declared, !declared.contains(where: { ExactText($0) == name }) {
                self.fault(name.text, "unknown_parameter", Self.unknown(declared))
                continue
            }
            if let earlier = self.values[name] {
                guard let separator = Self.separators[name] else {
                    self.fault(name.text, "duplicate", "this parameter stands twice")
                    continue
                }
                self.values[name] = earlier + separator + value
            } else {
                self.values[name] = value
            }
        }
    }

    /// What may stand several times, and what is put between: `status=3,4` is `status=3&status=4`; a label's value may have commas
    /// of its own, and no parameter has the character NUL in it.
    private static let separators: [ExactText: String] = ["status": ",", "label": "\u{0}"]

    mutating func fault(_ name: String, _ code: String, _ message: Wording) {
        self.faults.add(name, code, message)
    }

    /// Free text; nil when it is absent or empty.
    mutating func string(_ name: String) -> String? {
        guard let text = self.word(name), !text.isEmpty else { return nil }
        return text
    }

    /// Text of a certain form; an empty one is there, and wrong.
    mutating func word(_ name: String) -> String? { self.values.removeValue(forKey: ExactText(name)) }

    /// Notes a fault when a parameter is absent.
    mutating func require(_ name: String, _ message: Wording = "this parameter is required") {
        if self.values[ExactText(name)] == nil { self.fault(name, "required", message) }
    }

    /// A word to search for.
    mutating func keyword(_ name: String = "keyword") -> String? {
        guard let text = self.string(name) else { return nil }
        if text.utf8.count > Self.keywordLimit {
            self.fault(name, "length", "a word to search for has at most \(Self.keywordLimit) bytes")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String) -> Int64? {
        guard let text = self.word(name) else { return nil }
        guard let value = Int64(text) else {
            self.fault(name, "type", "'\(text)' is no integer")
            return nil
        }
        return value
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>, default fallback: Int64) -> Int64 {
        guard let value = self.integer(name) else { return fallback }
        if !range.contains(value) {
            self.fault(name, "range", "\(value) is outside \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = self.word(name) else { return nil }
        guard let instant = Timestamp(rfc3339: text) else {
            self.fault(name, "syntax", "'\(text)' is no RFC 3339 time with an offset, such as 2026-01-31T08:00:00Z")
            return nil
        }
        return instant
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String) -> Value?
    where Value.RawValue == String {
        guard let text = self.word(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            self.fault(name, "value", "'\(text)' is none of \(known)")
            return nil
        }
        return value
    }

    mutating func flag(_ name: String) -> Bool {
        guard let text = self.string(name) else { return false }
        if text != "true", text != "false" { self.fault(name, "value", "'\(text)' is none of 'true', 'false'") }
        return text == "true"
    }

    mutating func identifier<ID: FlowIdentifier>(_ name: String) -> ID? {
        guard let text = self.word(name) else { return nil }
        guard let id = ID(text) else {
            self.fault(name, "syntax", "'\(text)' is no UUID")
            return nil
        }
        return id
    }

    /// The page that was asked for, in any of the three spellings of the requirements (C-21).
    mutating func page() -> PageRequest {
        if self.values["limit"] != nil || self.values["offset"] != nil {
            for name in ["page", "page_size", "per_page"] where self.word(name) != nil {
                self.fault(name, "conflict", "say the page by page and page_size, or by limit and offset, not by both")
            }
            let limit = Int(self.integer("limit", in: 1...500, default: 20))
            let offset = Int(self.integer("offset", in: 0...1_000_000_000, default: 0))
            if offset % limit != 0 { self.fault("offset", "value", "an offset is a multiple of the limit") }
            return PageRequest(number: offset / limit + 1, size: limit)
        }
        let number = Int(self.integer("page", in: 1...10_000_000, default: 1))
        let perPage = self.integer("per_page", in: 1...500, default: 20)
        return PageRequest(number: number, size: Int(self.integer("page_size", in: 1...500, default: perPage)))
    }

    /// Statuses by number or by name, S3's and S4's names included (C-04).
    mutating func statuses() -> [ExecutionStatus] {
        guard let text = self.string("status") else { return [] }
        let aliases: [String: ExecutionStatus] = [
            "succeeded": .success, "completed": .success, "failed": .failure, "error": .failure, "canceled": .cancelled,
        ]
        var result: [ExecutionStatus] = []
        for part in text.split(separator: ",") {
            let word = part.lowercased()
            let byName = ExecutionStatus.allCases.first { $0.name.lowercased() == word } ?? aliases[word]
            if let status = Int(word).flatMap(ExecutionStatus.init(rawValue:)) ?? byName {
                if !result.contains(status) { result.append(status) }
            } else {
                self.fault("status", "value", "'\(part)' is no status; use 1 to 7 or a name such as 'failure'")
            }
        }
        return result
    }

    /// `sort=name`, or `sort=-name` for descending; nil when it is absent or no such name.
    mutating func order<Sort: RawRepresentable & CaseIterable>(
        by type: Sort.Type
    ) -> (sort: Sort, isDescending: Bool)? where Sort.RawValue == String {
        guard let word = self.word("sort") else { return nil }
        let isDescending = word.hasPrefix("-")
        if let sort = Sort(rawValue: isDescending ? String(word.dropFirst()) : word) { return (sort, isDescending) }
        let names = Sort.allCases.map(\.rawValue).joined(separator: ", ")
        self.fault("sort", "value", "sort by one of \(names), with '-' in front for descending")
        return nil
    }

    /// Refuses the request if there was any fault or an unknown parameter.
    mutating func finish() throws {
        for name in self.values.keys.sorted() {
            self.fault(name.text, "unknown_parameter", "there is no such parameter")
        }
        guard self.faults.isEmpty else { throw APIFailure.malformed(self.faults) }
    }

    private static func unknown(_ declared: [String]) -> Wording {
        declared.isEmpty
            ? "this route takes no parameters"
            : "there is no such parameter; there are: \(declared.sorted().joined(separator: ", "))"
    }

    private static func decode(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }),
                    let low = iterator.next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue })
                else { return nil }
                bytes.append(UInt8(high << 4 | low))
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self), StreamSafe.accepts(decoded)
        else {
            return nil
        }
        return decoded
    }
}
