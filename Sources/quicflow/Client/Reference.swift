// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// How a person names a task, a group or a host: by its number or id, by its name, or in a way that may be either.
///
/// One rule for all: what could mean two things is refused, for a script that deletes the wrong one can't take it back.
struct Reference: Equatable {
    /// What the text is taken for.
    enum Meaning: Equatable {
        case either
        case id
        case name
    }

    let text: String
    let meaning: Meaning

    /// Takes `id:9` and `name:9` at their word; anything else may be either.
    init(_ text: String) {
        if text.hasPrefix("id:") {
            self.init(String(text.dropFirst(3)), .id)
        } else if text.hasPrefix("name:") {
            self.init(String(text.dropFirst(5)), .name)
        } else {
            self.init(text, .either)
        }
    }

    init(_ text: String, _ meaning: Meaning) {
        self.text = text
        self.meaning = meaning
    }

    /// One of the things that could be meant.
    struct Candidate: Equatable {
        let id: String
        let name: String
    }

    /// The only candidate among those whose id or name is the text.
    ///
    /// - Parameters:
    ///   - candidates: all, or at least those that match; each once.
    ///   - kind: `task`, `group` or `host`, for messages.
    /// - Throws: ``CommandFailure`` `notFound`, or `conflict` that names every candidate and the way out.
    func choose(among candidates: [Candidate], kind: String) throws(CommandFailure) -> Candidate {
        let found = candidates.filter { candidate in
            self.meaning != .name && candidate.id == self.text || self.meaning != .id && candidate.name == self.text
        }
        guard let first = found.first else {
            let what: Wording =
                switch self.meaning {
                case .either: "the id or name"
                case .id: "the id"
                case .name: "the name"
                }
            throw CommandFailure(.notFound, "no \(words: kind) has \(what) '\(self.text)'")
        }
        guard found.count > 1 else { return first }
        throw CommandFailure(
            .conflict,
            "'\(self.text)' could be \(found.count) \(words: kind + "s"); nothing was done. Say which with id:ID or name:NAME",
            details: found.map { "id:\($0.id) is '\($0.name)'" }
        )
    }
}
