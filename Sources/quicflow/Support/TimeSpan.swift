// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `90s`, `30m`, `2h`, `1d`, `1h30m`.
struct TimeSpan: ExpressibleByArgument, Hashable {
    let seconds: Int64

    init?(argument: String) {
        guard argument.utf8.count <= 32,
            let milliseconds = try? CronExpression(parsing: "@every " + argument).everyMilliseconds,
            milliseconds % 1000 == 0
        else { return nil }
        self.seconds = milliseconds / 1000
    }
}
