// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

extension HostLabels {
    /// Labels as they are written on a command line: `NAME=VALUE`.
    ///
    /// - Throws: `ValidationError` that quotes the one that is wrong.
    static func parsed(_ texts: [String]) throws -> [String: String] {
        var labels: [String: String] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw ValidationError.said("'\(text)' is no label: write NAME=VALUE.") }
            if let fault = Self.fault(name: parts[0], value: parts[1]) {
                throw ValidationError.said("'\(text)' is no label: \(fault).")
            }
            guard labels.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw ValidationError.said("The label '\(parts[0])' is given twice.")
            }
        }
        guard labels.count <= Self.countLimit else { throw ValidationError.said("At most \(Self.countLimit) labels.") }
        return labels
    }
}
