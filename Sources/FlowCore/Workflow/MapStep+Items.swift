// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension MapStep {
    /// The list as texts.
    ///
    /// A value that is a list is taken as it is. A text is one as JSON if it reads as that, else a list of its lines, without
    /// empty ones.
    ///
    /// - Throws: what is wrong with it, or that it is too long.
    package func items(in scope: ExpressionScope) throws(ExpressionFault) -> [String] {
        let items: [String]
        switch self.over {
        case .items(let list): items = list
        case .expression(let template):
            switch try template.value(in: scope) {
            case .array(let values): items = values.map(Self.text)
            case .string(let text): items = Self.list(text)
            case let other: throw ExpressionFault("a list is expected, not \(words: other.kind)", at: 0)
            }
        }
        guard items.count <= self.maxItems else {
            throw ExpressionFault("\(items.count) items are more than \(self.maxItems)", at: 0)
        }
        for item in items where item.utf8.count > Self.itemLimit || item.utf8.contains(0) {
            throw ExpressionFault("an item has more than \(Self.itemLimit) bytes, or a NUL character", at: 0)
        }
        return items
    }

    private static func list(_ text: String) -> [String] {
        if let value = try? JSONParser.parse(Array(text.utf8)), case .array(let values) = value {
            return values.map(self.text)
        }
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    private static func text(_ value: JSON) -> String {
        if case .string(let text) = value { text } else { JSONWriter.text(value) }
    }
}
