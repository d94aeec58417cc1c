// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CYaml
import FlowCore

/// Reads YAML texts, with the place of each value and without what makes small texts large.
///
/// Anchors and aliases are refused, not followed: nested ones double with each line. The events of libyaml are read
/// directly, because the layer above it follows aliases, stops at the first duplicate key and knows no ends of values.
struct YAMLReader {
    struct Fault: Hashable {
        let mark: YAMLMark
        let text: Wording
    }

    /// Deeper than any task.
    private static let depthLimit = 64
    private static let faultLimit = 50

    private(set) var documents: [YAMLNode] = []
    private(set) var faults: [Fault] = []

    /// What is open: a mapping or list, and in a mapping the key whose value comes next.
    private struct Level {
        let start: YAMLMark
        let isBlock: Bool
        let isMapping: Bool
        var elements: [YAMLNode] = []
        var entries: [YAMLNode.Entry] = []
        var key: (text: String, mark: YAMLMark)?
        var seen: [String: YAMLMark] = [:]
    }

    private var levels: [Level] = []

    init(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            self.add(YAMLMark(line: 1, column: 1), "this is no text in UTF-8")
            return
        }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            self.add(YAMLMark(line: 1, column: 1), "there is not enough memory to read this")
            return
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            while self.faults.count < Self.faultLimit {
                var event = yaml_event_t()
                guard yaml_parser_parse(parser, &event) == 1 else {
                    self.addSyntax(parser.pointee, text)
                    return
                }
                defer { yaml_event_delete(&event) }
                if event.type == YAML_STREAM_END_EVENT { return }
                guard self.take(event) else { return }
            }
        }
    }

    // MARK: Events

    /// - Returns: whether to go on.
    private mutating func take(_ event: yaml_event_t) -> Bool {
        let start = Self.mark(event.start_mark)
        let end = Self.mark(event.end_mark)
        switch event.type {
        case YAML_ALIAS_EVENT:
            self.add(start, "aliases such as *name are not taken in task files; write the value out")
            self.put(YAMLNode(kind: .scalar("", isPlain: true), start: start, end: end, isBlock: false))
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            self.check(scalar.anchor, scalar.tag, start)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isBlock = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE
            let kind = YAMLNode.Kind.scalar(
                String(decoding: bytes, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE
            )
            self.put(YAMLNode(kind: kind, start: start, end: end, isBlock: isBlock))
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            self.check(sequence.anchor, sequence.tag, start)
            let isBlock = sequence.style != YAML_FLOW_SEQUENCE_STYLE
            return self.open(Level(start: start, isBlock: isBlock, isMapping: false))
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            self.check(mapping.anchor, mapping.tag, start)
            let isBlock = mapping.style != YAML_FLOW_MAPPING_STYLE
            return self.open(Level(start: start, isBlock: isBlock, isMapping: true))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            guard let level = self.levels.popLast() else { return false }
            let kind: YAMLNode.Kind = level.isMapping ? .mapping(level.entries) : .sequence(level.elements)
            self.put(YAMLNode(kind: kind, start: level.start, end: end, isBlock: level.isBlock))
        default: break
        }
        return true
    }

    private mutating func open(_ level: Level) -> Bool {
        guard self.levels.count < Self.depthLimit else {
            self.add(level.start, "this is nested deeper than \(Self.depthLimit) levels")
            return false
        }
        self.levels.append(level)
        return true
    }

    private mutating func put(_ node: YAMLNode) {
        guard var level = self.levels.popLast() else {
            self.documents.append(node)
            return
        }
        defer { self.levels.append(level) }
        guard level.isMapping else {
            level.elements.append(node)
            return
        }
        guard let key = level.key else {
            if case .scalar(let text, _) = node.kind {
                level.key = (text, node.start)
            } else {
                self.add(node.start, "a key has to be text")
                level.key = ("", node.start)
            }
            return
        }
        level.key = nil
        if let first = level.seen[key.text] {
            self.add(key.mark, "'\(key.text)' stands on line \(first.line) already")
            return
        }
        level.seen[key.text] = key.mark
        level.entries.append(YAMLNode.Entry(key: key.text, mark: key.mark, value: node))
    }

    // MARK: Faults

    private mutating func check(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?,
        _ tag: UnsafeMutablePointer<yaml_char_t>?,
        _ mark: YAMLMark
    ) {
        if anchor != nil { self.add(mark, "anchors such as &name are not taken in task files; leave it out") }
        if tag != nil {
            self.add(mark, "tags such as !!str are not taken in task files; quotes make a text of a number")
        }
    }

    private mutating func add(_ mark: YAMLMark, _ text: Wording) {
        self.faults.append(Fault(mark: mark, text: text))
    }

    private mutating func addSyntax(_ parser: yaml_parser_t, _ text: String) {
        let problem = parser.problem.map { Wording(verbatim: String(cString: $0)) } ?? "this is no YAML"
        guard parser.error != YAML_READER_ERROR else {
            // Without a place in lines.
            let before = text.utf8.prefix(parser.problem_offset)
            let line = before.count { $0 == 0x0a } + 1
            self.add(YAMLMark(line: line, column: 1), "\(problem) (character \(parser.problem_value))")
            return
        }
        let mark = Self.mark(parser.problem_mark)
        let lines = text.lines
        let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            self.add(mark, "a tab stands at the beginning of this line; YAML takes blanks alone there")
            return
        }
        let context = parser.context.map { " " + String(cString: $0) } ?? ""
        self.add(mark, "this is no YAML: \(problem)\(context)")
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: mark.line + 1, column: mark.column + 1)
    }
}
