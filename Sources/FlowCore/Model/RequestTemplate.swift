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
}
