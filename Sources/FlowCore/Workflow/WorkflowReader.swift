// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is wrong in a workflow, where.
package struct WorkflowFault: Hashable, Sendable {
    /// Such as `nodes[3].cases[0].when`.
    package let path: String
    /// Bounded, for programs.
    package let code: String
    package let text: Wording

    /// ``text`` in English.
    package var message: String { self.text.english }

    package init(_ path: String, _ code: String, _ message: Wording) {
        self.path = path
        self.code = code
        self.text = message
    }
}

/// Reads an object of a definition member by member, and gathers what is wrong.
struct WorkflowReader {
    private var members: [ExactText: JSON] = [:]
    private let path: String
    private(set) var faults: [WorkflowFault] = []

    /// More are not worth reading.
    static let faultLimit = 100

    init(_ value: JSON, at path: String) {
        self.path = path
        guard case .object(let members) = value else {
            self.faults.append(WorkflowFault(path, "type", "an object is expected, not \(words: value.kind)"))
            return
        }
        for member in members { self.members[member.name] = member.value }
    }

    func place(_ name: String) -> String { self.path.isEmpty ? name : "\(self.path).\(name)" }

    mutating func fault(_ name: String, _ code: String, _ message: Wording) {
        guard self.faults.count < Self.faultLimit else { return }
        self.faults.append(WorkflowFault(self.place(name), code, message))
    }

    mutating func add(_ faults: [WorkflowFault]) {
        self.faults += faults.prefix(max(0, Self.faultLimit - self.faults.count))
    }

    /// Nil for a member that is missing or null.
    mutating func take(_ name: String) -> JSON? {
        guard let value = self.members.removeValue(forKey: ExactText(name)), value != .null else { return nil }
        return value
    }

    /// What ``take(_:)`` would give.
    func peek(_ name: String) -> JSON? { self.members[ExactText(name)] }

    /// The texts of an object of parameters.
    mutating func texts(_ name: String) -> [String: String] { self.dictionary(name, upTo: 50) }

    mutating func string(_ name: String, upTo limit: Int, isRequired: Bool = false) -> String? {
        guard let value = self.take(name) else {
            if isRequired { self.fault(name, "required", "'\(name)' is missing") }
            return nil
        }
        guard case .string(let text) = value else {
            self.fault(name, "type", "a text is expected, not \(words: value.kind)")
            return nil
        }
        guard text.utf8.count <= limit else {
            self.fault(name, "length", "at most \(limit) bytes")
            return nil
        }
        guard !text.utf8.contains(0) else {
            self.fault(name, "characters", "there is a NUL character in it")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = self.take(name) else { return nil }
        guard case .integer(let number) = value else {
            self.fault(name, "type", "a whole number is expected, not \(words: value.kind)")
            return nil
        }
        guard range.contains(Int(number)) else {
            self.fault(name, "range", "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return Int(number)
    }

    /// The number of a task or workflow: -1, -2, … are what is looked at in the same request, and nobody's elsewhere.
    mutating func number(_ name: String) -> Int? { self.integer(name, in: -10_000...Int.max) }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = self.take(name) else { return nil }
        guard case .bool(let flag) = value else {
            self.fault(name, "type", "true or false is expected, not \(words: value.kind)")
            return nil
        }
        return flag
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        of type: Choice.Type = Choice.self,
        notYet: [String] = []
    ) -> Choice? where Choice.RawValue == String {
        guard let text = self.string(name, upTo: 100) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        if notYet.contains(text) {
            self.fault(name, "unsupported", "'\(text)' is not offered yet; there are \(known)")
        } else {
            self.fault(name, "choice", "'\(text.shortened(toBytes: 40))' is none of \(known)")
        }
        return nil
    }

    mutating func list(_ name: String, upTo limit: Int) -> [JSON] {
        guard let value = self.take(name) else { return [] }
        guard case .array(let values) = value else {
            self.fault(name, "type", "a list is expected, not \(words: value.kind)")
            return []
        }
        guard values.count <= limit else {
            self.fault(name, "too_many", "\(values.count) are more than \(limit)")
            return []
        }
        return values
    }

    mutating func strings(_ name: String, upTo limit: Int) -> [String] {
        let values = self.list(name, upTo: limit)
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        if texts.count != values.count { self.fault(name, "type", "only texts are expected here") }
        return texts
    }

    /// Text values by name.
    mutating func dictionary(_ name: String, upTo limit: Int) -> [String: String] {
        guard let value = self.take(name) else { return [:] }
        guard case .object(let members) = value else {
            self.fault(name, "type", "an object is expected, not \(words: value.kind)")
            return [:]
        }
        guard members.count <= limit else {
            self.fault(name, "too_many", "\(members.count) are more than \(limit)")
            return [:]
        }
        var result: [String: String] = [:]
        for member in members {
            guard case .string(let text) = member.value else {
                self.fault("\(name).\(member.name.text)", "type", "a text is expected, not \(words: member.value.kind)")
                continue
            }
            result[member.name.text] = text
        }
        return result
    }

    /// Refuses members that nobody took.
    ///
    /// - Parameters:
    ///   - notYet: what will be there one day.
    ///   - elsewhere: what belongs to objects of another kind.
    mutating func finish(notYet: Set<String> = [], elsewhere: Set<String> = []) {
        for name in self.members.keys.sorted() {
            let word = name.text.shortened(toBytes: 60)
            if notYet.contains(name.text) {
                self.fault(word, "unsupported", "'\(word)' is not offered yet; leave it out")
            } else if elsewhere.contains(name.text) {
                self.fault(word, "conflict", "'\(word)' does not belong to a step of this kind")
            } else {
                self.fault(word, "unknown_field", "there is no field '\(word)'")
            }
        }
        self.members = [:]
    }
}
