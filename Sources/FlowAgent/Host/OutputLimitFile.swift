// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Synchronization

/// How much output a host keeps of an attempt, as the server said last: it has to know before it has met a server again.
final class OutputLimitFile: Sendable {
    private let path: String
    private let told: Mutex<Int64?>

    init(dataDirectory: String) {
        self.path = dataDirectory + "/output-bytes"
        let text = try? String(contentsOfFile: self.path, encoding: .utf8)
        let bytes = text.flatMap { Int64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        self.told = Mutex(bytes.flatMap { $0 > 0 ? $0 : nil })
    }

    /// Nil before the first word of a server.
    var bytes: Int64? { self.told.withLock { $0 } }

    /// Takes what a server said in a message.
    ///
    /// - Returns: the new limit, if it says another one.
    func take(_ event: LinkEvent) -> Int64? {
        let said: Int64? =
            switch event {
            case .received(.welcome(let welcome)): welcome.outputBytes
            case .received(.heartbeatAnswer(_, let bytes, _)): bytes
            default: nil
            }
        guard let said, said > 0 else { return nil }
        let isNew = self.told.withLock { told in
            defer { told = said }
            return told != said
        }
        guard isNew else { return nil }
        // Without it the host goes by what it had until it meets the server again.
        try? Data("\(said)\n".utf8).write(to: URL(fileURLWithPath: self.path), options: .atomic)
        return said
    }
}
