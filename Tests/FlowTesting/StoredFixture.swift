// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file that an earlier version of QuartzFlow wrote, kept to prove that later ones go on with it.
///
/// `Tests/Support/make_fixtures.py` makes them; they are never made anew for a version that was released.
package enum StoredFixture: String, CaseIterable, Sendable {
    /// The server's database: nine jobs, some runs with output, open executions, unacknowledged orders.
    case serverV0 = "v0/server.db"
    /// The ledger of that server's agent: 89 reports acknowledged, two waiting in the outbox.
    case ledgerV0 = "v0/agent.db"

    /// Copies the file to `path`; the original is never opened.
    package func copy(to path: String) throws {
        // Tests run in the package's directory.
        let source = FileManager.default.currentDirectoryPath + "/Tests/Fixtures/" + self.rawValue
        try FileManager.default.copyItem(atPath: source, toPath: path)
    }
}
