// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One line of `quicflow doctor`: what was looked at, how it is, and what to do about it.
struct Finding: Hashable, Sendable {
    enum Grade: String, Sendable {
        case ok
        /// It works, and will not for long, or not as it should.
        case warn
        /// It does not work.
        case fail
    }

    /// The same words in both languages.
    struct Words: Hashable, Sendable {
        let zh: String
        let en: String

        init(zh: String, en: String) {
            self.zh = zh
            self.en = en
        }

        func text(in language: Language) -> String { language == .chinese ? self.zh : self.en }

        var json: JSONValue { .object(["zh": .string(self.zh), "en": .string(self.en)]) }
    }

    /// What was looked at, for programs: `server`, `clock`, `certificate`.
    let check: String
    let grade: Grade
    let text: Words
    let advice: Words?

    private init(_ check: String, _ grade: Grade, _ text: Words, _ advice: Words?) {
        self.check = check
        self.grade = grade
        self.text = text
        self.advice = advice
    }

    static func ok(_ check: String, _ text: Words, advice: Words? = nil) -> Finding {
        Finding(check, .ok, text, advice)
    }

    /// Whoever warns says what to do.
    static func warn(_ check: String, _ text: Words, advice: Words) -> Finding { Finding(check, .warn, text, advice) }

    /// Whoever finds fault says what to do.
    static func fail(_ check: String, _ text: Words, advice: Words) -> Finding { Finding(check, .fail, text, advice) }

    var json: JSONValue {
        .object([
            "check": .string(self.check), "status": .string(self.grade.rawValue), "text": self.text.json,
            "advice": self.advice?.json ?? .null,
        ])
    }
}

/// All that `quicflow doctor` found.
struct Findings: Sendable {
    private(set) var all: [Finding]

    init(_ all: [Finding] = []) { self.all = all }

    mutating func add(_ findings: [Finding]) { self.all += findings }

    private func count(_ grade: Finding.Grade) -> Int { self.all.count { $0.grade == grade } }

    var isHealthy: Bool { self.count(.fail) == 0 }

    var json: JSONValue {
        .object([
            "healthy": .bool(self.isHealthy), "failed": .integer(Int64(self.count(.fail))),
            "warned": .integer(Int64(self.count(.warn))), "checks": .array(self.all.map(\.json)),
        ])
    }

    /// For people: a line for each, what to do below it, and the count at the end.
    func text(in language: Language) -> String {
        let width = self.all.map(\.check.utf8.count).max() ?? 0
        var lines: [String] = []
        for finding in self.all {
            let grade = finding.grade.rawValue
            let check = finding.check
            lines.append(
                grade + String(repeating: " ", count: 6 - grade.utf8.count) + check
                    + String(repeating: " ", count: width + 2 - check.utf8.count) + finding.text.text(in: language)
            )
            if let advice = finding.advice {
                lines.append(String(repeating: " ", count: 6 + width + 2) + "→ " + advice.text(in: language))
            }
        }
        let (ok, warned, failed) = (self.count(.ok), self.count(.warn), self.count(.fail))
        let sum = Finding.Words(
            zh: "\(self.all.count) 项检查：正常 \(ok)，警告 \(warned)，失败 \(failed)",
            en: "\(self.all.count) checks: \(ok) ok, \(warned) to watch, \(failed) failed"
        )
        return (lines + ["", sum.text(in: language)]).joined(separator: "\n")
    }
}
