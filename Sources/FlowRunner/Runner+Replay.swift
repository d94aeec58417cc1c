// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An attempt that is told to a new agent from its beginning.
struct RunnerReplay {
    let token: UInt64
    var reader: RunnerSpoolReader?
    /// Behind the last byte that was told.
    var position: UInt64 = 0
}

/// What an agent is told of attempts that it took over.
extension Runner {
    /// Tells adopted attempts from their beginning, one at a time and as fast as the agent takes it.
    ///
    /// Of one that goes on, more may be written meanwhile: its news go straight to the agent only once all that was kept is
    /// told.
    func replaySome() {
        while self.socket >= 0, self.outbox.pending < RunnerOutbox.lowWater {
            if self.replay == nil {
                guard !self.replays.isEmpty else { return }
                self.beginReplay(self.replays.removeFirst())
            }
            self.replayPart()
        }
    }

    /// More can be told right now: nobody has to be waited for.
    var canReplay: Bool {
        self.socket >= 0 && (self.replay != nil || !self.replays.isEmpty)
            && self.outbox.pending < RunnerOutbox.lowWater
    }

    private func beginReplay(_ token: UInt64) {
        guard let spool = self.ended[token]?.spool ?? self.processes[token]?.spool else {
            self.live.insert(token)
            return
        }
        let reader = spool.isSpilled ? RunnerSpoolReader(name: spool.name, directory: self.store.directory) : nil
        self.replay = RunnerReplay(token: token, reader: reader)
        if let at = self.ended[token]?.startedAt ?? self.processes[token]?.startedAt {
            self.notify(.started(token: token, at: at))
        }
    }

    private func replayPart() {
        guard let token = self.replay?.token else { return }
        if let pieces = self.replay?.reader?.nextOfHead(), !pieces.isEmpty { return self.tell(pieces, of: token) }
        // The rest is short, and nothing is written while it is told.
        let end = self.ended[token]
        if let spool = end?.spool ?? self.processes[token]?.spool {
            self.tell(spool.isSpilled ? self.restOfFiles(spool) : spool.memory, of: token)
            let position = self.replay?.position ?? 0
            if spool.total > position { self.notify(.skipped(token: token, bytes: spool.total - position)) }
        }
        if let end { self.notify(.finished(token: token, end.outcome)) }
        self.live.insert(token)
        self.replay = nil
    }

    /// Of output that moved from memory to files after its replay had begun, everything.
    private func restOfFiles(_ spool: RunnerSpool) -> [RunnerPiece] {
        if self.replay?.reader == nil {
            self.replay?.reader = RunnerSpoolReader(name: spool.name, directory: self.store.directory)
        }
        var pieces: [RunnerPiece] = []
        while let more = self.replay?.reader?.next(), !more.isEmpty { pieces += more }
        return pieces
    }

    private func tell(_ pieces: [RunnerPiece], of token: UInt64) {
        var position = self.replay?.position ?? 0
        for piece in pieces {
            if piece.offset > position { self.notify(.skipped(token: token, bytes: piece.offset - position)) }
            self.notify(.output(token: token, stream: piece.stream, bytes: piece.bytes))
            position = piece.end
        }
        self.replay?.position = position
    }
}
