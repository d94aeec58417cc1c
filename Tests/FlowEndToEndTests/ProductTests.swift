// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

/// The built programs with nothing in between: processes, QUIC, SQLite.
///
/// One test after the other: each starts several processes, and they are to be watched, not to compete.
@Suite("The product, end to end", .serialized, .timeLimit(.minutes(10)))
struct ProductTests {}
