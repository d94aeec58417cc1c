// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What is said between a host and one plugin's process, and what follows from it (docs/plugins.md).
///
/// A value: lines, times and ends come in, effects go out. A line that is not of the protocol ends the conversation: of a
/// program that lies, nothing is believed.
package struct PluginConversation: Sendable {
    package enum Effect: Hashable, Sendable {
        /// One line for the plugin.
        case send(JSON)
        /// Output of the job.
        case output(String, isError: Bool)
        case end(End)
    }

    package enum End: Hashable, Sendable {
        case success(String?)
        /// In the plugin's words.
        case failure(String)
        /// It did not keep to the protocol, or the job does not fit it.
        case fault(String)
        case stopped
    }

    /// Bytes of a line, and of the texts in it.
    package static let lineLimit = 64 << 10
    private static let detailLimit = 500

    private enum Phase {
        case greeting
        case running
        case over
    }

    private let given: [String: String]
    /// What the run is called, besides its parameters.
    private let facts: [JSON.Member]
    private var phase = Phase.greeting
    private var shownPercent: Int64 = -1
    private var isCancelled = false
    package private(set) var description: PluginDescription?
    /// What its result hands on.
    package private(set) var outputs: [String: String] = [:]

    package init(parameters: [String: String], facts: [JSON.Member]) {
        self.given = parameters
        self.facts = facts
    }

    package var isGreeted: Bool { self.description != nil }
    package var isOver: Bool { self.phase == .over }

    package func begin() -> [Effect] {
        [.send(.object([.init("type", "hello"), .init("protocol", PluginDescription.protocolVersion)]))]
    }

    /// Takes a line without its end.
    package mutating func receive(_ line: [UInt8]) -> [Effect] {
        guard self.phase != .over else { return [] }
        guard line.count <= Self.lineLimit else { return self.fault("a line has more than \(Self.lineLimit) bytes") }
        guard let message = try? JSONParser.parse(line), case .string(let type)? = message["type"] else {
            return self.fault("a line is no JSON object with a \"type\"")
        }
        switch (self.phase, type) {
        case (.greeting, "hello"): return self.greet(message)
        case (.greeting, _): return self.fault("its first message is '\(type.prefix(32))' and not 'hello'")
        case (_, "progress"): return self.progress(message)
        case (_, "output"): return self.output(message)
        case (_, "result"): return self.result(message)
        case (_, "error"):
            guard case .string(let text)? = message["text"] else { return self.fault("its 'error' has no \"text\"") }
            return [.output(text + "\n", isError: true)]
        default: return self.fault("its message '\(type.prefix(32))' is none of the protocol")
        }
    }

    /// It has not greeted in time.
    package mutating func expire() -> [Effect] {
        self.phase == .greeting ? self.fault("it did not greet in time") : []
    }

    /// Its process is over, or has closed its output.
    package mutating func close(_ words: String) -> [Effect] {
        guard self.phase != .over else { return [] }
        self.phase = .over
        return [.end(self.isCancelled ? .stopped : .fault("it ended without a result: \(words)"))]
    }

    /// Somebody stops the job.
    package mutating func cancel() -> [Effect] {
        guard self.phase != .over, !self.isCancelled else { return [] }
        self.isCancelled = true
        return [.send(.object([.init("type", "cancel")]))]
    }

    private mutating func greet(_ message: JSON) -> [Effect] {
        do {
            let description = try PluginDescription(message)
            let values = try description.values(self.given)
            self.description = description
            self.phase = .running
            return [.send(.object([.init("type", "run")] + self.facts + [.init("parameters", values)]))]
        } catch {
            return self.fault(error.message)
        }
    }

    /// Only what goes on is shown: at most a hundred lines, however often it says so.
    private mutating func progress(_ message: JSON) -> [Effect] {
        let percent: Int64
        switch message["percent"] {
        case .integer(let number)? where (0...100).contains(number): percent = number
        case .number(let number)? where (0...100).contains(number): percent = Int64(number)
        default: return self.fault("its 'progress' has no \"percent\" from 0 to 100")
        }
        guard percent > self.shownPercent else { return [] }
        self.shownPercent = percent
        var words = "progress \(percent) %"
        if case .string(let text)? = message["text"] { words += ": \(text.prefix(Self.detailLimit))" }
        return [.output(words + "\n", isError: false)]
    }

    private mutating func output(_ message: JSON) -> [Effect] {
        guard case .string(let text)? = message["text"] else { return self.fault("its 'output' has no \"text\"") }
        switch message["stream"] {
        case nil, .string("stdout")?: return [.output(text, isError: false)]
        case .string("stderr")?: return [.output(text, isError: true)]
        default: return self.fault("the \"stream\" of its 'output' is neither stdout nor stderr")
        }
    }

    private mutating func result(_ message: JSON) -> [Effect] {
        var detail: String?
        if case .string(let text)? = message["detail"] { detail = String(text.prefix(Self.detailLimit)) }
        if let outputs = message["outputs"] {
            guard let values = Self.outputs(outputs) else {
                return self.fault(
                    "the \"outputs\" of its 'result' are no object of texts, numbers and booleans by name"
                )
            }
            self.outputs = values
        }
        let end: End
        switch message["status"] {
        case .string("success")?: end = self.isCancelled ? .stopped : .success(detail)
        case .string("failure")?:
            end = self.isCancelled ? .stopped : .failure(detail ?? "the plugin says that it failed")
        default: return self.fault("the \"status\" of its 'result' is neither success nor failure")
        }
        self.phase = .over
        return [.end(end)]
    }

    /// - Returns: nil when they are not what may be handed on.
    private static func outputs(_ value: JSON) -> [String: String]? {
        guard case .object(let members) = value else { return value == .null ? [:] : nil }
        var values: [String: String] = [:]
        for member in members {
            switch member.value {
            case .null: continue
            case .string(let text): values[member.name.text] = text
            case .integer, .number, .bool: values[member.name.text] = JSONWriter.text(member.value)
            default: return nil
            }
        }
        return StepOutputs.isAcceptable(values) && !values.values.contains { $0.utf8.contains(0) } ? values : nil
    }

    private mutating func fault(_ words: String) -> [Effect] {
        self.phase = .over
        return [.end(.fault(words))]
    }
}
