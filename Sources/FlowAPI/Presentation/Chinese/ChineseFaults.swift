// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of every sentence by which the server refuses something, as a ``Catalogue`` reads it.
///
/// The English stands where it is said; what has no pair here is found by `scripts/texts`.
package enum ChineseFaults {
    package static let all = [
        Self.accounts,
        Self.requests,
        Self.others,
        Self.jobs,
        Self.records,
        Self.workflows,
        Self.calendars,
        Self.database,
        Self.notify,
        Self.checks,
        Self.handing,
        Self.quiet,
        Self.bulk,
        Self.waves,
    ]
}
