// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowProcess
import Foundation

/// A plugin's program, run for one conversation: lines in, lines out, and times.
///
/// What it says that is no line of the protocol (its standard error) goes into the job's output as it is.
final class PluginProcess {
    struct Times {
        /// Until it has to have greeted; milliseconds, as all of these.
        var greeting: Int64 = 10_000
        /// How long it may live after its result, or after a fault.
        var farewell: Int64 = 5_000
        /// How long it may take to end once it was told to cancel; nil = whoever cancels looks after that.
        var cancel: Int64?
    }

    private let program: PluginProgram
    private var unsent: [UInt8] = []

    /// - Throws: ``WorkFailure`` when it can't be started.
    init(path: String, environment: [String: String]? = nil) throws {
        self.program = try PluginProgram(path: path, environment: environment)
        _ = flow_set_nonblocking(self.program.input)
    }

    /// Talks until the conversation is over and the process has ended, or was ended.
    ///
    /// - Parameters:
    ///   - cancelled: readable when somebody stops the job; -1 = nobody does.
    ///   - wantsCancel: asked after each line; true = cancel now, as a check does.
    func run(
        _ conversation: inout PluginConversation,
        times: Times = Times(),
        cancelled: Int32 = -1,
        say: (String, Bool) -> Void,
        wantsCancel: (PluginConversation) -> Bool = { _ in false }
    ) -> PluginConversation.End {
        var end: PluginConversation.End?
        let start = flow_monotonic_microseconds() / 1000
        var deadline: Int64? = start + times.greeting
        var stop = cancelled
        func carryOut(_ effects: [PluginConversation.Effect]) {
            for effect in effects {
                switch effect {
                case .send(let message): self.unsent += JSONWriter.bytes(message) + [0x0a]
                case .output(let text, let isError): say(text, isError)
                case .end(let words): end = end ?? words
                }
            }
        }
        func cancel(at now: Int64) {
            carryOut(conversation.cancel())
            deadline = times.cancel.map { now + $0 }
            stop = -1
        }
        carryOut(conversation.begin())
        while end == nil {
            var entries = [
                pollfd(fd: self.program.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.listens ? self.program.input : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            let now = flow_monotonic_microseconds() / 1000
            _ = poll(&entries, 3, deadline.map { Int32(clamping: max(0, $0 - now)) } ?? -1)
            let later = flow_monotonic_microseconds() / 1000
            if entries[1].revents != 0 { self.write() }
            if entries[2].revents != 0 { cancel(at: later) }
            if entries[0].revents != 0 {
                let wasGreeted = conversation.isGreeted
                if !self.read({ carryOut(conversation.receive($0)) }, isOver: { end != nil }) {
                    carryOut(conversation.close(self.farewell(times.farewell)))
                }
                if conversation.isGreeted, !wasGreeted, stop == cancelled { deadline = nil }
                if stop >= 0 || cancelled < 0, end == nil, wantsCancel(conversation) { cancel(at: later) }
            }
            if let time = deadline, later >= time, end == nil {
                carryOut(
                    conversation.isGreeted
                        ? [.end(.fault("it did not end when it was told to"))] : conversation.expire()
                )
            }
        }
        _ = self.farewell(times.farewell)
        return end ?? .stopped
    }

    /// Lets it end by itself for a while, and then ends it.
    ///
    /// - Returns: how it ended.
    private func farewell(_ milliseconds: Int64) -> String {
        self.program.closeInput()
        let end = flow_monotonic_microseconds() / 1000 + milliseconds
        while self.program.child.ended == nil, flow_monotonic_microseconds() / 1000 < end {
            // What it still says is read and dropped, so that it does not wait for somebody to read.
            var entry = pollfd(fd: self.program.output, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, 20)
            var rest = [UInt8](repeating: 0, count: 64 << 10)
            if entry.revents & Int16(POLLIN) == 0 {
                usleep(5_000)
            } else {
                _ = Foundation.read(self.program.output, &rest, rest.count)
            }
        }
        guard let ended = self.program.child.ended else {
            self.program.child.signal(SIGKILL)
            return "it did not end by itself"
        }
        switch ended {
        case .exited(let status): return "exit status \(status)"
        case .signalled(let number): return "killed by signal \(number)"
        }
    }

    private func write() {
        let count = self.unsent.withUnsafeBytes { Foundation.write(self.program.input, $0.baseAddress, $0.count) }
        if count > 0 {
            self.unsent.removeFirst(count)
        } else if count < 0, errno != EAGAIN, errno != EINTR {
            // It does not listen any more; what it says still counts.
            self.unsent = []
        }
    }

    /// Whether there is something to say to somebody who may hear it.
    private var listens: Bool { !self.unsent.isEmpty && !self.program.isInputClosed }

    /// - Returns: false when there will be nothing more.
    private func read(_ take: ([UInt8]) -> Void, isOver: () -> Bool) -> Bool {
        guard let count = self.program.fill() else { return true }
        guard count > 0 else { return false }
        while !isOver(), let line = self.program.line() {
            if !line.isEmpty { take(line) }
        }
        // Longer than a line may be, and no end in sight: the conversation says so.
        if !isOver(), self.program.unreadCount > PluginConversation.lineLimit { take(self.program.beginning) }
        return true
    }
}
