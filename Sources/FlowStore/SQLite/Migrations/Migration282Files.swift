// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Files that start tasks where they appear.
enum Migration282Files {
    static let sql = "ALTER TABLE hook ADD COLUMN file TEXT;"
}
