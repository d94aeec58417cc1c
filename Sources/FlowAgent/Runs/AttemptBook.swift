// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
import FlowRunner
import Synchronization

/// The open attempts of a host with their output; turns what executors tell into what the core hears.
final class AttemptBook: Sendable {
    private struct Open {
        let job: JobUID
        var startedAt: Int64?
        var spool: OutputSpool
        var isShipping = false
        /// Of an attempt that was given secrets.
        var masker: SecretMasker?
        /// When it is to end unless a server says otherwise; boot clock, microseconds.
        var leaseEnd: Int64?
    }

    private struct State {
        var attempts: [AttemptKey: Open] = [:]
        var current: [ExecutionID: AttemptKey] = [:]
        /// Attempts with output that is still only in memory: candidates for streaming.
        var quiet: Set<AttemptKey> = []
    }

    private let state = Mutex(State())
    private let spools: SpoolDirectory
    private let shipper: LogShipper?
    private let events: AsyncStream<SupervisorEvent>.Continuation
    private let quietSignal: AsyncStream<Void>
    private let quietArrived: AsyncStream<Void>.Continuation

    init(
        spools: SpoolDirectory,
        shipper: LogShipper?,
        events: AsyncStream<SupervisorEvent>.Continuation
    ) {
        self.spools = spools
        self.shipper = shipper
        self.events = events
        (self.quietSignal, self.quietArrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// - Returns: false when the attempt is open already.
    func open(_ launch: Launch) -> Bool {
        let key = AttemptKey(launch)
        return self.state.withLock { state in
            guard state.attempts[key] == nil else { return false }
            let spool = OutputSpool(key: key, directory: self.spools)
            state.attempts[key] = Open(job: launch.order.job.uid, spool: spool)
            state.current[launch.id] = key
            return true
        }
    }

    /// From now on these values are masked in what the attempt prints.
    func mask(_ key: AttemptKey, _ values: [String]) {
        // Built outside the lock that all output passes.
        let masker = SecretMasker(values: values)
        self.state.withLock { $0.attempts[key]?.masker = masker }
    }

    /// Notes the end of its lease: while an attempt waits for a place, nobody else would.
    func lease(_ key: AttemptKey, until end: Int64) {
        self.state.withLock { $0.attempts[key]?.leaseEnd = end }
    }

    func leaseEnd(of key: AttemptKey) -> Int64? { self.state.withLock { $0.attempts[key]?.leaseEnd } }

    func isOpen(_ key: AttemptKey) -> Bool { self.state.withLock { $0.attempts[key] != nil } }

    func key(of id: ExecutionID) -> AttemptKey? { self.state.withLock { $0.current[id] } }

    func record(_ events: [(AttemptKey, AttemptEvent)]) {
        self.state.withLock { state in
            for (key, event) in events {
                guard state.attempts[key] != nil else { continue }
                switch event {
                case .started(let at):
                    state.attempts[key]?.startedAt = at
                    self.events.yield(.started(key.id, attempt: key.attempt, at: at))
                case .output(let stream, let bytes): self.append(stream, bytes, to: key, in: &state)
                case .skipped(let bytes): state.attempts[key]?.spool.skip(bytes)
                case .hindered(let detail):
                    self.events.yield(.hindered(key.id, attempt: key.attempt, detail: detail))
                case .ended(let end): self.finish(key, end, in: &state)
                }
            }
        }
    }

    private func append(_ stream: FlowCore.OutputStream, _ bytes: [UInt8], to key: AttemptKey, in state: inout State) {
        var bytes = bytes
        if state.attempts[key]?.masker != nil {
            bytes = state.attempts[key]?.masker?.feed(bytes, RunnerStream(stream)) ?? []
            guard !bytes.isEmpty else { return }
        }
        state.attempts[key]?.spool.append(stream, bytes)
        guard let attempt = state.attempts[key] else { return }
        if attempt.isShipping {
            self.shipper?.grew(key)
        } else if attempt.spool.isSpilled {
            self.ship(key, in: &state)
        } else if state.quiet.insert(key).inserted {
            self.quietArrived.yield()
        }
    }

    private func ship(_ key: AttemptKey, in state: inout State) {
        state.quiet.remove(key)
        state.attempts[key]?.spool.spill()
        guard let shipper = self.shipper, state.attempts[key]?.spool.isSpilled == true else { return }
        state.attempts[key]?.isShipping = true
        shipper.begin(key)
    }

    private func finish(_ key: AttemptKey, _ end: AttemptEnd, in state: inout State) {
        guard var attempt = state.attempts.removeValue(forKey: key) else { return }
        if state.current[key.id] == key { state.current[key.id] = nil }
        state.quiet.remove(key)
        if var masker = attempt.masker {
            for stream in [FlowCore.OutputStream.standardOutput, .standardError] {
                let rest = masker.finish(RunnerStream(stream))
                if !rest.isEmpty { attempt.spool.append(stream, rest) }
            }
        }
        let inline = attempt.spool.finish()
        if attempt.spool.isSpilled {
            self.spools.keep(key, job: attempt.job)
            if attempt.isShipping { self.shipper?.complete(key) } else { self.spools.remove(key) }
        }
        self.events.yield(
            .finished(
                key.id,
                attempt: key.attempt,
                Outcome(
                    status: end.status,
                    reason: end.reason,
                    detail: end.detail.map { attempt.masker?.masked($0) ?? $0 },
                    exitCode: end.exitCode,
                    httpStatus: end.httpStatus,
                    startedAt: attempt.startedAt,
                    finishedAt: end.at,
                    outputBytes: attempt.spool.totalBytes,
                    isOutputTruncated: attempt.spool.isTruncated,
                    inlineOutput: inline,
                    outputs: end.outputs.mapValues { attempt.masker?.masked($0) ?? $0 }
                )
            )
        )
    }

    /// Streams short output of attempts that go on running: people want to see a job's first line while it works.
    ///
    /// Sleeps only while there is such output, so an idle host is not woken.
    func watchQuietOutputs() async {
        let limit = self.spools.limits.streamAfterMicroseconds
        guard self.shipper != nil else { return }
        for await _ in self.quietSignal {
            while !Task.isCancelled, self.state.withLock({ !$0.quiet.isEmpty }) {
                try? await Task.sleep(for: .microseconds(max(20_000, limit / 2)))
                let now = flow_boot_microseconds()
                self.state.withLock { state in
                    for key in state.quiet where now - (state.attempts[key]?.startedAt ?? now) > limit {
                        self.ship(key, in: &state)
                    }
                }
            }
        }
    }
}
