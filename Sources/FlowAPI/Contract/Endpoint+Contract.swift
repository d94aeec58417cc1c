// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension Endpoint {
    /// What the route takes and answers; nil fails a test, and is checked by nothing else.
    var contract: Contract? { Self.contracts[self] }

    /// What the document says of a route: the contract, or an outline of a route whose contract is still to be written.
    var described: Contract {
        if let contract { return contract }
        // `listUsers` reads "List users".
        let words = self.rawValue.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : "\($1)" }
        let outline = Contract(.administration, words.prefix(1).uppercased() + words.dropFirst())
        let hasBody = self.declaration.method == .post || self.declaration.method == .put
        return hasBody ? outline.body(Schema.any, isRequired: false, examples: [:]) : outline
    }

    /// Made once: requests are checked against them.
    private static let contracts = Dictionary(
        uniqueKeysWithValues: Self.allCases.compactMap { endpoint in endpoint.declared.map { (endpoint, $0) } }
    )

    private var declared: Contract? {
        self.sessionContract ?? self.taskContract ?? self.groupContract ?? self.executionContract
            ?? self.insightContract ?? self.systemContract
    }
}
