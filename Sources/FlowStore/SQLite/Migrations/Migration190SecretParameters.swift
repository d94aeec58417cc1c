// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Runs that were handed something secret, for whoever seals it with another key.
///
/// A server of before would hand on what is sealed as if it were the value; it refuses the database instead.
enum Migration190SecretParameters {
    static let sql = """
        CREATE INDEX run_with_secrets ON run (id) WHERE parameters LIKE '%"qfs1.%';
        """
}
