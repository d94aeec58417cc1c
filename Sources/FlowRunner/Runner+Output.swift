// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

extension Runner {
    func readOutputs() {
        var tags = [UInt64](repeating: 0, count: 128)
        let ready = flow_poll_wait(self.outputPoll, &tags, Int32(tags.count), 0)
        for tag in tags.prefix(Int(ready)) { _ = self.readOutput(tag >> 1, tag & 1 == 1 ? .error : .output) }
    }

    /// Keeps output for the next agent, and tells the one that is there.
    private func keep(_ token: UInt64, _ stream: RunnerStream, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        self.processes[token]?.spool.append(stream, bytes, store: self.store)
        if self.live.contains(token) { self.notify(.output(token: token, stream: stream, bytes: bytes)) }
    }

    /// Takes what is in the pipes of a tree that has ended, and closes them.
    ///
    /// Bounded, because a process that was left running may write for ever.
    func drainOutputs(_ token: UInt64) {
        for stream in [RunnerStream.output, .error] {
            for _ in 0..<64 where self.readOutput(token, stream) {}
            self.closeOutput(token, stream)
            if let rest = self.processes[token]?.masker?.finish(stream) { self.keep(token, stream, rest) }
        }
    }

    /// Reads once.
    ///
    /// - Returns: whether there may be more right now.
    private func readOutput(_ token: UInt64, _ stream: RunnerStream) -> Bool {
        guard let process = self.processes[token] else { return false }
        let descriptor = stream == .error ? process.error : process.output
        guard descriptor >= 0 else { return false }
        let count = read(descriptor, &self.buffer, self.buffer.count)
        if count > 0 {
            var bytes = Array(self.buffer[..<count])
            if process.hasSecrets { bytes = self.processes[token]?.masker?.feed(bytes, stream) ?? [] }
            self.keep(token, stream, bytes)
            return true
        }
        if count < 0, errno == EINTR { return true }
        if count == 0 || errno != EAGAIN { self.closeOutput(token, stream) }
        return false
    }

    private func closeOutput(_ token: UInt64, _ stream: RunnerStream) {
        guard let process = self.processes[token] else { return }
        let descriptor = stream == .error ? process.error : process.output
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        if stream == .error { self.processes[token]?.error = -1 } else { self.processes[token]?.output = -1 }
    }
}
