// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Whether schedules fire at all, as the ledger writes it: JSON that is only ever read and written as a whole.
enum SchedulerColumn {
    static func encode(_ state: SchedulerState) throws -> String {
        String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
    }

    /// What can't be read is as good as nothing: the next welcome says it again.
    static func decode(_ text: String?) -> SchedulerState {
        guard let text else { return SchedulerState() }
        return (try? JSONDecoder().decode(SchedulerState.self, from: Data(text.utf8))) ?? SchedulerState()
    }
}
