// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

/// Asks again and again until there is an answer.
///
/// The pause between two looks is no assertion about time: real processes are at work, and only the deadline fails.
///
/// - Returns: the first answer that is not nil.
/// - Throws: when the deadline passes.
@discardableResult
func eventually<Answer>(
    _ what: String,
    within limit: Duration = .seconds(60),
    every pause: Duration = .milliseconds(40),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + limit
    while true {
        if let answer = try await body() { return answer }
        guard ContinuousClock.now < deadline else {
            Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
            throw Late(what: what)
        }
        try await Task.sleep(for: pause)
    }
}

struct Late: Error, CustomStringConvertible {
    let what: String
    var description: String { "too late: \(self.what)" }
}
