// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowServer
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The ``ProgressBar`` of a command on the server's host, on standard error.
///
/// Nothing is written where nobody looks: not in a pipe, not where `NO_COLOR` is set, not to a terminal that takes no codes.
final class ProgressDisplay: Sendable {
    /// Nil where nobody looks.
    private let bar: Mutex<ProgressBar?>

    init() {
        let environment = ProcessInfo.processInfo.environment
        let takesCodes = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        guard takesCodes, isatty(STDERR_FILENO) == 1 else {
            self.bar = Mutex(nil)
            return
        }
        self.bar = Mutex(ProgressBar(of: nil, columns: Self.columns, language: .current, at: Self.now))
    }

    /// Other work begins; `total` is nil where nobody can say how much it is.
    func begin(_ label: Wording, of total: Int64?, unit: ProgressBar.Unit) {
        self.bar.withLock { bar in
            bar?.begin(label, of: total, unit: unit, at: Self.now)
            Self.write(bar?.show(0, at: Self.now))
        }
    }

    func show(_ done: Int64) { self.bar.withLock { bar in Self.write(bar?.show(done, at: Self.now)) } }

    /// Takes the line away, so that something else can be said.
    func clear() { self.bar.withLock { bar in Self.write(bar?.clear()) } }

    /// What a back-up or a restore does, in words.
    func show(_ step: BackupStep) {
        switch step {
        case .copying(let done, let total):
            self.part(Wording(english: "copying the database", chinese: "复制数据库"), done, of: total)
        case .looking:
            self.begin(Wording(english: "looking at every page", chinese: "检查每一页"), of: nil, unit: .pieces)
        case .packing(let done, let total):
            self.part(Wording(english: "writing the file", chinese: "写入文件"), done, of: total)
        case .unpacking(let done, let total):
            self.part(Wording(english: "unpacking", chinese: "解包"), done, of: total)
        }
    }

    private func part(_ label: Wording, _ done: Int64, of total: Int64) {
        if done == 0 { self.begin(label, of: total, unit: .bytes) } else { self.show(done) }
    }

    private static func write(_ text: String?) {
        if let text { FileHandle.standardError.write(Data(text.utf8)) }
    }

    private static var now: Int64 { Int64(clamping: DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
