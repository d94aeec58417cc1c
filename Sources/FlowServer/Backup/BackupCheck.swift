// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowStore
import FlowWire
import Foundation

/// Looks whether a back-up could be restored by this version, by doing all of it but the last step.
package enum BackupCheck {
    /// What is known of the audit inside.
    package enum Audit: Sendable {
        case looked(HostAudit.Report)
        /// There is no key to look with.
        case noKey
    }

    package struct Report: Sendable {
        package let manifest: BackupManifest
        package let jobs: Int
        package let hosts: Int
        package let users: Int
        package let audit: Audit

        package var isWhole: Bool {
            guard case .looked(let report) = self.audit else { return true }
            return !report.findings.contains { if case .broken = $0.outcome { true } else { false } }
        }
    }

    /// - Parameters:
    ///   - keyFile: a copy of `secrets.key`, for a back-up without one.
    ///   - scratch: where it is unpacked meanwhile; needs as much room as the back-up has.
    ///   - environment: where the key may stand.
    ///   - report: told how far it is.
    /// - Throws: ``CoreError`` `invalid` for a damaged back-up; other codes when it could not be looked.
    package static func verify(
        _ file: String,
        keyFile: String?,
        scratch: String,
        environment: [String: String],
        at now: Timestamp,
        report: @escaping BackupStep.Report = { _ in }
    ) async throws -> Report {
        let place = try ScratchDirectory(in: scratch, purpose: "quartzflow-verify")
        defer { place.remove() }
        let manifest = try ArchiveReader(opening: file, report: report).extract(into: place.directory)
        report(.looking)
        if let keyFile {
            guard let key = FileManager.default.contents(atPath: keyFile) else {
                throw CoreError(.notFound, "\(keyFile) can't be read.")
            }
            try place.directory.write(Array(key), to: MasterKeys.file)
        }
        return try await self.look(at: place.directory, manifest, environment: environment, at: now)
    }

    /// Opens what was unpacked as a server would; an older schema is brought up to date on the way.
    static func look(
        at directory: PrivateDirectory,
        _ manifest: BackupManifest,
        environment: [String: String],
        at now: Timestamp
    ) async throws -> Report {
        let database = directory.path(of: BackupPart.database.rawValue)
        _ = try SQLiteCopy.inspect(database)
        _ = try CertificateAuthority.open(in: try directory.subdirectory("ca"), now: now)
        let store = try SQLiteStore.open(path: database)
        let figures: (jobs: Int, hosts: Int, users: Int)
        do {
            figures = (
                try await store.jobs(JobQuery(page: PageRequest(size: 1))).total, try await store.agents().count,
                try await store.userCount()
            )
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        let hasKey = try MasterKeys.open(in: directory, environment: environment, mayCreate: false) != nil
        let audit: Audit =
            hasKey
            ? .looked(
                try await HostAudit.verify(dataDirectory: directory.path, headsFile: nil, environment: environment)
            ) : .noKey
        return Report(
            manifest: manifest,
            jobs: figures.jobs,
            hosts: figures.hosts,
            users: figures.users,
            audit: audit
        )
    }
}
