// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowCrash
import FlowScheduler
import FlowStore
import FlowWire
import Foundation

/// Gives an installation another master key.
///
/// The new key is in the file, beside the old one, before anything is sealed with it; each value is sealed again in a step of
/// its own; a key goes when nothing needs it any more. A run that was cut off anywhere leaves everything readable, and the next one goes on
/// with the key that is there.
package enum KeyRotation {
    package struct Report: Sendable {
        /// The key that everything is sealed with now.
        package let kid: String
        /// Whether this run made it.
        package let isNew: Bool
        package let resealed: Int
        /// Earlier keys that stay, because rows of the audit were sealed with them.
        package let kept: [String]
        package let dropped: [String]
    }

    /// - Throws: ``CoreError`` `unavailable` while a server runs: it would not know the new key; `conflict` when a value can't be
    ///   opened with any key that is here, before anything was changed.
    ///
    /// - Parameter databaseURL: as the server's configuration says.
    package static func run(
        dataDirectory: String,
        databaseURL: String? = nil,
        environment: [String: String]
    ) async throws -> Report {
        guard databaseURL != nil || FileProbe.exists(dataDirectory + "/" + DataDirectory.database) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no server yet. Name a server's directory with --data-dir."
            )
        }
        let directory = try PrivateDirectory(dataDirectory)
        let store = try await StoreOpening.openAlone(in: directory, databaseURL: databaseURL)
        let report: Report
        do { report = try await self.run(store, in: directory, environment: environment) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        return report
    }

    private static func run(
        _ store: DatabaseStore,
        in directory: PrivateDirectory,
        environment: [String: String]
    ) async throws -> Report {
        guard var keys = try MasterKeys.open(in: directory, environment: environment, mayCreate: false) else {
            throw CoreError(
                .unavailable,
                "There is no key: neither \(MasterKeys.file) in \(directory.path) nor \(MasterKeys.variable). Restore the key "
                    + "from its backup."
            )
        }
        let isOurs = !MasterKeys.areInEnvironment(environment)
        let installation = try await store.installation()
        let values = try await store.sealedValues()
        let opener = SecretSeal(ring: keys, installation: installation)
        for value in values where opener.open(value.text, name: value.name, version: value.version) == nil {
            throw CoreError(
                .conflict,
                "Can't open \(value.title) with any key that is here (it was sealed with "
                    + "\(SecretSeal.kid(of: value.text) ?? "none")). Restore that key, or delete it, and repeat this."
            )
        }
        // What an earlier run left is finished with the key it made; otherwise there is another one.
        let isUnfinished = values.contains { SecretSeal.kid(of: $0.text) != keys.primary.kid }
        let isNew = isOurs && !isUnfinished
        if isNew {
            keys = KeyRing(primary: try MasterKeys.make(), earlier: keys.kids.compactMap { keys.key($0) })
            try MasterKeys.write(keys, in: directory)
            CrashPoint.reach("server.rotation.keyed")
        }
        let began = ContinuousClock.now
        let seal = SecretSeal(ring: keys, installation: installation)
        let resealed = try await self.reseal(values, store, seal)
        // A digest tells nobody which key it was made with, so all are made anew.
        for (approval, job) in try await store.sealedApprovals() {
            let likeness = ApprovalLikeness.text(of: approval, job: job, seal: seal)
            if likeness != approval.likeness { try await store.setLikeness(likeness, of: approval) }
        }
        if resealed > 0 {
            let unit = OwnWork.Unit(
                name: "values",
                count: Int64(resealed),
                milliseconds: Int64((ContinuousClock.now - began) / .milliseconds(1))
            )
            let now = SystemWallClock().now
            // A record for people: without it the rotation holds as well.
            try? await store.record(OwnWork(.reseal, [unit], from: now, until: now))
        }
        CrashPoint.reach("server.rotation.resealed")
        let needed = Set(try await store.auditKeyIDs() + [keys.primary.kid])
        let dropped = isOurs ? keys.kids.filter { !needed.contains($0) } : []
        if !dropped.isEmpty {
            let kept = keys.kids.filter { needed.contains($0) }.compactMap { keys.key($0) }
            keys = KeyRing(primary: keys.primary, earlier: kept)
            try MasterKeys.write(keys, in: directory)
        }
        CrashPoint.reach("server.rotation.over")
        return Report(
            kid: keys.primary.kid,
            isNew: isNew,
            resealed: resealed,
            kept: keys.kids.filter { $0 != keys.primary.kid },
            dropped: dropped
        )
    }

    private static func reseal(_ values: [SealedValue], _ store: DatabaseStore, _ seal: SecretSeal) async throws -> Int
    {
        var count = 0
        for value in values where SecretSeal.kid(of: value.text) != seal.kid {
            guard let plain = seal.open(value.text, name: value.name, version: value.version) else { continue }
            try await store.reseal(value, as: seal.seal(plain, name: value.name, version: value.version))
            count += 1
        }
        return count
    }
}
