// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation

/// Where an execution came from; part of its identity (`semantics.md` 1).
package enum ExecutionKind: String, Codable, Sendable, CaseIterable {
    /// A fire of the job's schedule.
    case cron
    /// Somebody pressed "run now"; the discriminator is the trigger's uid.
    case manual
    /// A new record for an earlier execution; the discriminator is the parent's id and a count.
    case rerun
    /// The ends of other jobs' runs started it (D1).
    case dependency = "dep"
    /// A step of a workflow started it; the discriminator is the workflow's run and the step.
    case node
    /// A call of a webhook; the discriminator is the webhook's id and what a repetition is known by.
    case hook
    /// A past fire that is made up for; the discriminator is the backfill's id and the fire's time.
    case backfill
    /// Something that is not saved was tried on one host.
    case test
}

/// Derives the ids of executions and runs, so that whoever starts the same fire names it alike.
///
/// The id is a UUIDv8 (RFC 9562, 5.8): 48 bits of the nominal time in milliseconds, then version and variant, then 74 bits
/// of SHA-256 over `"qf1" | kind | job uid | t | agent | discriminator`. The time comes first so that B-tree inserts stay
/// at the right edge.
package enum DeterministicID {
    /// The id of one fire on one agent.
    package static func execution(
        kind: ExecutionKind,
        job: JobUID,
        nominal: Timestamp,
        agent: AgentID,
        discriminator: String = ""
    ) -> ExecutionID {
        ExecutionID(
            uuid: self.derive(
                kind: kind.rawValue,
                job: job,
                nominal: nominal,
                agent: agent.rawValue,
                discriminator: discriminator
            )
        )
    }

    /// The id of what one fire started on all agents: made like an execution's, without the agent.
    package static func run(
        kind: ExecutionKind,
        job: JobUID,
        nominal: Timestamp,
        discriminator: String = ""
    ) -> RunID {
        RunID(
            uuid: self.derive(
                kind: kind.rawValue,
                job: job,
                nominal: nominal,
                agent: nil,
                discriminator: discriminator
            )
        )
    }

    /// The id of a slot: made like an execution's, without the agent, which is not known yet.
    ///
    /// - Parameters:
    ///   - discriminator: the run's.
    ///   - index: from 0.
    ///   - fence: from 1; each host that holds the slot has a record of its own.
    package static func slot(
        kind: ExecutionKind,
        job: JobUID,
        nominal: Timestamp,
        discriminator: String = "",
        index: Int,
        fence: Int = 1
    ) -> ExecutionID {
        ExecutionID(
            uuid: self.derive(
                kind: kind.rawValue,
                job: job,
                nominal: nominal,
                agent: nil,
                discriminator: "\(discriminator)#\(index)" + (fence > 1 ? "/\(fence)" : "")
            )
        )
    }

    private static func derive(
        kind: String,
        job: JobUID,
        nominal: Timestamp,
        agent: String?,
        discriminator: String
    ) -> UUID {
        // One buffer and one call: this runs for every fire on every host.
        var text: [UInt8] = []
        text.reserveCapacity(96 + (agent?.utf8.count ?? 0) + discriminator.utf8.count)
        // Every part is length-prefixed: ("ab", "c") and ("a", "bc") must not collide.
        func part(_ bytes: some Collection<UInt8>) {
            text.append(UInt8(truncatingIfNeeded: bytes.count >> 8))
            text.append(UInt8(truncatingIfNeeded: bytes.count))
            text.append(contentsOf: bytes)
        }
        part("qf1".utf8)
        part(kind.utf8)
        withUnsafeBytes(of: job.uuid.uuid) { part($0) }
        withUnsafeBytes(of: nominal.milliseconds.bigEndian) { part($0) }
        part((agent ?? "").utf8)
        text.append(agent == nil ? 0 : 1)
        part(discriminator.utf8)
        let digest = SHA256.hash(data: text)
        var id: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let milliseconds = UInt64(bitPattern: nominal.milliseconds)
        withUnsafeMutableBytes(of: &id) { raw in
            digest.withUnsafeBytes { raw.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(raw.count))) }
            for index in 0..<6 { raw[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index)) }
            raw[6] = (raw[6] & 0x0f) | 0x80
            raw[8] = (raw[8] & 0x3f) | 0x80
        }
        return UUID(uuid: id)
    }
}

extension ExecutionID {
    /// The nominal time in the first 48 bits.
    package var nominal: Timestamp { Timestamp(milliseconds: self.bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) }) }

    /// The smallest id an execution at `nominal` can have: bounds of time ranges in keyset queries.
    package static func lowerBound(at nominal: Timestamp) -> ExecutionID {
        let clamped = UInt64(max(0, min(nominal.milliseconds, 1 << 48 - 1)))
        var raw = [UInt8](repeating: 0, count: 16)
        for index in 0..<6 { raw[index] = UInt8(truncatingIfNeeded: clamped >> UInt64(40 - 8 * index)) }
        return ExecutionID(bytes: raw)!
    }
}
