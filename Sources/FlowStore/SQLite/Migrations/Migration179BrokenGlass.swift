// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Until when a session has all rights, and why somebody took them.
enum Migration179BrokenGlass {
    static let sql = """
        ALTER TABLE user_session ADD COLUMN glass_until INTEGER;
        ALTER TABLE user_session ADD COLUMN glass_reason TEXT;
        """
}
