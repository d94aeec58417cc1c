// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A text with variables: the part of Mustache that can do no harm.
///
/// `{{x}}`, `{{#x}}…{{/x}}` when x says something, `{{^x}}…{{/x}}` when it does not, `{{! … }}`. Everything that switches
/// escaping off, loads, calls or recurses is refused when the template is saved, as is a name that is not known.
package struct Template: Sendable {
    /// Bytes of a template.
    package static let limit = 16 * 1024
    private static let depthLimit = 5

    private indirect enum Node: Sendable {
        case text(String)
        case variable(String)
        case section(String, isInverted: Bool, [Node])
    }

    /// What is wrong with a template, in words.
    package struct Fault: Error, Hashable, Sendable {
        package let text: Wording

        /// ``text`` in English.
        package var message: String { self.text.english }

        init(_ text: Wording) { self.text = text }
    }

    private let nodes: [Node]

    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.limit else { throw Fault("a template has at most \(Self.limit) bytes") }
        var scanner = Scanner(rest: text[...])
        self.nodes = try scanner.nodes(until: nil, depth: 0)
    }

    /// - Parameter escape: makes a value harmless for its receiver; the template's own text is its author's.
    package func render(_ values: [String: String], escape: (String) -> String = { $0 }) -> String {
        var result = ""
        self.render(self.nodes, values, escape, into: &result)
        return result
    }

    private func render(
        _ nodes: [Node],
        _ values: [String: String],
        _ escape: (String) -> String,
        into result: inout String
    ) {
        for node in nodes {
            switch node {
            case .text(let text): result += text
            case .variable(let name): result += escape(values[name] ?? "")
            case .section(let name, let isInverted, let inner):
                let value = values[name] ?? ""
                let says = !value.isEmpty && value != "0" && value != "false"
                if says != isInverted { self.render(inner, values, escape, into: &result) }
            }
        }
    }

    private struct Scanner {
        private static let forms = "{{name}}, {{#name}}…{{/name}}, {{^name}}…{{/name}}"

        var rest: Substring

        mutating func nodes(until end: String?, depth: Int) throws(Fault) -> [Node] {
            guard depth <= Template.depthLimit else {
                throw Fault("sections are nested more than \(Template.depthLimit) deep")
            }
            var nodes: [Node] = []
            while true {
                guard let open = self.rest.range(of: "{{") else {
                    if let end { throw Fault("'{{#\(end)}}' has no '{{/\(end)}}'") }
                    if !self.rest.isEmpty { nodes.append(.text(String(self.rest))) }
                    return nodes
                }
                if open.lowerBound > self.rest.startIndex {
                    nodes.append(.text(String(self.rest[..<open.lowerBound])))
                }
                self.rest = self.rest[open.upperBound...]
                guard let close = self.rest.range(of: "}}") else { throw Fault("'{{' has no '}}'") }
                let tag = self.rest[..<close.lowerBound]
                self.rest = self.rest[close.upperBound...]
                let sign = tag.unicodeScalars.first
                switch sign {
                case "!": continue
                case "#", "^":
                    let name = try Self.name(tag.dropFirst())
                    nodes.append(
                        .section(name, isInverted: sign == "^", try self.nodes(until: name, depth: depth + 1))
                    )
                case "/":
                    let name = try Self.name(tag.dropFirst())
                    guard name == end else { throw Fault("'{{/\(name)}}' ends nothing that is open") }
                    return nodes
                default: nodes.append(.variable(try Self.name(tag)))
                }
            }
        }

        private static func name(_ tag: Substring) throws(Fault) -> String {
            let name = String(tag.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard TemplateVariables.names.contains(name) else {
                throw Fault(
                    "'{{\(name.prefix(40))}}' is no variable; write \(Self.forms) with one of: "
                        + "\(TemplateVariables.names.sorted().joined(separator: ", "))"
                )
            }
            return name
        }
    }
}

extension Substring {
    /// Where a text of ASCII characters begins and ends.
    fileprivate func range(of text: String) -> Range<Index>? {
        let wanted = Array(text.utf8)
        var index = self.utf8.startIndex
        while index < self.utf8.endIndex {
            if self.utf8[index...].starts(with: wanted) {
                return index..<self.utf8.index(index, offsetBy: wanted.count)
            }
            index = self.utf8.index(after: index)
        }
        return nil
    }
}
