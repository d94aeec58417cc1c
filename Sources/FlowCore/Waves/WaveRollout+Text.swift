// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WaveRollout {
    /// Where it stands, as one word.
    package enum Phase: String, Sendable, CaseIterable {
        /// The first wave has not begun.
        case waiting
        case running
        /// Until the next wave.
        case pausing
        /// Somebody holds it.
        case held
        /// No further wave begins; what runs may still run.
        case stopped
        case over
    }

    package var phase: Phase {
        if self.stop != nil { return .stopped }
        if self.isOver { return .over }
        if self.heldBy != nil { return .held }
        if self.opened == 0 { return .waiting }
        return self.nextAt == nil ? .running : .pausing
    }

    /// In the words of people.
    package var text: (zh: String, en: String) {
        let place = (zh: "第 \(self.opened) 批，共 \(self.count) 批", en: "wave \(self.opened) of \(self.count)")
        switch self.phase {
        case .waiting: return ("等待第 1 批开始，共 \(self.count) 批", "waits to begin wave 1 of \(self.count)")
        case .running: return (place.zh + "正在执行", place.en + " is under way")
        case .pausing:
            let next = self.nextAt.map { "\($0)" } ?? ""
            return (place.zh + "已结束，下一批于 \(next) 开始", place.en + " has ended, the next begins at \(next)")
        case .held:
            return (
                place.zh + "之后由 \(self.heldBy ?? "") 暂停", "held by \(self.heldBy ?? "") after " + place.en
            )
        case .stopped:
            let cause = self.stop?.text ?? (zh: "", en: "")
            return (place.zh + "之后停止：" + cause.zh, "stopped after " + place.en + ": " + cause.en)
        case .over: return ("全部 \(self.count) 批已结束", "all \(self.count) waves have ended")
        }
    }

    /// What a host's record says until its wave begins.
    package static func waiting(for wave: Int, of count: Int) -> (zh: String, en: String) {
        ("等待第 \(wave) 批，共 \(count) 批", "waits for wave \(wave) of \(count)")
    }
}

extension WaveStop {
    package var text: (zh: String, en: String) {
        switch self {
        case .failures(let failed, let ended):
            ("已结束的 \(ended) 台主机中有 \(failed) 台失败", "\(failed) of \(ended) hosts that have ended failed")
        case .person(let name): ("由 \(name) 停止", "\(name) stopped it")
        }
    }

    /// What becomes of hosts whose wave never begins.
    ///
    /// A failure has stopped it for what depends on the run already; what a person stops is no success of the rest.
    package var inference: Inference {
        let words = "Its wave does not begin: \(self.text.en)."
        return switch self {
        case .failures: Inference(.skipped, .waveStopped, words)
        case .person: Inference(.cancelled, .waveStopped, words)
        }
    }
}

extension Inference {
    /// The host of a wave was away when it had its turn.
    package static let awayInWave = Inference(
        .skipped,
        .agentOffline,
        "The host was away for \(WaveRollout.patience / 1000) s when its wave had its turn; the run goes on without it."
    )
    package static let cancelledBeforeWave = Inference(.cancelled, .requested, "Cancelled before its wave began.")
}
