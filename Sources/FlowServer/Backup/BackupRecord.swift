// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowScheduler
import FlowStore
import FlowWire

/// Tells the task centre of a back-up, and of one that failed.
package enum BackupRecord {
    /// Makes a back-up and writes down how that went, in the database that it was made of.
    ///
    /// Where that can't be written (no server yet, another version, a full disk), the back-up counts all the same.
    package static func keeping(
        in dataDirectory: String,
        _ body: (Timestamp) throws -> Backup.Report
    ) async throws -> Backup.Report {
        let clock = SystemWallClock()
        let start = clock.now
        let began = ContinuousClock.now
        let result = Result { try body(start) }
        var unit = OwnWork.Unit(
            name: "files",
            milliseconds: Int64((ContinuousClock.now - began) / .milliseconds(1))
        )
        switch result {
        case .success(let report): unit.count = Int64(report.manifest.parts.count)
        case .failure(let error):
            unit.failures = 1
            unit.error = (error as? CoreError)?.message ?? "\(error)"
        }
        let work = OwnWork(.backup, [unit], from: start, until: clock.now)
        // What is not there yet is not made for it.
        if FileProbe.exists(dataDirectory + "/" + BackupPart.database.rawValue) {
            try? await Self.write(work, in: dataDirectory)
        }
        return try result.get()
    }

    private static func write(_ work: OwnWork, in dataDirectory: String) async throws {
        let directory = try PrivateDirectory(dataDirectory)
        let store = try await StoreOpening.openForAdministration(in: directory, databaseURL: nil)
        do { try await store.record(work) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }
}
