// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A sentence for people in English, which still knows what in it is words and what is a name or a number.
///
/// It is written as a literal, `"There is no task \(id)."`, where somebody asks for a `Wording`; a ``Catalogue`` finds the
/// sentence of another language by its words and puts the same parts into it. A part may be a wording itself.
package struct Wording: Sendable {
    package enum Piece: Sendable {
        case words(String)
        /// A name, a number, a quotation: the same in every language.
        case part(String)
        case wording(Wording)
        /// What has its Chinese elsewhere.
        case both(english: String, chinese: String)
    }

    package private(set) var pieces: [Piece]

    /// A text of others, which stays as it is in every language.
    package init(verbatim text: String) { self.pieces = [.part(text)] }

    package init(english: String, chinese: String) { self.pieces = [.both(english: english, chinese: chinese)] }

    /// Words from a small set, such as the kinds of JSON values, that the catalogue has.
    package init(words: String) { self.pieces = [.words(words)] }

    private init(pieces: [Piece]) { self.pieces = pieces }

    package var english: String {
        self.pieces.reduce(into: "") { text, piece in
            switch piece {
            case .words(let words): text += words
            case .part(let part): text += part
            case .wording(let wording): text += wording.english
            case .both(let english, _): text += english
            }
        }
    }

    /// The words, with ``hole`` for every part: what a catalogue looks up.
    package var pattern: String {
        self.pieces.reduce(into: "") { pattern, piece in
            if case .words(let words) = piece { pattern += words } else { pattern += Self.hole }
        }
    }

    package static let hole = "{}"

    /// The sentence with no part longer than a share of `limit`, and cut where it is still too long.
    package func shortened(toBytes limit: Int) -> Wording {
        guard self.english.utf8.count > limit else { return self }
        let parts = self.pieces.count { piece in
            if case .words = piece { return false }
            return true
        }
        let share = limit / (2 * max(1, parts))
        let short = Wording(
            pieces: self.pieces.map { piece -> Piece in
                switch piece {
                case .words, .both: return piece
                case .part(let part): return .part(part.shortened(toBytes: share))
                case .wording(let wording): return .wording(wording.shortened(toBytes: share))
                }
            }
        )
        let text = short.english
        return text.utf8.count > limit ? Wording(verbatim: text.shortened(toBytes: limit)) : short
    }

    /// One sentence of two literals, so that a long one has several lines.
    package static func + (left: Wording, right: Wording) -> Wording {
        Wording(pieces: left.pieces + right.pieces)
    }

    /// Wordings one after the other, as parts of one.
    package static func list(_ wordings: [Wording], separator: String) -> Wording {
        var pieces: [Piece] = []
        for wording in wordings {
            if !pieces.isEmpty { pieces.append(.part(separator)) }
            pieces.append(.wording(wording))
        }
        return Wording(pieces: pieces)
    }
}

/// Two wordings are the same when they read the same.
extension Wording: Hashable {
    package static func == (left: Wording, right: Wording) -> Bool { left.english == right.english }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.english) }
}

extension Wording: CustomStringConvertible {
    package var description: String { self.english }
}

extension Wording: ExpressibleByStringInterpolation {
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            self.pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { self.pieces.append(.words(literal)) }
        }

        package mutating func appendInterpolation(_ wording: Wording) { self.pieces.append(.wording(wording)) }

        package mutating func appendInterpolation(words: String) {
            self.pieces.append(.wording(Wording(words: words)))
        }

        package mutating func appendInterpolation(_ text: FireExplanation.Text) {
            self.pieces.append(.both(english: text.en, chinese: text.zh))
        }

        package mutating func appendInterpolation(_ fault: ExpressionFault) {
            self.pieces.append(.wording(fault.wording))
        }

        package mutating func appendInterpolation(_ error: ScheduleError) {
            self.pieces.append(.wording(error.wording))
        }

        package mutating func appendInterpolation<Part>(_ part: Part) { self.pieces.append(.part("\(part)")) }
    }

    package init(stringInterpolation: StringInterpolation) { self.pieces = stringInterpolation.pieces }

    package init(stringLiteral value: String) { self.pieces = value.isEmpty ? [] : [.words(value)] }
}

extension ScheduleError {
    /// What is wrong, without the place.
    package var plain: Wording { Wording(english: self.message, chinese: self.text(.zh)) }

    /// What is wrong and where, in both languages.
    package var wording: Wording {
        let place = self.position.map { "（第 \($0) 个字节处）" } ?? ""
        return Wording(english: self.description, chinese: self.text(.zh) + place)
    }
}
