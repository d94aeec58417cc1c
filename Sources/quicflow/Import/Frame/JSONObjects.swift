// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The objects of a list in a JSON text, each with the line on which it begins.
enum JSONObjects {
    /// - Parameter member: where the list stands when the text is an object; a single object counts as a list of one.
    /// - Throws: words on what is wrong, and the line.
    static func read(_ bytes: [UInt8], member: String) throws(ImportFault) -> [(line: Int, value: JSON)] {
        let root: JSON
        do { root = try JSONParser.parse(bytes) } catch {
            throw ImportFault(
                line: Self.line(of: error.position, in: bytes),
                message: "this is no JSON: \(error.text)"
            )
        }
        let values: [JSON]
        let depth: Int
        switch root {
        case .array(let list): (values, depth) = (list, 1)
        case .object:
            if case .array(let list)? = root[member] {
                (values, depth) = (list, 2)
            } else {
                (values, depth) = ([root], 0)
            }
        default: throw ImportFault(line: 1, message: "this is no list of jobs")
        }
        let lines = Self.lines(ofObjectsAt: depth, in: bytes, member: depth == 2 ? member : nil)
        return values.enumerated().map { (lines.indices.contains($0.offset) ? lines[$0.offset] : 1, $0.element) }
    }

    private static func line(of position: Int, in bytes: [UInt8]) -> Int {
        bytes.prefix(position).reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
    }

    /// The lines of what opens inside of so many brackets, in the list of `member` if that is named.
    private static func lines(ofObjectsAt depth: Int, in bytes: [UInt8], member: String?) -> [Int] {
        var lines: [Int] = []
        var line = 1
        var level = 0
        var isInside = member == nil
        // Of the text that is open, and of the last one.
        var start: Int?
        var last = 0..<0
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0a { line += 1 }
            if let first = start {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    last = first..<index
                    start = nil
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): start = index + 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if byte == UInt8(ascii: "{"), level == depth, isInside { lines.append(line) }
                if byte == UInt8(ascii: "["), level == 1, let member {
                    isInside = bytes[last].elementsEqual(member.utf8)
                }
                level += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): level -= 1
            default: continue
            }
        }
        return lines
    }
}

/// Why a file can't be read at all.
struct ImportFault: Error {
    let line: Int
    let text: Wording

    init(line: Int, message: Wording) {
        self.line = line
        self.text = message
    }
}

extension JSON {
    var importText: String? { if case .string(let text) = self { text } else { nil } }

    /// A number, or one that was written as a text.
    var importNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number) where abs(number) < 1e15: Int64(number)
        case .string(let text): Int64(text)
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    var importFlag: Bool? {
        switch self {
        case .bool(let value): value
        case .integer(let number): number != 0
        case .string("true"), .string("1"): true
        case .string("false"), .string("0"): false
        default: nil
        }
    }

    var importList: [JSON]? { if case .array(let list) = self { list } else { nil } }

    var importMembers: [(name: String, value: JSON)] {
        guard case .object(let members) = self else { return [] }
        return members.map { ($0.name.text, $0.value) }
    }
}
