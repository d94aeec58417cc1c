// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowNotify
import Synchronization

/// The settings as they are now, for everything that goes by them.
///
/// Who needs one asks at the moment of use, so that a change counts from then on and nothing has to be started again.
package final class LiveSettings: Sendable {
    private let settings: Mutex<Settings>
    /// Headers by which a proxy in front says who asks, in lower case; nothing that people save may send them.
    package let reservedHeaders: Set<String>

    package init(_ settings: Settings = Settings(), reservedHeaders: Set<String> = []) {
        self.settings = Mutex(settings)
        self.reservedHeaders = reservedHeaders
    }

    package var now: Settings { self.settings.withLock { $0 } }

    /// - Returns: whether they are newer than those before; of two changes that come in the wrong order the older is dropped.
    @discardableResult
    package func take(_ stored: StoredSettings) -> Bool {
        self.settings.withLock { settings in
            guard stored.revision >= settings.stored.revision else { return false }
            settings = Settings(fixed: settings.fixed, stored: stored)
            return true
        }
    }
}

extension Settings {
    /// How many bytes are kept of an attempt's output.
    package var outputBytes: Int64 { self.integer(.outputAttemptMebibytes) << 20 }

    /// How long messages of an incident wait for each other.
    package var pace: NotifyEvaluation.Pace {
        NotifyEvaluation.Pace(
            groupWait: self.integer(.notifyGroupWait) * 1000,
            groupInterval: self.integer(.notifyGroupInterval) * 1000
        )
    }

    /// Where jobs that connect by themselves may go, where the policy of their host says nothing.
    package var networks: NetworkDefaults {
        NetworkDefaults(
            allowsPrivate: self.text(.networkPrivate) != NetworkWord.refuse.rawValue,
            allowsLoopback: self.text(.networkLoopback) != NetworkWord.refuse.rawValue
        )
    }
}
