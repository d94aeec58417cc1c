// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Secrets of channels (people.md 5)")
struct ChannelSealTests {
    private static func seal(_ byte: UInt8 = 1) -> ChannelSeal {
        let ring = KeyRing(primary: KeyRing.Key([UInt8](repeating: byte, count: 32))!)
        return ChannelSeal(SecretSeal(ring: ring, installation: "inst-1"))
    }

    private static let plain = NotifyChannelDraft(
        name: "ops",
        kind: .webhook,
        secrets: ChannelSecrets(url: "https://hook.example/b34rer", headers: ["X-Key": "t0p"], secret: "s3cret")
    )

    private static func stored(_ draft: NotifyChannelDraft) -> NotifyChannel {
        let time = Timestamp(milliseconds: 0)
        return NotifyChannel(id: 1, draft: draft, createdAt: time, updatedAt: time)
    }

    @Test("What is stored shows nothing of them, and opens to all of them")
    func roundTrip() throws {
        let closed = Self.stored(try Self.seal().close(Self.plain, over: nil, id: "a"))
        #expect(closed.isClosed)
        for secret in ["hook.example", "b34rer", "X-Key", "t0p", "s3cret"] { #expect(!"\(closed)".contains(secret)) }
        #expect(Self.seal().open(closed) == Self.stored(Self.plain))
    }

    @Test("Secrets that stay keep their sealed form, also through a rename; others are bound to the same id")
    func changes() throws {
        let seal = Self.seal()
        let stored = Self.stored(try seal.close(Self.plain, over: nil, id: "a"))
        var renamed = Self.plain
        renamed.name = "night watch"
        #expect(try seal.close(renamed, over: stored, id: "b").secrets == stored.secrets)
        var changed = Self.plain
        changed.secrets.secret = "another"
        let sealed = try #require(try seal.close(changed, over: stored, id: "b").secrets.sealed)
        #expect(sealed.id == "a" && sealed.text != stored.secrets.sealed?.text)
        #expect(!Self.stored(try seal.close(.init(name: "relay", kind: .email), over: nil, id: "c")).isClosed)
    }

    @Test("Another key, no key or another channel's id open nothing; without a key nothing is taken")
    func closed() throws {
        let stored = Self.stored(try Self.seal().close(Self.plain, over: nil, id: "a"))
        #expect(Self.seal(2).open(stored).isClosed)
        #expect(ChannelSeal(nil).open(stored).isClosed)
        var moved = stored
        moved.draft.secrets = ChannelSecrets(sealed: .init(id: "b", text: stored.secrets.sealed!.text))
        #expect(Self.seal().open(moved).isClosed)
        #expect(throws: CoreError.self) { try ChannelSeal(nil).close(Self.plain, over: nil, id: "a") }
    }
}
