// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A text of an HTTP job with places for parameters, `{{name}}`.
///
/// `{{{{` stands for a literal `{{`, as a receiver with templates of its own needs it: `{{{{ .Alert }}` is sent as
/// `{{ .Alert }}`.
package struct RequestTemplate: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        case parameter(String)
    }

    package private(set) var parts: [Part] = []

    package init(_ text: String) {
        var literal = ""
        var rest = Substring(text)
        while let open = rest.firstRange(of: "{{") {
            literal += rest[..<open.lowerBound]
            if rest[open.upperBound...].hasPrefix("{{") {
                literal += "{{"
                rest = rest[open.upperBound...].dropFirst(2)
                continue
            }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                rest = rest[open.lowerBound...]
                break
            }
            if !literal.isEmpty { self.parts.append(.text(literal)) }
            literal = ""
            self.parts.append(.parameter(rest[open.upperBound..<close.lowerBound].filter { $0 != " " }))
            rest = rest[close.upperBound...]
        }
        literal += rest
        if !literal.isEmpty { self.parts.append(.text(literal)) }
    }

    /// Names of the parameters it needs, in their order.
    package var parameters: [String] {
        self.parts.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The text with values in the places of the names, as they are: for places where a value is data and nothing else.
    ///
    /// - Throws: `CoreError` when a name has no value.
    package func filled(with values: [String: String]) throws(CoreError) -> String {
        var text = ""
        for part in self.parts {
            switch part {
            case .text(let literal): text += literal
            case .parameter(let name):
                guard let value = values[name] else {
                    throw CoreError(.invalid, "no parameter '\(name)' was given, which the job uses")
                }
                text += value
            }
        }
        return text
    }
}
