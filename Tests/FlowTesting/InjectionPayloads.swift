// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Texts that want to be something else: commands, markup, formulas, templates, statements, headers, escape sequences.
///
/// `Tests/Fixtures/injection.json` has more than five hundred, for the tests of each place that text of people goes to, in
/// whatever language they are written.
package enum InjectionPayloads {
    package static let all: [String] = {
        // Tests run in the package's directory.
        let path = FileManager.default.currentDirectoryPath + "/Tests/Fixtures/injection.json"
        let content = FileManager.default.contents(atPath: path) ?? Data()
        return (try? JSONDecoder().decode([String].self, from: content)) ?? []
    }()
}
