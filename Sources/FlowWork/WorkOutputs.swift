// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What an attempt hands on, in the file that its agent reads when the attempt is over (W12).
struct WorkOutputs {
    static let variable = "QF_OUTPUT"
    private let path: String?

    /// Takes the file's name out of the environment, so that no child writes there.
    init() {
        self.path = getenv(Self.variable).map { String(cString: $0) }
        unsetenv(Self.variable)
    }

    /// Makes the file for a program that writes it by itself, as whatever user it runs; nil when it can't be made.
    ///
    /// Its directory is the agent's alone.
    func sharedFile() -> String? {
        guard let path, ContainerPayload.isMountPath(path) else { return nil }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            WorkLog.say("there will be no outputs: \(String(cString: strerror(errno)))")
            return nil
        }
        defer { close(descriptor) }
        return fchmod(descriptor, 0o666) == 0 ? path : nil
    }

    /// Writes them; what can't be handed on is said in the log, and does not fail the attempt.
    func write(_ values: [(name: String, value: String)]) {
        guard let path, !values.isEmpty else { return }
        let fitting = StepOutputs.Fitting(values)
        if !fitting.left.isEmpty {
            let names = fitting.left.prefix(10).map { WorkLog.plain(String($0.prefix(64))) }
            WorkLog.say(
                "not handed on, as an output has a name of letters, digits and '_', and at most \(StepOutputs.valueLimit) bytes: "
                    + names.joined(separator: ", ")
            )
        }
        guard !fitting.values.isEmpty else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            WorkLog.say("its outputs can't be written: \(String(cString: strerror(errno)))")
            return
        }
        defer { close(descriptor) }
        WorkLog.write(StepOutputs.text(of: fitting.values), to: descriptor)
    }
}
