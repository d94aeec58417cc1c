// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Dictionary {
    /// What was found for each of some keys, which differ; those without anything are left out.
    init(keys: [Key], values: [Value?]) {
        self.init(minimumCapacity: keys.count)
        for (key, value) in zip(keys, values) { if let value { self[key] = value } }
    }
}
