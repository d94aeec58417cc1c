// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Synchronization

/// What the exit code and the last words of `quicflow-work` mean for an attempt.
final class WorkVerdicts: Sendable {
    /// What it does for an attempt.
    enum Role {
        case work
        case container
        /// It becomes a script's interpreter, once it is in a unit of systemd.
        case unit
    }

    private static let detailLimit = 500
    /// For each open attempt the beginning of the line that its errors are at, and the last whole one.
    fileprivate struct Words {
        var last: [UInt8] = []
        var current: [UInt8] = []
        let role: Role
    }
    private let words = Mutex<[AttemptKey: Words]>([:])

    func watch(_ key: AttemptKey, as role: Role = .work) {
        self.words.withLock { $0[key] = Words(role: role) }
    }

    func judge(_ events: [(AttemptKey, AttemptEvent)]) -> [(AttemptKey, AttemptEvent)] {
        self.words.withLock { words in
            guard !words.isEmpty else { return events }
            return events.map { key, event in
                switch event {
                case .output(.standardError, let bytes):
                    words[key]?.take(bytes, limit: Self.detailLimit)
                    return (key, event)
                case .ended(let end):
                    guard let said = words.removeValue(forKey: key) else { return (key, event) }
                    let judge =
                        switch said.role {
                        case .work: Self.verdict
                        case .container: Self.containerVerdict
                        case .unit: Self.unitVerdict
                        }
                    return (key, .ended(judge(end, said.text)))
                default: return (key, event)
                }
            }
        }
    }

    /// 125 to 127 are the engine's, which could not run it and said why; all others are the program's own, which knows nothing of ours.
    private static func containerVerdict(_ end: AttemptEnd, _ words: String) -> AttemptEnd {
        guard end.status == .failure, end.reason == .exitCode, let code = end.exitCode else { return end }
        var end = end
        if (125...127).contains(code), !words.isEmpty { end.detail = words }
        if code == Int(WorkExit.engine.rawValue), words.hasPrefix("the host's policy ") { end.reason = .policyDenied }
        return end
    }

    /// Nothing of the job has run where the unit could not be made; everything else is the script's own.
    private static func unitVerdict(_ end: AttemptEnd, _ words: String) -> AttemptEnd {
        guard end.status == .failure, end.reason == .exitCode, words.hasPrefix(StartWord.unitTrouble),
            end.exitCode == Int(WorkExit.unstarted.rawValue)
        else { return end }
        return .unstartable(words, at: end.at)
    }

    /// Whoever stopped it, and its time limit, have the first word.
    private static func verdict(_ end: AttemptEnd, _ words: String) -> AttemptEnd {
        guard end.status == .failure, end.reason == .exitCode, let code = end.exitCode else { return end }
        var end = end
        if !words.isEmpty { end.detail = words }
        if WorkExit(rawValue: Int32(clamping: code)) == .denied { end.reason = .policyDenied }
        return end
    }
}

extension WorkVerdicts.Words {
    fileprivate mutating func take(_ bytes: [UInt8], limit: Int) {
        for byte in bytes {
            if byte == 0x0a {
                if !self.current.isEmpty { self.last = self.current }
                self.current = []
            } else if self.current.count < limit {
                self.current.append(byte)
            }
        }
    }

    fileprivate var text: String { String(decoding: self.current.isEmpty ? self.last : self.current, as: UTF8.self) }
}
