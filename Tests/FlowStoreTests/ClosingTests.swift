// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("The end of a store")
struct ClosingTests {
    @Test("A store that is closed twice is closed once, and says so to who asks it afterwards")
    func twice() async throws {
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/flow.db")
            try await store.close()
            try await store.close()
            await expectError(.unavailable) { _ = try await store.groups() }
        }
    }
}
