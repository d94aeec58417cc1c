// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The help of a command, taken apart again into its sentences.
///
/// The parser of arguments renders it in English alone, and counts signs where a terminal counts columns. So it is asked for lines
/// without an end, and what it answers is said anew.
package struct HelpPage: Sendable {
    /// So many columns that the parser breaks no line.
    package static let endless = 1_000_000
    /// Where the parser begins to say what an option is.
    private static let indent = 26

    package enum Part: Hashable, Sendable {
        case paragraph(String)
        /// A line to type, or the blank one between paragraphs.
        case verbatim(String)
        case usage(String)
        case heading(String)
        /// An argument, an option or a command; `values` is the parser's own remark, without its brackets.
        case entry(label: String, text: String, values: String)
        case more(command: String)
    }

    package private(set) var parts: [Part] = []

    /// - Returns: nil when the text is no page of help.
    package init?(_ text: String) {
        guard text.hasPrefix("OVERVIEW: ") || text.hasPrefix("USAGE: ") else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        var isOverview = true
        while let line = lines.popFirst() {
            if line.hasPrefix("USAGE: "), isOverview {
                isOverview = false
                self.parts.append(.usage(String(line.dropFirst(7))))
            } else if line.isEmpty {
                self.parts.append(.verbatim(""))
            } else if isOverview {
                self.parts.append(Self.overview(line))
            } else if line.hasPrefix("  See '"), let end = line.lastIndex(of: "'") {
                self.parts.append(.more(command: String(line[..<end].dropFirst(7))))
            } else if line.first != " ", line.hasSuffix(":") {
                self.parts.append(.heading(String(line.dropLast())))
            } else if line.hasPrefix("  "), line.dropFirst(2).first != " " {
                self.parts.append(Self.entry(line, &lines))
            } else {
                self.parts.append(.verbatim(line))
            }
        }
    }

    /// What needs another language.
    package var sentences: [String] {
        self.parts.flatMap { part -> [String] in
            switch part {
            case .paragraph(let text), .heading(let text), .entry(_, let text, _): text.isEmpty ? [] : [text]
            case .verbatim, .usage, .more: []
            }
        }
    }

    /// The page in Chinese, in lines of so many columns.
    package func chinese(_ catalogue: Catalogue, columns: Int) -> String {
        let columns = max(columns, 60)
        func said(_ text: String) -> String { catalogue.chinese(Wording(words: text)) }
        var isFirst = true
        return self.parts.flatMap { part -> [String] in
            defer { isFirst = false }
            switch part {
            case .paragraph(let text):
                return DisplayWidth.wrapped((isFirst ? "概述：" : "") + said(text), to: columns)
            case .verbatim(let line): return [line]
            case .usage(let text): return ["用法：" + text]
            case .heading(let text): return [said(text) + "："]
            case .more(let command): return ["  用 '\(command)' 查看详细说明。"]
            case .entry(let label, let text, let values):
                let remark = values.isEmpty ? "" : "（\(Self.remark(values))）"
                return Self.lines(label.replacing(" (default)", with: "（默认）"), said(text) + remark, columns)
            }
        }
        .joined(separator: "\n")
    }

    // MARK: Its lines

    private static func overview(_ line: String) -> Part {
        let text = line.hasPrefix("OVERVIEW: ") ? String(line.dropFirst(10)) : line
        return text.first == " " || text.hasPrefix("quicflow ") ? .verbatim(text) : .paragraph(text)
    }

    private static func entry(_ line: String, _ lines: inout ArraySlice<String>) -> Part {
        let margin = String(repeating: " ", count: Self.indent)
        var label = line
        var text = ""
        if let next = lines.first, next.hasPrefix(margin) {
            // The label is too long for its column.
            text = String(next.dropFirst(Self.indent))
            lines.removeFirst()
        } else if line.count > Self.indent, line.prefix(Self.indent).last == " " {
            label = String(line.prefix(Self.indent))
            text = String(line.dropFirst(Self.indent))
        }
        while label.last == " " { label.removeLast() }
        label.removeFirst(2)
        for mark in ["(values: ", "(default: ", "(default as flag: "] where text.hasSuffix(")") {
            guard let range = text.firstRange(of: mark) else { continue }
            let values = String(text[text.index(after: range.lowerBound)...].dropLast())
            text = String(text[..<range.lowerBound])
            if text.last == " " { text.removeLast() }
            return .entry(label: label, text: text, values: values)
        }
        return .entry(label: label, text: text, values: "")
    }

    private static func remark(_ values: String) -> String {
        values.replacing("default as flag: ", with: "单写时：").replacing("; default: ", with: "；默认：")
            .replacing("values: ", with: "可选值：").replacing("default: ", with: "默认：")
    }

    /// As the parser has it: the text beside the label, or below where that is too long.
    private static func lines(_ label: String, _ text: String, _ columns: Int) -> [String] {
        let margin = String(repeating: " ", count: Self.indent)
        guard !text.isEmpty else { return ["  " + label] }
        let wrapped = DisplayWidth.wrapped(text, to: columns - Self.indent).map { margin + $0 }
        let width = 2 + DisplayWidth.columns(of: label)
        guard width < Self.indent else { return ["  " + label] + wrapped }
        return ["  \(label)\(wrapped[0].dropFirst(width))"] + wrapped.dropFirst()
    }
}
