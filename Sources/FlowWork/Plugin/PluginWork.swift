// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Runs a plugin of the host.
struct PluginWork {
    let order: WorkOrder
    let payload: PluginPayload
    let stop: StopSignal

    /// - Returns: what it hands on.
    func run() throws -> [(name: String, value: String)] {
        let path = try PluginPlace.path(of: self.payload.name, in: self.order.policy.plugins)
        let values = try self.payload.parameters.mapValues {
            try RequestTemplate($0).filled(with: self.order.parameters)
        }
        var conversation = PluginConversation(
            parameters: values,
            facts: [
                .init("execution_id", self.order.executionID), .init("attempt", self.order.attempt),
                .init("task_id", self.order.taskID), .init("task_name", self.order.taskName),
                .init("scheduled_time", self.order.scheduledTime), .init("timeout_seconds", self.order.timeout),
            ]
        )
        let process = try PluginProcess(path: path)
        let end = process.run(&conversation, cancelled: self.stop.descriptor) { text, isError in
            WorkLog.write(text, to: isError ? 2 : 1)
        }
        let outputs = conversation.outputs.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        switch end {
        case .success(let detail): if let detail { WorkLog.say(detail) }
        case .failure(let words): throw WorkFailure(.failure, words)
        case .fault(let words): throw WorkFailure(.trouble, "the plugin '\(self.payload.name)': \(words)")
        case .stopped: throw WorkFailure(.trouble, "stopped")
        }
        return outputs
    }
}

/// Where a host's plugins are, and which file may be one.
enum PluginPlace {
    /// - Throws: ``WorkFailure`` when there is none, or one that others could have written.
    static func path(of name: String, in directory: String?) throws -> String {
        guard PluginPayload.isName(name) else { throw WorkFailure(.trouble, "'\(name)' is no name of a plugin") }
        guard let directory else { throw WorkFailure(.denied, "this host has no directory of plugins") }
        for place in [directory, directory + "/" + name] {
            var facts = stat()
            guard stat(place, &facts) == 0 else {
                throw WorkFailure(.trouble, "this host has no plugin '\(name)' in \(directory)")
            }
            // Else whoever may write there could run what they like by the name of something trusted.
            guard facts.st_uid == 0 || facts.st_uid == geteuid(), facts.st_mode & 0o022 == 0 else {
                throw WorkFailure(
                    .denied,
                    "\(place) may be written by others; it has to be its owner's alone (chmod go-w)"
                )
            }
        }
        let path = directory + "/" + name
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
            throw WorkFailure(.trouble, "\(path) is no program that can be run")
        }
        return path
    }
}
