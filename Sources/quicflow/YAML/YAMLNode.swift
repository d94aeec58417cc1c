// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A place in a text, counted from 1 as editors do.
struct YAMLMark: Hashable {
    let line: Int
    let column: Int
}

/// A value of a YAML text with the place where it stands.
struct YAMLNode {
    indirect enum Kind {
        /// - Parameter isPlain: without quotes and no block, so that `5` is a number.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A key and its value.
    struct Entry {
        let key: String
        let mark: YAMLMark
        let value: YAMLNode
    }

    let kind: Kind
    let start: YAMLMark
    /// Behind its last character; of a mapping or list in block style that of its last value.
    let end: YAMLMark
    /// Whether it is a block of lines of its own (`|` or `>`), or a mapping or list without brackets.
    let isBlock: Bool

    /// The line on which its last character stands.
    var lastLine: Int {
        switch self.kind {
        case .scalar:
            // A block of text ends at the beginning of the line behind it.
            self.isBlock && self.end.column == 1 ? max(self.start.line, self.end.line - 1) : self.end.line
        case .sequence(let elements) where self.isBlock: elements.last?.lastLine ?? self.start.line
        case .mapping(let entries) where self.isBlock: entries.last?.value.lastLine ?? self.start.line
        case .sequence, .mapping: self.end.line
        }
    }

    var entries: [Entry]? {
        guard case .mapping(let entries) = self.kind else { return nil }
        return entries
    }

    /// As JSON, by the rules of YAML 1.2's core schema: `yes`, `on` and times stay text.
    var value: JSONValue {
        switch self.kind {
        case .scalar(let text, let isPlain): isPlain ? Self.plain(text) : .string(text)
        case .sequence(let elements): .array(elements.map(\.value))
        case .mapping(let entries):
            .object(Dictionary(entries.map { ($0.key, $0.value.value) }) { first, _ in first })
        }
    }

    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let isNumeric = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isNumeric, text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return .string(text) }
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { return .string(text) }
        return .number(number)
    }

    /// The value at a path such as `executor_config.env.A` or `groups[1]`, or of what is nearest around it.
    ///
    /// - Returns: nil where nothing of the path is there.
    func nearest(to path: String) -> (mark: YAMLMark, node: YAMLNode)? {
        guard !path.isEmpty else { return nil }
        switch self.kind {
        case .scalar: return nil
        case .sequence(let elements):
            guard path.hasPrefix("["), let close = path.firstIndex(of: "]"),
                let index = Int(path[path.index(after: path.startIndex)..<close]), elements.indices.contains(index)
            else { return nil }
            return elements[index].nearest(to: Self.rest(path[path.index(after: close)...]))
                ?? (elements[index].start, elements[index])
        case .mapping(let entries):
            // Keys may have dots in them: the longest that fits is meant.
            let fitting = entries.filter { entry in
                path == entry.key || path.hasPrefix(entry.key + ".") || path.hasPrefix(entry.key + "[")
            }
            guard let entry = fitting.max(by: { $0.key.utf8.count < $1.key.utf8.count }) else { return nil }
            return entry.value.nearest(to: Self.rest(path.dropFirst(entry.key.count))) ?? (entry.mark, entry.value)
        }
    }

    private static func rest(_ path: Substring) -> String { String(path.hasPrefix(".") ? path.dropFirst() : path) }
}
