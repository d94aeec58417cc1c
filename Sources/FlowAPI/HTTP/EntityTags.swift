// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

/// `If-Match`: which versions of a resource the caller has seen (RFC 9110, 13.1.1).
///
/// A tag is the version in quotes. It names the definition, which is what changes are made to; what happens to a task meanwhile (its last
/// execution, say) does not change it.
enum EntityTags: Hashable, Sendable {
    /// `*`: whichever there is.
    case any
    case versions([Int64])

    static func tag(_ version: Int64) -> String { "\"\(version)\"" }

    /// - Returns: nil without the header. Weak tags and other texts are no version, so that they never match.
    init?(_ headers: HTTPFields) {
        let values = headers[values: .ifMatch]
        guard !values.isEmpty else { return nil }
        let tags = values.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.map { HeaderText.trimmed($0) }
        if tags.contains(where: { $0.elementsEqual("*".utf8) }) {
            self = .any
            return
        }
        self = .versions(
            tags.compactMap { tag in
                guard tag.count > 2, tag.first == UInt8(ascii: "\""), tag.last == UInt8(ascii: "\"") else { return nil }
                return String(tag.dropFirst().dropLast()).flatMap { Int64($0) }
            }
        )
    }

    func contains(_ version: Int64) -> Bool {
        switch self {
        case .any: true
        case .versions(let versions): versions.contains(version)
        }
    }

    /// - Throws: 412.
    func require(_ version: Int64) throws {
        guard !self.contains(version) else { return }
        throw APIFailure(
            .preconditionFailed,
            "precondition_failed",
            "Version \(version) is stored, which is not the one of If-Match. Read it again and repeat your change on it.",
            headers: [.eTag: Self.tag(version)]
        )
    }
}
