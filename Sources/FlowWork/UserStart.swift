// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Becomes a user of the host, as cron does for the lines of its crontab.
enum UserStart {
    /// - Parameters:
    ///   - name: of the user.
    ///   - directory: where to start; nil = the user's home.
    ///   - variables: this program's own, those of the job hidden (``StartWord``).
    /// - Returns: the variables of the job.
    /// - Throws: what is in the way, in words for the log. Nothing of the job may be started then.
    static func become(
        _ name: String,
        directory: String?,
        _ variables: [String: String]
    ) throws(WorkFailure) -> [String: String] {
        guard let entry = getpwnam(name)?.pointee, let home = entry.pw_dir else {
            throw WorkFailure(.trouble, "there is no user '\(name)' on this host")
        }
        let start = directory ?? String(cString: home)
        var own = ["HOME": String(cString: home), "USER": name, "LOGNAME": name]
        for (name, value) in variables {
            if let shown = StartWord.shown(name) { own[shown] = value }
        }
        if let file = own["QF_OUTPUT"] { own["QF_OUTPUT"] = try self.open(file, for: entry) }
        // So that `> /dev/stderr` works: it opens the pipe anew.
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] { _ = fchown(descriptor, entry.pw_uid, entry.pw_gid) }
        guard initgroups(name, entry.pw_gid) == 0, setgid(entry.pw_gid) == 0, setuid(entry.pw_uid) == 0,
            getuid() == entry.pw_uid, geteuid() == entry.pw_uid, entry.pw_uid == 0 || setuid(0) != 0
        else {
            throw WorkFailure(.trouble, "this host's agent may not start anything as '\(name)'")
        }
        guard chdir(start) == 0 else {
            let words = String(cString: strerror(errno))
            throw WorkFailure(.trouble, "'\(name)' can't enter the directory '\(start)': \(words)")
        }
        return own
    }

    /// The agent's directory is closed to others, so the job writes what it hands on through a descriptor that it inherits.
    ///
    /// Named by this process, which the job's interpreter becomes: programs that close what they don't know find it too.
    private static func open(_ file: String, for entry: passwd) throws(WorkFailure) -> String {
        let descriptor = Foundation.open(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        guard descriptor >= 0, fchown(descriptor, entry.pw_uid, entry.pw_gid) == 0 else {
            throw WorkFailure(.trouble, "the file for outputs can't be made: \(String(cString: strerror(errno)))")
        }
        return "/proc/\(getpid())/fd/\(descriptor)"
    }
}
