// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowStore
import FlowWire
import Foundation

/// Looks whether the audit of a data directory is whole, whether its server runs or not.
package enum HostAudit {
    package struct Finding: Sendable {
        package let chain: String
        package let outcome: AuditVerification.Outcome
    }

    package struct Report: Sendable {
        package let findings: [Finding]
        /// Rows that have no seal yet; a server seals them within a second.
        package let unsealed: Int
    }

    private static let page = 1000

    /// - Parameters:
    ///   - databaseURL: as the server's configuration says.
    ///   - headsFile: a copy of `audit-heads`, besides the one in the data directory.
    ///   - environment: where the key may stand.
    ///   - progress: told how many rows were looked at, of how many.
    /// - Throws: when it could not be looked.
    package static func verify(
        dataDirectory: String,
        databaseURL: String? = nil,
        headsFile: String?,
        environment: [String: String],
        progress: @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws -> Report {
        let directory = try PrivateDirectory(dataDirectory)
        guard try databaseURL != nil || directory.hasFile(DataDirectory.database) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no server yet. Name a server's directory with --data-dir."
            )
        }
        guard let keys = try MasterKeys.open(in: directory, environment: environment, mayCreate: false) else {
            throw CoreError(
                .unavailable,
                "There is no key: neither \(MasterKeys.file) in \(dataDirectory) nor \(MasterKeys.variable). Restore the key "
                    + "from its backup."
            )
        }
        var heads = try AuditHeadsFile.read(in: directory)
        if let headsFile {
            guard let data = FileManager.default.contents(atPath: headsFile) else {
                throw CoreError(.notFound, "\(headsFile) can't be read.")
            }
            let more = AuditHeadsFile.parse(String(decoding: data, as: UTF8.self))
            guard !more.isEmpty else {
                throw CoreError(.invalid, "\(headsFile) has no line 'chain number hash'.")
            }
            heads += more
        }
        let store = try await StoreOpening.openForAdministration(in: directory, databaseURL: databaseURL)
        let report: Report
        do { report = try await self.verify(store, keys: keys, heads: heads, progress: progress) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        return report
    }

    static func verify(
        _ store: any AuditStore,
        keys: KeyRing,
        heads: [AuditHead],
        progress: @Sendable (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws -> Report {
        // Before the chains: a row that is sealed meanwhile is in one of them.
        let unsealed = try await store.unsealedAudit(limit: self.page).count
        let states = try await store.auditChains()
        var findings: [Finding] = []
        let total = states.reduce(Int64(0)) { $0 + $1.rows }
        var before: Int64 = 0
        progress(0, total)
        for state in states {
            let start = before
            let outcome = try await self.verify(state, in: store, keys: keys, heads: heads) { rows in
                progress(min(start + rows, total), total)
            }
            before += state.rows
            findings.append(Finding(chain: state.head.chain, outcome: outcome))
        }
        for chain in Set(heads.map(\.chain)).subtracting(states.map(\.head.chain)).sorted() {
            findings.append(
                Finding(chain: chain, outcome: .broken("the whole chain is missing, of which an end was written down"))
            )
        }
        return Report(findings: findings, unsealed: unsealed)
    }

    /// Goes through one chain while a server may take its oldest rows away (retention).
    ///
    /// A break at a place that retention has reached meanwhile is none: it is looked at again from where the chain begins now. Each
    /// time the chain begins later, so this ends.
    private static func verify(
        _ first: AuditChainState,
        in store: any AuditStore,
        keys: KeyRing,
        heads: [AuditHead],
        reached: (Int64) -> Void
    ) async throws -> AuditVerification.Outcome {
        var state = first
        while true {
            var verification = AuditVerification(state, keys: keys, heads: heads)
            var wantsMore = true
            while wantsMore {
                let rows = try await store.sealedAudit(
                    of: state.head.chain,
                    after: verification.position,
                    limit: self.page
                )
                // What was sealed after the head was read is the next look's.
                wantsMore = verification.take(rows.filter { ($0.seal?.sequence ?? 0) <= state.head.sequence })
                reached(max(0, verification.position - (first.anchor?.sequence ?? 0)))
            }
            let outcome = verification.finish()
            guard case .broken = outcome,
                let now = try await store.auditChains().first(where: { $0.head.chain == state.head.chain }),
                let anchor = now.anchor, anchor.sequence > verification.position,
                anchor.sequence > state.anchor?.sequence ?? 0
            else { return outcome }
            state = now
        }
    }
}

extension AuditChainState {
    /// How many rows the chain has now.
    fileprivate var rows: Int64 { max(0, self.head.sequence - (self.anchor?.sequence ?? 0)) }
}
