// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Reads the definitions of one session, and looks at the signatures of each only once.
///
/// A definition comes with the configuration and with each order again. To look at a signature costs a host more than all else that
/// it does about a short job.
package final class DefinitionReader: Sendable {
    private struct Known {
        /// By the digest of a definition and its signatures.
        var jobs: [[UInt8]: JobSnapshot] = [:]
        /// Of the definitions, as they were told.
        var bytes = 0
        var judged = 0
    }

    /// Whose signatures count.
    package let trust: DefinitionTrust
    private let known = Mutex(Known())
    /// What is remembered at most, as most of it is a host's configuration; beyond that it begins anew.
    private let countLimit: Int
    private let byteLimit: Int

    package init(_ trust: DefinitionTrust = DefinitionTrust(), countLimit: Int = 20_000, byteLimit: Int = 8 << 20) {
        self.trust = trust
        self.countLimit = countLimit
        self.byteLimit = byteLimit
    }

    /// How many definitions were not among the known ones.
    package var judged: Int { self.known.withLock { $0.judged } }

    /// A definition that came with exactly these signatures before, and they were good.
    ///
    /// - Parameter make: reads and judges it; what it throws is thrown.
    func read(
        _ definition: [UInt8],
        _ signatures: [DefinitionSignature],
        of job: JobUID?,
        _ make: () throws(WireError) -> JobSnapshot
    ) throws(WireError) -> JobSnapshot {
        let name = Self.name(of: definition, signatures)
        if let known = self.known.withLock({ $0.jobs[name] }), known.uid == job { return known }
        let made = try make()
        self.known.withLock { known in
            known.judged += 1
            // Only of what is good nothing can change: a key that is strange now may be known tomorrow.
            guard case .signed? = made.verdict, definition.count <= self.byteLimit else { return }
            if known.jobs.count >= self.countLimit || known.bytes + definition.count > self.byteLimit {
                (known.jobs, known.bytes) = ([:], 0)
            }
            known.jobs[name] = made
            known.bytes += definition.count
        }
        return made
    }

    private static func name(of definition: [UInt8], _ signatures: [DefinitionSignature]) -> [UInt8] {
        var bytes = definition
        bytes.reserveCapacity(definition.count + signatures.count * 80 + 8)
        for signature in signatures {
            bytes += signature.key
            bytes += signature.signature
        }
        // Where the definition ends.
        withUnsafeBytes(of: UInt64(definition.count).littleEndian) { bytes.append(contentsOf: $0) }
        return DefinitionTrust.digest(of: bytes)
    }
}
