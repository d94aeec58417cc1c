// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Reads the members of a JSON object strictly and notes every fault with its path.
///
/// Absent and `null` are the same: the default. What nobody asked for by ``finish()`` is an unknown field.
struct FieldReader {
    private var members: [ExactText: JSON]
    private let path: String
    private let faults: Faults

    /// The faults of a whole request; shared by the readers of nested objects.
    final class Faults {
        fileprivate var collector = FaultCollector()

        func add(_ path: String, _ code: String, _ message: Wording) { self.collector.add(path, code, message) }
    }

    /// - Throws: when the body is no object at all.
    init(_ body: JSON) throws {
        guard case .object(let members) = body else {
            throw APIFailure.malformed(
                path: "",
                code: "type",
                message: "the body is \(words: body.kind), not an object"
            )
        }
        self.init(members, path: "", faults: Faults())
    }

    private init(_ members: [JSON.Member], path: String, faults: Faults) {
        self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.path = path
        self.faults = faults
    }

    /// Where a member stands, such as `executor_config.command`.
    func path(of name: String) -> String { self.path.isEmpty ? name : "\(self.path).\(name)" }

    /// Notes a fault of this request.
    func fault(_ name: String, _ code: String, _ message: Wording) {
        self.faults.add(self.path(of: name), code, message)
    }

    func has(_ name: String) -> Bool { self.members[ExactText(name)].map { $0 != .null } ?? false }

    /// What ``take(_:)`` would give.
    func peek(_ name: String) -> JSON? { self.members[ExactText(name)] }

    /// The raw value, taken out.
    mutating func take(_ name: String) -> JSON? {
        guard let value = self.members.removeValue(forKey: ExactText(name)), value != .null else { return nil }
        return value
    }

    // MARK: Typed members; a fault gives nil

    mutating func string(_ name: String) -> String? {
        guard let value = self.take(name) else { return nil }
        if case .string(let text) = value { return text }
        return self.mismatch(name, value, "a string")
    }

    mutating func requiredString(_ name: String) -> String {
        if !self.has(name) { self.fault(name, "required", "this field is required") }
        return self.string(name) ?? ""
    }

    mutating func integer(_ name: String) -> Int64? {
        guard let value = self.take(name) else { return nil }
        return value.exactInteger ?? self.mismatch(name, value, "an integer")
    }

    /// An integer that fits the ranges the services check.
    mutating func int(_ name: String) -> Int? { self.integer(name).map { Int(clamping: $0) } }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = self.take(name) else { return nil }
        if case .bool(let flag) = value { return flag }
        return self.mismatch(name, value, "a boolean")
    }

    /// Seconds with at most three decimals, as milliseconds.
    mutating func milliseconds(_ name: String) -> Int64? {
        guard let value = self.take(name) else { return nil }
        switch value {
        case .integer(let seconds) where seconds.magnitude < 1 << 40: return seconds * 1000
        case .integer, .number(...(-1e12)), .number(1e12...):
            self.fault(name, "range", "this is more seconds than any schedule has")
            return nil
        case .number(let seconds):
            let milliseconds = (seconds * 1000).rounded()
            guard (milliseconds - seconds * 1000).magnitude < 1e-6, let whole = Int64(exactly: milliseconds) else {
                self.fault(name, "precision", "seconds have at most three decimals")
                return nil
            }
            return whole
        default: return self.mismatch(name, value, "a number of seconds")
        }
    }

    mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = self.string(name) else { return nil }
        guard let instant = Timestamp(rfc3339: text) else {
            let shown = text.shortened(toBytes: 64)
            self.fault(name, "syntax", "'\(shown)' is no RFC 3339 time with an offset, such as 2026-01-31T08:00:00Z")
            return nil
        }
        return instant
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String) -> Value?
    where Value.RawValue == String {
        guard let text = self.string(name) else { return nil }
        // No case is nearly as long, and what is longer is not worth a comparison.
        guard text.utf8.count <= 256, let value = Value(rawValue: text) else {
            let known = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            self.fault(name, "value", "'\(text.shortened(toBytes: 64))' is none of \(known)")
            return nil
        }
        return value
    }

    mutating func strings(_ name: String) -> [String]? {
        self.elements(name) { element in
            guard case .string(let text) = element else { return nil }
            return text
        }
    }

    mutating func integers(_ name: String) -> [Int64]? {
        self.elements(name) { $0.exactInteger }
    }

    mutating func dictionary(_ name: String) -> [String: String]? {
        guard let value = self.take(name) else { return nil }
        guard case .object(let members) = value else { return self.mismatch(name, value, "an object") }
        var result: [String: String] = [:]
        for member in members {
            guard case .string(let text) = member.value else {
                self.fault("\(name).\(member.name)", "type", "this is \(member.value.kind), not a string")
                continue
            }
            result[member.name.text] = text
        }
        return result
    }

    /// What an object that has to be there says, whatever names it has.
    mutating func requiredMembers(_ name: String) -> [JSON.Member] {
        guard let value = self.take(name) else {
            self.fault(name, "required", "this field is required")
            return []
        }
        if case .object(let members) = value { return members }
        return self.mismatch(name, value, "an object") ?? []
    }

    /// A reader of a nested object; its faults count here.
    mutating func object(_ name: String) -> FieldReader? {
        guard let value = self.take(name) else { return nil }
        guard case .object(let members) = value else { return self.mismatch(name, value, "an object") }
        return FieldReader(members, path: self.path(of: name), faults: self.faults)
    }

    /// Readers of the objects of an array; their faults count here.
    mutating func objects(_ name: String) -> [FieldReader]? {
        guard let value = self.take(name) else { return nil }
        guard case .array(let elements) = value else { return self.mismatch(name, value, "an array") }
        return elements.enumerated().compactMap { index, element in
            let path = "\(self.path(of: name))[\(index)]"
            guard case .object(let members) = element else {
                self.fault("\(name)[\(index)]", "type", "this is \(words: element.kind), not an object")
                return nil
            }
            return FieldReader(members, path: path, faults: self.faults)
        }
    }

    private mutating func elements<Element>(_ name: String, _ read: (JSON) -> Element?) -> [Element]? {
        guard let value = self.take(name) else { return nil }
        guard case .array(let elements) = value else { return self.mismatch(name, value, "an array") }
        var result: [Element] = []
        for (index, element) in elements.enumerated() {
            guard let item = read(element) else {
                self.fault("\(name)[\(index)]", "type", "\(words: element.kind) is not allowed here")
                continue
            }
            result.append(item)
        }
        return result
    }

    private func mismatch<Value>(_ name: String, _ value: JSON, _ expected: Wording) -> Value? {
        self.fault(name, "type", "this is \(words: value.kind), not \(expected)")
        return nil
    }

    // MARK: The end

    /// Notes what nobody asked for; for nested objects.
    func close() {
        for name in self.members.keys.sorted() { self.fault(name.text, "unknown_field", "there is no such field") }
    }

    /// Notes what nobody asked for and refuses the request if there was any fault.
    func finish() throws {
        self.close()
        guard self.faults.collector.isEmpty else { throw APIFailure.malformed(self.faults.collector) }
    }
}

extension JSON {
    /// `106.0` is an integer as well: what counts is the value, not how it is written (JSON Schema 2020-12, validation 6.1.1).
    ///
    /// Beyond 2^53 a number with a fraction's point may have lost digits, and is none.
    var exactInteger: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number) where abs(number) <= 0x1p53: Int64(exactly: number)
        default: nil
        }
    }
}
