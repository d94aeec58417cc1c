// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// An answer of the REST API: `{"code": 0, "data": …}`, or a problem with `error`, `message` and `details`.
struct APIAnswer {
    let status: Int
    let body: Data
    let server: ServerAddress

    /// Opens the envelope.
    ///
    /// - Throws: ``CommandFailure`` for a refusal, or when this is no answer of a QuartzFlow server.
    func data() throws(CommandFailure) -> JSONValue {
        let envelope = try? JSONDecoder().decode(JSONValue.self, from: self.body)
        if (200..<300).contains(self.status) {
            if self.body.isEmpty { return .null }
            guard let envelope, envelope["code"].integer == 0 else {
                throw CommandFailure(.failed, "\(self.server) does not answer as a QuartzFlow server does")
            }
            if self.status == 202, let id = envelope["data"]["approval_id"].string {
                throw CommandFailure(
                    .waits,
                    "this takes two persons: request \(id) waits for another one until "
                        + "\(DisplayTime.text(envelope["data"]["expires_at"])); see 'quicflow approval show \(id)'",
                    details: [],
                    answer: envelope
                )
            }
            return envelope["data"]
        }
        let details: [Wording] = (envelope?["details"].array ?? []).map { detail in
            let path = detail["path"].string ?? ""
            let message = Wording(said: detail) ?? Wording(verbatim: detail.cell)
            return path.isEmpty ? message : "\(path): \(message)" as Wording
        }
        var message = envelope.flatMap { Wording(said: $0) } ?? "the server answered \(self.status)"
        if self.status == 401 { message = "\(message); sign in with 'quicflow login --server \(self.server)'" }
        throw CommandFailure(self.exitStatus, message, details: details, answer: envelope ?? .null)
    }

    private var exitStatus: CommandStatus {
        switch self.status {
        case 400, 413, 415, 422: .usage
        case 401, 403: .denied
        case 404: .notFound
        case 409, 412: .conflict
        case 502, 503, 504: .unreachable
        default: .failed
        }
    }
}
