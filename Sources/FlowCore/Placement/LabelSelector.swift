// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a host's labels have to say: `region=eu,!gpu,tier!=test,zone in (a|b)`, all of it.
package struct LabelSelector: Hashable, Sendable {
    package enum Term: Hashable, Sendable {
        case isThere(String)
        case isNotThere(String)
        case isOne(of: [String], label: String)
        /// Also of a host without that label.
        case isNot(String, label: String)
    }

    package let terms: [Term]

    /// Bytes of the text, and parts of it.
    package static let limit = 512
    private static let termLimit = 32

    /// What is wrong with a text, and where.
    package struct Fault: Error, Hashable, Sendable {
        package let text: Wording

        /// ``text`` in English.
        package var message: String { self.text.english }
    }

    /// Reads a selector; blanks around its parts do not count.
    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.limit else { throw Fault(text: "a selector has at most \(Self.limit) bytes") }
        var terms: [Term] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            terms.append(try Self.term(Self.trimmed(part)))
        }
        guard terms.count <= Self.termLimit else {
            throw Fault(text: "a selector has at most \(Self.termLimit) conditions")
        }
        self.terms = terms
    }

    package func fits(_ labels: [String: String]) -> Bool {
        self.terms.allSatisfy { term in
            switch term {
            case .isThere(let name): labels[name] != nil
            case .isNotThere(let name): labels[name] == nil
            case .isOne(let values, let name): labels[name].map { values.contains($0) } ?? false
            case .isNot(let value, let name): labels[name] != value
            }
        }
    }

    private static func term(_ text: String) throws(Fault) -> Term {
        if text.isEmpty { throw Fault(text: "a condition is missing: between commas stands one, such as region=eu") }
        if let range = text.firstRange(of: " in ") {
            let name = try self.name(String(text[..<range.lowerBound]))
            let list = self.trimmed(text[range.upperBound...])
            guard list.hasPrefix("("), list.hasSuffix(")"), list.count > 2 else {
                throw Fault(text: "'\(text)': after 'in' stands a list such as (a|b)")
            }
            let values = list.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
            return .isOne(of: try values.map { (part) throws(Fault) in try self.value(part, name) }, label: name)
        }
        if let range = text.firstRange(of: "!=") {
            let name = try self.name(String(text[..<range.lowerBound]))
            return .isNot(try self.value(text[range.upperBound...], name), label: name)
        }
        if let index = text.firstIndex(of: "=") {
            let name = try self.name(String(text[..<index]))
            return .isOne(of: [try self.value(text[text.index(after: index)...], name)], label: name)
        }
        if text.hasPrefix("!") { return .isNotThere(try self.name(String(text.dropFirst()))) }
        return .isThere(try self.name(text))
    }

    private static func name(_ text: String) throws(Fault) -> String {
        let name = self.trimmed(Substring(text))
        if let fault = HostLabels.fault(name: name, value: "") { throw Fault(text: "'\(name)': \(fault)") }
        return name
    }

    private static func value(_ text: Substring, _ name: String) throws(Fault) -> String {
        let value = self.trimmed(text)
        if let fault = HostLabels.fault(name: name, value: value) { throw Fault(text: "'\(name)': \(fault)") }
        return value
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
