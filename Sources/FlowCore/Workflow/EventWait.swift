// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A pause until something happens after it has begun (W4).
package struct EventWait: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        /// A run of a task ends so.
        case task(JobID, on: Condition)
        /// Somebody sends the run a message on this topic.
        case message(String)
    }

    package enum Condition: String, Sendable, CaseIterable {
        case success, failure, end

        /// - Parameter result: how the executions of the task's run ended.
        func holds(for result: NodeResult) -> Bool {
            switch (self, result.tally.state) {
            case (.success, "succeeded"), (.failure, "failed"): true
            case (.end, "succeeded"), (.end, "failed"), (.end, "cancelled"): true
            default: false
            }
        }
    }

    package var source: Source
    /// When it has not come by then, the step fails.
    package var timeoutSeconds: Int

    package init(_ source: Source, timeoutSeconds: Int = Self.standardTimeout) {
        self.source = source
        self.timeoutSeconds = timeoutSeconds
    }

    package static let standardTimeout = 86_400
    package static let topicLimit = 100

    /// The task that it waits for.
    package var job: JobID? { if case .task(let id, _) = self.source { id } else { nil } }
}

extension EventWait {
    /// - Returns: nil when the fields are those of another kind of wait, or wrong.
    static func read(_ reader: inout WorkflowReader) -> EventWait? {
        let task = reader.number("task_id")
        let topic = reader.string("message", upTo: self.topicLimit)
        let on: Condition? = reader.choice("on")
        guard task != nil || topic != nil else { return nil }
        let timeout = reader.integer("timeout_seconds", in: 1...NodeWait.longest) ?? self.standardTimeout
        if let task, topic == nil { return EventWait(.task(JobID(task), on: on ?? .success), timeoutSeconds: timeout) }
        if let topic, task == nil, on == nil, !topic.isEmpty {
            return EventWait(.message(topic), timeoutSeconds: timeout)
        }
        reader.fault("message", "conflict", "say either which 'task_id' it waits for, or on which topic a 'message'")
        return nil
    }

    var members: [JSON.Member] {
        let source: [JSON.Member] =
            switch self.source {
            case .task(let id, let on): [.init("task_id", id), .init("on", on.rawValue)]
            case .message(let topic): [.init("message", topic)]
            }
        return source + [.init("timeout_seconds", self.timeoutSeconds)]
    }
}

/// What somebody tells a run.
package struct FlowMessage: Hashable, Sendable {
    package let topic: String
    /// The outputs of the steps that waited for it.
    package let data: [String: String]

    package init(topic: String, data: [String: String]) {
        self.topic = topic
        self.data = data
    }
}
