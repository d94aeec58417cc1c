// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a request with something secret in it is recognised by when it is repeated: each sealing of a value is another text.
enum Migration178ApprovalLikeness {
    static let sql = """
        ALTER TABLE approval ADD COLUMN likeness TEXT;
        """
}
