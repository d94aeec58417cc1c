// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a client says over the live connection.
enum LiveCommand: Hashable, Sendable {
    struct Subscription: Hashable, Sendable {
        /// As the client wrote it, for answers about topics that do not exist.
        let name: String
        let filter: ExecutionFilter
        /// Byte offset at which a log is to be resumed.
        let since: Int64
    }

    case subscribe(id: Int64?, [Subscription])
    case unsubscribe([String])
    case ping

    /// A frame that is no command: what to tell the client.
    struct Refusal: Error, Hashable {
        let id: Int64?
        let message: Wording
    }

    /// More topics than a page can show.
    static let topicLimit = 64

    init(_ text: String) throws(Refusal) {
        let value: JSON
        do {
            value = try JSONParser.parse(Array(text.utf8))
        } catch {
            throw Refusal(id: nil, message: "not JSON at byte \(error.position): \(error.text)")
        }
        var id: Int64?
        if case .integer(let number)? = value["id"] { id = number }
        guard case .string(let operation)? = value["op"] else { throw Refusal(id: id, message: "a command needs 'op'") }
        switch operation {
        case "ping": self = .ping
        case "sub":
            var subscriptions: [Subscription] = []
            for topic in try Self.topics(value, id: id) { subscriptions.append(try Self.subscription(topic, id: id)) }
            self = .subscribe(id: id, subscriptions)
        case "unsub":
            self = .unsubscribe(
                try Self.topics(value, id: id).compactMap { topic in
                    if case .string(let name) = topic { return name }
                    if case .string(let name)? = topic["t"] { return name }
                    return nil
                }
            )
        default: throw Refusal(id: id, message: "'\(operation.prefix(32))' is none of sub, unsub, ping")
        }
    }

    private static func topics(_ value: JSON, id: Int64?) throws(Refusal) -> [JSON] {
        guard case .array(let topics)? = value["topics"] else {
            throw Refusal(id: id, message: "'topics' has to be an array")
        }
        guard topics.count <= Self.topicLimit else {
            throw Refusal(id: id, message: "at most \(Self.topicLimit) topics at once")
        }
        return topics
    }

    private static func subscription(_ topic: JSON, id: Int64?) throws(Refusal) -> Subscription {
        if case .string(let name) = topic { return Subscription(name: name, filter: ExecutionFilter(), since: 0) }
        guard case .string(let name)? = topic["t"] else {
            throw Refusal(id: id, message: "a topic needs its name in 't'")
        }
        var since: Int64 = 0
        switch topic["since"] {
        case nil, .null: break
        case .integer(let offset) where offset >= 0: since = offset
        default: throw Refusal(id: id, message: "'since' has to be a byte offset")
        }
        guard let filter = ExecutionFilter(topic["f"]) else {
            throw Refusal(id: id, message: "'f' may hold task_id, client_id, run_id and status")
        }
        return Subscription(name: name, filter: filter, since: since)
    }
}

/// Which executions somebody watches.
struct ExecutionFilter: Hashable, Sendable {
    var job: JobID?
    var agent: AgentID?
    var run: RunID?
    var statuses: Set<ExecutionStatus> = []

    init() {}

    /// - Returns: nil when there is something else in it.
    init?(_ json: JSON?) {
        switch json {
        case nil, .null: return
        case .object(let members):
            for member in members {
                switch (member.name, member.value) {
                case (_, .null): continue
                case ("task_id", .integer(let id)): self.job = id
                case ("client_id", .string(let text)):
                    guard let agent = AgentID(text) else { return nil }
                    self.agent = agent
                case ("run_id", .string(let text)):
                    guard let run = RunID(text) else { return nil }
                    self.run = run
                case ("status", .integer(let number)):
                    guard let status = ExecutionStatus(rawValue: Int(clamping: number)) else { return nil }
                    self.statuses = [status]
                case ("status", .array(let values)):
                    for value in values {
                        guard case .integer(let number) = value,
                            let status = ExecutionStatus(rawValue: Int(clamping: number))
                        else { return nil }
                        self.statuses.insert(status)
                    }
                default: return nil
                }
            }
        default: return nil
        }
    }

    /// Whether a change concerns the watcher.
    ///
    /// The status is not looked at for executions that are already shown: one that leaves the filter has to be told too.
    func matches(_ execution: Execution) -> Bool {
        (self.job.map { $0 == execution.jobID } ?? true) && (self.agent.map { $0 == execution.agentID } ?? true)
            && (self.run.map { $0 == execution.runID } ?? true)
            // Lists leave tests out.
            && (execution.kind != .test || self.run != nil)
            && (self.statuses.isEmpty || self.statuses.contains(execution.status) || execution.status.isTerminal)
    }
}
