// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

#if DEBUG
import Glibc
import Synchronization
#endif

/// Places at which a process of a debug build ends as if `kill -9` had met it exactly there; a release build has none.
///
/// `QF_CRASH_POINTS` names a directory. Its file `at` holds `NAME HIT`: whichever process reaches that place for the HIT-th time
/// since the file is there renames it to `done` and is gone. Each place that was reached is a file in `seen`.
package enum CrashPoint {
    private static let variable = "QF_CRASH_POINTS"

    @inline(__always)
    package static func reach(_ name: @autoclosure () -> String) {
        #if DEBUG
        CrashWatch.shared?.reach(name())
        #endif
    }

    /// What a process needs of the environment that is started with one of its own.
    package static var environment: [String] {
        #if DEBUG
        CrashWatch.shared.map { ["\(Self.variable)=\($0.directory)"] } ?? []
        #else
        []
        #endif
    }

    #if DEBUG
    fileprivate static var directory: String? { getenv(Self.variable).map { String(cString: $0) } }
    #endif
}

#if DEBUG
/// What the directory says, and what was reached here.
private final class CrashWatch: Sendable {
    static let shared = CrashWatch()

    private struct State {
        var seen: Set<String> = []
        var plan = ""
        var hits = 0
    }

    let directory: String
    private let state = Mutex(State())

    private init?() {
        guard let directory = CrashPoint.directory else { return nil }
        self.directory = directory
    }

    func reach(_ name: String) {
        self.state.withLock { state in
            if state.seen.insert(name).inserted {
                let file = open("\(self.directory)/seen/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                if file >= 0 { close(file) }
            }
            let plan = self.plan()
            if plan != state.plan { (state.plan, state.hits) = (plan, 0) }
            let words = plan.split(separator: " ")
            guard words.count == 2, words[0] == name, let hit = Int(words[1]) else { return }
            state.hits += 1
            guard state.hits >= hit, rename(self.directory + "/at", self.directory + "/done") == 0 else { return }
            kill(getpid(), SIGKILL)
            while true { pause() }
        }
    }

    /// Empty when there is none.
    private func plan() -> String {
        let file = open(self.directory + "/at", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
#endif
