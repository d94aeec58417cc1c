// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Rolling waves (P8)")
struct WaveRolloutTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)

    private static func rollout(_ waves: Waves, hosts: Int) -> WaveRollout {
        WaveRollout(waves, hosts: hosts, latestStart: start.advanced(byMilliseconds: 60_000))
    }

    /// The hosts of a run: `p` has not begun, `r` runs, `s` succeeded, `f` failed, `t` timed out, `k` was skipped, `c` cancelled,
    /// `a` runs on a host that is away; waves are separated by blanks.
    private static func members(_ text: String) -> [WaveRollout.Member] {
        text.split(separator: " ").enumerated().flatMap { index, wave in
            wave.map { letter in
                let status: ExecutionStatus =
                    switch letter {
                    case "p": .pending
                    case "s": .success
                    case "f": .failure
                    case "t": .timeout
                    case "k": .skipped
                    case "c": .cancelled
                    default: .running
                    }
                return WaveRollout.Member(wave: index + 1, status: status, isAway: letter == "a")
            }
        }
    }

    @Test(
        "Sizes are of the hosts at the beginning, rounded up, the canary first",
        arguments: [
            (Waves(size: .hosts(2)), 5, [2, 2, 1]),
            (Waves(size: .hosts(2), canary: 1), 5, [1, 2, 2]),
            (Waves(size: .percent(10)), 25, [3, 3, 3, 3, 3, 3, 3, 3, 1]),
            (Waves(size: .percent(50), canary: 1), 5, [1, 3, 1]),
            (Waves(size: .percent(100)), 4, [4]),
            (Waves(size: .percent(1)), 3, [1, 1, 1]),
            (Waves(size: .hosts(9), canary: 9), 3, [3]),
            (Waves(size: .hosts(2)), 0, []),
        ] as [(Waves, Int, [Int])]
    )
    func sizes(_ waves: Waves, _ hosts: Int, _ expected: [Int]) {
        #expect(waves.sizes(of: hosts) == expected)
        #expect(waves.sizes(of: hosts).reduce(0, +) == hosts)
    }

    @Test("P8: it is due when the pause before its next wave is over, and not while it is held or a host is under way")
    func due() {
        var rollout = Self.rollout(Waves(size: .hosts(1), pauseSeconds: 60), hosts: 2)
        let later = Self.start.advanced(byMilliseconds: 60_000)
        #expect(!rollout.isDue(at: later))
        #expect(rollout.look(at: Self.members("p p"), now: Self.start) == .open(1))
        #expect(rollout.look(at: Self.members("r p"), now: Self.start) == .wait(until: nil))
        #expect(!rollout.isDue(at: later))
        #expect(rollout.look(at: Self.members("s p"), now: Self.start) == .wait(until: later))
        #expect(!rollout.isDue(at: Self.start) && rollout.isDue(at: later))
        #expect(rollout.hold(by: "ann") && !rollout.isDue(at: later))
        #expect(rollout.resume() && rollout.isDue(at: later))
    }

    @Test(
        "What the states of the second of three waves come to",
        arguments: [
            // It waits for what runs, and for what has not begun.
            ("s rs pp", 0, .wait(until: nil)),
            ("s ps pp", 0, .wait(until: nil)),
            // A host that is away is waited for no longer, and one that skipped or was stopped says nothing.
            ("s as pp", 0, .open(3)),
            ("s kk pp", 0, .open(3)),
            ("s cs pp", 0, .open(3)),
            ("s ss pp", 0, .open(3)),
            // One failure is enough when nothing else is said, at once and not at the end of the wave.
            ("s fr pp", 0, .stop(.failures(1, of: 2))),
            ("s tr pp", 0, .stop(.failures(1, of: 2))),
            ("f sr pp", 0, .stop(.failures(1, of: 2))),
            // As many as may fail are not too many.
            ("s fs pp", 334, .open(3)),
            ("s fs pp", 333, .stop(.failures(1, of: 3))),
            ("f fs pp", 1000, .open(3)),
            // The skipped are not among those that have ended.
            ("k fk pp", 999, .stop(.failures(1, of: 1))),
            // All of it has ended, whatever it came to.
            ("s fs kk", 0, .over),
            ("c cc cc", 0, .over),
        ] as [(String, Int, WaveRollout.Step)]
    )
    func steps(_ text: String, _ permille: Int, _ expected: WaveRollout.Step) {
        var rollout = Self.rollout(Waves(size: .hosts(2), canary: 1, maxFailurePermille: permille), hosts: 5)
        #expect(rollout.look(at: Self.members("p pp pp"), now: Self.start) == .open(1))
        #expect(rollout.look(at: Self.members("s pp pp"), now: Self.start) == .open(2))
        #expect(rollout.look(at: Self.members(text), now: Self.start) == expected)
    }

    @Test("The pause begins when the last host of the wave has ended, and outlives a server")
    func pauses() throws {
        var rollout = Self.rollout(Waves(size: .hosts(1), pauseSeconds: 60), hosts: 2)
        #expect(rollout.phase == .waiting)
        #expect(rollout.look(at: Self.members("p p"), now: Self.start) == .open(1))
        #expect(rollout.look(at: Self.members("r p"), now: Self.start + 5) == .wait(until: nil))
        #expect(rollout.phase == .running && rollout.text.en == "wave 1 of 2 is under way")
        #expect(rollout.look(at: Self.members("s p"), now: Self.start + 10) == .wait(until: Self.start + 70))
        #expect(rollout.phase == .pausing)
        #expect(rollout.look(at: Self.members("s p"), now: Self.start + 69) == .wait(until: Self.start + 70))
        #expect(rollout.look(at: Self.members("s p"), now: Self.start + 70) == .open(2))
        // With the last one nothing is left to stop.
        #expect(rollout.look(at: Self.members("s f"), now: Self.start + 71) == .over)
        #expect(rollout.phase == .over && rollout.stop == nil)
    }

    @Test("A host that comes back in the pause is waited for again")
    func returns() {
        var rollout = Self.rollout(Waves(size: .hosts(1), pauseSeconds: 60), hosts: 2)
        _ = rollout.look(at: Self.members("p p"), now: Self.start)
        #expect(rollout.look(at: Self.members("a p"), now: Self.start + 10) == .wait(until: Self.start + 70))
        #expect(rollout.look(at: Self.members("r p"), now: Self.start + 80) == .wait(until: nil))
        #expect(rollout.look(at: Self.members("s p"), now: Self.start + 90) == .wait(until: Self.start + 150))
    }

    @Test("A person holds it before the next wave, continues it, and ends it")
    func byHand() {
        var rollout = Self.rollout(Waves(size: .hosts(1)), hosts: 3)
        let isResumed = rollout.resume()
        #expect(!isResumed)
        let isHeld = rollout.hold(by: "ada")
        #expect(isHeld)
        #expect(rollout.look(at: Self.members("p p p"), now: Self.start) == .wait(until: nil))
        let goesOn = rollout.resume()
        #expect(goesOn)
        #expect(rollout.look(at: Self.members("p p p"), now: Self.start) == .open(1))
        let areHeld = [rollout.hold(by: "ada"), rollout.hold(by: "bob")]
        #expect(areHeld == [true, true])
        #expect(rollout.look(at: Self.members("s p p"), now: Self.start) == .wait(until: nil))
        #expect(rollout.phase == .held && rollout.text.en == "held by ada after wave 1 of 3")
        let hasEnded = rollout.end(by: "bob")
        let others = [rollout.resume(), rollout.hold(by: "ada"), rollout.end(by: "ada")]
        #expect(hasEnded && others == [false, false, false])
        #expect(rollout.look(at: Self.members("s p p"), now: Self.start) == .wait(until: nil))
        #expect(rollout.stop?.inference.status == .cancelled, "what a person stops is no success of the rest")
        #expect(rollout.look(at: Self.members("s c c"), now: Self.start) == .over)
        #expect(rollout.text.en == "stopped after wave 1 of 3: bob stopped it")
    }

    @Test(
        "Whatever happens to hosts, waves begin in order, each once, and none after a stop",
        arguments: UInt64(0)..<200
    )
    func histories(_ seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let waves = Waves(
            size: draw(2) == 0 ? .hosts(1 + draw(3)) : .percent(1 + draw(100)),
            canary: draw(3),
            pauseSeconds: draw(3),
            maxFailurePermille: draw(3) * 250
        )
        let count = 1 + draw(12)
        var rollout = Self.rollout(waves, hosts: count)
        let numbers = rollout.waveOfEach
        var states = [ExecutionStatus](repeating: .pending, count: count)
        var begun: [Int] = []
        var now = Self.start
        for _ in 0..<2000 where !rollout.isOver {
            now = now + Int64(draw(3))
            let members = numbers.indices.map { index in
                let isAway = !states[index].isTerminal && draw(10) == 0
                return WaveRollout.Member(wave: numbers[index], status: states[index], isAway: isAway)
            }
            let wasStopped = rollout.stop != nil
            // A server that begins anew has what was stored.
            if draw(5) == 0 {
                rollout = try JSONDecoder().decode(WaveRollout.self, from: try JSONEncoder().encode(rollout))
            }
            switch rollout.look(at: members, now: now) {
            case .open(let wave):
                #expect(!wasStopped && wave == begun.count + 1)
                #expect(members.allSatisfy { $0.wave >= wave || $0.status.isTerminal || $0.isAway })
                begun.append(wave)
                for index in numbers.indices where numbers[index] == wave { states[index] = .running }
            case .stop:
                #expect(!wasStopped)
                for index in numbers.indices where numbers[index] > begun.count { states[index] = .skipped }
            case .wait, .over: break
            }
            let index = draw(count)
            if states[index] == .running {
                states[index] = [.success, .success, .success, .failure, .timeout, .cancelled][draw(6)]
            }
        }
        #expect(rollout.isOver, "it comes to an end")
    }

    @Test("A server that has just begun takes no host for away")
    func absence() throws {
        let (web, db) = (try #require(AgentID("web")), try #require(AgentID("db")))
        var absence = HostAbsence()
        absence.look(at: [web], now: 1_000_000)
        #expect(!absence.isAway(db, for: 60_000, now: 1_059_999))
        absence.look(at: [], now: 1_060_000)
        #expect(absence.isAway(db, for: 60_000, now: 1_060_000) && absence.isAway(web, for: 60_000, now: 1_060_000))
        absence.look(at: [web], now: 1_061_000)
        #expect(!absence.isAway(web, for: 60_000, now: 1_120_999))
        absence.forget()
        absence.look(at: [], now: 9_000_000)
        #expect(!absence.isAway(web, for: 60_000, now: 9_059_999))
    }

    @Test("Hosts that are named go first, others by id, and identifiers stay those of a run without waves")
    func drafts() throws {
        let hosts = try ["a", "b", "c"].map { try #require(AgentID($0)) }
        let job = JobReference(id: 1, uid: JobUID(uuid: .init()), version: 1, name: "job")
        let fire = PlannedFire(
            job: job.uid,
            jobID: 1,
            version: 1,
            nominal: Self.start,
            next: nil,
            isMissed: false,
            isStale: false
        )
        let plain = RunDraft.fire(fire, of: job, on: hosts, online: [], at: Self.start)
        let (draft, rollout, wave) = plain.inWaves(Waves(size: .hosts(2)), first: [hosts[2]])
        #expect(draft.executions.map(\.id) == plain.executions.map(\.id))
        #expect(draft.executions.allSatisfy { $0.reason == .waitingWave } && draft.ordered.isEmpty)
        #expect(draft.executions.map { wave[$0.id] } == [1, 2, 1])
        #expect(draft.executions[1].detail == "waits for wave 2 of 2")
        #expect(rollout?.latestStart == plain.deadline)
    }
}

private func + (time: Timestamp, seconds: Int64) -> Timestamp { time.advanced(byMilliseconds: seconds * 1000) }
