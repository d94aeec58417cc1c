// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Changes single values of a YAML text and leaves the rest as it is, comments included.
///
/// Works on lines: of a key that differs the lines of its value are replaced, and a comment behind a short value stays.
struct YAMLEdit {
    private var lines: [String]
    /// What is to be done to the lines, not yet done: places stay right until the end.
    private var changes: [(lines: Range<Int>, text: [String])] = []
    private var failed = false

    /// The text with the mapping `node` changed to `wanted`.
    ///
    /// - Parameters:
    ///   - text: what `node` was read from.
    ///   - order: the order of keys in people's eyes, for new ones.
    /// - Returns: nil where this can't be done line by line, as in `{a: 1}`.
    static func changed(_ text: String, _ node: YAMLNode, to wanted: JSONValue, order: [String]) -> String? {
        var edit = YAMLEdit(lines: text.lines)
        edit.change(node, to: wanted, order: order)
        guard !edit.failed else { return nil }
        // From below, so that the numbers of lines above stay true; at one place what is further inside comes to stand first.
        let changes = edit.changes.enumerated().sorted {
            ($0.element.lines.lowerBound, $0.offset) > ($1.element.lines.lowerBound, $1.offset)
        }
        for (_, change) in changes { edit.lines.replaceSubrange(change.lines, with: change.text) }
        return edit.lines.joined(separator: "\n")
    }

    private init(lines: [String]) { self.lines = lines }

    private mutating func change(_ node: YAMLNode, to wanted: JSONValue, order: [String]) {
        guard node.isBlock, let entries = node.entries, let first = entries.first, case .object(let members) = wanted
        else {
            self.failed = true
            return
        }
        for entry in entries {
            let new = members[entry.key]
            if new == entry.value.value { continue }
            if case .object(let inner)? = new, !inner.isEmpty, entry.value.isBlock, entry.value.entries != nil {
                self.change(entry.value, to: .object(inner), order: order)
            } else {
                self.replace(entry, by: new)
            }
        }
        let known = Set(entries.map(\.key))
        let added = members.filter { !known.contains($0.key) }
        guard !added.isEmpty, let last = entries.last else { return }
        let text = YAMLWriter.text(.object(added), order: order, indent: first.mark.column - 1)
        let place = last.value.lastLine
        self.changes.append((place..<place, Self.lines(of: text)))
    }

    /// The lines of one key and its value, from 0.
    private mutating func replace(_ entry: YAMLNode.Entry, by value: JSONValue?) {
        let line = entry.mark.line - 1
        var end = max(line + 1, entry.value.lastLine)
        let before = String(self.lines[line].unicodeScalars.prefix(entry.mark.column - 1))
        // A block of text may have empty lines at its end that belong to nothing.
        while end > line + 1, self.lines[end - 1].allSatisfy({ $0 == " " || $0 == "\t" || $0 == "\r" }) { end -= 1 }
        guard let value else {
            // With "- " before it a list would lose its element.
            self.failed = self.failed || before.contains { $0 != " " }
            self.changes.append((line..<end, []))
            return
        }
        var text = Self.lines(of: YAMLWriter.text(.object([entry.key: value]), indent: entry.mark.column - 1))
        text[0] = before + text[0].dropFirst(entry.mark.column - 1)
        if text.count == 1, !entry.value.isBlock, entry.value.end.line == entry.mark.line {
            let behind = String(self.lines[line].unicodeScalars.dropFirst(entry.value.end.column - 1))
            if behind.drop(while: { $0 == " " || $0 == "\t" }).hasPrefix("#") { text[0] += behind }
        }
        self.changes.append((line..<end, text))
    }

    private static func lines(of text: String) -> [String] {
        Array(text.lines.dropLast())
    }
}

extension String {
    /// Its lines, the last one without an end.
    ///
    /// By bytes: in Swift a carriage return and a line feed are one character, which is no line feed.
    var lines: [String] {
        self.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self = String(view)
    }
}
