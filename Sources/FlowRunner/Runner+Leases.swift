// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess

/// How long attempts may go on without a word of the agent (`semantics.md` 5).
extension Runner {
    /// The longest pause between two looks at leases; microseconds.
    ///
    /// Leases go on while the host sleeps, and what is waited for then does not come nearer.
    private static let leasePause: Int64 = 1_000_000

    /// The agent may hold an attempt for so long; it says so again and again, until it can't.
    func extendLease(_ token: UInt64, by microseconds: Int64) {
        // What is still told from its beginning is the agent's as well: that may take longer than a lease.
        guard self.live.contains(token) || self.processes[token] != nil, self.ended[token] == nil else { return }
        self.leases[token] = flow_boot_microseconds() + microseconds
        let look = flow_monotonic_microseconds() + min(microseconds, Self.leasePause)
        self.nextLeaseLook = min(self.nextLeaseLook, look)
    }

    /// Ends what has lost its lease, and starts nothing of it.
    func checkLeases() {
        let now = flow_monotonic_microseconds()
        guard !self.leases.isEmpty, now >= self.nextLeaseLook else { return }
        let boot = flow_boot_microseconds()
        var pause = Self.leasePause
        for (token, end) in self.leases {
            if end > boot {
                pause = min(pause, end - boot)
            } else {
                self.leases[token] = nil
                // What ended by itself has its result.
                if self.processes[token].map({ $0.exit == nil }) ?? true { self.cancel(token, force: false) }
            }
        }
        self.nextLeaseLook = now + pause
    }
}
