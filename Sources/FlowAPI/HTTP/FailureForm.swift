// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import NIOHTTP1

/// In which form a refusal is written.
enum FailureForm: Hashable, Sendable {
    /// The failure envelope of all answers.
    case envelope
    /// `application/problem+json` (RFC 9457).
    case problem

    static let problemType = "application/problem+json"

    /// What a client asks for by `Accept`.
    ///
    /// Only the type's own name asks for a problem, no wildcard does: programs that say nothing, or `*/*`, go on reading the envelope.
    ///
    /// - Parameter accept: the values of the field.
    init(accept: [String]) {
        var problem = 0
        var plain = 0
        for range in accept.lazy.flatMap({ $0.utf8.split(separator: UInt8(ascii: ",")) }) {
            let parts = range.split(separator: UInt8(ascii: ";")).map { HeaderText.trimmed($0) }
            guard let name = parts.first else { continue }
            if HeaderText.equal(name, Self.problemType) {
                problem = max(problem, Self.weight(parts.dropFirst()))
            } else if HeaderText.equal(name, "application/json") {
                plain = max(plain, Self.weight(parts.dropFirst()))
            }
        }
        self = problem > 0 && problem >= plain ? .problem : .envelope
    }

    init(_ fields: HTTPFields) { self.init(accept: fields[values: .accept]) }

    init(_ headers: HTTPHeaders) { self.init(accept: headers["accept"]) }

    var contentType: String {
        switch self {
        case .envelope: "application/json; charset=utf-8"
        // JSON is UTF-8, and this type has no parameter that says so.
        case .problem: Self.problemType
        }
    }

    /// `q` in thousandths; 1,000 where it is not said, 0 for what is no weight (RFC 9110, 12.4.2).
    private static func weight(_ parameters: ArraySlice<Substring.UTF8View>) -> Int {
        for parameter in parameters {
            let halves = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard halves.count == 2, HeaderText.equal(HeaderText.trimmed(halves[0]), "q") else { continue }
            let digits = HeaderText.trimmed(halves[1])
            guard digits.count <= 5, let value = Double(String(Substring(digits))), (0...1).contains(value) else {
                return 0
            }
            return Int((value * 1000).rounded())
        }
        return 1000
    }
}
