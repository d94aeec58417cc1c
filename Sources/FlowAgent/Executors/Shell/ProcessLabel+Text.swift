// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowRunner
import Glibc

extension ProcessLabel {
    /// `process 14393 (sleep, of root)`.
    var text: String { "process \(self.pid) (\(self.name), of \(Self.userName(self.user)))" }

    /// Why a process that was to end goes on.
    func stuckText(_ cause: EndCause) -> String {
        let why =
            switch cause {
            case .timeout: "the time limit is over, but "
            case .cancelled: "it was cancelled, but "
            case .stopped: "the agent was told to stop, but "
            case .own: "the script has ended, but "
            }
        return "\(why)\(self.text) cannot be signalled: operation not permitted; it still runs"
    }

    private static func userName(_ user: UInt32) -> String {
        var entry = passwd()
        var buffer = [CChar](repeating: 0, count: 4096)
        var result: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &result) == 0, result != nil, let name = entry.pw_name
        else { return "user \(user)" }
        return String(cString: name)
    }
}
