// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowProcess
import Foundation

/// Puts this process into a scope of its own, before it becomes a job's program.
///
/// So nothing of the job runs outside the unit, and pid, session, descriptors and parent are what the runner gave.
enum UnitStart {
    /// - Parameters:
    ///   - request: the scope.
    ///   - manager: whose it is.
    /// - Throws: when this process is not in it, or something of what was asked for does not hold there.
    static func enter(_ request: ScopeRequest, of manager: ServiceManager) throws(WorkFailure) {
        var connection = try ManagerConnection.open(manager)
        let serial: UInt32 = 1
        try connection.send(request.call(serial: serial, process: UInt32(getpid())))
        var job: String?
        /// Results by jobs: one may have ended before we hear which is ours.
        var results: [String: String] = [:]
        while true {
            switch try connection.next() {
            case .answer(serial, let values): job = values.first
            case .failure(serial, let name, let message):
                let reason = message.isEmpty ? name : message
                throw WorkFailure(.unstarted, "systemd refuses the unit \(request.name): \(reason)")
            // Its number, path, unit and result; numbers are passed over.
            case .signal("JobRemoved", let values) where values.count == 3: results[values[0]] = values[2]
            case .answer, .failure, .signal, .other: break
            }
            guard let job, let result = results[job] else { continue }
            guard result == "done" else {
                throw WorkFailure(.unstarted, "systemd could not start the unit \(request.name): \(result)")
            }
            return try self.check(request)
        }
    }

    /// The unit of systemd that a process lies in.
    ///
    /// - Parameter groups: what `/proc/PID/cgroup` says (cgroups(7)).
    /// - Returns: the nearest service around it; nil where there is none.
    static func service(in groups: String) -> String? {
        self.path(in: groups)?.split(separator: "/").last { $0.hasSuffix(".service") }.map(String.init)
    }

    static func ownGroups() -> String { (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "" }

    /// Limits that the manager has no controller for it passes over without a word: half a limit would be none.
    private static func check(_ request: ScopeRequest) throws(WorkFailure) {
        let groups = self.ownGroups()
        guard let path = self.path(in: groups), path.split(separator: "/").contains(Substring(request.name)) else {
            throw WorkFailure(.unstarted, "systemd has made the unit \(request.name), but this process is not in it")
        }
        guard !request.limits.isEmpty else { return }
        let place = self.directory(of: path)
        for limit in request.limits.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let controller = limit.controller else { continue }
            let file = "\(place ?? "")/\(controller).max"
            let words = (try? String(contentsOfFile: file, encoding: .utf8))?.split(whereSeparator: \.isWhitespace)
            guard place != nil, let first = words?.first, first != "max" else {
                throw WorkFailure(
                    .unstarted,
                    "this host cannot limit '\(limit.rawValue)': its systemd has no control groups (cgroup v2) with "
                        + "'\(controller)'"
                )
            }
        }
    }

    /// The group in the hierarchy that systemd keeps its units in: version 2's, else its own of version 1.
    private static func path(in groups: String) -> String? {
        let lines = groups.split(separator: "\n")
        let line =
            lines.first { $0.hasPrefix("0::/") && $0 != "0::/" } ?? lines.first { $0.contains(":name=systemd:/") }
        return line?.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last.map(String.init)
    }

    /// Where version 2 is mounted as a whole.
    private static func directory(of path: String) -> String? {
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].first { access($0 + "/cgroup.procs", F_OK) == 0 }
            .map { $0 + path }
    }
}
